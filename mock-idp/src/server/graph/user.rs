//! `/users`: people.

use axum::http::Method;
use serde_json::Value;

use super::call::{Answer, Answered, Call, Version};
use super::error::GraphError;
use super::view::user::{KIND, UNASKED, shown};
use super::{assignment, body, membership, user_patch};
use crate::directory::{Principal, Tenant, User};

pub(super) fn answer(call: &Call, path: &[&str]) -> Answered {
    let directory = call.directory.read();
    let tenant = call.tenant(&directory)?;
    let all = || tenant.users.iter().map(shown).collect();
    match (path, &call.method) {
        ([], &Method::GET) => call.list(&KIND, all()),
        (["$count"], &Method::GET) => call.count(&KIND, all()),
        ([], &Method::POST) => create(call),
        ([id], &Method::GET) => one(call, find(tenant, id)?),
        ([id], &Method::PATCH) => call.change(|tenant| {
            let mut user = find(tenant, id)?.clone();
            user_patch::patch(&mut user, &call.body)?;
            put(tenant, user)?;
            Ok(Answer::Done)
        }),
        ([id], &Method::DELETE) => call.change(|tenant| {
            let id = find(tenant, id)?.object_id.clone();
            tenant.users.retain(|user| user.object_id != id);
            tenant.forget(&id);
            Ok(Answer::Done)
        }),
        ([], _) => Err(GraphError::method("GET and POST")),
        ([_], _) => Err(GraphError::method("GET, PATCH and DELETE")),
        ([id, "appRoleAssignments", rest @ ..], _) => {
            let user = find(tenant, id)?;
            let principal = Principal::User(user.object_id.clone());
            assignment::of_principal(call, &principal, &format!("users/{}", user.object_id), rest)
        }
        ([id, rest @ ..], _) => {
            let principal = Principal::User(find(tenant, id)?.object_id.clone());
            membership::of(call, &principal, rest)
        }
    }
}

fn one(call: &Call, user: &User) -> Answered {
    let mut value = shown(user);
    let shows_few = call.version == Version::V1 && !call.query.selects();
    if let (true, Some(properties)) = (shows_few, value.as_object_mut()) {
        properties.retain(|name, _| UNASKED.contains(&name.as_str()));
    }
    call.entity(KIND.set, value)
}

fn create(call: &Call) -> Answered {
    for name in [
        "accountEnabled",
        "displayName",
        "mailNickname",
        "passwordProfile",
        "userPrincipalName",
    ] {
        if call.body.get(name).is_none_or(Value::is_null) {
            return Err(GraphError::required(name, "User"));
        }
    }
    let account = body::text("userPrincipalName", &call.body["userPrincipalName"])?;
    let mut user = User::new(&account, &account);
    user_patch::patch(&mut user, &call.body)?;
    let value = shown(&user);
    let location = format!("users/{}", user.object_id);
    call.change(|tenant| put(tenant, user))?;
    call.created(KIND.set, location, value)
}

/// In place of the one with this id, or at the end.
fn put(tenant: &mut Tenant, user: User) -> Result<(), GraphError> {
    tenant.check_user(&user)?;
    let same = |known: &&User| known.name == user.name && known.object_id != user.object_id;
    // Scenarios call their people by it, and so does this directory.
    if tenant.users.iter().find(same).is_some() {
        return Err(GraphError::conflict("mailNickname"));
    }
    match tenant
        .users
        .iter_mut()
        .find(|known| known.object_id == user.object_id)
    {
        Some(place) => *place = user,
        None => tenant.users.push(user),
    }
    Ok(())
}

/// The user with this object id or account name.
pub(super) fn find<'a>(tenant: &'a Tenant, key: &str) -> Result<&'a User, GraphError> {
    let key = key.strip_prefix("userPrincipalName=").unwrap_or(key);
    let found = tenant.user_by_id(key).or_else(|| tenant.account(key));
    found.ok_or_else(|| GraphError::not_found(key))
}
