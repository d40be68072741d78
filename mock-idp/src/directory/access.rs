//! Who may use an application, and as what.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The role id of an assignment that names no role, "Default Access" (Graph: `appRoleAssignment`, all zeros).
pub const DEFAULT_ACCESS: &str = "00000000-0000-0000-0000-000000000000";

/// A role that an application knows (Graph: `appRole`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppRole {
    /// The role's id, a GUID.
    pub id: String,
    /// What administrators read.
    pub display_name: String,
    /// What the role claim carries; a role without a value puts nothing there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// A disabled role is given to nobody; only such a one may be deleted.
    pub enabled: bool,
    /// `User` for people and groups, `Application` for programs.
    pub allowed_member_types: Vec<String>,
}

impl AppRole {
    /// A role for people.
    pub fn new(id: impl Into<String>, display_name: &str, value: Option<&str>) -> Self {
        Self {
            id: id.into(),
            display_name: display_name.to_owned(),
            value: value.map(ToOwned::to_owned),
            description: display_name.to_owned(),
            enabled: true,
            allowed_member_types: vec!["User".to_owned()],
        }
    }

    /// What every application that is made from a template begins with: `User` and `msiam_access`, both without a value.
    pub fn of_template() -> Vec<Self> {
        ["User", "msiam_access"]
            .map(|name| Self::new(crate::guid::fresh(), name, None))
            .to_vec()
    }
}

/// Somebody who may be assigned.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Principal {
    /// A user, by object id.
    User(String),
    /// A group, by object id: its direct members have access, members of groups in it have not.
    Group(String),
}

impl Principal {
    /// The object id.
    pub fn id(&self) -> &str {
        match self {
            Self::User(id) | Self::Group(id) => id,
        }
    }
}

/// One entry of "Users and groups" (Graph: `appRoleAssignment`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assignment {
    /// The assignment's id: base64url of 32 bytes, the first 16 the principal's GUID.
    pub id: String,
    /// Who.
    pub principal: Principal,
    /// As what: the id of an [`AppRole`], or [`DEFAULT_ACCESS`].
    pub role: String,
    /// Since when.
    pub created: Timestamp,
}

impl Assignment {
    /// A new one, from now on.
    pub fn new(principal: Principal, role: &str) -> Self {
        Self {
            id: crate::guid::assignment(principal.id()),
            principal,
            role: role.to_owned(),
            created: Timestamp::now(),
        }
    }
}
