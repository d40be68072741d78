//! Step 1: which application, and what it is called here.

use axum::response::Response;
use maud::html;

use super::step::{Step, first};
use crate::server::csrf::Form;
use crate::server::portal::app::{choose, create as make};
use crate::server::portal::app_scene::AppScene;
use crate::server::portal::change;
use crate::server::portal::entry::Entry;
use crate::server::portal::field;
use crate::server::portal::scene::{Scene, see_other};

/// The gallery.
pub(crate) async fn show(scene: Scene) -> Response {
    let template = scene.query("template");
    let name = scene.directory.template(template).map(|template| template.name);
    let entry = Entry::default()
        .with("template", template)
        .with("name", name.unwrap_or_default());
    gallery(&scene, &entry)
}

/// "Create", and on to the users.
pub(crate) async fn create(scene: Scene, Form(fields): Form) -> Response {
    let entry = Entry::from(fields);
    match make(&scene, &entry) {
        Ok(application) => see_other(&scene.path(&format!("guided/{}/users", application.app_id))),
        Err(failure) => scene.again(entry, failure, gallery),
    }
}

/// The name again, for whoever goes back.
pub(crate) async fn again(scene: AppScene) -> Response {
    let name = scene.application().display_name.clone();
    let entry = Step::Add.entry(&scene, |entry| entry.with("name", name));
    page(&scene, &entry)
}

pub(crate) async fn rename(scene: AppScene, Form(fields): Form) -> Response {
    let save = |entry: &Entry| {
        change::application(&scene, entry, |application, _| {
            entry.text("name").clone_into(&mut application.display_name);
            Ok(())
        })
    };
    Step::Add.leave(&scene, fields.into(), save, page)
}

fn gallery(scene: &Scene, entry: &Entry) -> Response {
    let content = html! {
        p { "Choose an application; the next pages give it users, roles and single sign-on, and test it." }
        (choose(scene, &scene.path("guided"), entry))
    };
    first(scene, &content)
}

fn page(scene: &AppScene, entry: &Entry) -> Response {
    let fields = html! {
        (field::line(entry, "name", "Name").required())
        p.hint {
            "It was added already. "
            @if let Some(template) = &scene.application().template { "It came from the template " code { (template) } ". " }
            a href=(scene.path("guided")) { "Add another application" }
        }
    };
    Step::Add.show(scene, &Step::Add.form(scene, entry, &fields))
}
