//! "All groups", and "New group".

use axum::response::Response;
use maud::{Markup, html};

use crate::directory::{Group, GroupKind};
use crate::server::csrf::Form;
use crate::server::portal::change;
use crate::server::portal::entry::{Entry, Failure};
use crate::server::portal::field;
use crate::server::portal::frame::Section;
use crate::server::portal::principals::real_groups;
use crate::server::portal::scene::Scene;

pub(crate) const KINDS: [(&str, &str); 2] = [("security", "Security"), ("mail", "Microsoft 365")];

pub(crate) async fn show(scene: Scene) -> Response {
    let wanted = scene.query("q").to_lowercase();
    let found: Vec<_> = real_groups(scene.tenant())
        .filter(|group| group.display_name.to_lowercase().contains(&wanted))
        .collect();
    let content = html! {
        div.tools {
            a.button href=(scene.path("groups/new")) { "New group" }
            (super::super::app::search(&scene, "Search by name"))
        }
        @if found.is_empty() { p.card { "No group" @if !wanted.is_empty() { " of that name" } "." } }
        @else {
            div.scroll tabindex="0" role="region" aria-label="Groups" {
                table {
                    thead { tr { th scope="col" { "Name" } th scope="col" { "Object ID" } th scope="col" { "Group type" } th scope="col" { "Source" } th scope="col" { "Members" } } }
                    tbody {
                        @for group in found {
                            tr {
                                th scope="row" { a href=(scene.path(&format!("groups/{}", group.object_id))) { (group.display_name) } }
                                td { code { (group.object_id) } }
                                td { @if group.kind == GroupKind::Mail { "Microsoft 365" } @else { "Security" } }
                                td { @if group.on_premises.is_some() { "On-premises" } @else { "Cloud" } }
                                td { (group.members.len()) }
                            }
                        }
                    }
                }
            }
        }
    };
    scene.show(Section::Groups, &[], "All groups", &content)
}

pub(crate) async fn form(scene: Scene) -> Response {
    page(&scene, &Entry::default())
}

/// "Create".
pub(crate) async fn create(scene: Scene, Form(fields): Form) -> Response {
    let entry = Entry::from(fields);
    let made = change::tenant(&scene, |tenant| {
        let mut group = Group::new("");
        describe(&entry, &mut group)?;
        tenant.groups.push(group.clone());
        Ok(group)
    });
    match made {
        Ok(group) => scene.done(
            &format!("groups/{}", group.object_id),
            &format!("{} was created.", group.display_name),
        ),
        Err(failure) => scene.again(entry, failure, page),
    }
}

/// Name, kind and description.
pub(crate) fn describe(entry: &Entry, group: &mut Group) -> Result<(), Failure> {
    let name = entry.text("name");
    if name.is_empty() || name.chars().count() > 256 || name.chars().any(char::is_control) {
        return Err(Failure::field(
            "name",
            "A group has a name of at most 256 characters.",
        ));
    }
    name.clone_into(&mut group.display_name);
    entry.text("description").clone_into(&mut group.description);
    group.kind = match entry.text("kind") {
        "mail" => GroupKind::Mail,
        _ => GroupKind::Security,
    };
    Ok(())
}

/// The fields of that.
pub(crate) fn fields(entry: &Entry) -> Markup {
    html! {
        (field::choice(entry, "kind", "Group type", KINDS))
        (field::line(entry, "name", "Group name").required())
        (field::line(entry, "description", "Group description"))
    }
}

fn page(scene: &Scene, entry: &Entry) -> Response {
    let form = html! {
        (fields(entry))
        p.hint { "Members are added on the next page." }
        div.tools {
            button type="submit" { "Create" }
            a.button.quiet href=(scene.path("groups")) { "Cancel" }
        }
    };
    let form = field::form(scene, &scene.path("groups/new"), entry, &form);
    scene.show(Section::Groups, &[], "New Group", &form)
}
