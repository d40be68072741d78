//! `/applications`: the registration.

use axum::http::Method;
use serde_json::{Value, json};

use super::call::{Answer, Answered, Call, Side};
use super::error::GraphError;
use super::view::application::{KIND, shown};
use super::{body, either_side, group_claims, kept, secret};
use crate::directory::{Application, ReplyUrl, Tenant};

const SIDE: Side = Side::Application;
const MOST_TAGS: usize = 100;

pub(super) fn answer(call: &Call, path: &[&str]) -> Answered {
    let directory = call.directory.read();
    let keys = call.query.asks_for("keyCredentials");
    let all = |tenant: &Tenant| SIDE.all(tenant).map(|known| shown(known, keys)).collect();
    match (path, &call.method) {
        ([], &Method::GET) => call.list(&KIND, all(call.tenant(&directory)?)),
        (["$count"], &Method::GET) => call.count(&KIND, all(call.tenant(&directory)?)),
        ([], &Method::POST) => create(call),
        ([id], &Method::GET) => {
            let application = SIDE.find(call.tenant(&directory)?, id)?;
            call.entity(KIND.set, shown(application, keys))
        }
        ([id], &Method::PATCH) => call.change_application(SIDE, id, |_, known| {
            patch(known, call)?;
            Ok(Answer::Done)
        }),
        ([id], &Method::DELETE) => call.change(|tenant| {
            let app_id = SIDE.find(tenant, id)?.app_id.clone();
            tenant.applications.retain(|known| known.app_id != app_id);
            Ok(Answer::Done)
        }),
        ([], _) => Err(GraphError::method("GET and POST")),
        ([_], _) => Err(GraphError::method("GET, PATCH and DELETE")),
        ([id, rest @ ..], _) => either_side::below(call, SIDE, id, rest),
    }
}

fn create(call: &Call) -> Answered {
    let name = call.body.get("displayName").filter(|name| !name.is_null());
    let name = body::text(
        "displayName",
        name.ok_or_else(|| GraphError::required("displayName", "Application"))?,
    )?;
    let mut application = Application {
        app_roles: Vec::new(),
        assignment_required: false,
        registration_only: true,
        tags: Vec::new(),
        ..Application::from_template(&name, None)
    };
    patch(&mut application, call)?;
    let value = shown(&application, true);
    let location = format!("applications/{}", application.object_id);
    call.change(|tenant| {
        tenant.check_application(&application)?;
        tenant.applications.push(application);
        Ok(())
    })?;
    call.created(KIND.set, location, value)
}

fn patch(application: &mut Application, call: &Call) -> Result<(), GraphError> {
    for (name, value) in body::properties(&call.body) {
        match name {
            "displayName" => application.display_name = body::text(name, value)?,
            "notes" => application.notes = body::optional(name, value)?.unwrap_or_default(),
            "tags" => application.tags = tags(value)?,
            "identifierUris" => application.identifiers = body::texts(name, value)?,
            "defaultRedirectUri" => {
                let default = body::optional(name, value)?;
                for reply in &mut application.reply_urls {
                    reply.is_default = default.as_ref() == Some(&reply.url);
                }
            }
            "web" => web(application, value)?,
            "groupMembershipClaims" => group_claims::patch(application, value)?,
            "optionalClaims" => group_claims::patch_optional(application, value)?,
            "requestSignatureVerification" => signatures(application, value)?,
            "passwordCredentials" => secret::patch(application, SIDE, &call.body, value)?,
            "owners@odata.bind" => {} // nobody is told of an owner
            "certification" | "verifiedPublisher" | "publisherDomain" | "appId" | "id"
            | "createdDateTime" => {
                return Err(GraphError::property(name, "It is read-only."));
            }
            name => patch_other(application, call, name, value)?,
        }
    }
    Ok(())
}

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

pub(super) fn tags(value: &Value) -> Result<Vec<String>, GraphError> {
    let tags = body::texts("tags", value)?;
    match tags.len() > MOST_TAGS {
        true => Err(GraphError::property("tags", "There are too many.")),
        false => Ok(tags),
    }
}

/// Reply URLs, their indices, the Logout URL. What stays keeps its index and whether it is the default.
fn web(application: &mut Application, value: &Value) -> Result<(), GraphError> {
    let web = body::object("web", value)?;
    if let Some(uris) = web.get("redirectUris") {
        set_reply_urls(application, body::texts("web/redirectUris", uris)?);
    }
    for (name, value) in body::properties(web) {
        match name {
            "redirectUris" => {}
            "logoutUrl" => application.logout_url = body::optional(name, value)?,
            "redirectUriSettings" => {
                for setting in body::list(name, value)? {
                    let setting = body::object(name, setting)?;
                    let uri = body::text("uri", setting.get("uri").unwrap_or(&Value::Null))?;
                    let index = match setting.get("index") {
                        None | Some(Value::Null) => None,
                        Some(index) => Some(
                            index
                                .as_u64()
                                .and_then(|index| u16::try_from(index).ok())
                                .ok_or_else(|| {
                                    GraphError::property("redirectUriSettings", "An index is a small number.")
                                })?,
                        ),
                    };
                    let mut replies = application.reply_urls.iter_mut();
                    match replies.find(|reply| reply.url == uri) {
                        Some(reply) => reply.index = index,
                        None => application.reply_urls.push(ReplyUrl {
                            url: uri,
                            index,
                            is_default: false,
                        }),
                    }
                }
            }
            name => {
                let one = json!({ (name): value });
                kept::set(application, SIDE, "web", &one).unwrap_or(Ok(()))?;
            }
        }
    }
    Ok(())
}

/// These Reply URLs, in this order.
pub(super) fn set_reply_urls(application: &mut Application, urls: Vec<String>) {
    let before = std::mem::take(&mut application.reply_urls);
    for url in urls {
        let known = before.iter().find(|reply| reply.url == url).cloned();
        application.reply_urls.push(known.unwrap_or(ReplyUrl {
            url,
            index: None,
            is_default: false,
        }));
    }
}

fn signatures(application: &mut Application, value: &Value) -> Result<(), GraphError> {
    if value.is_null() {
        application.verification.required = false;
        return Ok(());
    }
    for (name, value) in body::properties(body::object("requestSignatureVerification", value)?) {
        match name {
            "isSignedRequestRequired" => application.verification.required = body::boolean(name, value)?,
            "allowedWeakAlgorithms" => {
                application.verification.allow_sha1 = match body::optional(name, value)?.as_deref() {
                    None => false,
                    Some("rsaSha1") => true,
                    Some(_) => return Err(GraphError::property(name, "rsaSha1 is the only one.")),
                }
            }
            name => return Err(GraphError::unknown(name)),
        }
    }
    Ok(())
}
