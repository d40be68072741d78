//! `/groups`

use axum::http::Method;
use serde_json::{Map, Value};

use super::call::{Answer, Answered, Call};
use super::error::GraphError;
use super::view::group::{KIND, shown};
use super::{assignment, body, membership};
use crate::directory::{Group, GroupKind, Principal, Tenant};

pub(super) fn answer(call: &Call, path: &[&str]) -> Answered {
    let directory = call.directory.read();
    let tenant = call.tenant(&directory)?;
    let all = || {
        tenant
            .groups
            .iter()
            .filter(|group| is_group(group))
            .map(shown)
            .collect()
    };
    match (path, &call.method) {
        ([], &Method::GET) => call.list(&KIND, all()),
        (["$count"], &Method::GET) => call.count(&KIND, all()),
        ([], &Method::POST) => create(call),
        ([id], &Method::GET) => call.entity(KIND.set, shown(find(tenant, id)?)),
        ([id], &Method::PATCH) => call.change(|tenant| {
            let mut group = find(tenant, id)?.clone();
            let members = patch(&mut group, &call.body)?;
            if !members.is_empty() {
                return Err(GraphError::property(
                    "members@odata.bind",
                    "Members are added by members/$ref.",
                ));
            }
            put(tenant, group);
            Ok(Answer::Done)
        }),
        ([id], &Method::DELETE) => call.change(|tenant| {
            let id = find(tenant, id)?.object_id.clone();
            tenant.groups.retain(|group| group.object_id != id);
            tenant.forget(&id);
            Ok(Answer::Done)
        }),
        ([], _) => Err(GraphError::method("GET and POST")),
        ([_], _) => Err(GraphError::method("GET, PATCH and DELETE")),
        ([id, "members", rest @ ..], _) => membership::members(call, &find(tenant, id)?.object_id, rest),
        ([id, "transitiveMembers", rest @ ..], _) => {
            membership::transitive(call, &find(tenant, id)?.object_id, rest)
        }
        ([id, "appRoleAssignments", rest @ ..], _) => {
            let group = find(tenant, id)?;
            let principal = Principal::Group(group.object_id.clone());
            assignment::of_principal(call, &principal, &format!("groups/{}", group.object_id), rest)
        }
        ([id, rest @ ..], _) => {
            let principal = Principal::Group(find(tenant, id)?.object_id.clone());
            membership::of(call, &principal, rest)
        }
    }
}

fn create(call: &Call) -> Answered {
    for name in ["displayName", "mailEnabled", "mailNickname", "securityEnabled"] {
        if call.body.get(name).is_none_or(Value::is_null) {
            return Err(GraphError::required(name, "Group"));
        }
    }
    let mut group = Group::new("");
    let members = patch(&mut group, &call.body)?;
    let id = group.object_id.clone();
    let value = call.change(|tenant| {
        for member in &members {
            group.members.push(membership::principal(tenant, member)?);
        }
        let value = shown(&group);
        tenant.groups.push(group);
        Ok(value)
    })?;
    call.created(KIND.set, format!("groups/{id}"), value)
}

fn put(tenant: &mut Tenant, group: Group) {
    if let Some(place) = tenant
        .groups
        .iter_mut()
        .find(|known| known.object_id == group.object_id)
    {
        *place = group;
    }
}

/// Takes over what is said of a group; the ids of members that it begins with come back.
fn patch(group: &mut Group, given: &Map<String, Value>) -> Result<Vec<String>, GraphError> {
    let mut members = Vec::new();
    let mut mail = group.kind == GroupKind::Mail;
    for (name, value) in body::properties(given) {
        match name {
            "displayName" => {
                group.display_name = body::text(name, value)?;
                crate::directory::check_name("displayName", &group.display_name)?;
            }
            "description" => group.description = body::optional(name, value)?.unwrap_or_default(),
            "mailEnabled" => mail = body::boolean(name, value)?,
            "securityEnabled" => drop(body::boolean(name, value)?),
            "mailNickname" => drop(body::text(name, value)?), // a group of this mock has no mailbox
            "groupTypes" => mail |= body::texts(name, value)?.iter().any(|kind| kind == "Unified"),
            "visibility" | "isAssignableToRole" | "owners@odata.bind" | "preferredDataLocation" => {}
            "members@odata.bind" => {
                for url in body::texts(name, value)? {
                    members.push(body::reference_of(&url)?.1);
                }
            }
            name => return Err(GraphError::unknown(name)),
        }
    }
    group.kind = if mail {
        GroupKind::Mail
    } else {
        GroupKind::Security
    };
    Ok(members)
}

/// A group that is no directory role.
pub(super) fn is_group(group: &Group) -> bool {
    !matches!(group.kind, GroupKind::DirectoryRole(_))
}

fn find<'a>(tenant: &'a Tenant, id: &str) -> Result<&'a Group, GraphError> {
    let found = tenant.group(id).filter(|group| is_group(group));
    found.ok_or_else(|| GraphError::not_found(id))
}
