//! `/applicationTemplates`: the gallery.

use std::sync::Arc;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::call::{Answer, Answered, Call, Side};
use super::error::GraphError;
use super::query::Kind;
use super::{application, body, kept, service_principal};
use crate::directory::{Application, Tenant};

/// Sets up what was made from a template.
pub type Prepare = Arc<dyn Fn(&mut Application) + Send + Sync>;

/// What an application can be made from.
#[derive(Clone)]
pub struct ApplicationTemplate {
    /// Its id, a GUID.
    pub id: String,
    /// The product's name.
    pub display_name: String,
    /// Who makes the product.
    pub publisher: String,
    /// What it is, in a sentence.
    pub description: String,
    /// The product's page.
    pub home_page_url: Option<String>,
    /// Graph's categories, such as `collaboration`.
    pub categories: Vec<String>,
    /// What the gallery sets up beside the name: claims, the NameID, how is signed.
    pub prepare: Option<Prepare>,
}

impl ApplicationTemplate {
    /// The id of the template for applications that no gallery knows (Microsoft: "configure SAML-based single sign-on using the
    /// Microsoft Graph API").
    pub const NON_GALLERY: &str = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621";

    /// A template of the gallery with this key, whose id is always the same.
    pub fn new(key: &str, display_name: &str) -> Self {
        Self {
            id: crate::guid::derived(&format!("application template {key}")),
            display_name: display_name.to_owned(),
            publisher: display_name.to_owned(),
            description: format!("Sign in to {display_name} by SAML."),
            home_page_url: None,
            categories: Vec::new(),
            prepare: None,
        }
    }

    /// The one for applications that no gallery knows.
    pub fn non_gallery() -> Self {
        Self {
            id: Self::NON_GALLERY.to_owned(),
            display_name: "Custom".to_owned(),
            publisher: String::new(),
            description: "An application that no gallery knows.".to_owned(),
            ..Self::new("custom", "Custom")
        }
    }
}

const KIND: Kind = Kind {
    set: "applicationTemplates",
    name: "microsoft.graph.applicationTemplate",
    unasked: None,
    contains: true,
    specimen: || shown(&ApplicationTemplate::non_gallery()),
};

pub(super) fn answer(call: &Call, path: &[&str]) -> Answered {
    match (path, &call.method) {
        ([], &Method::GET) => call.list(&KIND, call.templates.iter().map(shown).collect()),
        (["$count"], &Method::GET) => call.count(&KIND, call.templates.iter().map(shown).collect()),
        ([id], &Method::GET) => call.entity(KIND.set, shown(find(call, id)?)),
        ([id, "instantiate"], &Method::POST) => instantiate(call, find(call, id)?),
        ([] | [_], _) => Err(GraphError::method("GET")),
        ([_, "instantiate"], _) => Err(GraphError::method("POST")),
        ([_, other, ..], _) => Err(GraphError::segment(other)),
    }
}

fn find<'a>(call: &'a Call, id: &str) -> Result<&'a ApplicationTemplate, GraphError> {
    let mut all = call.templates.iter();
    all.find(|known| known.id.eq_ignore_ascii_case(id))
        .ok_or_else(|| GraphError::not_found(id))
}

fn instantiate(call: &Call, template: &ApplicationTemplate) -> Answered {
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
    let mut made = Application::from_template(&name, Some(&template.id));
    if let Some(prepare) = &template.prepare {
        prepare(&mut made);
    }
    let word: String = template
        .display_name
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

fn shown(template: &ApplicationTemplate) -> Value {
    json!({
        "id": template.id,
        "displayName": template.display_name,
        "homePageUrl": template.home_page_url,
        "supportedSingleSignOnModes": ["saml", "external"],
        "supportedProvisioningTypes": [],
        "logoUrl": null,
        "categories": template.categories,
        "publisher": template.publisher,
        "description": template.description,
    })
}
