//! Groups, nested as people like, and the directory's own roles.

use serde::{Deserialize, Serialize};

use super::Principal;

/// A group of a tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// The object id, a GUID.
    pub object_id: String,
    /// Its name.
    pub display_name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// What sort of group it is.
    #[serde(default)]
    pub kind: GroupKind,
    /// Direct members: users and other groups.
    #[serde(default)]
    pub members: Vec<Principal>,
    /// What it carries from the directory on the premises, where it is synchronized from one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_premises: Option<GroupOnPremises>,
}

impl Group {
    /// A security group without members.
    pub fn new(display_name: &str) -> Self {
        Self {
            object_id: crate::guid::fresh(),
            display_name: display_name.to_owned(),
            description: String::new(),
            kind: GroupKind::default(),
            members: Vec::new(),
            on_premises: None,
        }
    }
}

/// What sort of group it is, as group claims tell them apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupKind {
    /// A security group.
    #[default]
    Security,
    /// A Microsoft 365 group or a distribution list: in the claim only where all groups are asked for.
    Mail,
    /// A directory role, by the id of its template: it goes into the claim `wids`.
    DirectoryRole(String),
}

/// Attributes of a group that is synchronized from a directory on the premises.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GroupOnPremises {
    /// `sAMAccountName`
    pub sam_account_name: String,
    /// The NetBIOS name of its domain.
    pub netbios_name: String,
    /// The DNS name of its domain.
    pub dns_domain_name: String,
    /// `S-1-5-…`
    pub security_identifier: String,
}
