//! `/policies/…Policies`, and which of them hold for an application.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::call::{Answer, Answered, Call, Side};
use super::error::GraphError;
use super::policy_names::names;
use super::query::Kind;
use super::view::service_principal;
use super::{body, definition};
use crate::directory::{Policy, PolicyKind, Tenant};
use crate::guid;

/// The most policies of a tenant, and the longest definition, in bytes.
const MOST: usize = 1000;
const LONGEST: usize = 64 * 1024;

fn listed(kind: PolicyKind) -> Kind {
    let (set, name, _) = names(kind);
    Kind {
        set,
        name,
        unasked: None,
        contains: false,
        specimen: || {
            json!({
                "id": null, "deletedDateTime": null, "definition": [], "displayName": null, "description": null, "isOrganizationDefault": false,
            })
        },
    }
}

/// `/policies/{set}`
pub(super) fn answer(call: &Call, kind: PolicyKind, path: &[&str]) -> Answered {
    let directory = call.directory.read();
    let tenant = call.tenant(&directory)?;
    let set = listed(kind);
    let all = || {
        tenant
            .policies
            .iter()
            .filter(|known| known.kind == kind)
            .map(shown)
            .collect()
    };
    match (path, &call.method) {
        ([], &Method::GET) => call.list(&set, all()),
        (["$count"], &Method::GET) => call.count(&set, all()),
        ([], &Method::POST) => create(call, kind),
        ([id], &Method::GET) => call.entity(set.set, shown(find(tenant, kind, id)?)),
        ([id], &Method::PATCH) => call.change(|tenant| {
            let id = find(tenant, kind, id)?.id.clone();
            let policy = tenant.policies.iter_mut().find(|known| known.id == id);
            policy.map_or(Err(GraphError::not_found(&id)), |policy| {
                patch(policy, &call.body)
            })?;
            Ok(Answer::Done)
        }),
        ([id], &Method::DELETE) => call.change(|tenant| {
            let id = find(tenant, kind, id)?.id.clone();
            tenant.policies.retain(|known| known.id != id);
            for application in &mut tenant.applications {
                application.policies.retain(|known| *known != id);
            }
            Ok(Answer::Done)
        }),
        ([id, "appliesTo"], &Method::GET) => {
            let id = &find(tenant, kind, id)?.id;
            let held = Side::ServicePrincipal
                .all(tenant)
                .filter(|known| known.policies.contains(id));
            let held = held.map(|known| service_principal::shown(known, &tenant.id, false));
            call.list(&service_principal::KIND, held.collect())
        }
        ([], _) => Err(GraphError::method("GET and POST")),
        ([_], _) => Err(GraphError::method("GET, PATCH and DELETE")),
        ([_, other, ..], _) => Err(GraphError::segment(other)),
    }
}

/// `/servicePrincipals/{id}/{set}` and `/applications/{id}/{set}`. Pages name one of the two for each kind; both are taken.
pub(super) fn assigned(call: &Call, side: Side, id: &str, kind: PolicyKind, path: &[&str]) -> Answered {
    let directory = call.directory.read();
    let tenant = call.tenant(&directory)?;
    let application = side.find(tenant, id)?;
    let all = || {
        let held = tenant.policies.iter().filter(|known| known.kind == kind);
        held.filter(|known| application.policies.contains(&known.id))
            .map(shown)
            .collect()
    };
    match (path, &call.method) {
        ([] | ["$ref"], &Method::GET) => call.list(&listed(kind), all()),
        (["$ref"], &Method::POST) => {
            let (_, policy) = body::reference(&call.body)?;
            call.change_application(side, id, |tenant, application| {
                let policy = &find(tenant, kind, &policy)?.id;
                if application.policies.contains(policy) {
                    return Err(GraphError::bad("One or more added object references already exist for the following modified properties: 'policies'."));
                }
                let of_kind = |id: &String| tenant.policies.iter().any(|known| known.id == *id && known.kind == kind);
                if application.policies.iter().any(of_kind) {
                    return Err(GraphError::bad("A conflicting object with one or more of the specified property values is present in the directory."));
                }
                application.policies.push(policy.clone());
                Ok(Answer::Done)
            })
        }
        ([policy, "$ref"], &Method::DELETE) => call.change_application(side, id, |tenant, application| {
            let policy = &find(tenant, kind, policy)?.id;
            let before = application.policies.len();
            application.policies.retain(|known| known != policy);
            match application.policies.len() == before {
                true => Err(GraphError::not_found(policy)),
                false => Ok(Answer::Done),
            }
        }),
        ([] | ["$ref"], _) => Err(GraphError::method("GET, and POST of a $ref")),
        ([_, "$ref"], _) => Err(GraphError::method("DELETE")),
        ([other, ..], _) => Err(GraphError::segment(other)),
    }
}

fn create(call: &Call, kind: PolicyKind) -> Answered {
    let (set, name, _) = names(kind);
    let mut policy = Policy {
        id: guid::fresh(),
        kind,
        display_name: String::new(),
        definition: Vec::new(),
        is_organization_default: false,
    };
    patch(&mut policy, &call.body)?;
    let of = name.trim_start_matches("microsoft.graph.");
    if policy.definition.is_empty() {
        return Err(GraphError::required("definition", of));
    }
    if policy.display_name.is_empty() {
        return Err(GraphError::required("displayName", of));
    }
    let value = shown(&policy);
    let location = format!("policies/{set}/{}", policy.id);
    call.change(|tenant| {
        if tenant.policies.len() >= MOST {
            return Err(GraphError::bad("The tenant has too many policies; delete some."));
        }
        tenant.policies.push(policy);
        Ok(())
    })?;
    call.created(&format!("policies/{set}"), location, value)
}

fn patch(policy: &mut Policy, body: &Map<String, Value>) -> Result<(), GraphError> {
    for (name, value) in body::properties(body) {
        match name {
            "displayName" => policy.display_name = body::text(name, value)?,
            "isOrganizationDefault" => {
                policy.is_organization_default = !value.is_null() && body::boolean(name, value)?;
            }
            "definition" => {
                let mut texts = Vec::new();
                for one in body::list(name, value)? {
                    // Longer than texts of other properties may be.
                    let text = one.as_str().filter(|text| text.len() <= LONGEST);
                    let text = text.ok_or_else(|| {
                        GraphError::property(name, "A JSON text of at most 64 KiB is expected.")
                    })?;
                    definition::check(policy.kind, text)?;
                    texts.push(text.to_owned());
                }
                if texts.len() != 1 {
                    return Err(GraphError::property(name, "One JSON text is expected."));
                }
                policy.definition = texts;
            }
            "description" | "id" | "deletedDateTime" => {}
            name => return Err(GraphError::unknown(name)),
        }
    }
    Ok(())
}

fn find<'a>(tenant: &'a Tenant, kind: PolicyKind, id: &str) -> Result<&'a Policy, GraphError> {
    let mut all = tenant.policies.iter().filter(|known| known.kind == kind);
    all.find(|known| known.id.eq_ignore_ascii_case(id))
        .ok_or_else(|| GraphError::not_found(id))
}

fn shown(policy: &Policy) -> Value {
    json!({
        "id": policy.id,
        "deletedDateTime": null,
        "definition": policy.definition,
        "displayName": policy.display_name,
        "description": null,
        "isOrganizationDefault": policy.is_organization_default,
    })
}
