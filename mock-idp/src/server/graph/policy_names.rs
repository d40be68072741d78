//! How Graph calls the kinds of policies.

use crate::directory::PolicyKind;

/// Names of a kind: the set, the entity, and the key of the definition.
pub(super) fn names(kind: PolicyKind) -> (&'static str, &'static str, &'static str) {
    match kind {
        PolicyKind::ClaimsMapping => (
            "claimsMappingPolicies",
            "microsoft.graph.claimsMappingPolicy",
            "ClaimsMappingPolicy",
        ),
        PolicyKind::TokenIssuance => (
            "tokenIssuancePolicies",
            "microsoft.graph.tokenIssuancePolicy",
            "TokenIssuancePolicy",
        ),
        PolicyKind::TokenLifetime => (
            "tokenLifetimePolicies",
            "microsoft.graph.tokenLifetimePolicy",
            "TokenLifetimePolicy",
        ),
    }
}

/// The kind whose set this is.
pub(super) fn policy_kind(set: &str) -> Option<PolicyKind> {
    Some(match set {
        "claimsMappingPolicies" => PolicyKind::ClaimsMapping,
        "tokenIssuancePolicies" => PolicyKind::TokenIssuance,
        "tokenLifetimePolicies" => PolicyKind::TokenLifetime,
        _ => return None,
    })
}
