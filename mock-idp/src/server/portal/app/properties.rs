//! "Properties" of an application, and its end.

use axum::response::Response;
use maud::html;

use crate::directory::{Application, ConditionalAccess};
use crate::server::csrf::Form;
use crate::server::portal::app_scene::AppScene;
use crate::server::portal::change;
use crate::server::portal::entry::{Entry, Failure};
use crate::server::portal::field;
use crate::server::portal::frame::AppSection;

pub(crate) async fn show(scene: AppScene) -> Response {
    let entry = filled(scene.entry(), scene.application());
    page(&scene, &entry)
}

/// "Save".
pub(crate) async fn save(scene: AppScene, Form(fields): Form) -> Response {
    let entry = Entry::from(fields);
    match change::application(&scene, &entry, |application, _| read(&entry, application)) {
        Ok(()) => scene.done("properties", "The properties were saved."),
        Err(failure) => scene.again(entry, failure, page),
    }
}

/// The question before it is deleted.
pub(crate) async fn ask(scene: AppScene) -> Response {
    question(&scene, &scene.entry())
}

pub(crate) async fn delete(scene: AppScene, Form(fields): Form) -> Response {
    let entry = Entry::from(fields);
    match change::delete_application(&scene, &entry) {
        Ok(()) => {
            let name = &scene.application().display_name;
            let list = scene.path("applications");
            scene.scene_done(&list, &format!("{name} was deleted."))
        }
        Err(failure) => scene.again(entry, failure, question),
    }
}

/// The choices of the mock's own field: Azure keeps them in policies of the tenant.
const ACCESS: [(&str, &str, Option<ConditionalAccess>); 6] = [
    ("", "Nothing more", None),
    ("mfa", "A second factor", Some(ConditionalAccess::RequireMfa)),
    (
        "compliant",
        "A compliant device (53000)",
        Some(ConditionalAccess::RequireCompliantDevice),
    ),
    (
        "joined",
        "A domain-joined device (53001)",
        Some(ConditionalAccess::RequireDomainJoinedDevice),
    ),
    (
        "approved",
        "An approved client application (53002)",
        Some(ConditionalAccess::RequireApprovedClient),
    ),
    ("block", "Block access (53003)", Some(ConditionalAccess::Block)),
];

fn filled(entry: Entry, application: &Application) -> Entry {
    let access = ACCESS
        .iter()
        .find(|(.., asked)| *asked == application.conditional_access);
    entry
        .with("name", &application.display_name)
        .ticked("enabled", application.enabled)
        .ticked("assignment_required", application.assignment_required)
        .ticked("visible", application.visible)
        .with("access", access.map_or("", |(value, ..)| value))
        .with("notes", &application.notes)
}

fn read(entry: &Entry, application: &mut Application) -> Result<(), Failure> {
    entry.text("name").clone_into(&mut application.display_name);
    application.enabled = entry.has("enabled");
    application.assignment_required = entry.has("assignment_required");
    application.visible = entry.has("visible");
    let access = ACCESS.iter().find(|(value, ..)| *value == entry.text("access"));
    application.conditional_access = access.and_then(|(.., asked)| *asked);
    let notes = entry.text("notes");
    if notes.chars().count() > 4096 {
        return Err(Failure::field(
            "notes",
            "At most 4096 characters are kept; shorten the notes.",
        ));
    }
    notes.clone_into(&mut application.notes);
    Ok(())
}

fn page(scene: &AppScene, entry: &Entry) -> Response {
    let application = scene.application();
    let form = html! {
        div.tools {
            button type="submit" { "Save" }
            a.button.danger href=(scene.within("delete")) { "Delete" }
        }
        (field::line(entry, "name", "Name").required())
        fieldset {
            legend { "Who may use it" }
            (field::tick(entry, "enabled", "Enabled for users to sign-in?", "Where it is not, nobody gets in (AADSTS7000112)."))
            (field::tick(entry, "assignment_required", "Assignment required?", "Then only assigned users get in; others meet AADSTS50105."))
            (field::tick(entry, "visible", "Visible to users?", "Then it has a tile in My Apps."))
        }
        (field::choice(entry, "access", "Conditional access asks for", ACCESS.map(|(value, words, _)| (value, words))))
        (field::lines(entry, "notes", "Notes", 4))
        dl {
            dt { "Application ID" } dd { code { (application.app_id) } }
            dt { "Object ID" } dd { code { (application.service_principal_id) } }
            dt { "User access URL" } dd { code { (crate::server::urls::launch_url(&scene.idp.origin, &application.app_id, &scene.tenant().id)) } }
        }
    };
    let form = field::form(scene, &scene.within("properties"), entry, &form);
    scene.show(AppSection::Properties, &[], "Properties", &form)
}

fn question(scene: &AppScene, entry: &Entry) -> Response {
    let name = &scene.application().display_name;
    let form = html! {
        p { "Delete " strong { (name) } " with its certificates, roles and assignments? This cannot be undone. Users and groups stay." }
        div.tools {
            button.danger type="submit" { "Delete " (name) }
            a.button.quiet href=(scene.within("properties")) { "Cancel" }
        }
    };
    let form = field::form(scene, &scene.within("delete"), entry, &form);
    let trail = [(scene.within("properties"), "Properties")];
    scene.show(AppSection::Overview, &trail, "Delete the application", &form)
}
