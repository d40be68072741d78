//! "Manage claim": the NameID, a claim, a new one.

use axum::response::Response;
use maud::{Markup, html};

use super::claim_change::change_claims;
use super::value;
use super::which_claim::Which;
use crate::directory::{Attribute, Claim, NameFormat, NameIdClaim};
use crate::server::csrf::Form;
use crate::server::portal::app_scene::AppScene;
use crate::server::portal::entry::{Entry, Failure};
use crate::server::portal::field;
use crate::server::portal::frame::AppSection;

const NAME_FORMATS: [(&str, &str, Option<NameFormat>); 4] = [
    ("", "Omitted", None),
    ("unspecified", "Unspecified", Some(NameFormat::Unspecified)),
    ("uri", "URI", Some(NameFormat::Uri)),
    ("basic", "Basic", Some(NameFormat::Basic)),
];

pub(crate) async fn show(scene: AppScene) -> Response {
    let Some(which) = Which::of(&scene) else {
        return scene.gone("That claim");
    };
    let application = scene.application();
    let entry = match which {
        Which::NameId => {
            let name_id = &application.name_id;
            value::fill(scene.entry().with("format", &name_id.format), &name_id.value)
        }
        Which::New => scene.entry().with("namespace", ""),
        Which::At(at) => {
            let claim = &application.claims[at];
            let format = NAME_FORMATS
                .iter()
                .find(|(.., format)| *format == claim.name_format);
            let entry = scene
                .entry()
                .with("name", &claim.name)
                .with("namespace", claim.namespace.clone().unwrap_or_default())
                .with("name_format", format.map_or("", |(value, ..)| value));
            value::fill(entry, &claim.value)
        }
    };
    page(&scene, &entry)
}

/// "Save", or the fields of the transformation that was selected.
pub(crate) async fn save(scene: AppScene, Form(fields): Form) -> Response {
    let mut entry = Entry::from(fields);
    let Some(which) = Which::of(&scene) else {
        return scene.gone("That claim");
    };
    if entry.has("more") {
        entry.set("source", "transformation");
        return page(&scene, &entry);
    }
    let saved = change_claims(&scene, &entry, |application| {
        let value = value::read(&entry)?;
        match which {
            Which::NameId => {
                entry.text("format").clone_into(&mut application.name_id.format);
                application.name_id.value = value;
            }
            Which::New => {
                let mut claim = Claim::new(None, "", Attribute::MAIL);
                claim.value = value;
                name(&entry, &mut claim);
                application.claims.push(claim);
            }
            Which::At(at) => {
                let claim = application.claims.get_mut(at).ok_or(Failure::Gone)?;
                claim.value = value;
                name(&entry, claim);
            }
        }
        Ok(())
    });
    match saved {
        Ok(()) => scene.done("single-sign-on/claims", "The claim was saved."),
        Err(failure) => scene.again(entry, failure, page),
    }
}

fn name(entry: &Entry, claim: &mut Claim) {
    entry.text("name").clone_into(&mut claim.name);
    claim.namespace = entry.optional("namespace");
    let format = NAME_FORMATS
        .iter()
        .find(|(value, ..)| *value == entry.text("name_format"));
    claim.name_format = format.and_then(|(.., format)| *format);
}

fn page(scene: &AppScene, entry: &Entry) -> Response {
    let Some(which) = Which::of(scene) else {
        return scene.gone("That claim");
    };
    let formats = NameIdClaim::FORMATS.map(|(words, uri)| (uri, words));
    let form = html! {
        div.tools {
            button type="submit" { "Save" }
            a.button.quiet href=(scene.within("single-sign-on/claims")) { "Cancel" }
        }
        @if which == Which::NameId {
            (field::choice(entry, "format", "Name identifier format", formats).hint("Where a request asks for none."))
        } @else {
            (field::line(entry, "name", "Name").required().hint("Case matters. Names of the restricted set are refused."))
            (field::line(entry, "namespace", "Namespace").hint("Stands before the name, with a slash between; may be empty."))
            (field::choice(entry, "name_format", "Name format", NAME_FORMATS.map(|(value, words, _)| (value, words))))
        }
        (value::show(entry))
    };
    let content = html! {
        (field::form(scene, &which.path(scene, ""), entry, &form))
        @if which != Which::New { (conditions(scene, which)) }
    };
    let trail = [(scene.within("single-sign-on/claims"), "Attributes & Claims")];
    let title = match which {
        Which::New => "Manage claim".to_owned(),
        which => format!("Manage claim: {}", which.title(scene.application())),
    };
    scene.show(AppSection::SingleSignOn, &trail, &title, &content)
}

fn conditions(scene: &AppScene, which: Which) -> Markup {
    let mark = scene.entry();
    let conditions = which.conditions(scene.application());
    html! {
        section.card aria-labelledby="conditions" {
            h2 #conditions { "Claim conditions" }
            p.muted { "Attributes come before transformations; of those that fit, the last one decides. Where none fits, the source above does." }
            @for (at, condition) in conditions.iter().enumerate() {
                div.part {
                    p { (super::condition::told(scene.tenant(), condition)) }
                    a href=(which.path(scene, &format!("/conditions/{at}"))) { "Edit condition " (at + 1) } " "
                    (field::button(scene, &which.path(scene, &format!("/conditions/{at}/delete")), &[("revision", mark.text("revision"))], "link danger", &html! { "Delete condition " (at + 1) }))
                }
            }
            p.part { a.button.quiet href=(which.path(scene, "/conditions/new")) { "Add condition" } }
        }
    }
}
