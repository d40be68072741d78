//! Which call goes where, and what its token must allow.

use axum::http::Method;

use super::call::{Answered, Call, Side};
use super::error::GraphError;
use super::{
    app_role, application, assignment, claims_policy, credential, group, membership, organization, policy,
    secret, service_principal, signing, template, user,
};
use crate::directory::PolicyKind;

/// Answers a call.
pub(super) fn answer(call: &Call) -> Answered {
    let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
    match path.as_slice() {
        ["applicationTemplates", rest @ ..] => template::answer(call, rest),
        ["applications", rest @ ..] => application::answer(call, rest),
        ["servicePrincipals", rest @ ..] => service_principal::answer(call, rest),
        ["users", rest @ ..] => user::answer(call, rest),
        ["groups", rest @ ..] => group::answer(call, rest),
        ["directoryObjects", rest @ ..] => membership::objects(call, rest),
        ["policies", set, rest @ ..] => match policy_kind(set) {
            Some(kind) => policy::answer(call, kind, rest),
            None => Err(GraphError::segment(set)),
        },
        ["organization", rest @ ..] => organization::organization(call, rest),
        ["domains", rest @ ..] => organization::domains(call, rest),
        ["directoryRoles", rest @ ..] => organization::roles(call, rest),
        ["directoryRoleTemplates", rest @ ..] => organization::role_templates(call, rest),
        ["me", ..] => Err(GraphError::bad(
            "/me request is only valid with delegated authentication flow.",
        )),
        [first, ..] => Err(GraphError::segment(first)),
        [] => Err(GraphError::segment("")),
    }
}

/// What stands below one application or service principal.
pub(super) fn below(call: &Call, side: Side, id: &str, rest: &[&str]) -> Answered {
    match (rest, &call.method) {
        (["addPassword"], &Method::POST) => secret::add(call, side, id),
        (["removePassword"], &Method::POST) => secret::remove(call, side, id),
        (["addPassword" | "removePassword"], _) => Err(GraphError::method("POST")),
        (["addKey" | "removeKey"], _) => Err(GraphError::unsupported(
            "Proofs of possession are not checked here; PATCH keyCredentials.",
        )),
        (["owners", ..], &Method::GET) => organization::nobody(call),
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
        (["appRoleAssignments", ..], &Method::GET) => organization::nobody(call),
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
        ) => organization::nobody(call),
        _ => below(call, Side::ServicePrincipal, id, rest),
    }
}

/// What Graph has and this mock does not act on.
pub(super) fn unserved(what: &str) -> GraphError {
    GraphError::new(
        axum::http::StatusCode::NOT_IMPLEMENTED,
        "NotImplemented",
        format!("This mock of Microsoft Graph does not serve {what}: it provisions single sign-on only."),
    )
}

fn policy_kind(set: &str) -> Option<PolicyKind> {
    Some(match set {
        "claimsMappingPolicies" => PolicyKind::ClaimsMapping,
        "tokenIssuancePolicies" => PolicyKind::TokenIssuance,
        "tokenLifetimePolicies" => PolicyKind::TokenLifetime,
        _ => return None,
    })
}

/// Whether one of these roles allows the call (Microsoft: "permissions reference").
pub(super) fn is_allowed(roles: &[String], path: &[String], method: &Method) -> bool {
    let writes = !matches!(*method, Method::GET | Method::HEAD);
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let asks_only = matches!(
        path.last(),
        Some(
            &"getMemberObjects"
                | &"getMemberGroups"
                | &"checkMemberGroups"
                | &"checkMemberObjects"
                | &"getByIds"
        )
    );
    let (read, write): (&[&str], &[&str]) = match path.as_slice() {
        [_, _, "appRoleAssignedTo" | "appRoleAssignments", ..] => (
            &[
                "AppRoleAssignment.ReadWrite.All",
                "Application.Read.All",
                "Application.ReadWrite.All",
            ],
            &["AppRoleAssignment.ReadWrite.All"],
        ),
        ["policies", ..] | [_, _, "claimsPolicy", ..] => (
            &[
                "Policy.Read.All",
                "Policy.Read.ApplicationConfiguration",
                "Policy.ReadWrite.ApplicationConfiguration",
            ],
            &["Policy.ReadWrite.ApplicationConfiguration"],
        ),
        ["applications" | "servicePrincipals" | "applicationTemplates", ..] => (
            &[
                "Application.Read.All",
                "Application.ReadWrite.All",
                "Application.ReadWrite.OwnedBy",
            ],
            &["Application.ReadWrite.All", "Application.ReadWrite.OwnedBy"],
        ),
        ["users", ..] => (&["User.Read.All", "User.ReadWrite.All"], &["User.ReadWrite.All"]),
        ["groups", _, "members", ..] => (
            &[
                "GroupMember.Read.All",
                "GroupMember.ReadWrite.All",
                "Group.Read.All",
                "Group.ReadWrite.All",
            ],
            &["GroupMember.ReadWrite.All", "Group.ReadWrite.All"],
        ),
        ["groups", ..] => (
            &["Group.Read.All", "Group.ReadWrite.All"],
            &["Group.ReadWrite.All"],
        ),
        ["organization", ..] => (&["Organization.Read.All", "Organization.ReadWrite.All"], &[]),
        ["domains", ..] => (&["Domain.Read.All", "Domain.ReadWrite.All"], &[]),
        _ => (&[], &[]),
    };
    let wanted = if writes && !asks_only { write } else { read };
    let general = |role: &str| match role {
        "Directory.ReadWrite.All" => !path.contains(&"appRoleAssignedTo") || !writes,
        "Directory.Read.All" => !writes || asks_only,
        _ => false,
    };
    roles
        .iter()
        .any(|role| wanted.contains(&role.as_str()) || general(role))
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
