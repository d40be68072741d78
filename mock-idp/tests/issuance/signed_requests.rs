//! "Require verification certificates".

use jiff::SignedDuration;
use mock_idp::directory::PublicCertificate;
use mock_idp::{Application, Azure, By, Received, check_request};
use saml::binding::{QueryAlgorithm, redirect_query, sign_query_with};
use saml::document::splice;
use saml::signature::{Template, sign};
use saml::{AuthnRequest, SigningKey};

use super::{DIRECTORY, changed, now, request, tenant};

/// A certificate that was uploaded so many minutes ago.
fn uploaded(key: &SigningKey, minutes: i64) -> PublicCertificate {
    PublicCertificate {
        uploaded: now() - SignedDuration::from_mins(minutes),
        ..PublicCertificate::new(key.certificate().clone())
    }
}

fn requires(certificates: Vec<PublicCertificate>) -> impl FnOnce(&mut Application) {
    |application| {
        application.verification.required = true;
        application.verification.certificates = certificates;
    }
}

fn keys() -> [&'static SigningKey; 4] {
    let (ours, theirs) = (&tenant().keys, &DIRECTORY.fabrikam().keys);
    [&ours.k1, &ours.k2, &theirs.k1, &theirs.k2]
}

fn query(xml: &str, key: &SigningKey, algorithm: QueryAlgorithm) -> String {
    let query = redirect_query("SAMLRequest", xml, Some("here"));
    sign_query_with(&query, key, algorithm, saml::binding::Percent::Upper).unwrap()
}

fn code(tenant: &mock_idp::Tenant, xml: &str, by: By<'_>, azure: Azure) -> Option<u32> {
    let request = AuthnRequest::parse(xml).unwrap();
    let received = Received {
        request: &request,
        by,
        url: "",
        service_principal: None,
    };
    let error = check_request(tenant, &received, &azure, now()).err();
    error.map(|error| error.code())
}

fn xml() -> String {
    request("", "").to_xml()
}

/// The request with an enveloped signature, which names its certificate or does not.
fn enveloped(key: &SigningKey, names: bool, sha1: bool) -> String {
    let xml = xml();
    let at = xml.find("</saml:Issuer>").unwrap() + "</saml:Issuer>".len();
    let mut template = Template::azure("id6f1c", key.certificate(), sha1);
    if !names {
        template.key_info = String::new();
    }
    sign(&splice(&xml, at..at, &template.to_xml()), at, key).unwrap()
}

#[test]
fn an_unsigned_request_and_one_that_is_signed_as_the_other_binding_has_it_are_not_signed() {
    let [key, ..] = keys();
    let tenant = changed(requires(vec![uploaded(key, 1)]));
    let (xml, posted) = (xml(), enveloped(key, true, false));
    let signed = query(&xml, key, QueryAlgorithm::RsaSha256);
    let azure = Azure::default();
    assert_eq!(
        code(&tenant, &xml, By::Redirect("SAMLRequest=x"), azure),
        Some(76021)
    );
    assert_eq!(
        code(&tenant, &posted, By::Redirect("SAMLRequest=x"), azure),
        Some(76021)
    );
    assert_eq!(code(&tenant, &xml, By::Post(&xml), azure), Some(76021));
    assert_eq!(code(&tenant, &xml, By::Redirect(&signed), azure), None);
    assert_eq!(code(&tenant, &posted, By::Post(&posted), azure), None);
}

#[test]
fn a_changed_request_and_a_strangers_are_refused() {
    let [key, other, ..] = keys();
    let tenant = changed(requires(vec![uploaded(key, 1)]));
    let xml = xml();
    let azure = Azure::default();
    let changed = query(&xml, key, QueryAlgorithm::RsaSha256).replace("=here", "=there");
    assert_eq!(code(&tenant, &xml, By::Redirect(&changed), azure), Some(50006));
    let strangers = query(&xml, other, QueryAlgorithm::RsaSha256);
    assert_eq!(code(&tenant, &xml, By::Redirect(&strangers), azure), Some(50006));
    let posted =
        enveloped(key, true, false).replace("https://sp.example/metadata", "https://sp.example/metadata ");
    assert_eq!(code(&tenant, &posted, By::Post(&posted), azure), Some(50006));
    let none = super::changed(requires(Vec::new()));
    let signed = query(&xml, key, QueryAlgorithm::RsaSha256);
    assert_eq!(code(&none, &xml, By::Redirect(&signed), azure), Some(50006));
}

#[test]
fn sha1_is_taken_where_it_is_allowed_and_nothing_stronger_than_sha256_is() {
    let [key, ..] = keys();
    let strict = changed(requires(vec![uploaded(key, 1)]));
    let lax = changed(|application| {
        requires(vec![uploaded(key, 1)])(application);
        application.verification.allow_sha1 = true;
    });
    let xml = xml();
    let azure = Azure::default();
    let old = query(&xml, key, QueryAlgorithm::RsaSha1);
    assert_eq!(code(&strict, &xml, By::Redirect(&old), azure), Some(50006));
    assert_eq!(code(&lax, &xml, By::Redirect(&old), azure), None);
    let posted = enveloped(key, true, true);
    assert_eq!(code(&strict, &posted, By::Post(&posted), azure), Some(50006));
    assert_eq!(code(&lax, &posted, By::Post(&posted), azure), None);
    let strong = query(&xml, key, QueryAlgorithm::RsaSha512);
    assert_eq!(code(&lax, &xml, By::Redirect(&strong), azure), Some(50006));
}

#[test]
fn the_two_youngest_certificates_are_tried_and_an_older_one_where_key_info_names_it() {
    let [one, two, three, _] = keys();
    let tenant = changed(requires(vec![
        uploaded(one, 30),
        uploaded(two, 10),
        uploaded(three, 20),
    ]));
    let xml = xml();
    let azure = Azure::default();
    for (key, expected) in [(one, Some(50006)), (two, None), (three, None)] {
        let signed = query(&xml, key, QueryAlgorithm::RsaSha256);
        assert_eq!(code(&tenant, &xml, By::Redirect(&signed), azure), expected);
    }
    let named = enveloped(one, true, false);
    assert_eq!(code(&tenant, &named, By::Post(&named), azure), None);
    let unnamed = enveloped(one, false, false);
    assert_eq!(code(&tenant, &unnamed, By::Post(&unnamed), azure), Some(50006));
}

#[test]
fn a_signed_request_grows_old_where_a_switch_says_so() {
    let [key, ..] = keys();
    let tenant = changed(requires(vec![uploaded(key, 1)]));
    let xml = xml().replace("2026-01-05T10:00:00Z", "2026-01-05T09:50:00Z");
    let signed = query(&xml, key, QueryAlgorithm::RsaSha256);
    let age = |signed_request_max_age| Azure {
        signed_request_max_age,
        ..Azure::default()
    };
    assert_eq!(code(&tenant, &xml, By::Redirect(&signed), age(0)), None);
    assert_eq!(code(&tenant, &xml, By::Redirect(&signed), age(900)), None);
    assert_eq!(code(&tenant, &xml, By::Redirect(&signed), age(300)), Some(76026));
}
