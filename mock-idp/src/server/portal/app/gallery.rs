//! "New application": the gallery, its panel, and "Create your own application".

use axum::response::Response;
use maud::{Markup, html};

use super::offer::Offer;
use crate::directory::Application;
use crate::gallery::FieldName;
use crate::server::csrf::Form;
use crate::server::portal::change;
use crate::server::portal::entry::{Entry, Failure};
use crate::server::portal::field;
use crate::server::portal::frame::Section;
use crate::server::portal::scene::Scene;

/// The gallery; `?q=` narrows it, `?template=` opens the panel of one, `?own=` that of an application without template.
pub(crate) async fn show(scene: Scene) -> Response {
    let entry = panel_entry(&scene);
    page(&scene, &entry)
}

/// "Create".
pub(crate) async fn submit(scene: Scene, Form(fields): Form) -> Response {
    let entry = Entry::from(fields);
    match create(&scene, &entry) {
        Ok(application) => scene.done(
            &format!("applications/{}", application.app_id),
            &format!(
                "{} was added to {}.",
                application.display_name,
                scene.tenant().display_name
            ),
        ),
        Err(failure) => scene.again(entry, failure, page),
    }
}

/// The fields of the panel as they are at first.
fn panel_entry(scene: &Scene) -> Entry {
    let template = scene.query("template");
    let name = scene.directory.template(template).map(|template| template.name);
    Entry::default()
        .with("template", template)
        .with("name", name.unwrap_or_default())
}

/// Makes the application that the panel asks for.
pub(crate) fn create(scene: &Scene, entry: &Entry) -> Result<Application, Failure> {
    let offer =
        match entry.text("template") {
            "" => None,
            id => {
                let found = scene.directory.template(id).map(Offer);
                Some(found.ok_or_else(|| {
                    Failure::field("template", "The gallery has no such application any more.")
                })?)
            }
        };
    let template = offer.as_ref().map(|offer| offer.0.id.as_str());
    let mut application = Application::from_template(entry.text("name"), template);
    change::tenant(scene, |tenant| {
        if let Some(offer) = &offer {
            tenant.dress(&mut application, &offer.0);
        }
        tenant.check_application(&application)?;
        tenant.applications.push(application.clone());
        Ok(application)
    })
}

fn page(scene: &Scene, entry: &Entry) -> Response {
    let base = scene.path("applications/new");
    let content = choose(scene, &base, entry);
    scene.show(
        Section::Applications,
        &[],
        "Browse the application gallery",
        &content,
    )
}

/// The gallery on a page of that path, which the panel is sent to as well.
pub(crate) fn choose(scene: &Scene, base: &str, entry: &Entry) -> Markup {
    let (q, template) = (scene.query("q"), entry.text("template"));
    let own = template.is_empty()
        && (scene.query("own") == "yes" || !entry.problems().is_empty() || entry.trouble().is_some());
    let offers = Offer::all(&scene.directory, q);
    let link = |id: &str| {
        let encoded = saml::binding::percent_encode(q);
        format!("{base}?q={encoded}&template={id}#panel")
    };
    html! {
        div.tools { a.button.quiet href={ (base) "?own=yes#panel" } { "Create your own application" } }
        @if own { (panel(scene, base, entry, None)) }
        @if let Some(offer) = scene.directory.template(template).filter(|_| !own && !template.is_empty()) {
            (panel(scene, base, entry, Some(&Offer(offer))))
        }
        section aria-labelledby="from-gallery" {
            h2 #from-gallery { "Add from the gallery" }
            div.tools {
                form.search method="get" action=(base) role="search" {
                    label.visually-hidden for="q" { "Search application" }
                    input #q type="search" name="q" value=(q) placeholder="Search application";
                    button.quiet type="submit" { "Search" }
                }
            }
            p.muted role="status" {
                @match offers.len() { 1 => "1 application", count => { (count) " applications" } }
                @if !q.is_empty() { " for “" (q) "”" }
            }
            ul.tiles {
                @for offer in &offers {
                    li {
                        a href=(link(&offer.0.id)) aria-current=[(offer.0.id == template).then_some("true")] {
                            strong { (offer.0.name) }
                            span { (offer.initiation()) @if let Some(about) = &offer.0.about { " · " (about) } }
                        }
                    }
                }
            }
            @if offers.is_empty() {
                p.card { "The gallery has nothing of that name. Create your own application, or import its tutorial page: " code { "samlitmus gallery import FILE" } }
            }
        }
    }
}

fn panel(scene: &Scene, base: &str, entry: &Entry, offer: Option<&Offer>) -> Markup {
    let title = offer.map_or("Create your own application", |offer| offer.0.name.as_str());
    let hint = match offer {
        Some(_) => "What the application is called in this tenant.",
        None => "An application that is not in the gallery, with SAML set up by hand.",
    };
    let form = html! {
        input type="hidden" name="template" value=(entry.text("template"));
        (field::line(entry, "name", "Name").required().hint(hint))
        div.tools {
            button type="submit" { "Create" }
            a.button.quiet href=(base) { "Cancel" }
        }
    };
    html! {
        section #panel aria-labelledby="panel-title" {
            h2 #panel-title { (title) }
            @if let Some(offer) = offer { (details(offer)) }
            (field::form(scene, base, entry, &form))
        }
    }
}

fn details(offer: &Offer) -> Markup {
    html! {
        dl.card {
            @if let Some(about) = &offer.0.about { dt { "About" } dd { (about) } }
            dt { "Single sign-on" } dd { "SAML, " (offer.initiation()) }
            dt { "Its users are" } dd { (offer.people()) }
            @for field in FieldName::ALL {
                @for pattern in offer.patterns(field) { dt { (field) } dd { code { (pattern) } } }
            }
            @if let Some(source) = &offer.0.source { dt { "Read from" } dd { (source.page) } }
        }
    }
}
