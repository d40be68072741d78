//! Who is in which group, from both ends.

use std::collections::HashSet;

use axum::http::Method;
use serde_json::{Value, json};

use super::body;
use super::call::{Answer, Answered, Call};
use super::error::GraphError;
use super::query::Kind;
use super::view::{group, role, service_principal, user};
use crate::directory::{Group, GroupKind, Principal, Tenant};

const KIND: Kind = Kind {
    set: "directoryObjects",
    name: "microsoft.graph.directoryObject",
    unasked: None,
    contains: false,
    specimen: || {
        let mut all = user::shown(&crate::User::new("a@b", "c"));
        if let (Some(all), Value::Object(more)) = (all.as_object_mut(), group::shown(&Group::new(""))) {
            all.extend(more);
        }
        all
    },
};

/// `/groups/{id}/members`
pub(super) fn members(call: &Call, id: &str, path: &[&str]) -> Answered {
    let directory = call.directory.read();
    let tenant = call.tenant(&directory)?;
    let direct = || {
        direct(tenant, id)
            .iter()
            .filter_map(|member| object(tenant, member))
            .collect()
    };
    match (path, &call.method) {
        ([] | ["$ref"], &Method::GET) => call.list(&KIND, direct()),
        (["user"], &Method::GET) => call.list(&user::KIND, only("user", direct())),
        (["group"], &Method::GET) => call.list(&group::KIND, only("group", direct())),
        (["$count"], &Method::GET) => call.count(&KIND, direct()),
        (["$ref"], &Method::POST) => add(call, id),
        ([member, "$ref"], &Method::DELETE) => call.change(|tenant| {
            let group = group_mut(tenant, id)?;
            let before = group.members.len();
            group
                .members
                .retain(|known| !known.id().eq_ignore_ascii_case(member));
            match group.members.len() == before {
                true => Err(GraphError::not_found(member)),
                false => Ok(Answer::Done),
            }
        }),
        ([] | ["$ref"], _) => Err(GraphError::method("GET, and POST of a $ref")),
        ([_, "$ref"], _) => Err(GraphError::method("DELETE")),
        ([other, ..], _) => Err(GraphError::segment(other)),
    }
}

/// `/groups/{id}/transitiveMembers`
pub(super) fn transitive(call: &Call, id: &str, path: &[&str]) -> Answered {
    let directory = call.directory.read();
    let tenant = call.tenant(&directory)?;
    let all = || {
        let (mut seen, mut found, mut wanted) = (HashSet::new(), Vec::new(), vec![id.to_owned()]);
        while let Some(group) = wanted.pop() {
            for member in direct(tenant, &group) {
                if seen.insert(member.id().to_owned()) {
                    found.extend(object(tenant, member));
                    if let Principal::Group(id) = member {
                        wanted.push(id.clone());
                    }
                }
            }
        }
        found
    };
    match (path, &call.method) {
        ([], &Method::GET) => call.list(&KIND, all()),
        (["user"], &Method::GET) => call.list(&user::KIND, only("user", all())),
        (["$count"], &Method::GET) => call.count(&KIND, all()),
        ([], _) => Err(GraphError::method("GET")),
        ([other, ..], _) => Err(GraphError::segment(other)),
    }
}

/// What stands below a user or a group: the groups that it is in.
pub(super) fn of(call: &Call, principal: &Principal, path: &[&str]) -> Answered {
    let directory = call.directory.read();
    let tenant = call.tenant(&directory)?;
    let groups = |nested| groups_of(tenant, principal.id(), nested);
    let shown = |nested| groups(nested).into_iter().map(any_group).collect::<Vec<_>>();
    match (path, &call.method) {
        ([name @ ("memberOf" | "transitiveMemberOf")], &Method::GET) => {
            call.list(&KIND, shown(*name != "memberOf"))
        }
        ([name @ ("memberOf" | "transitiveMemberOf"), "group"], &Method::GET) => {
            call.list(&group::KIND, only("group", shown(*name != "memberOf")))
        }
        ([name @ ("memberOf" | "transitiveMemberOf"), "directoryRole"], &Method::GET) => {
            call.list(&KIND, only("directoryRole", shown(*name != "memberOf")))
        }
        ([name @ ("memberOf" | "transitiveMemberOf"), "$count"], &Method::GET) => {
            call.count(&KIND, shown(*name != "memberOf"))
        }
        (["getMemberObjects" | "getMemberGroups"], &Method::POST) => {
            let only = call.body.get("securityEnabledOnly");
            let security = only.map_or(Ok(false), |only| body::boolean("securityEnabledOnly", only))?;
            let roles = path == ["getMemberObjects"];
            let ids = groups(true).into_iter().filter(|group| match group.kind {
                GroupKind::Security => true,
                GroupKind::Mail => !security,
                GroupKind::DirectoryRole(_) => roles && !security,
            });
            let ids: Vec<&str> = ids.map(|group| group.object_id.as_str()).collect();
            call.result("Collection(Edm.String)", json!({ "value": ids }))
        }
        (["checkMemberGroups" | "checkMemberObjects"], &Method::POST) => {
            let name = if path == ["checkMemberGroups"] {
                "groupIds"
            } else {
                "ids"
            };
            let asked = call
                .body
                .get(name)
                .ok_or_else(|| GraphError::required(name, path[0]))?;
            let mut asked = body::texts(name, asked)?;
            asked.retain(|id| {
                groups(true)
                    .iter()
                    .any(|group| group.object_id.eq_ignore_ascii_case(id))
            });
            call.result("Collection(Edm.String)", json!({ "value": asked }))
        }
        (["memberOf" | "transitiveMemberOf", ..], _) => Err(GraphError::method("GET")),
        (["getMemberObjects" | "getMemberGroups" | "checkMemberGroups" | "checkMemberObjects"], _) => {
            Err(GraphError::method("POST"))
        }
        (["owners" | "ownedObjects" | "manager" | "directReports", ..], &Method::GET) => call.nobody(),
        ([other, ..], _) => Err(GraphError::segment(other)),
        ([], _) => Err(GraphError::segment("")),
    }
}

