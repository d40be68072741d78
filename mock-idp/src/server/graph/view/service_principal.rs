//! The service principal: what the portal calls an enterprise application.

use serde_json::{Value, json};

use super::super::call::Side;
use super::super::query::Kind;
use super::super::{app_role, body, credential, kept, secret, template_id};
use crate::directory::{Application, SsoMode};

pub(in crate::server::graph) const KIND: Kind = Kind {
    set: "servicePrincipals",
    name: "microsoft.graph.servicePrincipal",
    unasked: None,
    contains: false,
    specimen: || shown(&Application::from_template("", None), "", true),
};

const SIDE: Side = Side::ServicePrincipal;

/// A service principal as Graph shows it.
pub(in crate::server::graph) fn shown(application: &Application, tenant: &str, keys: bool) -> Value {
    let kept = |name| kept::get(application, SIDE, name);
    let names: Vec<&String> = application
        .identifiers
        .iter()
        .chain([&application.app_id])
        .collect();
    let active = application
        .certificates
        .iter()
        .find(|certificate| certificate.active);
    let mode = application.sso_mode.map(|mode| match mode {
        SsoMode::Saml => "saml",
        SsoMode::Linked => "external",
    });
    let replies: Vec<&String> = application.reply_urls.iter().map(|reply| &reply.url).collect();
    json!({
        "id": application.service_principal_id,
        "deletedDateTime": null,
        "accountEnabled": application.enabled,
        "alternativeNames": kept("alternativeNames"),
        "appDisplayName": application.display_name,
        "appDescription": kept("appDescription"),
        "appId": application.app_id,
        "applicationTemplateId": template_id::of(application),
        "appOwnerOrganizationId": Some(tenant).filter(|tenant| !tenant.is_empty()),
        "appRoleAssignmentRequired": application.assignment_required,
        "createdDateTime": body::written(application.created),
        "description": kept("description"),
        "disabledByMicrosoftStatus": null,
        "displayName": application.display_name,
        "homepage": kept("homepage"),
        "loginUrl": application.sign_on_url,
        "logoutUrl": application.logout_url,
        "notes": Some(&application.notes).filter(|notes| !notes.is_empty()),
        "notificationEmailAddresses": application.notification_emails,
        "preferredSingleSignOnMode": mode,
        "preferredTokenSigningKeyThumbprint": active.map(|own| own.certificate.thumbprint_sha1()),
        "replyUrls": replies,
        "servicePrincipalNames": names,
        "servicePrincipalType": "Application",
        "signInAudience": kept::get(application, Side::Application, "signInAudience"),
        "tags": application.tags,
        "tokenEncryptionKeyId": application.token_encryption_key_id,
        "samlSingleSignOnSettings": application.relay_state.as_ref().map(|state| json!({ "relayState": state })),
        "addIns": kept("addIns"),
        "appRoles": app_role::shown(application),
        "info": kept("info"),
        "keyCredentials": credential::shown(application, SIDE, keys),
        "oauth2PermissionScopes": kept::get(application, Side::Application, "api")["oauth2PermissionScopes"],
        "passwordCredentials": secret::shown(application, SIDE),
        "resourceSpecificApplicationPermissions": [],
        "verifiedPublisher": { "displayName": null, "verifiedPublisherId": null, "addedDateTime": null },
    })
}
