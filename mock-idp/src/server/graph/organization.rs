//! `/organization`, `/domains`, `/directoryRoles`: read, but for the roles, which are activated.

use axum::http::Method;
use serde_json::{Value, json};

use super::call::{Answered, Call};
use super::error::GraphError;
use super::query::Kind;
use super::view::role::shown as shown_role;
use super::{body, membership};
use crate::directory::{Group, GroupKind, Tenant};

const ORGANIZATION: Kind = Kind {
    set: "organization",
    name: "microsoft.graph.organization",
    unasked: None,
    contains: false,
    specimen: || json!({ "id": null, "displayName": null, "tenantType": null, "countryLetterCode": null, "verifiedDomains": [] }),
};
const DOMAINS: Kind = Kind {
    set: "domains",
    name: "microsoft.graph.domain",
    unasked: None,
    contains: false,
    specimen: || shown_domain("", true),
};
const ROLES: Kind = Kind {
    set: "directoryRoles",
    name: "microsoft.graph.directoryRole",
    unasked: None,
    contains: false,
    specimen: || shown_role(&Group::new("")),
};
const TEMPLATES: Kind = Kind {
    set: "directoryRoleTemplates",
    name: "microsoft.graph.directoryRoleTemplate",
    unasked: None,
    contains: false,
    specimen: || shown_template(&ROLE_TEMPLATES[0]),
};

/// Ids and names of the roles that single sign-on meets (Microsoft: "Microsoft Entra built-in roles").
const ROLE_TEMPLATES: [(&str, &str); 6] = [
    ("62e90394-69f5-4237-9190-012177145e10", "Global Administrator"),
    (
        "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
        "Application Administrator",
    ),
    (
        "158c047a-c907-4556-b7ef-446551a6b5f7",
        "Cloud Application Administrator",
    ),
    ("fe930be7-5e62-47db-91af-98c3a49a38b1", "User Administrator"),
    ("fdd7a751-b60b-444a-984c-02652fe8fa1c", "Groups Administrator"),
    ("f2ef992c-3afb-46b9-b7cf-a126ee74c451", "Global Reader"),
];

pub(super) fn organization(call: &Call, path: &[&str]) -> Answered {
    let directory = call.directory.read();
    let tenant = call.tenant(&directory)?;
    match (path, &call.method) {
        ([], &Method::GET) => call.list(&ORGANIZATION, vec![shown(tenant)]),
        ([id], &Method::GET) if id.eq_ignore_ascii_case(&tenant.id) => {
            call.entity(ORGANIZATION.set, shown(tenant))
        }
        ([id], &Method::GET) => Err(GraphError::not_found(id)),
        ([] | [_], _) => Err(GraphError::method("GET")),
        ([_, other, ..], _) => Err(GraphError::segment(other)),
    }
}

pub(super) fn domains(call: &Call, path: &[&str]) -> Answered {
    let directory = call.directory.read();
    let tenant = call.tenant(&directory)?;
    let mut all = names(tenant).map(|(name, default)| shown_domain(name, default));
    match (path, &call.method) {
        ([], &Method::GET) => call.list(&DOMAINS, all.collect()),
        ([id], &Method::GET) => {
            let found = all.find(|domain| {
                domain["id"]
                    .as_str()
                    .is_some_and(|name| name.eq_ignore_ascii_case(id))
            });
            call.entity(DOMAINS.set, found.ok_or_else(|| GraphError::not_found(id))?)
        }
        ([] | [_], _) => Err(GraphError::method("GET")),
        ([_, other, ..], _) => Err(GraphError::segment(other)),
    }
}

