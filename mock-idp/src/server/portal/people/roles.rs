//! "Roles and administrators": directory roles, which assertions carry as `wids`.

use axum::response::Response;
use maud::html;

use super::{Offered, picked, selection};
use crate::directory::{Group, GroupKind, Tenant};
use crate::server::csrf::Form;
use crate::server::portal::change;
use crate::server::portal::entry::{Entry, Failure};
use crate::server::portal::field;
use crate::server::portal::frame::Section;
use crate::server::portal::principals::{named, principal};
use crate::server::portal::scene::Scene;

/// Template id and name of the roles that are offered (Microsoft: "Azure AD built-in roles").
const ROLES: [(&str, &str); 12] = [
    ("62e90394-69f5-4237-9190-012177145e10", "Global Administrator"),
    ("f2ef992c-3afb-46b9-b7cf-a126ee74c451", "Global Reader"),
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
    ("729827e3-9c14-49f7-bb1b-9608f156bbb8", "Helpdesk Administrator"),
    ("194ae4cb-b126-40b2-bd5b-6091b380977d", "Security Administrator"),
    ("5d6b6bb7-de71-4623-b4af-96380a352509", "Security Reader"),
    ("b0f54661-2d74-4c50-afa3-1ec803f12efe", "Billing Administrator"),
    (
        "e8611ab8-c189-46e8-94e1-60213ab1f814",
        "Privileged Role Administrator",
    ),
    ("88d8e3e3-8f55-4a1e-953a-9b9898b8876b", "Directory Readers"),
];

/// The list: those that are offered, and those that a file brought along.
pub(crate) async fn show(scene: Scene) -> Response {
    let tenant = scene.tenant();
    let others = tenant.groups.iter().filter_map(|group| match &group.kind {
        GroupKind::DirectoryRole(template) if !ROLES.iter().any(|(known, _)| known == template) => {
            Some((template.as_str(), group.display_name.as_str()))
        }
        _ => None,
    });
    let content = html! {
        p { "A Global Administrator may use every application without being assigned. Assertions carry the template ids of a user’s roles where the group claim asks for directory roles." }
        div.scroll tabindex="0" role="region" aria-label="Directory roles" {
            table {
                thead { tr { th scope="col" { "Role" } th scope="col" { "Template ID" } th scope="col" { "Assigned" } } }
                tbody {
                    @for (template, name) in ROLES.into_iter().chain(others) {
                        tr {
                            th scope="row" { a href=(scene.path(&format!("roles/{template}"))) { (name) } }
                            td { code { (template) } }
                            td { (held(tenant, template).map_or(0, |group| group.members.len())) }
                        }
                    }
                }
            }
        }
    };
    scene.show(Section::Roles, &[], "Roles and administrators", &content)
}

/// One role.
pub(crate) async fn role(scene: Scene) -> Response {
    let Some((template, name)) = known(&scene) else {
        return scene.gone("That role");
    };
    let at = scene.path(&format!("roles/{template}"));
    let members = held(scene.tenant(), &template).map_or(&[][..], |group| &group.members);
    let content = html! {
        div.tools { a.button href={ (at) "/add" } { "Add assignments" } }
        section.card aria-labelledby="assigned" {
            h2 #assigned { "Assignments" }
            @if members.is_empty() { p.muted { "Nobody has this role." } }
            ul {
                @for member in members {
                    @let (who, _) = named(scene.tenant(), member);
                    li {
                        (who) " "
                        (field::button(&scene, &format!("{at}/remove"), &[("member", member.id())], "link danger", &html! { "Remove" span.visually-hidden { " " (who) } }))
                    }
                }
            }
        }
    };
    scene.show(Section::Roles, &[], &name, &content)
}

/// "Add assignments": the list to select from.
pub(crate) async fn select(scene: Scene) -> Response {
    let entry = scene.queried();
    adding(&scene, &entry)
}

/// "Add".
pub(crate) async fn add(scene: Scene, Form(fields): Form) -> Response {
    let entry = Entry::from(fields);
    let Some((template, name)) = known(&scene) else {
        return scene.gone("That role");
    };
    if entry.has("more") {
        return adding(&scene, &entry);
    }
    let added = change::tenant(&scene, |tenant| {
        let wanted = picked(tenant, &entry);
        if wanted.is_empty() {
            return Err(Failure::field("principal", "Select at least one user."));
        }
        let wanted: Vec<_> = wanted
            .iter()
            .filter_map(|(id, _)| principal(tenant, id))
            .collect();
        let is = |group: &&mut Group| group.kind == GroupKind::DirectoryRole(template.clone());
        if tenant.groups.iter_mut().find(is).is_none() {
            let mut group = Group::new(&name);
            group.kind = GroupKind::DirectoryRole(template.clone());
            tenant.groups.push(group);
        }
        if let Some(group) = tenant.groups.iter_mut().find(is) {
            for member in wanted {
                if !group.members.contains(&member) {
                    group.members.push(member);
                }
            }
        }
        Ok(())
    });
    match added {
        Ok(()) => scene.done(&format!("roles/{template}"), "The role was assigned."),
        Err(failure) => scene.again(entry, failure, adding),
    }
}

pub(crate) async fn remove(scene: Scene, Form(fields): Form) -> Response {
    let entry = Entry::from(fields);
    let Some((template, _)) = known(&scene) else {
        return scene.gone("That role");
    };
    let removed = change::tenant(&scene, |tenant| {
        let kind = GroupKind::DirectoryRole(template.clone());
        let group = tenant
            .groups
            .iter_mut()
            .find(|group| group.kind == kind)
            .ok_or(Failure::Gone)?;
        group.members.retain(|member| member.id() != entry.text("member"));
        Ok(())
    });
    match removed {
        Ok(()) => scene.done(&format!("roles/{template}"), "The assignment was removed."),
        Err(failure) => scene.again(entry, failure, adding),
    }
}

fn held<'a>(tenant: &'a Tenant, template: &str) -> Option<&'a Group> {
    let is = |group: &&Group| matches!(&group.kind, GroupKind::DirectoryRole(of) if of.eq_ignore_ascii_case(template));
    tenant.groups.iter().find(is)
}

fn known(scene: &Scene) -> Option<(String, String)> {
    let template = scene.parameter("role").to_ascii_lowercase();
    let offered = ROLES.iter().find(|(known, _)| *known == template);
    let name = offered.map(|(_, name)| (*name).to_owned());
    let name = name.or_else(|| held(scene.tenant(), &template).map(|group| group.display_name.clone()));
    Some((template, name?))
}

fn adding(scene: &Scene, entry: &Entry) -> Response {
    let Some((template, name)) = known(scene) else {
        return scene.gone("That role");
    };
    let at = scene.path(&format!("roles/{template}"));
    let here = format!("{at}/add");
    let form = html! {
        (selection(scene, entry, None, Offered::Users))
        div.tools {
            button type="submit" { "Add" }
            a.button.quiet href=(at) { "Cancel" }
        }
    };
    let form = field::form(scene, &here, entry, &form);
    scene.show(Section::Roles, &[(at, &name)], "Add assignments", &form)
}
