//! What stands beside a message: signatures in queries and forms, and RelayState. Each switch lets in what is refused without it.

use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::sign::Signer;
use reference_sp::{Config, Flaw, ReferenceSp};
use saml::binding::{
    Percent, QueryAlgorithm, encode_post, percent_encode, redirect_query, sign_query, sign_query_with,
};
use saml::logout::LogoutResponse;
use saml::names::{alg, binding};

use crate::kit::browser::{Browser, location};
use crate::kit::*;
use crate::logout::{request, send, sign_in, with_slo};

async fn with(flaw: Option<Flaw>) -> ReferenceSp {
    with_slo(Config {
        flaws: flaw.into_iter().collect(),
        simple_sign: true,
        ..Config::default()
    })
    .await
}

/// Whether the query that `make` makes of a LogoutRequest ends a session.
async fn ends(flaw: Option<Flaw>, make: impl Fn(&str) -> String) -> bool {
    let sp = with(flaw).await;
    let browser = Browser::new(&sp);
    let index = sign_in(&browser, ALICE).await;
    let query = make(&request(&sp, &[&index]).to_xml());
    send(&browser, &query).await;
    browser.whoami().await.is_none()
}

/// A query of the IdP's own, about nobody here.
fn genuine() -> String {
    let answer = LogoutResponse {
        id: fresh_id(),
        in_response_to: Some(fresh_id()),
        issue_instant: Some(in_seconds(0)),
        issuer: Some(ISSUER.to_owned()),
        ..LogoutResponse::default()
    };
    sign_query(
        &redirect_query("SAMLResponse", &answer.to_xml(), None),
        &tenant().key,
    )
    .unwrap()
}

fn hmac(xml: &str) -> String {
    let query = redirect_query("SAMLRequest", xml, None);
    let input = format!("{query}&SigAlg={}", percent_encode(alg::HMAC_SHA256));
    let key = PKey::hmac(tenant().key.certificate().pem().as_bytes()).unwrap();
    let mut signer = Signer::new(MessageDigest::sha256(), &key).unwrap();
    let value = openssl::base64::encode_block(&signer.sign_oneshot_to_vec(input.as_bytes()).unwrap());
    format!("{input}&Signature={}", percent_encode(&value))
}

#[tokio::test]
async fn a_session_is_ended_only_by_what_the_idp_signed() {
    let unsigned = |xml: &str| redirect_query("SAMLRequest", xml, None);
    let weak = |xml: &str| {
        let query = redirect_query("SAMLRequest", xml, None);
        sign_query_with(&query, &tenant().key, QueryAlgorithm::RsaSha1, Percent::Upper).unwrap()
    };
    let beside = |xml: &str| format!("{}&{}", redirect_query("SAMLRequest", xml, None), genuine());
    let disguised = |xml: &str| beside(xml).replacen("SAMLRequest", "%53AMLRequest", 1);
    assert!(!ends(None, unsigned).await && ends(Some(Flaw::SloUnsigned), unsigned).await);
    assert!(!ends(None, weak).await && ends(Some(Flaw::WeakAlgorithms), weak).await);
    assert!(!ends(None, hmac).await && ends(Some(Flaw::HmacConfusion), hmac).await);
    assert!(!ends(None, beside).await && ends(Some(Flaw::RedirectConfusion), beside).await);
    assert!(!ends(None, disguised).await && ends(Some(Flaw::RedirectConfusion), disguised).await);
    // Each weakens its own check and no other.
    assert!(!ends(Some(Flaw::SloUnsigned), hmac).await && !ends(Some(Flaw::HmacConfusion), unsigned).await);
    assert!(!ends(Some(Flaw::RedirectConfusion), unsigned).await);
}

#[tokio::test]
async fn a_query_is_one_message_in_an_encoding_that_is_known() {
    let signed = |xml: &str| sign_query(&redirect_query("SAMLRequest", xml, None), &tenant().key).unwrap();
    let with_encoding = |xml: &str| format!("{}&SAMLEncoding=urn%3Ax", signed(xml));
    let usual = "urn%3Aoasis%3Anames%3Atc%3ASAML%3A2.0%3Abindings%3AURL-Encoding%3ADEFLATE";
    assert!(ends(None, |xml: &str| format!("{}&SAMLEncoding={usual}", signed(xml))).await);
    assert!(!ends(None, with_encoding).await && ends(Some(Flaw::RedirectConfusion), with_encoding).await);
}

#[tokio::test]
async fn a_response_in_a_query_signs_nobody_in() {
    for flaw in [None, Some(Flaw::RedirectConfusion)] {
        let sp = with(flaw).await;
        let browser = Browser::new(&sp);
        let forged = response(&sp, tenant(), ALICE).to_xml();
        let query = format!("{}&{}", redirect_query("SAMLRequest", &forged, None), genuine());
        let answer = browser.get(&format!("/singlesignon/saml/SSO?{query}")).await;
        assert_eq!(browser.whoami().await.is_some(), flaw.is_some());
        assert_eq!(answer.status() == 403, flaw.is_none());
    }
}

/// A form to the ACS for POST-SimpleSign, signed over what its first field is called and holds.
fn form(signed: (&str, &str), all: &[(&str, &str)]) -> String {
    let input = format!("{}={}&SigAlg={}", signed.0, signed.1, alg::RSA_SHA256);
    let mut signer = Signer::new(MessageDigest::sha256(), tenant().key.private()).unwrap();
    let value = openssl::base64::encode_block(&signer.sign_oneshot_to_vec(input.as_bytes()).unwrap());
    let fields = all.iter().map(|(name, xml)| (*name, encode_post(xml.as_bytes())));
    let fields = fields.chain([("SigAlg", alg::RSA_SHA256.to_owned()), ("Signature", value)]);
    let encoded = fields.map(|(name, value)| format!("{name}={}", percent_encode(&value)));
    encoded.collect::<Vec<_>>().join("&")
}

#[tokio::test]
async fn a_form_that_is_signed_is_one_message() {
    for flaw in [None, Some(Flaw::RedirectConfusion)] {
        let sp = with(flaw).await;
        let metadata = sp.metadata();
        let acs = metadata
            .acs
            .iter()
            .find(|acs| acs.binding == binding::POST_SIMPLE_SIGN)
            .unwrap();
        let message = || {
            response(&sp, tenant(), ALICE)
                .to_xml()
                .replace(&sp.acs_url(), &acs.location)
        };
        let post = async |body: String| {
            let browser = Browser::new(&sp);
            browser.post_form_to(&acs.location, body).await;
            browser.whoami().await.is_some()
        };
        let one = message();
        assert!(post(form(("SAMLResponse", &one), &[("SAMLResponse", &one)])).await);
        let (one, other) = (message(), message());
        assert!(!post(form(("SAMLResponse", &other), &[("SAMLResponse", &one)])).await);
        let request = request(&sp, &[]).to_xml();
        let both = form(
            ("SAMLRequest", &request),
            &[("SAMLRequest", &request), ("SAMLResponse", &one)],
        );
        assert_eq!(post(both).await, flaw.is_some());
    }
}

#[tokio::test]
async fn a_relay_state_leads_elsewhere_by_a_switch_alone() {
    for (flaw, to) in [
        (None, "/account"),
        (Some(Flaw::OpenRedirect), "https://evil.example/"),
    ] {
        let sp = with(flaw).await;
        let browser = Browser::new(&sp);
        let answer = browser
            .post(&flawless(&sp, ALICE), Some("https://evil.example/"))
            .await;
        assert_eq!(location(&answer), to);
    }
}
