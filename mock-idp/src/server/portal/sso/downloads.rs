//! What the service provider is given: certificates in three forms, and the federation metadata, named after the application.

use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};
use saml::key::Certificate;

use crate::federation_metadata;
use crate::server::portal::app_scene::AppScene;
use crate::server::portal::document;
use crate::server::portal::words::attachment;

/// One of the application's certificates, or `active`, as `base64`, `raw` or `pem`.
pub(crate) async fn certificate(scene: AppScene) -> Response {
    let Some(certificate) = named(&scene) else {
        return scene.gone("That certificate");
    };
    let name = &scene.application().display_name;
    match scene.parameter("form") {
        "base64" => file(
            name,
            "cer",
            "application/x-x509-ca-cert",
            certificate.pem().into_bytes(),
        ),
        "raw" => file(name, "cer", "application/pkix-cert", certificate.der().to_vec()),
        "pem" => file(
            name,
            "pem",
            "application/x-pem-file",
            certificate.pem().into_bytes(),
        ),
        _ => scene.gone("That form of the certificate"),
    }
}

/// "Federation Metadata XML" of the application.
pub(crate) async fn metadata(scene: AppScene) -> Response {
    let application = scene.application();
    match federation_metadata(scene.tenant(), &scene.idp.origin, Some(application)) {
        Ok(bytes) => file(
            &application.display_name,
            "xml",
            "application/xml; charset=utf-8",
            bytes,
        ),
        Err(error) => document::plain("Nothing to download", &error.to_string()),
    }
}

fn named(scene: &AppScene) -> Option<Certificate> {
    let application = scene.application();
    match scene.parameter("key") {
        "active" => Some(scene.tenant().keys_of(application).active.certificate().clone()),
        key => {
            let mut all = application.certificates.iter();
            all.find(|own| own.key_id == key)
                .map(|own| own.certificate.clone())
        }
    }
}

fn file(name: &str, ending: &str, kind: &'static str, bytes: Vec<u8>) -> Response {
    let headers: [(HeaderName, String); 2] = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, attachment(name, ending)),
    ];
    (headers, bytes).into_response()
}
