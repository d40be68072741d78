//! Step 2: who may use it.

use axum::response::Response;
use maud::html;

use super::step::Step;
use crate::directory::{Assignment, DEFAULT_ACCESS, Principal};
use crate::server::csrf::Form;
use crate::server::portal::app_scene::AppScene;
use crate::server::portal::change;
use crate::server::portal::entry::{Entry, Failure};
use crate::server::portal::people::{Offered, selection};
use crate::server::portal::principals::principal;

pub(crate) async fn show(scene: AppScene) -> Response {
    let entry = Step::Users.entry(&scene, |mut entry| {
        for assignment in &scene.application().assignments {
            entry = entry.with("principal", assignment.principal.id());
        }
        entry
    });
    page(&scene, &entry)
}

/// Whoever is ticked is assigned, with default access at first; whoever is not ticked any more is not.
pub(crate) async fn save(scene: AppScene, Form(fields): Form) -> Response {
    let save = |entry: &Entry| {
        change::application(&scene, entry, |application, tenant| {
            let wanted: Option<Vec<Principal>> = entry
                .all("principal")
                .iter()
                .map(|id| principal(tenant, id))
                .collect();
            let wanted = wanted.ok_or_else(|| {
                Failure::field(
                    "principal",
                    "A user or group that was selected is not there any more; select again.",
                )
            })?;
            application
                .assignments
                .retain(|known| wanted.contains(&known.principal));
            for principal in wanted {
                if !application
                    .assignments
                    .iter()
                    .any(|known| known.principal == principal)
                {
                    application
                        .assignments
                        .push(Assignment::new(principal, DEFAULT_ACCESS));
                }
            }
            Ok(())
        })
    };
    Step::Users.leave(&scene, fields.into(), save, page)
}

fn page(scene: &AppScene, entry: &Entry) -> Response {
    let fields = html! {
        p { "Tick everybody who may use " (scene.application().display_name) ". Somebody who is not there yet is " a href=(scene.path("users/new")) { "made on another page" } "." }
        (selection(scene, entry, None, Offered::UsersAndGroups))
    };
    Step::Users.show(scene, &Step::Users.form(scene, entry, &fields))
}
