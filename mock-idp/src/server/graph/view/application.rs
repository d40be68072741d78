//! The registration.

use serde_json::{Value, json};

use super::super::call::Side;
use super::super::query::Kind;
use super::super::{app_role, body, credential, group_claims, kept, secret, template_id};
use crate::directory::Application;

pub(in crate::server::graph) const KIND: Kind = Kind {
    set: "applications",
    name: "microsoft.graph.application",
    unasked: None,
    contains: false,
    specimen: || shown(&Application::from_template("", None), true),
};

const SIDE: Side = Side::Application;

/// An application as Graph shows it; the keys themselves only where they are asked for.
pub(in crate::server::graph) fn shown(application: &Application, keys: bool) -> Value {
    let kept = |name| kept::get(application, SIDE, name);
    let mut web = kept("web");
    let urls = || application.reply_urls.iter();
    web["redirectUris"] = urls().map(|reply| reply.url.as_str()).collect();
    web["redirectUriSettings"] = urls()
        .map(|reply| json!({ "uri": reply.url, "index": reply.index }))
        .collect();
    web["logoutUrl"] = json!(application.logout_url);
    let default = urls()
        .find(|reply| reply.is_default)
        .map(|reply| reply.url.as_str());
    json!({
        "id": application.object_id,
        "deletedDateTime": null,
        "appId": application.app_id,
        "applicationTemplateId": template_id::of(application),
        "disabledByMicrosoftStatus": null,
        "createdDateTime": body::written(application.created),
        "displayName": application.display_name,
        "description": kept("description"),
        "groupMembershipClaims": group_claims::shown(application),
        "identifierUris": application.identifiers,
        "isDeviceOnlyAuthSupported": kept("isDeviceOnlyAuthSupported"),
        "isFallbackPublicClient": kept("isFallbackPublicClient"),
        "nativeAuthenticationApisEnabled": kept("nativeAuthenticationApisEnabled"),
        "notes": Some(&application.notes).filter(|notes| !notes.is_empty()),
        "publisherDomain": null,
        "serviceManagementReference": kept("serviceManagementReference"),
        "signInAudience": kept("signInAudience"),
        "tags": application.tags,
        "tokenEncryptionKeyId": application.token_encryption_key_id,
        "uniqueName": kept("uniqueName"),
        "samlMetadataUrl": kept("samlMetadataUrl"),
        "defaultRedirectUri": default,
        "certification": null,
        "optionalClaims": group_claims::shown_optional(application),
        "requestSignatureVerification": {
            "isSignedRequestRequired": application.verification.required,
            "allowedWeakAlgorithms": application.verification.allow_sha1.then_some("rsaSha1"),
        },
        "servicePrincipalLockConfiguration": kept("servicePrincipalLockConfiguration"),
        "addIns": kept("addIns"),
        "api": kept("api"),
        "appRoles": app_role::shown(application),
        "info": kept("info"),
        "keyCredentials": credential::shown(application, SIDE, keys),
        "parentalControlSettings": kept("parentalControlSettings"),
        "passwordCredentials": secret::shown(application, SIDE),
        "publicClient": kept("publicClient"),
        "requiredResourceAccess": kept("requiredResourceAccess"),
        "verifiedPublisher": { "displayName": null, "verifiedPublisherId": null, "addedDateTime": null },
        "web": web,
        "spa": kept("spa"),
    })
}
