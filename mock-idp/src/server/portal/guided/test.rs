//! Step 5: what the service provider is given, and whether it works.

use axum::response::Response;
use maud::html;

use super::step::Step;
use crate::server::portal::app_scene::AppScene;
use crate::server::portal::sso::{handover, test_path};

pub(crate) async fn show(scene: AppScene) -> Response {
    let application = scene.application();
    let name = &application.display_name;
    let ready = application.sso_mode.is_some()
        && !application.reply_urls.is_empty()
        && !application.identifiers.is_empty();
    let content = html! {
        section.card aria-labelledby="handover" {
            h2 #handover { "Set up " (name) }
            p { "Give these to whoever sets up the other side. Users have to exist there before they can sign in." }
            (handover(&scene))
        }
        section.card aria-labelledby="try" {
            h2 #try { "Test single sign-on with " (name) }
            @if !ready {
                p { "Single sign-on is not set up yet: go back one step." }
            } @else if application.verification.required {
                p { "This application takes signed requests only: begin at the application." }
            } @else {
                p { "Sign in as somebody who is assigned, and see what comes of it." }
                p { a.button href=(test_path(&scene)) { "Test" } }
            }
            @if application.assignments.is_empty() && application.assignment_required {
                p.muted { "Nobody is assigned: every sign-in will end with AADSTS50105." }
            }
        }
        div.ends {
            a.button href=(scene.within("")) { "Finish" }
            a.button.quiet href=(Step::SingleSignOn.path(&scene)) { "Back" }
        }
    };
    Step::Test.show(&scene, &content)
}
