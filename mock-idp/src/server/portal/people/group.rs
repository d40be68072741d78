//! One group: what it is, who is in it, its end.

use axum::response::Response;
use maud::{Markup, html};

use super::groups::{describe, fields};
use super::{Offered, principal, selection};
use crate::directory::{Group, GroupKind, GroupOnPremises};
use crate::server::csrf::Form;
use crate::server::portal::access::named;
use crate::server::portal::change;
use crate::server::portal::entry::{Entry, Failure};
use crate::server::portal::field;
use crate::server::portal::frame::{Section, copied};
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
    // A change that nothing is changed by finds out whether the page showed the group as it is.
    let deleted = change::group(&scene, &id, &entry, |_| Ok(())).and_then(|()| {
        change::tenant(&scene, |tenant| {
            tenant
                .groups
                .retain(|group| !group.object_id.eq_ignore_ascii_case(&id));
            tenant.forget(&id);
            Ok(())
        })
    });
    match deleted {
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

fn known(scene: &Scene) -> Option<&Group> {
    let found = scene.tenant().group(scene.parameter("group"));
    found.filter(|group| !matches!(group.kind, GroupKind::DirectoryRole(_)))
}

fn entry(scene: &Scene) -> Option<Entry> {
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

fn page(scene: &Scene, entry: &Entry) -> Response {
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
        (members(scene, group, &at))
        (field::form(scene, &at, entry, &form))
    };
    scene.show(Section::Groups, &[], &group.display_name, &content)
}

fn members(scene: &Scene, group: &Group, at: &str) -> Markup {
    html! {
        section.card aria-labelledby="members" {
            h2 #members { "Members" }
            @if group.members.is_empty() { p.muted { "Nobody yet." } }
            ul {
                @for member in &group.members {
                    @let (name, kind) = named(scene.tenant(), member);
                    li {
                        (name) " " span.muted { (kind) } " "
                        (field::button(scene, &format!("{at}/remove"), &[("member", member.id())], "link danger", &html! { "Remove" span.visually-hidden { " " (name) } }))
                    }
                }
            }
            p { a.button.quiet href={ (at) "/members" } { "Add members" } }
        }
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
