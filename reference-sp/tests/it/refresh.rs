//! Metadata is read again: what is good replaces what was there, and nothing else does.

use std::sync::{Arc, Mutex};

use axum::{Router, extract::State, routing::get};
use reference_sp::{Config, ReferenceSp, Source};
use saml::key::{Kind, SigningKey};
use saml::metadata::IdpMetadata;
use saml::signature::{Template, sign};

use super::kit::browser::Browser;
use super::kit::{ALICE, ISSUER, Idp, response, sign_assertion, start, tenant};

/// What is served as the tenant's metadata.
type Shelf = Arc<Mutex<String>>;

/// A service provider that reads the tenant's metadata from a shelf, and takes what the tenant's key signed.
async fn reading() -> (ReferenceSp, Shelf) {
    let shelf = Shelf::default();
    let serve = async |State(shelf): State<Shelf>| shelf.lock().unwrap().clone();
    let app = Router::new().route("/", get(serve)).with_state(shelf.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let sp = start(Config {
        test_endpoint: true,
        sources: vec![Source {
            entity_id: ISSUER.to_owned(),
            url,
            signers: vec![tenant().key.certificate().clone()],
        }],
        ..Config::default()
    })
    .await;
    (sp, shelf)
}

/// The next key of the tenant.
fn next() -> Idp {
    Idp {
        entity_id: ISSUER,
        key: SigningKey::generate(Kind::Rsa2048).unwrap(),
    }
}

/// The tenant's metadata with this key alone, changed, and signed by the tenant's first key.
fn document(of: &Idp, change: impl Fn(String) -> String) -> String {
    let metadata: IdpMetadata = of.metadata();
    let text = change(metadata.to_xml().replacen(
        "<md:EntityDescriptor",
        "<md:EntityDescriptor ID=\"_m\"",
        1,
    ));
    let after = text.find('>').unwrap() + 1;
    let key = &tenant().key;
    let template = Template::azure("_m", key.certificate(), false).to_xml();
    sign(
        &format!("{}{template}{}", &text[..after], &text[after..]),
        after,
        key,
    )
    .unwrap()
}

/// The status of `/test/refresh` when this is served.
async fn refreshed(sp: &ReferenceSp, shelf: &Shelf, text: String) -> u16 {
    *shelf.lock().unwrap() = text;
    Browser::new(sp).get("/test/refresh").await.status().as_u16()
}

/// Whether alice is signed in by this key.
async fn takes(sp: &ReferenceSp, idp: &Idp) -> bool {
    let browser = Browser::new(sp);
    let xml = sign_assertion(&response(sp, idp, ALICE).to_xml(), idp);
    browser.deliver(&xml).await;
    browser.whoami().await.is_some()
}

#[tokio::test]
async fn a_document_replaces_the_keys_of_the_last() {
    let (sp, shelf) = reading().await;
    let next = next();
    assert!(takes(&sp, tenant()).await && !takes(&sp, &next).await);
    assert_eq!(refreshed(&sp, &shelf, document(&next, |text| text)).await, 204);
    assert!(takes(&sp, &next).await && !takes(&sp, tenant()).await);
}

#[tokio::test]
async fn a_document_that_is_no_good_changes_nothing() {
    let (sp, shelf) = reading().await;
    let next = next();
    let plain = document(&next, |text| text);
    let with = |attribute: &str| {
        document(&next, |text| {
            text.replacen(" ID=", &format!(" {attribute} ID="), 1)
        })
    };
    for text in [
        String::new(),
        "<html>back soon</html>".to_owned(),
        plain[..plain.len() / 2].to_owned(),
        format!("<!DOCTYPE md:EntityDescriptor>{plain}"),
        next.metadata().to_xml(),
        plain.replace(&format!("{ISSUER}saml2"), "https://elsewhere.example/"),
        with("validUntil=\"2001-01-01T00:00:00Z\""),
        with("validUntil=\"one day\""),
        document(&next, |text| text.replace(ISSUER, "https://sts.example/another/")),
        document(&next, |text| {
            text.replace("SAML:2.0:protocol", "SAML:1.1:protocol")
        }),
    ] {
        assert_eq!(refreshed(&sp, &shelf, text.clone()).await, 422, "{text}");
        assert!(takes(&sp, tenant()).await && !takes(&sp, &next).await, "{text}");
    }
}

#[tokio::test]
async fn without_a_key_nobody_is_signed_in() {
    let (sp, shelf) = reading().await;
    let keyless = document(tenant(), |text| {
        text.replace("use=\"signing\"", "use=\"encryption\"")
    });
    assert_eq!(refreshed(&sp, &shelf, keyless).await, 204);
    assert!(!takes(&sp, tenant()).await);
}

/// What was good when it was read is over one day.
#[tokio::test]
async fn what_a_document_says_is_over_at_its_end() {
    let (sp, shelf) = reading().await;
    let soon = super::kit::in_seconds(2);
    let until = document(tenant(), |text| {
        text.replacen(" ID=", &format!(" validUntil=\"{soon}\" ID="), 1)
    });
    assert_eq!(refreshed(&sp, &shelf, until).await, 204);
    let end = saml::instant::parse(&soon).unwrap();
    while jiff::Timestamp::now() <= end {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(!takes(&sp, tenant()).await);
}
