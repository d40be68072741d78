//! "Export and import": the whole directory as the TOML file that a team commits beside its tests.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use maud::html;

use super::change;
use super::entry::{Entry, Failure};
use super::field;
use super::frame::Section;
use super::scene::Scene;
use super::upload::Upload;
use crate::Directory;
use crate::server::idp::Idp;

/// The largest file that is read.
const LARGEST: usize = 16 * 1024 * 1024;

pub(crate) fn routes() -> Router<Arc<Idp>> {
    Router::new()
        .route("/{tenant}/transfer", get(show))
        .route(
            "/{tenant}/transfer/import",
            post(import).layer(DefaultBodyLimit::max(LARGEST)),
        )
        .route("/{tenant}/transfer/directory.toml", get(export))
}

async fn show(scene: Scene) -> Response {
    page(&scene, &Entry::default())
}

async fn export(scene: Scene) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/toml; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"directory.toml\"",
        ),
    ];
    (headers, scene.directory.to_toml()).into_response()
}

async fn import(scene: Scene, Upload { entry, file }: Upload) -> Response {
    let imported = String::from_utf8(file)
        .map_err(|_| {
            Failure::field(
                "file",
                "This file is no text: choose a TOML file that was exported here.",
            )
        })
        .and_then(|text| match text.trim() {
            "" => Err(Failure::field("file", "Choose a file first.")),
            _ => change::directory(&scene, |directory| {
                let before = directory.clone();
                directory
                    .import(&text)
                    .map_err(|error| Failure::field("file", super::entry::sentence(&error.to_string())))?;
                Ok((report(&before, directory), directory.tenants[0].domain.clone()))
            }),
        });
    match imported {
        Ok((report, domain)) => {
            let tenant = crate::server::page::path_segment(&domain);
            scene.done(&format!("/portal/{tenant}/transfer"), &report)
        }
        Err(failure) => scene.again(entry, failure, page),
    }
}

/// What is other than before, a line for each tenant.
fn report(before: &Directory, after: &Directory) -> String {
    let mut lines = vec!["The directory was imported.".to_owned()];
    for tenant in &after.tenants {
        let old = before.tenants.iter().find(|known| known.id == tenant.id);
        let count = |what: &str, now: usize, was: Option<usize>| match was {
            Some(was) if was == now => format!("{now} {what}"),
            Some(was) => format!("{now} {what} (before: {was})"),
            None => format!("{now} {what}"),
        };
        let keys = match old {
            Some(_) => "its keys were kept",
            None => "new here, with new keys: give its metadata to the service providers",
        };
        lines.push(format!(
            "{}: {}, {}, {}; {keys}.",
            tenant.display_name,
            count("users", tenant.users.len(), old.map(|old| old.users.len())),
            count("groups", tenant.groups.len(), old.map(|old| old.groups.len())),
            count(
                "applications",
                tenant.applications.len(),
                old.map(|old| old.applications.len())
            ),
        ));
        let fresh = tenant.applications.iter().filter(|application| {
            let was = before.application(&application.app_id).map(|(_, was)| was);
            let known = |thumbprint: String| {
                was.is_some_and(|was| {
                    let mut all = was.certificates.iter();
                    all.any(|own| own.certificate.thumbprint_sha1() == thumbprint)
                })
            };
            let mut own = application.certificates.iter();
            own.any(|own| !known(own.certificate.thumbprint_sha1()))
        });
        let names: Vec<_> = fresh
            .map(|application| application.display_name.as_str())
            .collect();
        if !names.is_empty() {
            lines.push(format!(
                "New signing certificates, since their keys are not at hand: {}.",
                names.join(", ")
            ));
        }
    }
    for old in &before.tenants {
        if !after.tenants.iter().any(|tenant| tenant.id == old.id) {
            lines.push(format!(
                "{} is not in the file and was removed.",
                old.display_name
            ));
        }
    }
    lines.join("\n")
}

fn page(scene: &Scene, entry: &Entry) -> Response {
    let problem = entry.problem("file");
    let content = html! {
        section.card aria-labelledby="export" {
            h2 #export { "Export" }
            p { "All tenants with users, groups, applications, policies and gallery templates, as one TOML file to commit beside your tests. Private keys are not in it." }
            p { a.button href=(scene.path("transfer/directory.toml")) download { "Download directory.toml" } }
        }
        section aria-labelledby="import" {
            h2 #import { "Import" }
            (field::alert(entry))
            form.sheet method="post" action=(scene.path("transfer/import")) enctype="multipart/form-data" {
                (scene.browser.field())
                p { "The file takes the place of " strong { "everything" } " that is here now, in one step. A file that breaks a rule changes nothing. Keys are kept where the file names their certificates; for the others new ones are made." }
                div.field.wrong[problem.is_some()] {
                    label for="file" { "Directory file (TOML)" }
                    input #file type="file" name="file" accept=".toml" aria-invalid=[problem.map(|_| "true")] aria-describedby=[field::described("file", false, problem.is_some())];
                    @if let Some(problem) = problem { pre.error #file-error { (problem) } }
                }
                button type="submit" { "Import" }
            }
        }
    };
    scene.show(Section::Transfer, &[], "Export and import", &content)
}
