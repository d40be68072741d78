//! App role assignments: who may use an application, seen from the application and from the principal.

use axum::http::Method;
use serde_json::{Value, json};

use super::body;
use super::call::{Answer, Answered, Call, Side};
use super::error::GraphError;
use super::query::Kind;
use crate::directory::{Application, Assignment, DEFAULT_ACCESS, Principal, Tenant};

const fn kind(set: &'static str) -> Kind {
    Kind {
        set,
        name: "microsoft.graph.appRoleAssignment",
        unasked: None,
        contains: false,
        specimen: || {
            json!({
                "id": null, "deletedDateTime": null, "appRoleId": null, "createdDateTime": null, "principalDisplayName": null,
                "principalId": null, "principalType": null, "resourceDisplayName": null, "resourceId": null,
            })
        },
    }
}

const SIDE: Side = Side::ServicePrincipal;
/// The most assignments of an application.
const MOST: usize = 50_000;

/// `/servicePrincipals/{id}/appRoleAssignedTo`
pub(super) fn to_resource(call: &Call, id: &str, path: &[&str]) -> Answered {
    let directory = call.directory.read();
    let tenant = call.tenant(&directory)?;
    let resource = SIDE.find(tenant, id)?;
    let all = || {
        let all = resource.assignments.iter();
        all.map(|one| shown(tenant, resource, one)).collect::<Vec<_>>()
    };
    let set = const { kind("appRoleAssignments") };
    match (path, &call.method) {
        ([], &Method::GET) => call.list(&set, all()),
        (["$count"], &Method::GET) => call.count(&set, all()),
        ([], &Method::POST) => create(
            call,
            &format!("servicePrincipals/{id}/appRoleAssignedTo"),
            None,
            Some(resource),
        ),
        ([one], &Method::GET) => call.entity(set.set, find(all(), one)?),
        ([one], &Method::DELETE) => delete(call, one, &|_, known| known.app_id == resource.app_id),
        ([], _) => Err(GraphError::method("GET and POST")),
        ([_], _) => Err(GraphError::method("GET and DELETE")),
        ([_, other, ..], _) => Err(GraphError::segment(other)),
    }
}

/// `/users/{id}/appRoleAssignments` and `/groups/{id}/appRoleAssignments`
pub(super) fn of_principal(call: &Call, principal: &Principal, at: &str, path: &[&str]) -> Answered {
    let directory = call.directory.read();
    let tenant = call.tenant(&directory)?;
    let all = || {
        let all = SIDE.all(tenant).flat_map(|resource| {
            let own = resource
                .assignments
                .iter()
                .filter(|one| one.principal == *principal);
            own.map(|one| shown(tenant, resource, one))
        });
        all.collect::<Vec<_>>()
    };
    let set = const { kind("appRoleAssignments") };
    match (path, &call.method) {
        ([], &Method::GET) => call.list(&set, all()),
        (["$count"], &Method::GET) => call.count(&set, all()),
        ([], &Method::POST) => create(call, &format!("{at}/appRoleAssignments"), Some(principal), None),
        ([one], &Method::GET) => call.entity(set.set, find(all(), one)?),
        ([one], &Method::DELETE) => delete(call, one, &|assignment, _| assignment.principal == *principal),
        ([], _) => Err(GraphError::method("GET and POST")),
        ([_], _) => Err(GraphError::method("GET and DELETE")),
        ([_, other, ..], _) => Err(GraphError::segment(other)),
    }
}

