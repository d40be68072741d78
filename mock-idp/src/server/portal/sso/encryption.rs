//! "Token encryption": the service provider's certificates that assertions are encrypted to.

use axum::response::Response;
use maud::html;

use super::metadata::file_input;
use super::verification::{keep, public, table};
use crate::server::csrf::Form;
use crate::server::portal::app_scene::AppScene;
use crate::server::portal::change as changing;
use crate::server::portal::entry::{Entry, Failure};
use crate::server::portal::field;
use crate::server::portal::frame::AppSection;
use crate::server::portal::upload::Upload;

/// How many are kept; one is active.
const MOST: usize = 10;

pub(crate) async fn show(scene: AppScene) -> Response {
    page(&scene, &Entry::default())
}

/// "Import Certificate".
pub(crate) async fn import(scene: AppScene, Upload { entry, file }: Upload) -> Response {
    let added = public(&file).and_then(|certificate| {
        if !certificate.public_key().rsa().is_ok_and(|key| key.size() >= 256) {
            return Err(Failure::field("file", "Assertions are encrypted to RSA keys of 2048 bits or more; this certificate has another key."));
        }
        changing::application(&scene, &Entry::default(), |application, _| {
            keep(&mut application.encryption_certificates, certificate, MOST)
        })
    });
    match added {
        Ok(()) => scene.done(
            "token-encryption",
            "The certificate was imported. It is inactive until you activate it.",
        ),
        Err(failure) => scene.again(entry, failure, page),
    }
}

/// "Activate token encryption certificate", "Deactivate …", "Delete".
pub(crate) async fn change(scene: AppScene, Form(fields): Form) -> Response {
    let (key, wanted) = (
        scene.parameter("key").to_owned(),
        scene.parameter("change").to_owned(),
    );
    let changed = changing::application(&scene, &Entry::default(), |application, _| {
        let is_active = application.token_encryption_key_id.as_ref() == Some(&key);
        if !application
            .encryption_certificates
            .iter()
            .any(|known| known.key_id == key)
        {
            return Err(Failure::Gone);
        }
        match wanted.as_str() {
            "activate" => {
                application.token_encryption_key_id = Some(key);
                Ok("Assertions are encrypted from now on.")
            }
            "deactivate" if is_active => {
                application.token_encryption_key_id = None;
                Ok("Assertions are not encrypted any more.")
            }
            "deactivate" => Ok("The certificate was inactive already."),
            "delete" if is_active => Err(Failure::field(
                "file",
                "The active certificate cannot be deleted; deactivate it first.",
            )),
            "delete" => {
                application
                    .encryption_certificates
                    .retain(|known| known.key_id != key);
                Ok("The certificate was deleted.")
            }
            _ => Err(Failure::Gone),
        }
    });
    match changed {
        Ok(notice) => scene.done("token-encryption", notice),
        Err(failure) => scene.again(fields.into(), failure, page),
    }
}

fn page(scene: &AppScene, entry: &Entry) -> Response {
    let application = scene.application();
    let active = application.token_encryption_key_id.as_deref();
    let buttons = |key: &str| {
        let at = |change: &str| scene.within(&format!("token-encryption/{key}/{change}"));
        html! {
            @if active == Some(key) {
                (field::button(scene, &at("deactivate"), &[], "link", &html! { "Deactivate token encryption" }))
            } @else {
                (field::button(scene, &at("activate"), &[], "link", &html! { "Activate token encryption" }))
                " "
                (field::button(scene, &at("delete"), &[], "link danger", &html! { "Delete" }))
            }
        }
    };
    let content = html! {
        (field::alert(entry))
        p { "With an active certificate the assertion is signed first, then encrypted to it; only the service provider can read it." }
        (table(scene, "Token encryption certificates", &application.encryption_certificates, buttons))
        form.sheet method="post" action=(scene.within("token-encryption/import")) enctype="multipart/form-data" {
            (scene.browser.field())
            h2 { "Import Certificate" }
            (file_input("Certificate of the service provider (.cer, .crt, .pem)", ".cer,.crt,.pem", entry.problem("file")))
            button type="submit" { "Import" }
        }
    };
    scene.show(AppSection::Encryption, &[], "Token encryption", &content)
}
