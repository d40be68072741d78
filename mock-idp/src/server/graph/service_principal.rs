//! `/servicePrincipals`: what the portal calls an enterprise application.

use axum::http::Method;
use serde_json::Value;

use super::call::{Answer, Answered, Call, Side};
use super::error::GraphError;
use super::view::service_principal::{KIND, shown};
use super::{application, body, either_side, kept, secret};
use crate::directory::{Application, SsoMode, Tenant};
use crate::guid;

const SIDE: Side = Side::ServicePrincipal;

pub(super) fn answer(call: &Call, path: &[&str]) -> Answered {
    let directory = call.directory.read();
    let keys = call.query.asks_for("keyCredentials");
    let all = |tenant: &Tenant| {
        let all = SIDE.all(tenant);
        all.map(|known| shown(known, &tenant.id, keys)).collect()
    };
    match (path, &call.method) {
        ([], &Method::GET) => call.list(&KIND, all(call.tenant(&directory)?)),
        (["$count"], &Method::GET) => call.count(&KIND, all(call.tenant(&directory)?)),
        ([], &Method::POST) => create(call),
        ([id], &Method::GET) => {
            let tenant = call.tenant(&directory)?;
            call.entity(KIND.set, shown(SIDE.find(tenant, id)?, &tenant.id, keys))
        }
        ([id], &Method::PATCH) => call.change_application(SIDE, id, |_, known| {
            patch(known, call, false)?;
            Ok(Answer::Done)
        }),
        ([id], &Method::DELETE) => call.change(|tenant| {
            let app_id = SIDE.find(tenant, id)?.app_id.clone();
            if let Some(application) = tenant.application_by_id_mut(&app_id) {
                unregister(application);
            }
            Ok(Answer::Done)
        }),
        ([], _) => Err(GraphError::method("GET and POST")),
        ([_], _) => Err(GraphError::method("GET, PATCH and DELETE")),
        ([id, rest @ ..], _) => either_side::below_service_principal(call, id, rest),
    }
}

/// The service principal of a registration that has none yet.
fn create(call: &Call) -> Answered {
    let app_id = call
        .body
        .get("appId")
        .ok_or_else(|| GraphError::required("appId", "ServicePrincipal"))?;
    let app_id = body::guid("appId", app_id)?;
    let value = call.change(|tenant| {
        let known = tenant.applications.iter().find(|known| known.app_id.eq_ignore_ascii_case(&app_id));
        let mut changed = known.cloned().ok_or_else(|| {
            GraphError::bad(format!(
                "The appId '{app_id}' of the service principal does not reference a valid application object."
            ))
        })?;
        if !changed.registration_only {
            let sentence = format!(
                "The service principal cannot be created, updated, or restored because the service principal name {app_id} is already in use."
            );
            return Err(GraphError {
                detail: Some(("ObjectConflict", "servicePrincipalNames".to_owned(), sentence.clone())),
                ..GraphError::new(axum::http::StatusCode::CONFLICT, "Request_MultipleObjectsWithSameKeyValue", sentence)
            });
        }
        changed.registration_only = false;
        patch(&mut changed, call, true)?;
        tenant.check_application(&changed)?;
        let value = shown(&changed, &tenant.id, true);
        if let Some(place) = tenant.application_by_id_mut(&app_id) {
            *place = changed;
        }
        Ok(value)
    })?;
    let location = format!("servicePrincipals/{}", value["id"].as_str().unwrap_or_default());
    call.created(KIND.set, location, value)
}

/// Nobody signs in to a registration without a service principal; a later one has another id.
fn unregister(application: &mut Application) {
    application.registration_only = true;
    application.service_principal_id = guid::fresh();
    application.assignments.clear();
    application.certificates.clear();
    application.policies.clear();
    application.sso_mode = None;
    application
        .client_secrets
        .retain(|secret| !secret.of_service_principal);
}

fn patch(application: &mut Application, call: &Call, new: bool) -> Result<(), GraphError> {
    for (name, value) in body::properties(&call.body) {
        match name {
            "appId" if new => {}
            "accountEnabled" => application.enabled = body::boolean(name, value)?,
            "appRoleAssignmentRequired" => application.assignment_required = body::boolean(name, value)?,
            "displayName" => application.display_name = body::text(name, value)?,
            "notes" => application.notes = body::optional(name, value)?.unwrap_or_default(),
            "tags" => {
                application.tags = application::tags(value)?;
                application.visible = !application.tags.iter().any(|tag| tag == HIDDEN);
            }
            "loginUrl" => application.sign_on_url = body::optional(name, value)?,
            "logoutUrl" => application.logout_url = body::optional(name, value)?,
            "notificationEmailAddresses" => application.notification_emails = body::texts(name, value)?,
            "replyUrls" => application::set_reply_urls(application, body::texts(name, value)?),
            "servicePrincipalNames" => {
                let own = application.app_id.clone();
                let names = body::texts(name, value)?.into_iter();
                application.identifiers = names.filter(|name| *name != own).collect();
            }
            "preferredSingleSignOnMode" => application.sso_mode = mode(name, value)?,
            "preferredTokenSigningKeyThumbprint" => prefer(application, name, value)?,
            "samlSingleSignOnSettings" => {
                application.relay_state = match value {
                    Value::Null => None,
                    value => {
                        let settings = body::object(name, value)?;
                        if let Some((strange, _)) =
                            body::properties(settings).find(|(name, _)| *name != "relayState")
                        {
                            return Err(GraphError::unknown(strange));
                        }
                        body::optional("relayState", settings.get("relayState").unwrap_or(&Value::Null))?
                    }
                }
            }
            "passwordCredentials" => secret::patch(application, SIDE, &call.body, value)?,
            "servicePrincipalType"
            | "appId"
            | "id"
            | "appOwnerOrganizationId"
            | "appDisplayName"
            | "createdDateTime" => {
                return Err(GraphError::property(name, "It is read-only."));
            }
            name => patch_other(application, call, name, value)?,
        }
    }
    Ok(())
}

/// The tag that takes an application out of My Apps.
const HIDDEN: &str = "HideApp";

fn patch_other(
    application: &mut Application,
    call: &Call,
    name: &str,
    value: &Value,
) -> Result<(), GraphError> {
    either_side::patched_alike(SIDE, application, &call.body, name, value)
        .or_else(|| kept::set(application, SIDE, name, value))
        .unwrap_or_else(|| Err(GraphError::unknown(name)))
}

fn mode(name: &str, value: &Value) -> Result<Option<SsoMode>, GraphError> {
    match body::optional(name, value)?.as_deref() {
        None | Some("notSupported") => Ok(None),
        Some("saml") => Ok(Some(SsoMode::Saml)),
        Some("external") => Ok(Some(SsoMode::Linked)),
        Some("password" | "oidc") => Err(GraphError::property(
            name,
            "This mock signs people in by SAML only.",
        )),
        Some(_) => Err(GraphError::property(
            name,
            "saml, external or notSupported is expected.",
        )),
    }
}

/// "Make certificate active".
fn prefer(application: &mut Application, name: &str, value: &Value) -> Result<(), GraphError> {
    match body::optional(name, value)? {
        None => {
            for certificate in &mut application.certificates {
                certificate.active = false;
            }
            Ok(())
        }
        Some(thumbprint) => match application.activate(&thumbprint) {
            true => Ok(()),
            false => Err(GraphError::property(
                name,
                "No token-signing certificate has this thumbprint.",
            )),
        },
    }
}
