//! What each Signature covers, in the text.

use super::minting::*;
use crate::coverage;

#[test]
fn each_signature_is_shown_with_what_it_covers() {
    let genuine = captured();
    let xml = response(
        "_r",
        &format!("{}{}", assertion("_evil", VICTIM), genuine.assertion),
    );
    let [found] = coverage(&xml, &trusted()).try_into().unwrap();
    assert_eq!(&xml[found.signature], genuine.signature);
    assert_eq!(&xml[found.covers.unwrap()], genuine.assertion);
    assert!(found.verifies);
    assert_eq!(found.key_issuer.as_deref(), Some(IDP));
    assert!(found.note.contains("trusted"));
}

#[test]
fn ranges_are_those_of_the_text_as_it_came() {
    let genuine = captured();
    let xml = format!(
        "<!-- \u{e9} -->\r\n\r\n{}",
        genuine
            .message
            .replace("<Subject>", "<Subject\r\n>")
            .replace("</Assertion>", "</Assertion>\r\n")
    );
    let [found] = coverage(&xml, &trusted()).try_into().unwrap();
    assert_eq!(&xml[found.signature], genuine.signature);
    assert!(xml[found.covers.unwrap()].ends_with("</Assertion>"));
    assert!(found.verifies);
}

#[test]
fn a_forgery_is_shown_as_such() {
    let evil = captured().message.replace(ATTACKER, VICTIM);
    let [found] = coverage(&evil, &trusted()).try_into().unwrap();
    assert!(!found.verifies && found.covers.is_some());
    assert!(found.note.contains("does not match"));

    let lost = captured().message.replace("ID=\"_g\"", "ID=\"_other\"");
    let [found] = coverage(&lost, &trusted()).try_into().unwrap();
    assert_eq!((found.verifies, found.covers), (false, None));
    assert!(found.note.contains("names no element"));

    let odd = captured()
        .message
        .replace("xmldsig#enveloped-signature", "xmldsig#base64");
    assert!(coverage(&odd, &trusted())[0].note.contains("not judged"));
}

#[test]
fn without_keys_the_digest_and_the_enclosed_certificate_are_judged() {
    let xml = response("_r", &assertion("_g", "alice"));
    let plain = Signing::of("_g").sign(&xml);
    let [found] = coverage(&plain, &[]).try_into().unwrap();
    assert!(found.verifies && found.key_issuer.is_none());
    assert!(found.note.contains("no certificate"));

    for (key, agrees) in [(idp_key(), true), (rogue_key(), false)] {
        let der = certificate(key);
        let tail = format!(
            "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>",
            base64::Engine::encode(&base64::engine::general_purpose::STANDARD, der)
        );
        let signed = Signing::of("_g").with(|s| s.tail = tail).sign(&xml);
        let [found] = coverage(&signed, &[]).try_into().unwrap();
        assert_eq!(found.verifies, agrees, "{}", found.note);
        let [found] = coverage(&signed, &[trust(IDP, ec_key())]).try_into().unwrap();
        assert!(!found.verifies && found.key_issuer.is_none());
        assert!(found.note.contains("no trusted key signed it"), "{}", found.note);
    }
}

#[test]
fn a_signature_without_references_covers_nothing() {
    let xml = format!("<a><ds:Signature xmlns:ds=\"{}\"/></a>", crate::xml::DS);
    let [found] = coverage(&xml, &trusted()).try_into().unwrap();
    assert_eq!(
        (found.signature, found.covers, found.verifies),
        (3..xml.len() - 4, None, false)
    );
    assert!(coverage("<not xml", &trusted()).is_empty());
}
