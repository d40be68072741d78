//! One group: what it is, who is in it, its end.

use axum::response::Response;
use maud::html;

use super::groups::{describe, fields};
use crate::directory::{Group, GroupKind, GroupOnPremises};
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
        None => scene.gone("That group"),
    }
}

/// "Save".
pub(crate) async fn save(scene: Scene, Form(fields): Form) -> Response {
    let entry = Entry::from(fields);
    let id = scene.parameter("group").to_owned();
    let saved = change::group(&scene, &id, &entry, |group| {
        describe(&entry, group)?;
        group.on_premises = entry.has("on_premises").then(|| GroupOnPremises {
            sam_account_name: entry.text("sam_account_name").to_owned(),
            netbios_name: entry.text("netbios_name").to_owned(),
            dns_domain_name: entry.text("dns_domain_name").to_owned(),
            security_identifier: entry.text("security_identifier").to_owned(),
        });
        Ok(())
    });
    match saved {
        Ok(()) => scene.done(&format!("groups/{id}"), "The group was saved."),
        Err(failure) => again(&scene, entry, failure, page),
    }
}

/// The question before the group is deleted.
pub(crate) async fn ask(scene: Scene) -> Response {
    match entry(&scene) {
        Some(entry) => question(&scene, &entry),
        None => scene.gone("That group"),
    }
}

pub(crate) async fn delete(scene: Scene, Form(fields): Form) -> Response {
    let entry = Entry::from(fields);
    let id = scene.parameter("group").to_owned();
    let name = known(&scene)
        .map(|group| group.display_name.clone())
        .unwrap_or_default();
    match change::delete_group(&scene, &id, &entry) {
        Ok(()) => scene.done("groups", &format!("{name} was deleted.")),
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
        && let Some(group) = known(&now)
    {
        scene.memory.remember(group);
        entry.set("revision", group.mark());
    }
    scene.again(entry, failure, show)
}

/// The group of the path.
pub(crate) fn known(scene: &Scene) -> Option<&Group> {
    let found = scene.tenant().group(scene.parameter("group"));
    found.filter(|group| !matches!(group.kind, GroupKind::DirectoryRole(_)))
}

/// The form's fields, as the group has them.
pub(crate) fn entry(scene: &Scene) -> Option<Entry> {
    let group = known(scene)?;
    scene.memory.remember(group);
    let on_premises = group.on_premises.clone().unwrap_or_default();
    let entry = Entry::default()
        .with("revision", group.mark())
        .with("name", &group.display_name)
        .with("description", &group.description)
        .with(
            "kind",
            if group.kind == GroupKind::Mail {
                "mail"
            } else {
                "security"
            },
        )
        .ticked("on_premises", group.on_premises.is_some())
        .with("sam_account_name", on_premises.sam_account_name)
        .with("netbios_name", on_premises.netbios_name)
        .with("dns_domain_name", on_premises.dns_domain_name)
        .with("security_identifier", on_premises.security_identifier);
    Some(entry)
}

/// The page of the group.
pub(crate) fn page(scene: &Scene, entry: &Entry) -> Response {
    let Some(group) = known(scene) else {
        return scene.gone("That group");
    };
    let at = scene.path(&format!("groups/{}", group.object_id));
    let form = html! {
        div.tools {
            button type="submit" { "Save" }
            a.button.danger href={ (at) "/delete" } { "Delete" }
        }
        (fields(entry))
        details open[entry.has("on_premises")] {
            summary { "On-premises" }
            (field::tick(entry, "on_premises", "On-premises sync enabled", "Group claims by name leave out groups of the cloud."))
            div.pair {
                (field::line(entry, "sam_account_name", "SAM account name"))
                (field::line(entry, "netbios_name", "NetBIOS name of the domain"))
                (field::line(entry, "dns_domain_name", "DNS name of the domain"))
                (field::line(entry, "security_identifier", "Security identifier (SID)"))
            }
        }
    };
    let content = html! {
        (copied("object-id", "Object ID", &group.object_id))
        (super::member_list::list(scene, group, &at))
        (field::form(scene, &at, entry, &form))
    };
    scene.show(Section::Groups, &[], &group.display_name, &content)
}

fn question(scene: &Scene, entry: &Entry) -> Response {
    let Some(group) = known(scene) else {
        return scene.gone("That group");
    };
    let at = scene.path(&format!("groups/{}", group.object_id));
    let form = html! {
        p { "Delete " strong { (group.display_name) } ", out of every application too? Its members stay. This cannot be undone." }
        div.tools {
            button.danger type="submit" { "Delete " (group.display_name) }
            a.button.quiet href=(at) { "Cancel" }
        }
    };
    let form = field::form(scene, &format!("{at}/delete"), entry, &form);
    scene.show(
        Section::Groups,
        &[(at, &group.display_name)],
        "Delete the group",
        &form,
    )
}