/// `/directoryObjects/{id}` and `getByIds`
pub(super) fn objects(call: &Call, path: &[&str]) -> Answered {
    let directory = call.directory.read();
    let tenant = call.tenant(&directory)?;
    let any = |id: &str| {
        let member = principal(tenant, id)
            .ok()
            .and_then(|member| object(tenant, &member));
        member.or_else(|| {
            let known = super::call::Side::ServicePrincipal.find(tenant, id).ok()?;
            let mut value = service_principal::shown(known, &tenant.id, false);
            value["@odata.type"] = "#microsoft.graph.servicePrincipal".into();
            Some(value)
        })
    };
    match (path, &call.method) {
        (["getByIds"], &Method::POST) => {
            let ids = call
                .body
                .get("ids")
                .ok_or_else(|| GraphError::required("ids", "getByIds"))?;
            let found: Vec<Value> = body::texts("ids", ids)?.iter().filter_map(|id| any(id)).collect();
            call.result("directoryObjects", json!({ "value": found }))
        }
        ([id], &Method::GET) => call.entity(KIND.set, any(id).ok_or_else(|| GraphError::not_found(id))?),
        (["getByIds"], _) => Err(GraphError::method("POST")),
        ([id, rest @ ..], _) if !rest.is_empty() => of(call, &principal(tenant, id)?, rest),
        ([_, ..], _) => Err(GraphError::method("GET")),
        ([], _) => Err(GraphError::segment("directoryObjects")),
    }
}

fn add(call: &Call, id: &str) -> Answered {
    let (_, member) = body::reference(&call.body)?;
    call.change(|tenant| {
        let member = principal(tenant, &member)?;
        let group = group_mut(tenant, id)?;
        if member.id() == group.object_id {
            return Err(GraphError::bad("A group cannot be a member of itself."));
        }
        if group.members.contains(&member) {
            return Err(GraphError::bad("One or more added object references already exist for the following modified properties: 'members'."));
        }
        group.members.push(member);
        Ok(Answer::Done)
    })
}

/// The user or group with this id.
pub(super) fn principal(tenant: &Tenant, id: &str) -> Result<Principal, GraphError> {
    let user = tenant
        .user_by_id(id)
        .map(|user| Principal::User(user.object_id.clone()));
    let group = || {
        tenant
            .group(id)
            .map(|group| Principal::Group(group.object_id.clone()))
    };
    user.or_else(group).ok_or_else(|| GraphError::not_found(id))
}

/// The groups that somebody is in: directly, or by groups within groups too.
fn groups_of<'a>(tenant: &'a Tenant, id: &str, nested: bool) -> Vec<&'a Group> {
    let mut reached: HashSet<&str> = HashSet::new();
    let mut wanted = vec![id.to_owned()];
    while let Some(member) = wanted.pop() {
        for group in &tenant.groups {
            let holds = group.members.iter().any(|of| of.id() == member);
            if holds && reached.insert(&group.object_id) && nested {
                wanted.push(group.object_id.clone());
            }
        }
    }
    let all = tenant.groups.iter();
    all.filter(|group| reached.contains(group.object_id.as_str()))
        .collect()
}

fn direct<'a>(tenant: &'a Tenant, id: &str) -> &'a [Principal] {
    tenant.group(id).map_or(&[], |group| &group.members)
}

fn group_mut<'a>(tenant: &'a mut Tenant, id: &str) -> Result<&'a mut Group, GraphError> {
    let mut all = tenant.groups.iter_mut();
    all.find(|group| group.object_id.eq_ignore_ascii_case(id))
        .ok_or_else(|| GraphError::not_found(id))
}

fn object(tenant: &Tenant, member: &Principal) -> Option<Value> {
    match member {
        Principal::User(id) => {
            let mut value = user::shown(tenant.user_by_id(id)?);
            value["@odata.type"] = "#microsoft.graph.user".into();
            Some(value)
        }
        Principal::Group(id) => Some(any_group(tenant.group(id)?)),
    }
}

fn any_group(group: &Group) -> Value {
    match &group.kind {
        GroupKind::DirectoryRole(_) => {
            let mut value = role::shown(group);
            value["@odata.type"] = "#microsoft.graph.directoryRole".into();
            value
        }
        _ => {
            let mut value = group::shown(group);
            value["@odata.type"] = "#microsoft.graph.group".into();
            value
        }
    }
}

fn only(kind: &str, mut all: Vec<Value>) -> Vec<Value> {
    let kind = format!("#microsoft.graph.{kind}");
    all.retain(|value| value["@odata.type"] == kind.as_str());
    all
}
