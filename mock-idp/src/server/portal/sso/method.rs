//! "Select a single sign-on method".

use axum::response::Response;
use jiff::Timestamp;
use maud::{Markup, html};

use super::cards;
use crate::directory::SsoMode;
use crate::server::csrf::Form;
use crate::server::portal::app_scene::AppScene;
use crate::server::portal::change;
use crate::server::portal::entry::{Entry, Failure};
use crate::server::portal::field;
use crate::server::portal::frame::AppSection;

const METHODS: [(&str, &str, &str); 3] = [
    (
        "disabled",
        "Disabled",
        "Nobody is signed in to the application from here.",
    ),
    ("saml", "SAML", "Signed assertions, set up on the next page."),
    (
        "linked",
        "Linked",
        "My Apps shows a link; the application signs people in by itself.",
    ),
];

/// Whatever is selected; or the choice, where nothing is.
pub(crate) async fn front(scene: AppScene) -> Response {
    match scene.application().sso_mode {
        None => choose(&scene, &scene.entry()),
        Some(SsoMode::Saml) => cards::page(&scene),
        Some(SsoMode::Linked) => {
            let url = scene.application().sign_on_url.clone().unwrap_or_default();
            linked(&scene, &scene.entry().with("sign_on_url", url))
        }
    }
}

/// The choice.
pub(crate) async fn show(scene: AppScene) -> Response {
    choose(&scene, &scene.entry())
}

/// A method is selected.
pub(crate) async fn select(scene: AppScene, Form(fields): Form) -> Response {
    let entry = Entry::from(fields);
    let words = METHODS.iter().find(|(mode, ..)| *mode == entry.text("mode"));
    let changed = change::application(&scene, &entry, |application, _| {
        match entry.text("mode") {
            "saml" => application
                .enable_saml(Timestamp::now())
                .map_err(|error| Failure::NotKept(error.to_string()))?,
            "linked" => application.sso_mode = Some(SsoMode::Linked),
            "disabled" => application.sso_mode = None,
            _ => return Err(Failure::field("mode", "Select one of the three methods.")),
        }
        Ok(())
    });
    match (changed, words) {
        (Ok(()), Some((_, words, _))) => {
            scene.done("single-sign-on", &format!("Single sign-on is now: {words}."))
        }
        (Ok(()), None) => scene.done("single-sign-on", "Nothing was changed."),
        (Err(failure), _) => scene.again(entry, failure, choose),
    }
}

/// Where the link leads.
pub(crate) async fn link(scene: AppScene, Form(fields): Form) -> Response {
    let entry = Entry::from(fields);
    let saved = change::application(&scene, &entry, |application, _| {
        application.sign_on_url = entry.optional("sign_on_url");
        Ok(())
    });
    match saved {
        Ok(()) => scene.done("single-sign-on", "The link was saved."),
        Err(failure) => scene.again(entry, failure, linked),
    }
}

fn choose(scene: &AppScene, entry: &Entry) -> Response {
    let current = match scene.application().sso_mode {
        None => "disabled",
        Some(SsoMode::Saml) => "saml",
        Some(SsoMode::Linked) => "linked",
    };
    let tile = |(mode, words, about): &(&str, &str, &str)| -> Markup {
        html! {
            div.part {
                div.row {
                    button.quiet type="submit" name="mode" value=(mode) aria-describedby={ (mode) "-about" } { (words) }
                    @if *mode == current { span.tag.on { "Selected" } }
                }
                p.hint id={ (mode) "-about" } { (about) }
            }
        }
    };
    let form = html! {
        p { "How do people get from here into " strong { (scene.application().display_name) } "?" }
        @for method in &METHODS { (tile(method)) }
    };
    let form = field::form(scene, &scene.within("single-sign-on/method"), entry, &form);
    scene.show(
        AppSection::SingleSignOn,
        &[],
        "Select a single sign-on method",
        &form,
    )
}

fn linked(scene: &AppScene, entry: &Entry) -> Response {
    let form = html! {
        div.tools {
            button type="submit" { "Save" }
            a.button.quiet href=(scene.within("single-sign-on/method")) { "Change single sign-on modes" }
        }
        (field::line(entry, "sign_on_url", "Sign on URL").hint("Where the tile in My Apps leads."))
    };
    let form = field::form(scene, &scene.within("single-sign-on/linked"), entry, &form);
    scene.show(AppSection::SingleSignOn, &[], "Linked sign-on", &form)
}
