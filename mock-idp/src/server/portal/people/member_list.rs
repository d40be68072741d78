//! The members of a group on its page.

use maud::{Markup, html};

use crate::directory::Group;
use crate::server::portal::field;
use crate::server::portal::principals::named;
use crate::server::portal::scene::Scene;

/// The list, with a button to remove each.
pub(crate) fn list(scene: &Scene, group: &Group, at: &str) -> Markup {
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
