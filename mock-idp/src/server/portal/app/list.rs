//! "All applications".

use axum::response::Response;
use maud::{Markup, html};

use crate::directory::{Application, SsoMode};
use crate::server::portal::frame::Section;
use crate::server::portal::scene::Scene;

/// The list, with a search by name, application id and Identifier.
pub(crate) async fn show(scene: Scene) -> Response {
    let wanted = scene.query("q").to_lowercase();
    let all = &scene.tenant().applications;
    let found: Vec<_> = all.iter().filter(|known| matches(known, &wanted)).collect();
    let content = html! {
        div.tools {
            a.button href=(scene.path("applications/new")) { "New application" }
            (search(&scene, "Search by name, id or Identifier"))
        }
        @if all.is_empty() {
            p.card { "No application yet. " a href=(scene.path("applications/new")) { "Add one from the gallery" } ", or let the " a href=(scene.path("guided")) { "guided setup" } " do it all." }
        } @else if found.is_empty() {
            p.card { "No application has that in its name, ids or Identifiers." }
        } @else {
            div.scroll tabindex="0" role="region" aria-label="Applications" {
                table {
                    thead { tr { th scope="col" { "Name" } th scope="col" { "Application ID" } th scope="col" { "Single sign-on" } th scope="col" { "State" } th scope="col" { "Created on" } } }
                    tbody { @for application in found { (row(&scene, application)) } }
                }
            }
        }
    };
    scene.show(Section::Applications, &[], "All applications", &content)
}

/// A search that a page's list is narrowed by.
pub(crate) fn search(scene: &Scene, label: &str) -> Markup {
    html! {
        form.search method="get" role="search" {
            label.visually-hidden for="q" { (label) }
            input #q type="search" name="q" value=(scene.query("q")) placeholder=(label);
            button.quiet type="submit" { "Search" }
        }
    }
}

fn matches(application: &Application, wanted: &str) -> bool {
    let ids = [
        &application.display_name,
        &application.app_id,
        &application.service_principal_id,
    ];
    ids.into_iter()
        .chain(&application.identifiers)
        .any(|text| text.to_lowercase().contains(wanted))
}

fn row(scene: &Scene, application: &Application) -> Markup {
    html! {
        tr {
            th scope="row" { a href=(scene.path(&format!("applications/{}", application.app_id))) { (application.display_name) } }
            td { code { (application.app_id) } }
            td {
                @match application.sso_mode {
                    Some(SsoMode::Saml) => "SAML",
                    Some(SsoMode::Linked) => "Linked",
                    None => "Disabled",
                }
            }
            td { @if application.enabled { span.tag.on { "Enabled" } } @else { span.tag.off { "Disabled" } } }
            td.date { (super::super::words::day(application.created)) }
        }
    }
}
