//! One claim condition: for whom another source counts.

use axum::response::Response;
use maud::html;

use super::claim_change::change_claims;
use super::value;
use super::which_claim::Which;
use crate::directory::{Condition, Tenant, UserKind};
use crate::server::csrf::Form;
use crate::server::portal::app_scene::AppScene;
use crate::server::portal::entry::{Entry, Failure};
use crate::server::portal::field;
use crate::server::portal::frame::AppSection;
use crate::server::portal::principals::real_groups;

const KINDS: [(&str, &str, UserKind); 5] = [
    ("any", "Any", UserKind::Any),
    ("members", "Members", UserKind::Members),
    ("all_guests", "All guests", UserKind::AllGuests),
    ("aad_guests", "AAD guests", UserKind::AadGuests),
    ("external_guests", "External guests", UserKind::ExternalGuests),
];

/// A condition in a line.
pub(crate) fn told(tenant: &Tenant, condition: &Condition) -> String {
    let kind = KINDS.iter().find(|(.., kind)| *kind == condition.users);
    let names: Vec<_> = condition
        .groups
        .iter()
        .map(|id| tenant.group(id).map_or(id.as_str(), |group| &group.display_name))
        .collect();
    let groups = match names.is_empty() {
        true => String::new(),
        false => format!(" in {}", names.join(" or ")),
    };
    format!(
        "{}{groups}: {}",
        kind.map_or("Any", |(_, words, _)| words),
        value::told(&condition.value)
    )
}

pub(crate) async fn show(scene: AppScene) -> Response {
    let Some((which, at)) = place(&scene) else {
        return scene.gone("That condition");
    };
    let mut entry = scene.entry();
    if let Some(at) = at {
        let condition = &which.conditions(scene.application())[at];
        let kind = KINDS.iter().find(|(.., kind)| *kind == condition.users);
        entry = entry.with("users", kind.map_or("any", |(value, ..)| value));
        for group in &condition.groups {
            entry = entry.with("groups", group);
        }
        entry = value::fill(entry, &condition.value);
    }
    page(&scene, &entry)
}

/// "Save", or the fields of the transformation that was selected.
pub(crate) async fn save(scene: AppScene, Form(fields): Form) -> Response {
    let mut entry = Entry::from(fields);
    let Some((which, at)) = place(&scene) else {
        return scene.gone("That condition");
    };
    if entry.has("more") {
        entry.set("source", "transformation");
        return page(&scene, &entry);
    }
    let known: Vec<String> = real_groups(scene.tenant())
        .map(|group| group.object_id.clone())
        .collect();
    let saved = change_claims(&scene, &entry, |application| {
        let users = KINDS.iter().find(|(value, ..)| *value == entry.text("users"));
        let groups = entry.all("groups").into_iter().map(ToOwned::to_owned);
        let condition = Condition {
            users: users.map_or(UserKind::Any, |(.., kind)| *kind),
            groups: groups.filter(|group| known.contains(group)).collect(),
            value: value::read(&entry)?,
        };
        let (_, conditions) = which.parts(application).ok_or(Failure::Gone)?;
        match at {
            None => conditions.push(condition),
            Some(at) => *conditions.get_mut(at).ok_or(Failure::Gone)? = condition,
        }
        Ok(())
    });
    match saved {
        Ok(()) => scene.scene_done(&which.path(&scene, ""), "The condition was saved."),
        Err(failure) => scene.again(entry, failure, page),
    }
}

/// "Delete condition".
pub(crate) async fn delete(scene: AppScene, Form(fields): Form) -> Response {
    let entry = Entry::from(fields);
    let Some((which, Some(at))) = place(&scene) else {
        return scene.gone("That condition");
    };
    let deleted = change_claims(&scene, &entry, |application| {
        let (_, conditions) = which.parts(application).ok_or(Failure::Gone)?;
        match at < conditions.len() {
            true => {
                conditions.remove(at);
                Ok(())
            }
            false => Err(Failure::Gone),
        }
    });
    match deleted {
        Ok(()) => scene.scene_done(&which.path(&scene, ""), "The condition was deleted."),
        Err(failure) => scene.again(entry, failure, page),
    }
}

/// The claim, and which of its conditions; none: a new one.
fn place(scene: &AppScene) -> Option<(Which, Option<usize>)> {
    let which = Which::of(scene).filter(|which| *which != Which::New)?;
    match scene.parameter("number") {
        "new" => Some((which, None)),
        number => {
            let at = number.parse().ok()?;
            let known = which.conditions(scene.application()).len();
            (at < known).then_some((which, Some(at)))
        }
    }
}

fn page(scene: &AppScene, entry: &Entry) -> Response {
    let Some((which, at)) = place(scene) else {
        return scene.gone("That condition");
    };
    let chosen = entry.all("groups");
    let form = html! {
        div.tools {
            button type="submit" { "Save" }
            a.button.quiet href=(which.path(scene, "")) { "Cancel" }
        }
        (field::choice(entry, "users", "User type", KINDS.map(|(value, words, _)| (value, words))))
        fieldset.box {
            legend { "Scoped Groups" }
            p.hint { "Members of any of them; none: everybody." }
            @for group in real_groups(scene.tenant()) {
                div.tick {
                    input id=(group.object_id) type="checkbox" name="groups" value=(group.object_id) checked[chosen.contains(&group.object_id.as_str())];
                    label for=(group.object_id) { (group.display_name) }
                }
            }
            (field::wrong("groups", entry.problem("groups")))
        }
        (value::show(entry))
    };
    let action = match at {
        Some(at) => which.path(scene, &format!("/conditions/{at}")),
        None => which.path(scene, "/conditions/new"),
    };
    let form = field::form(scene, &action, entry, &form);
    let name = which.title(scene.application());
    let trail = [
        (scene.within("single-sign-on/claims"), "Attributes & Claims"),
        (which.path(scene, ""), name.as_str()),
    ];
    scene.show(AppSection::SingleSignOn, &trail, "Claim condition", &form)
}
