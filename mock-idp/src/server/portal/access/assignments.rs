//! "Users and groups" of an application.

use axum::response::Response;
use maud::html;

use super::add::role_choices;
use crate::directory::{Application, DEFAULT_ACCESS};
use crate::server::csrf::Form;
use crate::server::portal::app_scene::AppScene;
use crate::server::portal::change;
use crate::server::portal::entry::{Entry, Failure};
use crate::server::portal::field;
use crate::server::portal::frame::AppSection;
use crate::server::portal::principals::named;
use crate::server::portal::words;

pub(crate) async fn show(scene: AppScene) -> Response {
    list(&scene, &Entry::default())
}

/// "Edit Assignment": another role.
pub(crate) async fn edit(scene: AppScene) -> Response {
    let id = scene.parameter("assignment");
    let found = scene
        .application()
        .assignments
        .iter()
        .find(|known| known.id == id);
    match found {
        Some(assignment) => page(&scene, &scene.entry().with("role", &assignment.role)),
        None => scene.gone("That assignment"),
    }
}

pub(crate) async fn save(scene: AppScene, Form(fields): Form) -> Response {
    let entry = Entry::from(fields);
    let id = scene.parameter("assignment").to_owned();
    let saved = change::application(&scene, &entry, |application, _| {
        let role = entry.text("role").to_owned();
        super::add::check_role(application, &role)?;
        let mut all = application.assignments.iter();
        let known = all.position(|known| known.id == id).ok_or(Failure::Gone)?;
        let principal = &application.assignments[known].principal;
        let twin = |other: &crate::directory::Assignment| {
            other.id != id && &other.principal == principal && other.role == role
        };
        if application.assignments.iter().any(twin) {
            return Err(Failure::field(
                "role",
                "There is such an assignment already; remove this one in place of changing it.",
            ));
        }
        application.assignments[known].role = role;
        Ok(())
    });
    match saved {
        Ok(()) => scene.done("users-and-groups", "The assignment was changed."),
        Err(failure) => scene.again(entry, failure, page),
    }
}

pub(crate) async fn remove(scene: AppScene, Form(_): Form) -> Response {
    let id = scene.parameter("assignment").to_owned();
    let removed = change::application(&scene, &Entry::default(), |application, _| {
        let before = application.assignments.len();
        application.assignments.retain(|known| known.id != id);
        match application.assignments.len() < before {
            true => Ok(()),
            false => Err(Failure::Gone),
        }
    });
    match removed {
        Ok(()) => scene.done("users-and-groups", "The assignment was removed."),
        Err(failure) => scene.again(Entry::default(), failure, list),
    }
}

fn role_name(application: &Application, role: &str) -> String {
    match application.role(role) {
        Some(role) => role.display_name.clone(),
        None if role == DEFAULT_ACCESS => "Default Access".to_owned(),
        None => format!("{role} (deleted)"),
    }
}

fn list(scene: &AppScene, entry: &Entry) -> Response {
    let application = scene.application();
    let at = |below: &str| scene.within(&format!("users-and-groups/{below}"));
    let content = html! {
        (field::alert(entry))
        div.tools { a.button href=(at("add")) { "Add user/group" } }
        p.muted {
            @if application.assignment_required { "Only those who stand here get in: a user, or a direct member of a group." }
            @else { "Everybody gets in; who stands here has a role and a tile. “Assignment required?” is switched off in the " a href=(scene.within("properties")) { "properties" } "." }
        }
        @if application.assignments.is_empty() {
            p.card { "Nobody is assigned yet." }
        } @else {
            div.scroll tabindex="0" role="region" aria-label="Assignments" {
                table {
                    thead { tr { th scope="col" { "Display Name" } th scope="col" { "Object Type" } th scope="col" { "Role assigned" } th scope="col" { "Since" } th scope="col" { "Change" } } }
                    tbody {
                        @for assignment in &application.assignments {
                            @let (name, kind) = named(scene.tenant(), &assignment.principal);
                            tr {
                                th scope="row" { (name) }
                                td { (kind) }
                                td { (role_name(application, &assignment.role)) }
                                td.date { (words::day(assignment.created)) }
                                td {
                                    a href=(at(&assignment.id)) { "Edit assignment" span.visually-hidden { " of " (name) } } " "
                                    (field::button(scene, &at(&format!("{}/remove", assignment.id)), &[], "link danger", &html! { "Remove" span.visually-hidden { " " (name) } }))
                                }
                            }
                        }
                    }
                }
            }
        }
    };
    scene.show(AppSection::Assignments, &[], "Users and groups", &content)
}

fn page(scene: &AppScene, entry: &Entry) -> Response {
    let id = scene.parameter("assignment");
    let found = scene
        .application()
        .assignments
        .iter()
        .find(|known| known.id == id);
    let Some(assignment) = found else {
        return scene.gone("That assignment");
    };
    let (name, kind) = named(scene.tenant(), &assignment.principal);
    let form = html! {
        p { (kind) ": " strong { (name) } }
        (field::choice(entry, "role", "Select a role", role_choices(scene.application())))
        div.tools {
            button type="submit" { "Assign" }
            a.button.quiet href=(scene.within("users-and-groups")) { "Cancel" }
        }
    };
    let form = field::form(
        scene,
        &scene.within(&format!("users-and-groups/{id}")),
        entry,
        &form,
    );
    scene.show(AppSection::Assignments, &[], "Edit Assignment", &form)
}
