//! "Verification certificates": whether requests must be signed, and by whom.

use axum::response::Response;
use maud::html;
use saml::key::Certificate;

use super::metadata::file_input;
use crate::directory::PublicCertificate;
use crate::server::csrf::Form;
use crate::server::portal::app_scene::AppScene;
use crate::server::portal::change;
use crate::server::portal::entry::{Entry, Failure, sentence};
use crate::server::portal::field;
use crate::server::portal::frame::AppSection;
use crate::server::portal::upload::Upload;
use crate::server::portal::words;

/// How many are kept; the two youngest are tried.
const MOST: usize = 10;

pub(crate) async fn show(scene: AppScene) -> Response {
    let entry = filled(&scene);
    page(&scene, &entry)
}

fn filled(scene: &AppScene) -> Entry {
    let verification = &scene.application().verification;
    scene
        .entry()
        .ticked("required", verification.required)
        .ticked("allow_sha1", verification.allow_sha1)
}

/// "Save".
pub(crate) async fn save(scene: AppScene, Form(fields): Form) -> Response {
    let entry = Entry::from(fields);
    let saved = change::application(&scene, &entry, |application, _| {
        let verification = &mut application.verification;
        verification.required = entry.has("required");
        verification.allow_sha1 = entry.has("allow_sha1");
        match verification.required && verification.certificates.is_empty() {
            true => Err(Failure::field(
                "required",
                "Upload a certificate first: without one, no request could be verified.",
            )),
            false => Ok(()),
        }
    });
    match saved {
        Ok(()) => scene.done(
            "single-sign-on/verification",
            "The verification settings were saved.",
        ),
        Err(failure) => scene.again(entry, failure, page),
    }
}

/// "Upload certificate".
pub(crate) async fn upload(scene: AppScene, Upload { file, .. }: Upload) -> Response {
    let added = public(&file).and_then(|certificate| {
        change::application(&scene, &Entry::default(), |application, _| {
            let all = &mut application.verification.certificates;
            keep(all, certificate, MOST)
        })
    });
    match added {
        Ok(()) => scene.done("single-sign-on/verification", "The certificate was uploaded."),
        Err(failure) => scene.again(filled(&scene), failure, page),
    }
}

/// "Delete".
pub(crate) async fn delete(scene: AppScene, Form(_): Form) -> Response {
    let key = scene.parameter("key").to_owned();
    let deleted = change::application(&scene, &Entry::default(), |application, _| {
        let verification = &mut application.verification;
        verification.certificates.retain(|known| known.key_id != key);
        match verification.required && verification.certificates.is_empty() {
            true => Err(Failure::field(
                "required",
                "Signed requests are required: the last certificate cannot be deleted before that is switched off.",
            )),
            false => Ok(()),
        }
    });
    match deleted {
        Ok(()) => scene.done("single-sign-on/verification", "The certificate was deleted."),
        Err(failure) => scene.again(filled(&scene), failure, page),
    }
}

/// A certificate without its key, from a file.
pub(crate) fn public(file: &[u8]) -> Result<Certificate, Failure> {
    if file.is_empty() {
        return Err(Failure::field("file", "Choose a certificate file first."));
    }
    Certificate::read(file).map_err(|error| Failure::field("file", sentence(&error.to_string())))
}

/// One more in the list, each once.
pub(crate) fn keep(
    all: &mut Vec<PublicCertificate>,
    certificate: Certificate,
    most: usize,
) -> Result<(), Failure> {
    if all.iter().any(|known| known.certificate == certificate) {
        return Err(Failure::field("file", "This certificate is there already."));
    }
    if all.len() >= most {
        return Err(Failure::field(
            "file",
            format!("At most {most} are kept; delete one first."),
        ));
    }
    all.push(PublicCertificate::new(certificate));
    Ok(())
}

fn page(scene: &AppScene, entry: &Entry) -> Response {
    let at = |below: &str| scene.within(&format!("single-sign-on/verification{below}"));
    let settings = html! {
        (field::tick(entry, "required", "Require verification certificates", "Then a request without a good signature is refused (AADSTS76021), and neither a launch nor a test works from here."))
        (field::tick(entry, "allow_sha1", "Allow requests signed with RSA-SHA1", ""))
        button type="submit" { "Save" }
    };
    let verification = &scene.application().verification;
    let content = html! {
        (field::alert(entry))
        (field::form(scene, &at(""), &entry.clone().quiet(), &settings))
        (table(scene, "Verification certificates", &verification.certificates, |key| {
            field::button(scene, &at(&format!("/{key}/delete")), &[], "link danger", &html! { "Delete" })
        }))
        form.sheet method="post" action=(at("/upload")) enctype="multipart/form-data" {
            (scene.browser.field())
            h2 { "Upload certificate" }
            (file_input("Certificate of the service provider (.cer, .crt, .pem)", ".cer,.crt,.pem", entry.problem("file")))
            button type="submit" { "Upload" }
        }
    };
    scene.show(
        AppSection::SingleSignOn,
        &[],
        "Verification certificates",
        &content,
    )
}

/// Certificates of the service provider with what can be done to each.
pub(crate) fn table(
    scene: &AppScene,
    label: &str,
    all: &[PublicCertificate],
    change: impl Fn(&str) -> maud::Markup,
) -> maud::Markup {
    let active = scene.application().token_encryption_key_id.as_deref();
    html! {
        @if all.is_empty() {
            p.card { "No certificate yet." }
        } @else {
            div.scroll tabindex="0" role="region" aria-label=(label) {
                table {
                    thead { tr { th scope="col" { "Subject" } th scope="col" { "Thumbprint" } th scope="col" { "Expires" } th scope="col" { "Uploaded" } th scope="col" { "Change" } } }
                    tbody {
                        @for known in all {
                            tr {
                                td { (known.certificate.subject_cn().unwrap_or_default()) @if active == Some(&known.key_id) { " " span.tag.on { "Active" } } }
                                td { code { (known.certificate.thumbprint_sha1()) } }
                                td { (words::day(known.certificate.not_after())) }
                                td { (words::minute(known.uploaded)) }
                                td { (change(&known.key_id)) }
                            }
                        }
                    }
                }
            }
        }
    }
}
