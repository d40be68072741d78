//! A directory role.

use serde_json::{Value, json};

use crate::directory::{Group, GroupKind};

/// A directory role as Graph shows it.
pub(in crate::server::graph) fn shown(group: &Group) -> Value {
    let template = match &group.kind {
        GroupKind::DirectoryRole(template) => Some(template),
        _ => None,
    };
    json!({
        "id": group.object_id,
        "deletedDateTime": null,
        "description": Some(&group.description).filter(|text| !text.is_empty()),
        "displayName": group.display_name,
        "roleTemplateId": template,
    })
}
