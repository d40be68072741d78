//! Card 3: certificates that sign, that are verified by, and that are encrypted to.

use mock_idp::SigningOption;
use mock_idp::directory::SigningCertificate;
use openssl::pkcs12::Pkcs12;
use saml::key::{Certificate, Kind, SigningKey};
use saml::metadata::IdpMetadata;

use super::single_sign_on::{application, with_application};

#[tokio::test]
async fn a_new_certificate_is_inactive_until_it_is_made_active_and_the_old_one_deleted() {
    let (idp, mut admin, path) = with_application().await;
    let cards = admin.open(&format!("{path}/single-sign-on")).await;
    let old = application(idp.directory()).certificates[0].clone();
    assert!(cards.text().contains(&old.certificate.thumbprint_sha1()));
    let page = admin.follow(&cards, "Edit SAML Signing Certificate").await;
    let page = admin.press(&page, "New Certificate", &[]).await;
    assert!(page.notice().contains("It is inactive"), "{}", page.notice());
    let metadata = admin
        .open(&format!("{path}/single-sign-on/federation-metadata.xml"))
        .await;
    assert_eq!(
        IdpMetadata::parse(&metadata.bytes).unwrap().signing.len(),
        2,
        "inactive ones are listed too"
    );
    let held = application(idp.directory()).certificates;
    assert_eq!(
        held.iter().map(|own| own.active).collect::<Vec<_>>(),
        [true, false]
    );
    let page = admin.press(&page, "Make certificate active", &[]).await;
    let held = application(idp.directory()).certificates;
    assert_eq!(
        held.iter().map(|own| own.active).collect::<Vec<_>>(),
        [false, true]
    );
    let page = admin.press(&page, "Delete Certificate", &[]).await;
    assert_eq!(page.notice(), "The certificate was deleted.");
    let held = application(idp.directory()).certificates;
    assert!(held.len() == 1 && held[0].certificate != old.certificate && held[0].key.is_some());
    assert!(
        page.text().contains("In use"),
        "the active one has no button that deletes it"
    );
}

#[tokio::test]
async fn a_certificate_is_downloaded_in_three_forms_named_after_the_application() {
    let (idp, mut admin, path) = with_application().await;
    let certificate = application(idp.directory()).certificates[0].certificate.clone();
    let cards = admin.open(&format!("{path}/single-sign-on")).await;
    for (words, name) in [
        ("Certificate (Base64)", "Example.cer"),
        ("Certificate (Raw)", "Example.cer"),
        ("PEM certificate", "Example.pem"),
    ] {
        let file = admin.follow(&cards, &format!("Download {words}")).await;
        let disposition = file.headers["content-disposition"].to_str().unwrap().to_owned();
        assert!(
            disposition.contains(&format!("filename=\"{name}\"")),
            "{disposition}"
        );
        assert_eq!(Certificate::read(&file.bytes).unwrap(), certificate, "{words}");
        assert_eq!(
            file.bytes.starts_with(b"-----BEGIN CERTIFICATE-----"),
            words != "Certificate (Raw)"
        );
    }
}

#[tokio::test]
async fn a_pfx_is_imported_once_and_garbage_told() {
    let (idp, mut admin, path) = with_application().await;
    let key = SigningKey::generate_azure("Our own", jiff::Timestamp::now(), 1).unwrap();
    let x509 = openssl::x509::X509::from_der(key.certificate().der()).unwrap();
    let pfx = Pkcs12::builder()
        .pkey(key.private())
        .cert(&x509)
        .name("own")
        .build2("pass")
        .unwrap()
        .to_der()
        .unwrap();
    let page = admin.open(&format!("{path}/single-sign-on/certificates")).await;
    let upload = |bytes: &[u8], password: &str| {
        page.form("Add")
            .with(&[("password", password)])
            .file("own.pfx", bytes)
    };
    for (bytes, password) in [(&pfx[..], "wrong"), (&b"garbage"[..], "pass"), (&b""[..], "pass")] {
        let told = admin.submit(upload(bytes, password)).await;
        assert_eq!(told.status, 422);
        told.error("file");
    }
    let done = admin.submit(upload(&pfx, "pass")).await;
    assert!(
        done.notice().contains("was imported") && done.text().contains("CN=Our own"),
        "{}",
        done.text()
    );
    let held: Vec<SigningCertificate> = application(idp.directory()).certificates;
    assert!(held[1].imported && !held[1].active && held[1].key.is_some());
    let twice = admin.submit(upload(&pfx, "pass")).await;
    assert!(twice.error("file").contains("already"));
}

