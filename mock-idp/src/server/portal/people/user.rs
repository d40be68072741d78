//! One user: profile, groups, applications, end.

use axum::response::Response;
use maud::{Markup, html};

use super::profile;
use crate::directory::{GroupKind, User};
use crate::server::csrf::Form;
use crate::server::portal::change;
use crate::server::portal::document::copied;
use crate::server::portal::entry::{Entry, Failure};
use crate::server::portal::field;
use crate::server::portal::frame::Section;
use crate::server::portal::memory::Tracked as _;
use crate::server::portal::scene::Scene;

pub(crate) async fn show(scene: Scene) -> Response {
    match entry(&scene) {
        Some(entry) => page(&scene, &entry),
        None => scene.gone("That user"),
    }
}

/// "Save".
pub(crate) async fn save(scene: Scene, Form(fields): Form) -> Response {
    let entry = Entry::from(fields);
    let id = scene.parameter("user").to_owned();
    match change::user(&scene, &id, &entry, |user| profile::read(&entry, user)) {
        Ok(()) => scene.done(&format!("users/{id}"), "The profile was saved."),
        Err(failure) => again(&scene, entry, failure, page),
    }
}

/// The question before the user is deleted.
pub(crate) async fn ask(scene: Scene) -> Response {
    match entry(&scene) {
        Some(entry) => question(&scene, &entry),
        None => scene.gone("That user"),
    }
}

pub(crate) async fn delete(scene: Scene, Form(fields): Form) -> Response {
    let entry = Entry::from(fields);
    let id = scene.parameter("user").to_owned();
    let name = known(&scene)
        .map(|user| user.display_name.clone())
        .unwrap_or_default();
    match change::delete_user(&scene, &id, &entry) {
        Ok(()) => scene.done("users", &format!("{name} was deleted.")),
        Err(failure) => again(&scene, entry, failure, question),
    }
}

fn again(
    scene: &Scene,
    mut entry: Entry,
    failure: Failure,
    show: fn(&Scene, &Entry) -> Response,
) -> Response {
    if let (Failure::Stale(_), Some(now)) = (&failure, scene.anew())
        && let Some(user) = known(&now)
    {
        scene.memory.remember(user);
        entry.set("revision", user.mark());
    }
    scene.again(entry, failure, show)
}

fn known(scene: &Scene) -> Option<&User> {
    scene.tenant().user_by_id(scene.parameter("user"))
}

fn entry(scene: &Scene) -> Option<Entry> {
    let user = known(scene)?;
    scene.memory.remember(user);
    Some(profile::fill(
        Entry::default().with("revision", user.mark()),
        user,
    ))
}

fn page(scene: &Scene, entry: &Entry) -> Response {
    let Some(user) = known(scene) else {
        return scene.gone("That user");
    };
    let at = scene.path(&format!("users/{}", user.object_id));
    let form = html! {
        div.tools {
            button type="submit" { "Save" }
            a.button.danger href={ (at) "/delete" } { "Delete" }
        }
        (profile::show(entry, super::invite::homes(scene)))
    };
    let content = html! {
        (copied("object-id", "Object ID", &user.object_id))
        (field::form(scene, &at, entry, &form))
        (belongs(scene, user))
    };
    scene.show(Section::Users, &[], &user.display_name, &content)
}

fn belongs(scene: &Scene, user: &User) -> Markup {
    let tenant = scene.tenant();
    let groups = tenant.groups_of(user, true);
    let assigned = || {
        let all = tenant.applications.iter();
        all.filter(|application| !tenant.assignments_of(user, application).is_empty())
    };
    html! {
        section.card aria-labelledby="belongs" {
            h2 #belongs { "Groups, roles and applications" }
            @if groups.is_empty() && assigned().next().is_none() { p.muted { "None." } }
            ul {
                @for group in groups {
                    @match &group.kind {
                        GroupKind::DirectoryRole(template) => li { "Role " a href=(scene.path(&format!("roles/{template}"))) { (group.display_name) } },
                        _ => li { "Group " a href=(scene.path(&format!("groups/{}", group.object_id))) { (group.display_name) } },
                    }
                }
                @for application in assigned() {
                    li { "Application " a href=(scene.path(&format!("applications/{}/users-and-groups", application.app_id))) { (application.display_name) } }
                }
            }
        }
    }
}

fn question(scene: &Scene, entry: &Entry) -> Response {
    let Some(user) = known(scene) else {
        return scene.gone("That user");
    };
    let at = scene.path(&format!("users/{}", user.object_id));
    let form = html! {
        p { "Delete " strong { (user.display_name) } " (" (user.user_principal_name) "), out of every group and application too? This cannot be undone." }
        div.tools {
            button.danger type="submit" { "Delete " (user.display_name) }
            a.button.quiet href=(at) { "Cancel" }
        }
    };
    let form = field::form(scene, &format!("{at}/delete"), entry, &form);
    scene.show(
        Section::Users,
        &[(at, &user.display_name)],
        "Delete the user",
        &form,
    )
}
