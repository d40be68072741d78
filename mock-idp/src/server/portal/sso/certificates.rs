//! "SAML Signing Certificate": new ones, imported ones, the one that signs, and what is signed.

use axum::response::Response;
use jiff::Timestamp;
use maud::html;
use saml::key::SigningKey;

use super::metadata::file_input;
use crate::directory::{Signing, SigningCertificate, SigningOption};
use crate::server::csrf::Form;
use crate::server::portal::app_scene::AppScene;
use crate::server::portal::change;
use crate::server::portal::entry::{Entry, Failure, sentence};
use crate::server::portal::field;
use crate::server::portal::frame::AppSection;
use crate::server::portal::upload::Upload;

const OPTIONS: [(&str, &str, SigningOption); 3] = [
    ("assertion", "Sign SAML assertion", SigningOption::Assertion),
    ("response", "Sign SAML response", SigningOption::Response),
    ("both", "Sign SAML response and assertion", SigningOption::Both),
];
/// How many certificates an application may hold; a limit of ours.
const MOST: usize = 32;

pub(crate) async fn show(scene: AppScene) -> Response {
    let application = scene.application();
    let option = OPTIONS
        .iter()
        .find(|(.., option)| *option == application.signing.option);
    let entry = scene
        .entry()
        .with("option", option.map_or("", |(value, ..)| value))
        .with(
            "algorithm",
            if application.signing.sha1 {
                "sha1"
            } else {
                "sha256"
            },
        )
        .with("notification_email", application.notification_emails.join("\n"));
    page(&scene, &entry)
}

/// "Save": signing option, algorithm, notification.
pub(crate) async fn save(scene: AppScene, Form(fields): Form) -> Response {
    let entry = Entry::from(fields);
    let saved = change::application(&scene, &entry, |application, _| {
        let option = OPTIONS.iter().find(|(value, ..)| *value == entry.text("option"));
        let (.., option) = option.ok_or_else(|| Failure::field("option", "Select one of the options."))?;
        application.signing = Signing {
            option: *option,
            sha1: entry.text("algorithm") == "sha1",
        };
        let mails = entry
            .text("notification_email")
            .split(['\n', ',', ';'])
            .map(str::trim);
        application.notification_emails = mails
            .filter(|mail| !mail.is_empty())
            .map(ToOwned::to_owned)
            .collect();
        let mut mails = application.notification_emails.iter();
        match mails.find(|mail| {
            mail.split_once('@')
                .is_none_or(|(name, host)| name.is_empty() || host.is_empty())
        }) {
            Some(odd) => Err(Failure::field(
                "notification_email",
                format!("`{odd}` is no mail address."),
            )),
            None => Ok(()),
        }
    });
    match saved {
        Ok(()) => scene.done("single-sign-on/certificates", "The signing settings were saved."),
        Err(failure) => scene.again(entry, failure, page),
    }
}

/// "New Certificate": for three years, inactive.
pub(crate) async fn create(scene: AppScene, Form(_): Form) -> Response {
    let made = SigningCertificate::generate(None, Timestamp::now(), None);
    add(&scene, made.map_err(|error| Failure::field("new", sentence(&error.to_string()))), "A new certificate was made. It is inactive: give the service provider the metadata, then make it active.").await
}

/// "Import Certificate": a .pfx file with its password.
pub(crate) async fn import(scene: AppScene, Upload { entry, file }: Upload) -> Response {
    let key = match file.is_empty() {
        true => Err(Failure::field("file", "Choose a .pfx file first.")),
        false => SigningKey::from_pkcs12(&file, entry.text("password"))
            .map(|key| SigningCertificate::of(key, true))
            .map_err(|error| Failure::field("file", sentence(&error.to_string()))),
    };
    add(
        &scene,
        key,
        "The certificate was imported. It is inactive until you make it active.",
    )
    .await
}

