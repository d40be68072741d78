//! Step 4: SAML is selected, and the addresses are set.

use axum::response::Response;
use jiff::Timestamp;
use maud::html;

use super::step::Step;
use crate::server::csrf::Form;
use crate::server::portal::app_scene::AppScene;
use crate::server::portal::change;
use crate::server::portal::entry::{Entry, Failure};
use crate::server::portal::sso::{addresses, fill_addresses, take_addresses};

pub(crate) async fn show(scene: AppScene) -> Response {
    let entry = Step::SingleSignOn.entry(&scene, |entry| fill_addresses(entry, scene.application()));
    page(&scene, &entry)
}

pub(crate) async fn save(scene: AppScene, Form(fields): Form) -> Response {
    let save = |entry: &Entry| {
        change::application(&scene, entry, |application, tenant| {
            take_addresses(entry, application, tenant)?;
            application
                .enable_saml(Timestamp::now())
                .map_err(|error| Failure::NotKept(error.to_string()))
        })
    };
    Step::SingleSignOn.leave(&scene, fields.into(), save, page)
}

fn page(scene: &AppScene, entry: &Entry) -> Response {
    let fields = html! {
        p { "“Next” selects SAML and makes a signing certificate where there is none. Claims, certificates and all else are on the application’s own pages, and may stay as they are." }
        (addresses(scene, entry))
    };
    Step::SingleSignOn.show(scene, &Step::SingleSignOn.form(scene, entry, &fields))
}
