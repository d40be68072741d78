//! Step 3: as what each of them uses it.

use axum::response::Response;
use maud::{Markup, html};

use super::step::Step;
use crate::server::csrf::Form;
use crate::server::portal::access::{check_role, put_role, role_choices, role_fields};
use crate::server::portal::app_scene::AppScene;
use crate::server::portal::change;
use crate::server::portal::entry::{Entry, Failure};
use crate::server::portal::field;
use crate::server::portal::principals::named;

pub(crate) async fn show(scene: AppScene) -> Response {
    let entry = Step::Roles.entry(&scene, |mut entry| {
        for assignment in &scene.application().assignments {
            entry = entry.with(&name(&assignment.id), &assignment.role);
        }
        entry.with("members", "people").ticked("enabled", true)
    });
    page(&scene, &entry)
}

/// "Next" gives everybody their role; "Create app role" makes one first and stays here.
pub(crate) async fn save(scene: AppScene, Form(fields): Form) -> Response {
    let mut entry = Entry::from(fields);
    if entry.text("go") == "role" {
        let made = change::application(&scene, &entry, |application, _| {
            put_role(&entry, application, "new")
        });
        return match made {
            Ok(_) => {
                for used in ["display_name", "value", "description", "go"] {
                    entry.set(used, "");
                }
                scene.renewed(&mut entry, page)
            }
            Err(failure) => scene.again(entry, failure, page),
        };
    }
    let save = |entry: &Entry| {
        change::application(&scene, entry, |application, _| {
            let ids: Vec<_> = application
                .assignments
                .iter()
                .map(|known| known.id.clone())
                .collect();
            for (at, id) in ids.iter().enumerate() {
                let role = entry.text(&name(id));
                if role.is_empty() {
                    continue;
                }
                check_role(application, role).map_err(|_| {
                    Failure::field(&name(id), "This role is disabled or was deleted; select another.")
                })?;
                role.clone_into(&mut application.assignments[at].role);
            }
            let mut seen = Vec::new();
            application.assignments.retain(|known| {
                let pair = (known.principal.clone(), known.role.clone());
                let is_new = !seen.contains(&pair);
                seen.push(pair);
                is_new
            });
            Ok(())
        })
    };
    Step::Roles.leave(&scene, entry, save, page)
}

fn name(assignment: &str) -> String {
    format!("role-{assignment}")
}

fn page(scene: &AppScene, entry: &Entry) -> Response {
    let application = scene.application();
    let choices = role_choices(application);
    let rows = application.assignments.iter().map(|assignment| -> Markup {
        let (who, kind) = named(scene.tenant(), &assignment.principal);
        let id = name(&assignment.id);
        html! { (field::choice(entry, &id, &format!("Select a role for {who} ({kind})"), choices.clone())) }
    });
    let rows: Vec<_> = rows.collect();
    let fields = html! {
        @if rows.is_empty() { p { "Nobody was added in the step before, so there is nobody to give a role to." } }
        @for row in &rows { (row) }
        details open[!entry.problems().is_empty() || !entry.text("display_name").is_empty()] {
            summary { "Create app role" }
            p.hint { "What the application is told about a user’s part in it. Without one, everybody has Default Access." }
            (role_fields(entry))
            button.quiet type="submit" name="go" value="role" { "Create app role" }
        }
    };
    Step::Roles.show(scene, &Step::Roles.form(scene, entry, &fields))
}
