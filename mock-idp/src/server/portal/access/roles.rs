//! "App roles".

use axum::response::Response;
use maud::{Markup, html};

use crate::directory::{AppRole, Application};
use crate::guid;
use crate::server::csrf::Form;
use crate::server::portal::app_scene::AppScene;
use crate::server::portal::change;
use crate::server::portal::entry::{Entry, Failure, Problem};
use crate::server::portal::field;
use crate::server::portal::frame::AppSection;

const MEMBERS: [(&str, &str, &[&str]); 3] = [
    ("people", "Users/Groups", &["User"]),
    ("programs", "Applications", &["Application"]),
    (
        "both",
        "Both (Users/Groups + Applications)",
        &["User", "Application"],
    ),
];
/// Azure's own, which stays as it is.
const FIXED: &str = "msiam_access";

pub(crate) async fn show(scene: AppScene) -> Response {
    list(&scene, &Entry::default())
}

/// The form for one, or for a new one.
pub(crate) async fn edit(scene: AppScene) -> Response {
    let entry = scene.entry();
    let entry = match scene.parameter("role") {
        "new" => entry.with("members", "people").ticked("enabled", true),
        id => {
            let Some(role) = scene.application().role(id) else {
                return scene.gone("That role");
            };
            let members = MEMBERS
                .iter()
                .find(|(.., kinds)| role.allowed_member_types == *kinds);
            entry
                .with("display_name", &role.display_name)
                .with("value", role.value.clone().unwrap_or_default())
                .with("description", &role.description)
                .with("members", members.map_or("people", |members| members.0))
                .ticked("enabled", role.enabled)
        }
    };
    page(&scene, &entry)
}

/// "Apply".
pub(crate) async fn save(scene: AppScene, Form(fields): Form) -> Response {
    let entry = Entry::from(fields);
    let id = scene.parameter("role").to_owned();
    let saved = change::application(&scene, &entry, |application, _| put(&entry, application, &id));
    match saved {
        Ok(name) => scene.done("app-roles", &format!("The role {name} was saved.")),
        Err(failure) => scene.again(entry, failure, page),
    }
}

/// "Delete": only of one that is disabled.
pub(crate) async fn delete(scene: AppScene, Form(_): Form) -> Response {
    let id = scene.parameter("role").to_owned();
    let deleted = change::application(&scene, &Entry::default(), |application, _| {
        let role = application.role(&id).ok_or(Failure::Gone)?;
        if role.enabled || role.display_name == FIXED {
            return Err(Failure::field(
                "roles",
                "Only a disabled role can be deleted: disable it first, and save.",
            ));
        }
        application.app_roles.retain(|known| known.id != id);
        application.assignments.retain(|known| known.role != id);
        Ok(())
    });
    match deleted {
        Ok(()) => scene.done("app-roles", "The role was deleted, with its assignments."),
        Err(failure) => scene.again(Entry::default(), failure, list),
    }
}

/// Makes the role that a form says, or changes the one with this id.
pub(crate) fn put(entry: &Entry, application: &mut Application, id: &str) -> Result<String, Failure> {
    let (name, value) = (entry.text("display_name"), entry.text("value"));
    let mut problems = Vec::new();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        problems.push(Problem::new(
            "display_name",
            "A role has a name of at most 100 characters.",
        ));
    }
    if value.chars().count() > 120 || value.chars().any(|c| c.is_whitespace() || c.is_control()) {
        problems.push(Problem::new(
            "value",
            "A value has at most 120 characters and no white space.",
        ));
    }
    let twin =
        |known: &&AppRole| known.id != id && !value.is_empty() && known.value.as_deref() == Some(value);
    if let Some(twin) = application.app_roles.iter().find(twin) {
        problems.push(Problem::new(
            "value",
            format!("The role {} has this value already.", twin.display_name),
        ));
    }
    if !problems.is_empty() {
        return Err(Failure::Problems(problems));
    }
    let members = MEMBERS.iter().find(|(value, ..)| *value == entry.text("members"));
    let kinds = members.map_or(&["User"][..], |members| members.2);
    let (is_new, id) = match id {
        "new" => (true, guid::fresh()),
        id => (false, id.to_owned()),
    };
    let role = AppRole {
        id: id.clone(),
        display_name: name.to_owned(),
        value: entry.optional("value"),
        description: entry.text("description").to_owned(),
        enabled: entry.has("enabled"),
        allowed_member_types: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
    };
    match application.app_roles.iter_mut().find(|known| known.id == id) {
        Some(known) if known.display_name == FIXED => {
            return Err(Failure::field(
                "display_name",
                "This role belongs to Azure and stays as it is.",
            ));
        }
        Some(known) => *known = role,
        None if is_new => application.app_roles.push(role),
        None => return Err(Failure::Gone),
    }
    Ok(name.to_owned())
}

fn list(scene: &AppScene, entry: &Entry) -> Response {
    let content = html! {
        (field::alert(entry))
        div.tools { a.button href=(scene.within("app-roles/new")) { "Create app role" } }
        div #roles { (table(scene)) }
    };
    scene.show(AppSection::AppRoles, &[], "App roles", &content)
}

/// The roles, with what can be done to each.
pub(crate) fn table(scene: &AppScene) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="App roles" {
            table {
                thead { tr { th scope="col" { "Display name" } th scope="col" { "Value" } th scope="col" { "Allowed member types" } th scope="col" { "State" } th scope="col" { "Change" } } }
                tbody {
                    @for role in &scene.application().app_roles {
                        @let at = |below: &str| scene.within(&format!("app-roles/{}{below}", role.id));
                        tr {
                            th scope="row" { @if role.display_name == FIXED { (role.display_name) } @else { a href=(at("")) { (role.display_name) } } }
                            td { @match &role.value { Some(value) => { code { (value) } }, None => span.muted { "none" } } }
                            td { (role.allowed_member_types.join(", ")) }
                            td { @if role.enabled { span.tag.on { "Enabled" } } @else { span.tag.off { "Disabled" } } }
                            td {
                                @if role.display_name == FIXED { span.muted { "Azure’s own" } }
                                @else if role.enabled { span.muted { "Disable it to delete it" } }
                                @else { (field::button(scene, &at("/delete"), &[], "link danger", &html! { "Delete" span.visually-hidden { " " (role.display_name) } })) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn page(scene: &AppScene, entry: &Entry) -> Response {
    let id = scene.parameter("role");
    let title = if id == "new" {
        "Create app role"
    } else {
        "Edit app role"
    };
    let form = html! {
        (fields(entry))
        div.tools {
            button type="submit" { "Apply" }
            a.button.quiet href=(scene.within("app-roles")) { "Cancel" }
        }
    };
    let form = field::form(scene, &scene.within(&format!("app-roles/{id}")), entry, &form);
    scene.show(AppSection::AppRoles, &[], title, &form)
}

/// The fields of a role.
pub(crate) fn fields(entry: &Entry) -> Markup {
    html! {
        (field::line(entry, "display_name", "Display name").required())
        (field::radios(entry, "members", "Allowed member types", &MEMBERS.map(|members| (members.0, members.1))))
        (field::line(entry, "value", "Value").hint("What the role claim carries; a role without a value puts nothing there."))
        (field::line(entry, "description", "Description"))
        (field::tick(entry, "enabled", "Do you want to enable this app role?", ""))
    }
}
