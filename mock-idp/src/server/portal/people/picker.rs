//! A list to select users and groups from, with a search that keeps what is selected.

use maud::{Markup, html};

use crate::directory::Tenant;
use crate::server::portal::entry::Entry;
use crate::server::portal::field;
use crate::server::portal::principals::{named, principal, real_groups};
use crate::server::portal::scene::Scene;

/// What can be selected.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Offered {
    Users,
    UsersAndGroups,
}

/// How many are listed; the search finds the others.
const MOST: usize = 200;

/// Id and name of everybody whom the fields `principal` name.
pub(crate) fn picked(tenant: &Tenant, entry: &Entry) -> Vec<(String, String)> {
    let known = |id: &&str| {
        let found = principal(tenant, id)?;
        let (name, _) = named(tenant, &found);
        Some((found.id().to_owned(), name))
    };
    entry.all("principal").iter().filter_map(known).collect()
}

/// The search and the list, both in the form that takes the selection. The search of a form that is sent by GET leads `here`;
/// another comes with the field `more`.
pub(crate) fn selection(scene: &Scene, entry: &Entry, here: Option<&str>, offered: Offered) -> Markup {
    let tenant = scene.tenant();
    let wanted = entry.text("q").to_lowercase();
    let fits = |texts: &[&str]| texts.iter().any(|text| text.to_lowercase().contains(&wanted));
    let users: Vec<_> = tenant
        .users
        .iter()
        .filter(|user| fits(&[&user.display_name, &user.user_principal_name]))
        .take(MOST)
        .collect();
    let groups: Vec<_> = real_groups(tenant)
        .filter(|group| offered == Offered::UsersAndGroups && fits(&[&group.display_name]))
        .take(MOST)
        .collect();
    let chosen = picked(tenant, entry);
    let is_chosen = |id: &str| chosen.iter().any(|(known, _)| known == id);
    let is_listed = |id: &str| {
        users.iter().any(|user| user.object_id == id) || groups.iter().any(|group| group.object_id == id)
    };
    let row = |id: &str, name: &str, about: &str| {
        html! {
            div.tick {
                input id=(id) type="checkbox" name="principal" value=(id) checked[is_chosen(id)];
                label for=(id) { (name) " " span.muted { (about) } }
            }
        }
    };
    html! {
        div.tools {
            div.search {
                label.visually-hidden for="q" { "Search by name" }
                input #q type="search" name="q" value=(entry.text("q")) placeholder="Search by name";
                @match here {
                    Some(here) => button.quiet type="submit" formaction=(here) { "Search" },
                    None => button.quiet type="submit" name="more" value="search" { "Search" },
                }
            }
        }
        div #principal {
            @for (id, _) in chosen.iter().filter(|(id, _)| !is_listed(id)) { input type="hidden" name="principal" value=(id); }
            fieldset.pick {
                legend { "Users" }
                @for user in &users { (row(&user.object_id, &user.display_name, &user.user_principal_name)) }
                @if users.is_empty() { p.muted { "No user has that name." } }
                @if users.len() == MOST { p.muted { "Only " (MOST) " are listed; search for the others." } }
            }
            @if offered == Offered::UsersAndGroups {
                fieldset.pick {
                    legend { "Groups" }
                    @for group in &groups { (row(&group.object_id, &group.display_name, &group.description)) }
                    @if groups.is_empty() { p.muted { "No group." } }
                }
            }
            (field::wrong("principal", entry.problem("principal")))
        }
    }
}
