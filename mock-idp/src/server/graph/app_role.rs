//! `appRoles`: what people can be assigned as.

use std::collections::HashSet;

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::body;
use super::error::GraphError;
use crate::Application;
use crate::directory::{AppRole, DEFAULT_ACCESS};

/// The roles as Graph shows them.
pub(super) fn shown(application: &Application) -> Value {
    let roles = application.app_roles.iter().map(|role| {
        json!({
            "allowedMemberTypes": role.allowed_member_types,
            "description": role.description,
            "displayName": role.display_name,
            "id": role.id,
            "isEnabled": role.enabled,
            "origin": "Application",
            "value": role.value,
        })
    });
    roles.collect()
}

/// All roles at once. One that is missing is deleted, for which it must have been disabled before.
pub(super) fn patch(application: &mut Application, value: &Value) -> Result<(), GraphError> {
    let roles: Vec<AppRole> = body::list("appRoles", value)?
        .iter()
        .map(read)
        .collect::<Result<_, _>>()?;
    let mut ids = HashSet::new();
    let mut values = HashSet::new();
    for role in &roles {
        if role.id == DEFAULT_ACCESS || !ids.insert(role.id.clone()) {
            return Err(GraphError::property(
                "appRoles",
                "Each role has an id of its own.",
            ));
        }
        if let Some(value) = &role.value
            && !values.insert(value.to_lowercase())
        {
            return Err(GraphError::property(
                "appRoles",
                format!("The value '{value}' stands there twice."),
            ));
        }
    }
    let is_enabled = |role: &&AppRole| role.enabled && !ids.contains(&role.id.to_ascii_lowercase());
    if let Some(role) = application.app_roles.iter().find(is_enabled) {
        return Err(GraphError {
            detail: Some((
                "CannotDeleteEnabledEntitlement",
                "appRoles".to_owned(),
                format!(
                    "The role '{}' is enabled and missing; keep it, or PATCH it with isEnabled false first.",
                    role.display_name
                ),
            )),
            ..GraphError::new(
                StatusCode::BAD_REQUEST,
                "CannotDeleteOrUpdateEnabledEntitlement",
                "Permission (scope or role) cannot be deleted or updated unless disabled first.",
            )
        });
    }
    application.assignments.retain(|assignment| {
        assignment.role == DEFAULT_ACCESS || ids.contains(&assignment.role.to_ascii_lowercase())
    });
    application.app_roles = roles;
    Ok(())
}

fn read(value: &Value) -> Result<AppRole, GraphError> {
    let role = body::object("appRoles", value)?;
    let field = |name: &str| role.get(name).unwrap_or(&Value::Null);
    for (name, _) in body::properties(role) {
        if ![
            "allowedMemberTypes",
            "description",
            "displayName",
            "id",
            "isEnabled",
            "origin",
            "value",
        ]
        .contains(&name)
        {
            return Err(GraphError::unknown(&format!("appRoles/{name}")));
        }
    }
    let types = body::texts("allowedMemberTypes", field("allowedMemberTypes"))?;
    if types.is_empty() || types.iter().any(|kind| kind != "User" && kind != "Application") {
        return Err(GraphError::property(
            "allowedMemberTypes",
            "User, Application, or both are expected.",
        ));
    }
    let value = body::optional("value", field("value"))?;
    if value.as_ref().is_some_and(|value| {
        value.chars().count() > 120 || value.contains(char::is_whitespace) || value.starts_with('.')
    }) {
        return Err(GraphError::property(
            "value",
            "At most 120 characters without space are expected, and no dot at the beginning.",
        ));
    }
    let name = body::text("displayName", field("displayName"))?;
    if name.is_empty() || name.chars().count() > 100 {
        return Err(GraphError::property(
            "displayName",
            "Between 1 and 100 characters are expected.",
        ));
    }
    Ok(AppRole {
        id: body::guid("id", field("id"))?,
        display_name: name,
        value,
        description: body::optional("description", field("description"))?.unwrap_or_default(),
        enabled: match field("isEnabled") {
            Value::Null => true,
            enabled => body::boolean("isEnabled", enabled)?,
        },
        allowed_member_types: types,
    })
}