#[tokio::test]
async fn what_is_signed_and_who_is_told_is_saved() {
    let (idp, mut admin, path) = with_application().await;
    let page = admin.open(&format!("{path}/single-sign-on/certificates")).await;
    let wrong = admin
        .press(&page, "Save", &[("notification_email", "a@x.example\nnobody")])
        .await;
    assert!(wrong.error("notification_email").contains("nobody"));
    let many = admin
        .press(
            &page,
            "Save",
            &[("notification_email", "a@x\nb@x\nc@x\nd@x\ne@x\nf@x")],
        )
        .await;
    assert!(many.error("notification_email").contains("five"));
    let page = admin
        .press(
            &wrong,
            "Save",
            &[
                ("option", "both"),
                ("algorithm", "sha1"),
                ("notification_email", "a@x.example\nb@x.example"),
            ],
        )
        .await;
    assert_eq!(page.notice(), "The signing settings were saved.");
    let saved = application(idp.directory());
    assert_eq!(
        (saved.signing.option, saved.signing.sha1),
        (SigningOption::Both, true)
    );
    assert_eq!(saved.notification_emails, ["a@x.example", "b@x.example"]);
    let cards = admin.open(&format!("{path}/single-sign-on")).await;
    assert!(cards.text().contains("Sign SAML response and assertion") && cards.text().contains("SHA-1"));
}

#[tokio::test]
async fn signed_requests_are_required_only_with_a_certificate_to_verify_them() {
    let (idp, mut admin, path) = with_application().await;
    let certificate = SigningKey::generate(Kind::Rsa2048).unwrap().certificate().clone();
    let page = admin.open(&format!("{path}/single-sign-on/verification")).await;
    let told = admin.press(&page, "Save", &[("required", "yes")]).await;
    assert!(told.error("required").contains("Upload a certificate first"));
    let page = admin
        .submit(page.form("Upload").file("sp.cer", certificate.pem()))
        .await;
    assert_eq!(page.notice(), "The certificate was uploaded.");
    let page = admin
        .press(&page, "Save", &[("required", "yes"), ("allow_sha1", "yes")])
        .await;
    let saved = application(idp.directory()).verification;
    assert!(saved.required && saved.allow_sha1 && saved.certificates[0].certificate == certificate);
    let cards = admin.open(&format!("{path}/single-sign-on")).await;
    assert!(
        cards.text().contains("takes signed requests only"),
        "no test from here"
    );
    let told = admin.press(&page, "Delete", &[]).await;
    assert!(told.error("required").contains("cannot be deleted"));
    let page = admin.submit(page.form("Save").without("required")).await;
    let page = admin.press(&page, "Delete", &[]).await;
    assert_eq!(page.notice(), "The certificate was deleted.");
    let garbage = admin.submit(page.form("Upload").file("sp.cer", "garbage")).await;
    garbage.error("file");
}

#[tokio::test]
async fn an_encryption_certificate_is_imported_activated_deactivated_and_deleted() {
    let (idp, mut admin, path) = with_application().await;
    let certificate = SigningKey::generate(Kind::Rsa2048).unwrap().certificate().clone();
    let page = admin.open(&format!("{path}/token-encryption")).await;
    let page = admin
        .submit(page.form("Import").file("sp.der", certificate.der()))
        .await;
    assert!(page.notice().contains("inactive"));
    assert!(application(idp.directory()).encryption_certificate().is_none());
    let stale = page.form("Delete");
    let page = admin.press(&page, "Activate token encryption", &[]).await;
    let active = application(idp.directory());
    assert_eq!(active.encryption_certificate().unwrap().certificate, certificate);
    let told = admin.submit(stale).await;
    assert!(told.alert().contains("deactivate it first"));
    let page = admin.press(&page, "Deactivate token encryption", &[]).await;
    assert!(application(idp.directory()).encryption_certificate().is_none());
    let page = admin.press(&page, "Delete", &[]).await;
    assert_eq!(page.notice(), "The certificate was deleted.");
    assert!(application(idp.directory()).encryption_certificates.is_empty());
}
