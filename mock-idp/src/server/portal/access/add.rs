//! "Add Assignment": whom, and as what.

use axum::response::Response;
use maud::html;

use crate::directory::{Application, Assignment, DEFAULT_ACCESS, Principal, Tenant};
use crate::server::csrf::Form;
use crate::server::portal::app_scene::AppScene;
use crate::server::portal::change;
use crate::server::portal::entry::{Entry, Failure};
use crate::server::portal::field;
use crate::server::portal::frame::AppSection;
use crate::server::portal::people::{Offered, picked, selection};
use crate::server::portal::principals::principal;

/// The dialog; `?principal=` says who was selected.
pub(crate) async fn show(scene: AppScene) -> Response {
    let entry = scene.queried();
    page(&scene, &entry)
}

/// "Users and groups": the list to select from.
pub(crate) async fn select(scene: AppScene) -> Response {
    let entry = scene.queried();
    let back = scene.within("users-and-groups/add");
    let here = scene.within("users-and-groups/add/select");
    let content = html! {
        form.sheet method="get" action=(back) {
            (selection(&scene, &entry, Some(&here), Offered::UsersAndGroups))
            div.tools {
                button type="submit" { "Select" }
                a.button.quiet href=(back) { "Cancel" }
            }
        }
    };
    let trail = [
        (scene.within("users-and-groups"), "Users and groups"),
        (back.clone(), "Add Assignment"),
    ];
    scene.show(AppSection::Assignments, &trail, "Users and groups", &content)
}

/// "Assign".
pub(crate) async fn submit(scene: AppScene, Form(fields): Form) -> Response {
    let entry = Entry::from(fields);
    let assigned = change::application(&scene, &Entry::default(), |application, tenant| {
        assign(&entry, application, tenant)
    });
    match assigned {
        Ok(0) => scene.done("users-and-groups", "They were assigned already."),
        Ok(1) => scene.done("users-and-groups", "1 assignment was added."),
        Ok(many) => scene.done("users-and-groups", &format!("{many} assignments were added.")),
        Err(failure) => scene.again(entry, failure, page),
    }
}

/// Assigns everybody whom the form names, and says how many are new.
pub(crate) fn assign(
    entry: &Entry,
    application: &mut Application,
    tenant: &Tenant,
) -> Result<usize, Failure> {
    let role = match entry.text("role") {
        "" => DEFAULT_ACCESS,
        role => role,
    };
    check_role(application, role)?;
    let wanted = entry.all("principal");
    if wanted.is_empty() {
        return Err(Failure::field("principal", "Select at least one user or group."));
    }
    let mut added = 0;
    for id in wanted {
        let principal: Principal = principal(tenant, id).ok_or_else(|| {
            Failure::field(
                "principal",
                "A user or group that was selected is not there any more; select again.",
            )
        })?;
        let same = |known: &Assignment| known.principal == principal && known.role == role;
        if !application.assignments.iter().any(same) {
            application.assignments.push(Assignment::new(principal, role));
            added += 1;
        }
    }
    Ok(added)
}

/// Whether somebody can be given this role.
pub(crate) fn check_role(application: &Application, role: &str) -> Result<(), Failure> {
    let known = role == DEFAULT_ACCESS || application.role(role).is_some_and(|role| role.enabled);
    match known {
        true => Ok(()),
        false => Err(Failure::field(
            "role",
            "This role is disabled or was deleted; select another.",
        )),
    }
}

/// "Select a role": the roles that people can be given.
pub(crate) fn role_choices(application: &Application) -> Vec<(String, String)> {
    let offered = application.app_roles.iter().filter(|role| {
        let for_people = role.allowed_member_types.iter().any(|kind| kind == "User");
        role.enabled && for_people && role.display_name != "msiam_access"
    });
    let default = (DEFAULT_ACCESS.to_owned(), "Default Access".to_owned());
    std::iter::once(default)
        .chain(offered.map(|role| {
            let value = role.value.as_ref().map(|value| format!(" ({value})"));
            (
                role.id.clone(),
                format!("{}{}", role.display_name, value.unwrap_or_default()),
            )
        }))
        .collect()
}

fn page(scene: &AppScene, entry: &Entry) -> Response {
    let chosen = picked(scene.tenant(), entry);
    let query: Vec<_> = chosen.iter().map(|(id, _)| format!("principal={id}")).collect();
    let select = format!(
        "{}?{}",
        scene.within("users-and-groups/add/select"),
        query.join("&")
    );
    let form = html! {
        section.field.wrong[entry.problem("principal").is_some()] #principal aria-labelledby="who" {
            h2 #who { a href=(select) { "Users and groups" } }
            @if chosen.is_empty() { p.muted { "None Selected" } }
            ul { @for (id, name) in &chosen { li { (name) input type="hidden" name="principal" value=(id); } } }
            (field::wrong("principal", entry.problem("principal")))
        }
        (field::choice(entry, "role", "Select a role", role_choices(scene.application())))
        div.tools {
            button type="submit" { "Assign" }
            a.button.quiet href=(scene.within("users-and-groups")) { "Cancel" }
        }
    };
    let form = field::form(scene, &scene.within("users-and-groups/add"), entry, &form);
    scene.show(AppSection::Assignments, &[], "Add Assignment", &form)
}