pub(super) fn roles(call: &Call, path: &[&str]) -> Answered {
    let directory = call.directory.read();
    let tenant = call.tenant(&directory)?;
    let find = |key: &str| {
        let template = key.strip_prefix("roleTemplateId=");
        let mut all = activated(tenant);
        all.find(|(group, of)| {
            template.map_or(group.object_id.eq_ignore_ascii_case(key), |id| {
                of.eq_ignore_ascii_case(id)
            })
        })
        .map(|(group, _)| group)
        .ok_or_else(|| GraphError::not_found(template.unwrap_or(key)))
    };
    match (path, &call.method) {
        ([], &Method::GET) => call.list(
            &ROLES,
            activated(tenant).map(|(group, _)| shown_role(group)).collect(),
        ),
        ([], &Method::POST) => activate(call),
        ([id], &Method::GET) => call.entity(ROLES.set, shown_role(find(id)?)),
        ([id, "members", rest @ ..], _) => membership::members(call, &find(id)?.object_id, rest),
        ([], _) => Err(GraphError::method("GET and POST")),
        ([_], _) => Err(GraphError::method("GET")),
        ([_, other, ..], _) => Err(GraphError::segment(other)),
    }
}

pub(super) fn role_templates(call: &Call, path: &[&str]) -> Answered {
    match (path, &call.method) {
        ([], &Method::GET) => call.list(&TEMPLATES, ROLE_TEMPLATES.iter().map(shown_template).collect()),
        ([id], &Method::GET) => {
            let found = ROLE_TEMPLATES
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(id));
            call.entity(
                TEMPLATES.set,
                shown_template(found.ok_or_else(|| GraphError::not_found(id))?),
            )
        }
        ([] | [_], _) => Err(GraphError::method("GET")),
        ([_, other, ..], _) => Err(GraphError::segment(other)),
    }
}

fn activate(call: &Call) -> Answered {
    let template = call
        .body
        .get("roleTemplateId")
        .ok_or_else(|| GraphError::required("roleTemplateId", "DirectoryRole"))?;
    let template = body::guid("roleTemplateId", template)?;
    let known = ROLE_TEMPLATES.iter().find(|(id, _)| *id == template);
    let (id, name) = known.ok_or_else(|| GraphError::not_found(&template))?;
    let made = Group {
        kind: GroupKind::DirectoryRole((*id).to_owned()),
        ..Group::new(name)
    };
    let value = shown_role(&made);
    let location = format!("directoryRoles/{}", made.object_id);
    call.change(|tenant| {
        let is_there = activated(tenant).any(|(_, of)| of.eq_ignore_ascii_case(&template));
        match is_there {
            true => Err(GraphError::conflict("roleTemplateId")),
            false => {
                tenant.groups.push(made);
                Ok(())
            }
        }
    })?;
    call.created(ROLES.set, location, value)
}

fn activated(tenant: &Tenant) -> impl Iterator<Item = (&Group, &str)> {
    tenant.groups.iter().filter_map(|group| match &group.kind {
        GroupKind::DirectoryRole(template) => Some((group, template.as_str())),
        _ => None,
    })
}

fn names(tenant: &Tenant) -> impl Iterator<Item = (&str, bool)> {
    let others = tenant.domains.iter().map(|name| (name.as_str(), false));
    std::iter::once((tenant.domain.as_str(), true)).chain(others)
}

fn shown(tenant: &Tenant) -> Value {
    let domains = names(tenant).map(|(name, default)| {
        json!({ "capabilities": "Email", "isDefault": default, "isInitial": is_initial(name), "name": name, "type": "Managed" })
    });
    json!({
        "id": tenant.id,
        "displayName": tenant.display_name,
        "tenantType": "AAD",
        "countryLetterCode": tenant.country,
        "verifiedDomains": domains.collect::<Vec<_>>(),
    })
}

fn shown_domain(name: &str, default: bool) -> Value {
    json!({
        "id": name,
        "authenticationType": "Managed",
        "availabilityStatus": null,
        "isAdminManaged": true,
        "isDefault": default,
        "isInitial": is_initial(name),
        "isRoot": true,
        "isVerified": true,
        "supportedServices": ["Email"],
    })
}

fn is_initial(name: &str) -> bool {
    name.contains(".onmicrosoft.")
}

fn shown_template((id, name): &(&str, &str)) -> Value {
    json!({ "id": id, "deletedDateTime": null, "description": null, "displayName": name })
}
