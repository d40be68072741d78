//! Which call goes where, and what its token must allow.

use axum::http::Method;

use super::call::{Answered, Call};
use super::error::GraphError;
use super::policy_names::policy_kind;
use super::{application, group, membership, organization, policy, service_principal, template, user};

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
