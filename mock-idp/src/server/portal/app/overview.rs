//! An application's first page.

use axum::response::Response;
use maud::html;

use crate::directory::SsoMode;
use crate::server::portal::app_scene::AppScene;
use crate::server::portal::document::copied;
use crate::server::portal::frame::AppSection;
use crate::server::portal::words;

/// Its ids, and what comes next.
pub(crate) async fn show(scene: AppScene) -> Response {
    let application = scene.application();
    let assigned = application.assignments.len();
    let content = html! {
        section.card aria-labelledby="ids" {
            h2 #ids { "Properties" }
            (copied("display-name", "Name", &application.display_name))
            (copied("application-id", "Application ID", &application.app_id))
            (copied("object-id", "Object ID", &application.service_principal_id))
            p.muted { "Added on " (words::minute(application.created)) @if let Some(template) = &application.template { ", from the gallery template " code { (template) } } "." }
        }
        section aria-labelledby="start" {
            h2 #start { "Getting Started" }
            ol.steps {
                li {
                    span.number aria-hidden="true" { "1" }
                    h3 { "Assign users and groups" }
                    p { @match assigned { 0 => "Nobody is assigned yet.", 1 => "One user or group is assigned.", many => { (many) " users and groups are assigned." } } }
                    a href=(scene.within("users-and-groups")) { "Assign users and groups" }
                }
                li {
                    span.number aria-hidden="true" { "2" }
                    h3 { "Set up single sign on" }
                    p { @match application.sso_mode { Some(SsoMode::Saml) => "SAML is selected.", Some(SsoMode::Linked) => "A link is selected.", None => "No method is selected yet." } }
                    a href=(scene.within("single-sign-on")) { "Get started" }
                }
                li {
                    span.number aria-hidden="true" { "3" }
                    h3 { "Roles" }
                    p { "What the application may be told about a user’s part in it." }
                    a href=(scene.within("app-roles")) { "App roles" }
                }
                li {
                    span.number aria-hidden="true" { "4" }
                    h3 { "All in one flow" }
                    p { "Users, roles, single sign-on and a test, one page after the other." }
                    a href=(scene.path(&format!("guided/{}/users", application.app_id))) { "Guided setup" }
                }
            }
        }
    };
    scene.show(AppSection::Overview, &[], "Overview", &content)
}