async fn add(scene: &AppScene, made: Result<SigningCertificate, Failure>, notice: &str) -> Response {
    let added = made.and_then(|certificate| {
        change::application(scene, &Entry::default(), |application, _| {
            let thumbprint = certificate.certificate.thumbprint_sha1();
            let mut known = application.certificates.iter();
            if known.any(|own| own.certificate.thumbprint_sha1() == thumbprint) {
                return Err(Failure::field(
                    "file",
                    "The application has this certificate already.",
                ));
            }
            if application.certificates.len() >= MOST {
                return Err(Failure::field(
                    "new",
                    format!("An application holds at most {MOST} certificates; delete inactive ones."),
                ));
            }
            let first = application.certificates.is_empty();
            application.certificates.push(SigningCertificate {
                active: first,
                ..certificate
            });
            Ok(())
        })
    });
    finish(scene, added, notice)
}

/// "Make certificate active".
pub(crate) async fn activate(scene: AppScene, Form(_): Form) -> Response {
    let key = scene.parameter("key").to_owned();
    let changed = change::application(&scene, &Entry::default(), |application, _| {
        match application.activate(&key) {
            true => Ok(()),
            false => Err(Failure::Gone),
        }
    });
    finish(
        &scene,
        changed,
        "The certificate is active: it signs from now on.",
    )
}

/// "Delete Certificate", of an inactive one.
pub(crate) async fn delete(scene: AppScene, Form(_): Form) -> Response {
    let key = scene.parameter("key").to_owned();
    let changed = change::application(&scene, &Entry::default(), |application, _| {
        let found = application.certificates.iter().position(|own| own.key_id == key);
        let at = found.ok_or(Failure::Gone)?;
        if application.certificates[at].active {
            return Err(Failure::field(
                "new",
                "The active certificate cannot be deleted; make another one active first.",
            ));
        }
        application.certificates.remove(at);
        Ok(())
    });
    finish(&scene, changed, "The certificate was deleted.")
}

fn finish(scene: &AppScene, changed: Result<(), Failure>, notice: &str) -> Response {
    match changed {
        Ok(()) => scene.done("single-sign-on/certificates", notice),
        Err(failure) => {
            let option = OPTIONS
                .iter()
                .find(|(.., option)| *option == scene.application().signing.option);
            let entry = scene
                .entry()
                .with("option", option.map_or("", |(value, ..)| value))
                .with(
                    "algorithm",
                    if scene.application().signing.sha1 {
                        "sha1"
                    } else {
                        "sha256"
                    },
                )
                .with(
                    "notification_email",
                    scene.application().notification_emails.join("\n"),
                );
            scene.again(entry, failure, page)
        }
    }
}

fn page(scene: &AppScene, entry: &Entry) -> Response {
    let settings = html! {
        h2 { "Signing" }
        (field::choice(entry, "option", "Signing Option", OPTIONS.map(|(value, words, _)| (value, words))))
        (field::choice(entry, "algorithm", "Signing Algorithm", [("sha256", "SHA-256"), ("sha1", "SHA-1")]))
        (field::lines(entry, "notification_email", "Notification Email Addresses", 2).hint("Who would be told before the active one expires: at most five, one a line. The mock sends no mail."))
        button type="submit" { "Save" }
    };
    let at = |below: &str| scene.within(&format!("single-sign-on/certificates/{below}"));
    let problem = entry.problem("file");
    let content = html! {
        (field::alert(entry))
        div.tools #new { (field::button(scene, &at("new"), &[], "", &html! { "New Certificate" })) a.button.quiet href="#import" { "Import Certificate" } }
        (super::certificate_list::show(scene))
        (field::form(scene, &scene.within("single-sign-on/certificates"), &silent(entry), &settings))
        form.sheet #import method="post" action=(at("import")) enctype="multipart/form-data" {
            (scene.browser.field())
            h2 { "Import Certificate" }
            (file_input("Certificate with its private key (.pfx)", ".pfx,.p12", problem))
            div.field {
                label for="password" { "PFX Password" }
                input #password type="password" name="password" autocomplete="off";
            }
            button type="submit" { "Add" }
        }
    };
    scene.show(
        AppSection::SingleSignOn,
        &[],
        "SAML Signing Certificate",
        &content,
    )
}

/// The same fields; the page tells what went wrong above all its forms.
fn silent(entry: &Entry) -> Entry {
    entry.clone().quiet()
}
