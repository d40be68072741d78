//! Policies that Microsoft Graph assigns to applications.

use serde::{Deserialize, Serialize};

/// One policy of a tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Its id, a GUID.
    pub id: String,
    /// What it decides.
    pub kind: PolicyKind,
    /// Its name.
    pub display_name: String,
    /// JSON texts, as Graph takes them; they are checked when they are written.
    pub definition: Vec<String>,
    /// Whether it holds for every application that has none of its own.
    #[serde(default)]
    pub is_organization_default: bool,
}

/// What a policy decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyKind {
    /// `claimsMappingPolicies`: it takes the place of the portal's Attributes & Claims.
    ClaimsMapping,
    /// `tokenIssuancePolicies`: signing option and algorithm.
    TokenIssuance,
    /// `tokenLifetimePolicies`: how long an assertion is valid.
    TokenLifetime,
}
