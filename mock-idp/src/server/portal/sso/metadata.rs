//! "Upload metadata file": the service provider's metadata fills in the addresses.

use axum::response::Response;
use maud::html;
use saml::SpMetadata;

use super::basic;
use crate::server::portal::app_scene::AppScene;
use crate::server::portal::entry::{Entry, Failure, sentence};
use crate::server::portal::field;
use crate::server::portal::frame::AppSection;
use crate::server::portal::upload::Upload;

pub(crate) async fn show(scene: AppScene) -> Response {
    page(&scene, &Entry::default())
}

/// Shows Basic SAML Configuration with what the file says, for the administrator to save.
pub(crate) async fn upload(scene: AppScene, Upload { entry, file }: Upload) -> Response {
    if file.is_empty() {
        return scene.again(entry, Failure::field("file", "Choose a file first."), page);
    }
    match SpMetadata::parse(&file) {
        Ok(metadata) => {
            let mut application = scene.application().clone();
            application.upload(&metadata);
            let filled = basic::fill(scene.entry().with("uploaded", "yes"), &application);
            basic::page(&scene, &filled)
        }
        Err(error) => scene.again(entry, Failure::field("file", sentence(&error.to_string())), page),
    }
}

fn page(scene: &AppScene, entry: &Entry) -> Response {
    let problem = entry.problem("file");
    let content = html! {
        (field::alert(entry))
        form.sheet method="post" action=(scene.within("single-sign-on/metadata")) enctype="multipart/form-data" {
            (scene.browser.field())
            p { "The service provider’s own metadata fills in Identifier, Reply URLs and Logout Url. Nothing is saved before you have looked at it." }
            (file_input("SAML metadata file of the service provider", ".xml", problem))
            div.tools {
                button type="submit" { "Upload" }
                a.button.quiet href=(scene.within("single-sign-on")) { "Cancel" }
            }
        }
    };
    scene.show(AppSection::SingleSignOn, &[], "Upload metadata file", &content)
}

/// The one file of a form.
pub(crate) fn file_input(label: &str, accept: &str, problem: Option<&str>) -> maud::Markup {
    html! {
        div.field.wrong[problem.is_some()] {
            label for="file" { (label) }
            input #file type="file" name="file" accept=(accept) aria-invalid=[problem.map(|_| "true")] aria-describedby=[field::described("file", false, problem.is_some())];
            (field::wrong("file", problem))
        }
    }
}
