//! "Attributes & Claims": the list.

use axum::response::Response;
use maud::html;

use super::claim_change::mapping_policy;
use super::value;
use crate::directory::NameIdClaim;
use crate::server::csrf::Form;
use crate::server::portal::app_scene::AppScene;
use crate::server::portal::change;
use crate::server::portal::entry::{Entry, Failure};
use crate::server::portal::field;
use crate::server::portal::frame::AppSection;

pub(crate) async fn show(scene: AppScene) -> Response {
    page(&scene, &Entry::default())
}

/// "Delete" of one claim, which is named by its place and the mark of the list that showed it.
pub(crate) async fn delete(scene: AppScene, Form(fields): Form) -> Response {
    let entry = Entry::from(fields);
    let claim = scene.parameter("claim").to_owned();
    let deleted = change::application(&scene, &entry, |application, _| {
        if claim == "groups" {
            application.group_claims = None;
            return Ok(());
        }
        match claim.parse::<usize>() {
            Ok(at) if at < application.claims.len() => {
                application.claims.remove(at);
                Ok(())
            }
            _ => Err(Failure::Gone),
        }
    });
    match deleted {
        Ok(()) => scene.done("single-sign-on/claims", "The claim was deleted."),
        Err(failure) => scene.again(entry, failure, page),
    }
}

fn page(scene: &AppScene, entry: &Entry) -> Response {
    let application = scene.application();
    let at = |below: &str| scene.within(&format!("single-sign-on/claims/{below}"));
    let mark = scene.entry();
    let policy = mapping_policy(scene);
    let format = NameIdClaim::FORMATS
        .iter()
        .find(|(_, uri)| *uri == application.name_id.format);
    let remove = |claim: &str| {
        field::button(
            scene,
            &at(&format!("{claim}/delete")),
            &[("revision", mark.text("revision"))],
            "link danger",
            &html! { "Delete" span.visually-hidden { " the claim " (claim) } },
        )
    };
    let conditional = |count: usize| html! { @if count > 0 { " " span.tag { (count) " conditions" } } };
    let content = html! {
        (field::alert(entry))
        @if let Some(policy) = policy {
            div.alert role="note" { p { "The claims mapping policy “" (policy.display_name) "” is assigned to this application and decides in place of this page. Take it away by Microsoft Graph to edit claims here." } }
        } @else {
            div.tools {
                a.button href=(at("new")) { "Add new claim" }
                a.button.quiet href=(at("groups")) { "Add a group claim" }
                a.button.quiet href=(at("advanced")) { "Advanced SAML claims options" }
            }
        }
        div.scroll tabindex="0" role="region" aria-label="Claims" {
            table {
                caption { "Required claim" }
                thead { tr { th scope="col" { "Claim name" } th scope="col" { "Value" } th scope="col" { "Change" } } }
                tbody {
                    tr {
                        th scope="row" {
                            @if policy.is_none() { a href=(at("name-id")) { "Unique User Identifier (Name ID)" } } @else { "Unique User Identifier (Name ID)" }
                        }
                        td { (value::told(&application.name_id.value)) @if let Some((words, _)) = format { span.muted { " [" (words) "]" } } (conditional(application.name_id.conditions.len())) }
                        td {}
                    }
                }
            }
        }
        div.scroll tabindex="0" role="region" aria-label="Additional claims" {
            table {
                caption { "Additional claims" }
                thead { tr { th scope="col" { "Claim name" } th scope="col" { "Value" } th scope="col" { "Change" } } }
                tbody {
                    @for (number, claim) in application.claims.iter().enumerate() {
                        tr {
                            th scope="row" { @if policy.is_none() { a href=(at(&number.to_string())) { (claim.wire_name()) } } @else { (claim.wire_name()) } }
                            td { (value::told(&claim.value)) (conditional(claim.conditions.len())) }
                            td { @if policy.is_none() { (remove(&number.to_string())) } }
                        }
                    }
                    @if application.group_claims.is_some() {
                        tr {
                            th scope="row" { @if policy.is_none() { a href=(at("groups")) { "Group claim" } } @else { "Group claim" } }
                            td { (super::groups::told(application)) }
                            td { @if policy.is_none() { (remove("groups")) } }
                        }
                    }
                }
            }
        }
    };
    scene.show(AppSection::SingleSignOn, &[], "Attributes & Claims", &content)
}
