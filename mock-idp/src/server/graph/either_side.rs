//! What an application and its service principal have in common, and what stands below both.

use axum::http::Method;

use super::call::{Answered, Call, Side};
use super::error::GraphError;
use super::policy_names::policy_kind;
use super::{app_role, assignment, claims_policy, credential, policy, secret, signing};
use crate::directory::PolicyKind;

/// What stands below one application or service principal.
pub(super) fn below(call: &Call, side: Side, id: &str, rest: &[&str]) -> Answered {
    match (rest, &call.method) {
        (["addPassword"], &Method::POST) => secret::add(call, side, id),
        (["removePassword"], &Method::POST) => secret::remove(call, side, id),
        (["addPassword" | "removePassword"], _) => Err(GraphError::method("POST")),
        (["addKey" | "removeKey"], _) => Err(GraphError::unsupported(
            "Proofs of possession are not checked here; PATCH keyCredentials.",
        )),
        (["owners", ..], &Method::GET) => call.nobody(),
        (["owners", ..], _) => Err(unserved("owners")),
        (["synchronization", ..], _) => Err(unserved("synchronization")),
        ([set, rest @ ..], _) if policy_kind(set).is_some() => {
            let kind = policy_kind(set).unwrap_or(PolicyKind::ClaimsMapping);
            policy::assigned(call, side, id, kind, rest)
        }
        ([other, ..], _) => Err(GraphError::segment(other)),
        ([], _) => Err(GraphError::segment(id)),
    }
}

/// What stands below a service principal alone.
pub(super) fn below_service_principal(call: &Call, id: &str, rest: &[&str]) -> Answered {
    match (rest, &call.method) {
        (["addTokenSigningCertificate"], &Method::POST) => signing::add(call, id),
        (["addTokenSigningCertificate"], _) => Err(GraphError::method("POST")),
        (["appRoleAssignedTo", rest @ ..], _) => assignment::to_resource(call, id, rest),
        (["appRoleAssignments", ..], &Method::GET) => call.nobody(),
        (["appRoleAssignments", ..], _) => Err(unserved("appRoleAssignments of a service principal")),
        (["claimsPolicy"], _) => claims_policy::answer(call, id),
        (
            [
                "memberOf"
                | "transitiveMemberOf"
                | "oauth2PermissionGrants"
                | "delegatedPermissionClassifications",
            ],
            &Method::GET,
        ) => call.nobody(),
        _ => below(call, Side::ServicePrincipal, id, rest),
    }
}

/// What Graph has and this mock does not act on.
fn unserved(what: &str) -> GraphError {
    GraphError::new(
        axum::http::StatusCode::NOT_IMPLEMENTED,
        "NotImplemented",
        format!("This mock of Microsoft Graph does not serve {what}: it provisions single sign-on only."),
    )
}

/// The roles that can be assigned, and the keys, are the same at both objects.
pub(super) fn patched_alike(
    side: Side,
    application: &mut crate::Application,
    body: &serde_json::Map<String, serde_json::Value>,
    name: &str,
    value: &serde_json::Value,
) -> Option<Result<(), GraphError>> {
    Some(match name {
        "appRoles" => app_role::patch(application, value),
        "keyCredentials" => credential::patch(application, side, body, value),
        "tokenEncryptionKeyId" => credential::patch_encryption(application, value),
        _ => return None,
    })
}