fn create(call: &Call, at: &str, principal: Option<&Principal>, resource: Option<&Application>) -> Answered {
    let (mut principal_id, mut resource_id, mut role) = (None, None, None);
    for (name, value) in body::properties(&call.body) {
        match name {
            "principalId" => principal_id = Some(body::guid(name, value)?),
            "resourceId" => resource_id = Some(body::guid(name, value)?),
            "appRoleId" => role = Some(body::guid(name, value)?),
            "principalType"
            | "id"
            | "createdDateTime"
            | "deletedDateTime"
            | "principalDisplayName"
            | "resourceDisplayName" => {}
            name => return Err(GraphError::unknown(name)),
        }
    }
    let required =
        |name, value: Option<String>| value.ok_or_else(|| GraphError::required(name, "AppRoleAssignment"));
    let (principal_id, resource_id) = (
        required("principalId", principal_id)?,
        required("resourceId", resource_id)?,
    );
    let role = required("appRoleId", role)?;
    let elsewhere = |name, is: &str, id: &str| match is.eq_ignore_ascii_case(id) {
        true => Ok(()),
        false => Err(GraphError::property(name, "It is not the object in the path.")),
    };
    if let Some(principal) = principal {
        elsewhere("principalId", principal.id(), &principal_id)?;
    }
    if let Some(resource) = resource {
        elsewhere("resourceId", &resource.service_principal_id, &resource_id)?;
    }
    let value = call.change(|tenant| {
        let principal = principal_of(tenant, &principal_id)?;
        let known = SIDE.find(tenant, &resource_id)?;
        check(known, &principal, &role)?;
        let app_id = known.app_id.clone();
        let role = known.role(&role).map_or(role.clone(), |known| known.id.clone());
        let made = tenant.assign(&app_id, principal, Some(&role));
        let resource = SIDE.find(tenant, &resource_id)?;
        made.map(|made| shown(tenant, resource, &made))
            .ok_or_else(|| GraphError::not_found(&resource_id))
    })?;
    let location = format!("{at}/{}", value["id"].as_str().unwrap_or_default());
    call.created("appRoleAssignments", location, value)
}

/// Whether this principal may be given this role: it exists, it is for people, and it is not given already.
fn check(resource: &Application, principal: &Principal, role: &str) -> Result<(), GraphError> {
    if role != DEFAULT_ACCESS {
        let known = resource
            .role(role)
            .filter(|known| known.enabled && known.allowed_member_types.iter().any(|kind| kind == "User"));
        if known.is_none() {
            return Err(GraphError::bad(format!(
                "Permission being assigned was not found on application '{}'",
                resource.app_id
            )));
        }
    }
    let mut all = resource.assignments.iter();
    if all.any(|one| one.principal == *principal && one.role.eq_ignore_ascii_case(role)) {
        return Err(GraphError::bad(
            "Permission being assigned already exists on the object",
        ));
    }
    match resource.assignments.len() >= MOST {
        true => Err(GraphError::property("appRoleAssignedTo", "There are too many.")),
        false => Ok(()),
    }
}

fn delete(call: &Call, id: &str, is_meant: &dyn Fn(&Assignment, &Application) -> bool) -> Answered {
    call.change(|tenant| {
        let mut found = false;
        for application in &mut tenant.applications {
            let meant: Vec<bool> = application
                .assignments
                .iter()
                .map(|one| one.id == id && is_meant(one, application))
                .collect();
            let mut meant = meant.into_iter();
            application.assignments.retain(|_| {
                let goes = meant.next().unwrap_or_default();
                found |= goes;
                !goes
            });
        }
        match found {
            true => Ok(Answer::Done),
            false => Err(GraphError::not_found(id)),
        }
    })
}

fn principal_of(tenant: &Tenant, id: &str) -> Result<Principal, GraphError> {
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

fn find(all: Vec<Value>, id: &str) -> Result<Value, GraphError> {
    let mut all = all.into_iter();
    all.find(|one| one["id"] == id)
        .ok_or_else(|| GraphError::not_found(id))
}

fn shown(tenant: &Tenant, resource: &Application, one: &Assignment) -> Value {
    let (kind, name) = match &one.principal {
        Principal::User(id) => ("User", tenant.user_by_id(id).map(|user| &user.display_name)),
        Principal::Group(id) => ("Group", tenant.group(id).map(|group| &group.display_name)),
    };
    json!({
        "id": one.id,
        "deletedDateTime": null,
        "appRoleId": one.role,
        "createdDateTime": body::written(one.created),
        "principalDisplayName": name,
        "principalId": one.principal.id(),
        "principalType": kind,
        "resourceDisplayName": resource.display_name,
        "resourceId": resource.service_principal_id,
    })
}
