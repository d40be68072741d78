//! Who is in a group.

use axum::response::Response;
use maud::html;

use super::group::{entry, known, page};
use super::{Offered, selection};
use crate::server::csrf::Form;
use crate::server::portal::change;
use crate::server::portal::entry::{Entry, Failure};
use crate::server::portal::field;
use crate::server::portal::frame::Section;
use crate::server::portal::principals::principal;
use crate::server::portal::scene::Scene;

/// "Add members": the list to select from.
pub(crate) async fn select(scene: Scene) -> Response {
    let entry = scene.queried();
    adding(&scene, &entry)
}

/// "Select".
pub(crate) async fn add(scene: Scene, Form(fields): Form) -> Response {
    let entry = Entry::from(fields);
    if entry.has("more") {
        return adding(&scene, &entry);
    }
    let id = scene.parameter("group").to_owned();
    let added = change::tenant(&scene, |tenant| {
        let wanted: Vec<_> = entry
            .all("principal")
            .into_iter()
            .map(|id| principal(tenant, id))
            .collect();
        let wanted: Option<Vec<_>> = wanted.into_iter().collect();
        let wanted = wanted.ok_or_else(|| {
            Failure::field(
                "principal",
                "A user or group that was selected is not there any more; select again.",
            )
        })?;
        if wanted.is_empty() {
            return Err(Failure::field("principal", "Select at least one user or group."));
        }
        if wanted.iter().any(|member| member.id().eq_ignore_ascii_case(&id)) {
            return Err(Failure::field(
                "principal",
                "A group cannot be a member of itself.",
            ));
        }
        let group = tenant
            .groups
            .iter_mut()
            .find(|group| group.object_id.eq_ignore_ascii_case(&id));
        let group = group.ok_or(Failure::Gone)?;
        for member in wanted {
            if !group.members.contains(&member) {
                group.members.push(member);
            }
        }
        Ok(())
    });
    match added {
        Ok(()) => scene.done(&format!("groups/{id}"), "The members were added."),
        Err(failure) => scene.again(entry, failure, adding),
    }
}

/// "Remove" of one member.
pub(crate) async fn remove(scene: Scene, Form(fields): Form) -> Response {
    let entry = Entry::from(fields);
    let id = scene.parameter("group").to_owned();
    let removed = change::group(&scene, &id, &Entry::default(), |group| {
        group.members.retain(|member| member.id() != entry.text("member"));
        Ok(())
    });
    match removed {
        Ok(()) => scene.done(&format!("groups/{id}"), "The member was removed."),
        Err(failure) => scene.again(self::entry(&scene).unwrap_or_default(), failure, page),
    }
}

fn adding(scene: &Scene, entry: &Entry) -> Response {
    let Some(group) = known(scene) else {
        return scene.gone("That group");
    };
    let at = scene.path(&format!("groups/{}", group.object_id));
    let here = format!("{at}/members");
    let form = html! {
        (selection(scene, entry, None, Offered::UsersAndGroups))
        div.tools {
            button type="submit" { "Select" }
            a.button.quiet href=(at) { "Cancel" }
        }
    };
    let form = field::form(scene, &here, entry, &form);
    scene.show(
        Section::Groups,
        &[(at, &group.display_name)],
        "Add members",
        &form,
    )
}
