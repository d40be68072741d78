//! Golden messages: each has the shape that is written out in `shape.rs`, is the same to the byte as the file in
//! `tests/golden/`, and each of its signatures verifies, by xmlsec1 too.
//!
//! Ids, certificates and signatures are masked. A file has a line for each tag that follows another, since a message has
//! none. `SAMLITMUS_GOLDEN=write cargo test -p mock-idp --test issuance golden` writes the files anew: review them like code.

mod cases;
mod documents;
mod shape;

use std::path::{Path, PathBuf};
use std::process::Command;

use mock_idp::Tenant;
use saml::key::Certificate;
use saml::signature::{signatures, verify};

use super::{masked_but_certificates, one_line};

/// Compares a message with its shape and its file.
fn golden(name: &str, tenant: &Tenant, message: &str, shape: &str) {
    let message = masked_but_certificates(&named_certificates(tenant, message));
    assert_eq!(message, one_line(shape), "{name} has another shape");
    assert!(!message.contains(">\n<"), "{name}");
    let text = message.replace("><", ">\n<") + "\n";
    let file = folder().join(format!("{name}.xml"));
    if std::env::var("SAMLITMUS_GOLDEN").is_ok_and(|value| value == "write") {
        std::fs::create_dir_all(folder()).unwrap();
        std::fs::write(&file, &text).unwrap();
    }
    let kept = std::fs::read_to_string(&file);
    let kept = kept.unwrap_or_else(|error| panic!("{}: {error}; see golden/mod.rs", file.display()));
    assert_eq!(text, kept, "{name} is not what its file says; see golden/mod.rs");
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// Certificates by whose they are: `CERT-1`, … the application's own in their order, `TENANT` the tenant's. All in a
/// message must be one of these.
fn named_certificates(tenant: &Tenant, message: &str) -> String {
    let own = tenant.applications[0].certificates.iter().enumerate();
    let mut text = message.replace(&tenant.keys.k1.certificate().base64(), "TENANT");
    for (at, certificate) in own {
        text = text.replace(&certificate.certificate.base64(), &format!("CERT-{}", at + 1));
    }
    text
}

/// Holds every signature of a message against this certificate, and has xmlsec1 do so too.
fn verified(text: &str, certificate: &Certificate, count: usize) {
    let found = signatures(text);
    assert_eq!(found.len(), count, "{text}");
    for at in &found {
        assert!(verify(text, *at, certificate).unwrap(), "{text}");
    }
    let view = roxmltree::Document::parse(text).unwrap();
    let signed = view
        .descendants()
        .filter(|node| node.tag_name().name() == "Signature");
    for name in signed.map(|node| node.parent().unwrap().tag_name().name()) {
        if let Some(agrees) = xmlsec1(text, name, certificate) {
            assert!(
                agrees,
                "xmlsec1 does not agree with the signature of {name}: {text}"
            );
            let tampered = text.replace("2026-01-05T10:00:05.003Z", "2026-01-05T10:00:06.003Z");
            if name != "EntityDescriptor" {
                assert_eq!(xmlsec1(&tampered, name, certificate), Some(false), "{name}");
            }
        }
    }
}

/// Whether xmlsec1 takes the signature of the element with this name; none where it is not installed.
fn xmlsec1(text: &str, name: &str, certificate: &Certificate) -> Option<bool> {
    let folder = tempfile::tempdir().unwrap();
    let [message, pem] = ["message.xml", "idp.pem"].map(|file| folder.path().join(file));
    std::fs::write(&message, text).unwrap();
    std::fs::write(&pem, certificate.pem()).unwrap();
    let path = format!("/descendant::*[local-name()='{name}'][1]/*[local-name()='Signature']");
    let output = Command::new("xmlsec1")
        .args([
            "--verify",
            "--id-attr:ID",
            name,
            "--node-xpath",
            &path,
            "--pubkey-cert-pem",
        ])
        .args([&pem, &message])
        .output();
    match output {
        Ok(output) => Some(output.status.success()),
        Err(error) => {
            eprintln!("xmlsec1 is not installed, nothing compared: {error}");
            None
        }
    }
}
