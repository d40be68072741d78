//! "All users".

use axum::response::Response;
use maud::html;

use crate::directory::User;
use crate::server::portal::frame::Section;
use crate::server::portal::scene::Scene;

/// How many are listed; the search finds the others.
const MOST: usize = 500;

pub(crate) async fn show(scene: Scene) -> Response {
    let wanted = scene.query("q").to_lowercase();
    let matches = |user: &&User| {
        let mail = user.mail.as_deref().unwrap_or_default();
        let texts = [
            &user.display_name,
            &user.user_principal_name,
            mail,
            &user.object_id,
        ];
        texts.iter().any(|text| text.to_lowercase().contains(&wanted))
    };
    let found: Vec<_> = scene.tenant().users.iter().filter(matches).take(MOST).collect();
    let content = html! {
        div.tools {
            a.button href=(scene.path("users/new")) { "New user" }
            a.button.quiet href=(scene.path("users/invite")) { "Invite external user" }
            (super::super::app::search(&scene, "Search by name, account or mail"))
        }
        @if found.is_empty() { p.card { "Nobody has that in name, account or mail." } }
        @else {
            div.scroll tabindex="0" role="region" aria-label="Users" {
                table {
                    thead { tr { th scope="col" { "Display name" } th scope="col" { "User principal name" } th scope="col" { "User type" } th scope="col" { "Account" } th scope="col" { "On-premises sync" } } }
                    tbody {
                        @for user in &found {
                            tr {
                                th scope="row" { a href=(scene.path(&format!("users/{}", user.object_id))) { (user.display_name) } }
                                td { (user.user_principal_name) }
                                td { @if user.is_guest() { "Guest" } @else { "Member" } }
                                td { @if user.enabled { span.tag.on { "Enabled" } } @else { span.tag.off { "Disabled" } } }
                                td { @if user.on_premises.is_some() { "Yes" } @else { "No" } }
                            }
                        }
                    }
                }
            }
            @if found.len() == MOST { p.muted { "Only " (MOST) " are listed; search for the others." } }
        }
    };
    scene.show(Section::Users, &[], "All users", &content)
}
