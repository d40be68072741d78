//! `/applicationTemplates`: the gallery.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::call::{Answer, Answered, Call, Side};
use super::error::GraphError;
use super::query::Kind;
use super::template_id::{NON_GALLERY, guid};
use super::view::{application, service_principal};
use super::{body, kept};
use crate::directory::{Application, Directory, Tenant};
use crate::gallery::{Initiation, Template};

/// What an application of no gallery is made from.
fn custom() -> Template {
    Template {
        about: Some("An application that no gallery knows.".to_owned()),
        ..Template::new("Custom", Initiation::Both)
    }
}

const KIND: Kind = Kind {
    set: "applicationTemplates",
    name: "microsoft.graph.applicationTemplate",
    unasked: None,
    contains: true,
    specimen: || shown(NON_GALLERY, &custom()),
};

pub(super) fn answer(call: &Call, path: &[&str]) -> Answered {
    match (path, &call.method) {
        ([], &Method::GET) => call.list(&KIND, all(&call.directory.read())),
        (["$count"], &Method::GET) => call.count(&KIND, all(&call.directory.read())),
        ([id], &Method::GET) => {
            let template = find(&call.directory.read(), id)?;
            call.entity(KIND.set, shown(id, &template.unwrap_or_else(custom)))
        }
        ([id, "instantiate"], &Method::POST) => instantiate(call, find(&call.directory.read(), id)?),
        ([] | [_], _) => Err(GraphError::method("GET")),
        ([_, "instantiate"], _) => Err(GraphError::method("POST")),
        ([_, other, ..], _) => Err(GraphError::segment(other)),
    }
}

fn all(directory: &Directory) -> Vec<Value> {
    let gallery = directory.gallery();
    gallery
        .map(|template| shown(&guid(&template.id), template))
        .chain([shown(NON_GALLERY, &custom())])
        .collect()
}

/// The gallery's template with this id of Graph's; none is the one for applications of no gallery.
fn find(directory: &Directory, id: &str) -> Result<Option<Template>, GraphError> {
    if id.eq_ignore_ascii_case(NON_GALLERY) {
        return Ok(None);
    }
    let mut gallery = directory.gallery();
    let found = gallery.find(|template| guid(&template.id).eq_ignore_ascii_case(id));
    found.cloned().map(Some).ok_or_else(|| GraphError::not_found(id))
}

fn instantiate(call: &Call, template: Option<Template>) -> Answered {
    let mut name = None;
    for (property, value) in body::properties(&call.body) {
        match property {
            "displayName" => name = body::optional(property, value)?,
            // Only whether the management reference is kept; there is none.
            "serviceManagementReference" => {}
            property => return Err(GraphError::unknown(property)),
        }
    }
    let name = name.ok_or_else(|| GraphError::required("displayName", "applicationTemplate"))?;
    let from = template
        .as_ref()
        .map_or(NON_GALLERY, |template| template.id.as_str());
    let mut made = Application::from_template(&name, Some(from));
    if let Some(template) = &template {
        call.tenant(&call.directory.read())?.dress(&mut made, template);
    }
    let word: String = template
        .map_or_else(|| "custom".to_owned(), |template| template.name)
        .to_lowercase()
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    let home = json!({ "homePageUrl": format!("https://*.{word}.example?metadata={word}|ISV9.1|primary|z") });
    let scope = json!({ "oauth2PermissionScopes": [{
        "adminConsentDescription": format!("Allow the application to access {name} on behalf of the signed-in user."),
        "adminConsentDisplayName": format!("Access {name}"),
        "id": crate::guid::fresh(), "isEnabled": true, "type": "User",
        "userConsentDescription": format!("Allow the application to access {name} on your behalf."),
        "userConsentDisplayName": format!("Access {name}"), "value": "user_impersonation",
    }] });
    for (property, value) in [("web", home), ("api", scope)] {
        kept::set(&mut made, Side::Application, property, &value).unwrap_or(Ok(()))?;
    }
    let value = call.change(|tenant: &mut Tenant| {
        tenant.check_application(&made)?;
        let value = json!({
            "application": application::shown(&made, false),
            "servicePrincipal": service_principal::shown(&made, &tenant.id, false),
        });
        tenant.applications.push(made);
        Ok(value)
    })?;
    let value = call.with_context("microsoft.graph.applicationServicePrincipal", value);
    Ok(Answer::Json(StatusCode::CREATED, value))
}

fn shown(id: &str, template: &Template) -> Value {
    json!({
        "id": id,
        "displayName": template.name,
        "homePageUrl": null,
        "supportedSingleSignOnModes": ["saml", "external"],
        "supportedProvisioningTypes": [],
        "logoUrl": null,
        "categories": [],
        "publisher": template.name,
        "description": template.about,
    })
}
