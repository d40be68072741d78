//! "Advanced SAML claims options": who the assertion says it comes from, and whom it is for.

use axum::response::Response;
use maud::html;

use crate::server::csrf::Form;
use crate::server::portal::app_scene::AppScene;
use crate::server::portal::change;
use crate::server::portal::entry::{Entry, Failure};
use crate::server::portal::field;
use crate::server::portal::frame::AppSection;

pub(crate) async fn show(scene: AppScene) -> Response {
    let application = scene.application();
    let entry = scene
        .entry()
        .ticked(
            "issuer_with_application_id",
            application.issuer_with_application_id,
        )
        .with(
            "audience",
            application.audience_override.clone().unwrap_or_default(),
        );
    page(&scene, &entry)
}

/// "Save".
pub(crate) async fn save(scene: AppScene, Form(fields): Form) -> Response {
    let entry = Entry::from(fields);
    let saved = change::application(&scene, &entry, |application, _| {
        let audience = entry.optional("audience");
        if audience
            .as_ref()
            .is_some_and(|text| url::Url::parse(text).is_err())
        {
            return Err(Failure::field(
                "audience",
                "An audience is an absolute URI, such as https://sp.example or urn:sp.",
            ));
        }
        application.audience_override = audience;
        application.issuer_with_application_id = entry.has("issuer_with_application_id");
        Ok(())
    });
    match saved {
        Ok(()) => scene.done("single-sign-on/claims", "The advanced options were saved."),
        Err(failure) => scene.again(entry, failure, page),
    }
}

fn page(scene: &AppScene, entry: &Entry) -> Response {
    let issuer = format!("{}{}", scene.tenant().entity_id(), scene.application().app_id);
    let form = html! {
        div.tools {
            button type="submit" { "Save" }
            a.button.quiet href=(scene.within("single-sign-on/claims")) { "Cancel" }
        }
        p { "Both hold only where the application signs with a certificate of its own." }
        (field::tick(entry, "issuer_with_application_id", "Append application ID to issuer", &format!("The issuer is then {issuer}, so that one service provider can tell several applications apart.")))
        (field::line(entry, "audience", "Override audience claim").hint("Empty: the audience is the Issuer of the request, or the default Identifier."))
    };
    let form = field::form(
        scene,
        &scene.within("single-sign-on/claims/advanced"),
        entry,
        &form,
    );
    let trail = [(scene.within("single-sign-on/claims"), "Attributes & Claims")];
    scene.show(
        AppSection::SingleSignOn,
        &trail,
        "Advanced SAML claims options",
        &form,
    )
}
