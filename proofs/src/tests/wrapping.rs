//! Signature wrapping: a genuine Signature stays valid, and a forged Assertion stands where a careless reader looks.

use super::minting::*;
use crate::xml::{DS, SAML, SAMLP};

/// Puts `what` before the end tag of the root of `element`.
fn append(element: &str, what: &str) -> String {
    let end = element.rfind("</").unwrap();
    format!("{}{what}{}", &element[..end], &element[end..])
}

/// Puts `what` after the Issuer of `element`.
fn after_issuer(element: &str, what: &str) -> String {
    element.replacen("</Issuer>", &format!("</Issuer>{what}"), 1)
}

fn object(what: &str) -> String {
    format!("<ds:Object>{what}</ds:Object>")
}

/// The victim is proven to nobody; the attacker's own Assertion is still found.
#[track_caller]
fn only_the_attacker(name: &str, xml: &str) {
    let proofs = prove(xml);
    assert!(
        proofs.strict.is_empty() || names(&proofs.strict) == [ATTACKER],
        "{name} strict: {proofs:?}"
    );
    assert_eq!(
        names(&proofs.genuine),
        [ATTACKER],
        "{name} genuine: {:?}",
        proofs.why_not
    );
    assert_eq!(proofs.strict.is_empty(), proofs.why_not.is_some(), "{name}");
}

#[test]
fn xsw_1_and_2_move_the_signed_response_into_a_forged_one() {
    let signed = Signing::of("_g").sign(&response("_g", &assertion("_a", ATTACKER)));
    let signature = piece(&signed, DS, "Signature");
    let original = signed.replace(&signature, "");
    let evil = response("_evil", &assertion("_a2", VICTIM));

    let holding = append(&signature, &object(&original));
    only_the_attacker("xsw-1", &after_issuer(&evil, &holding));
    only_the_attacker("xsw-2", &after_issuer(&evil, &format!("{original}{signature}")));
}

#[test]
fn xsw_3_a_forged_assertion_stands_before_the_signed_one() {
    let genuine = captured();
    let xml = response(
        "_r",
        &format!("{}{}", assertion("_evil", VICTIM), genuine.assertion),
    );
    only_the_attacker("xsw-3", &xml);
    assert_eq!(
        names(&prove(&xml).strict),
        [ATTACKER],
        "a strict reader skips the unsigned one"
    );
}

#[test]
fn xsw_4_a_forged_assertion_wraps_the_signed_one() {
    let evil = append(&assertion("_evil", VICTIM), &captured().assertion);
    only_the_attacker("xsw-4", &response("_r", &evil));
}

#[test]
fn xsw_5_the_forged_assertion_carries_the_signature_of_another() {
    let genuine = captured();
    let evil = after_issuer(&assertion("_evil", VICTIM), &genuine.signature);
    only_the_attacker("xsw-5", &response("_r", &format!("{evil}{}", genuine.bare)));
}

#[test]
fn xsw_6_the_signed_assertion_lies_in_the_signature_of_the_forged_one() {
    let genuine = captured();
    let holding = append(&genuine.signature, &genuine.bare);
    only_the_attacker(
        "xsw-6",
        &response("_r", &after_issuer(&assertion("_evil", VICTIM), &holding)),
    );
}

#[test]
fn xsw_7_an_extension_holds_a_forged_assertion_with_the_same_id() {
    let evil = format!("<samlp:Extensions>{}</samlp:Extensions>", assertion("_g", VICTIM));
    only_the_attacker(
        "xsw-7",
        &response("_r", &format!("{evil}{}", captured().assertion)),
    );
}

#[test]
fn xsw_8_an_object_holds_the_signed_assertion_and_the_forged_one_has_its_id() {
    let genuine = captured();
    let holding = append(&genuine.signature, &object(&genuine.bare));
    only_the_attacker(
        "xsw-8",
        &response("_r", &after_issuer(&assertion("_g", VICTIM), &holding)),
    );
}

#[test]
fn duplicate_ids_are_all_tried_and_never_strictly_accepted() {
    let genuine = captured();
    let evil = assertion("_g", VICTIM);
    for both in [
        format!("{evil}{}", genuine.assertion),
        format!("{}{evil}", genuine.assertion),
    ] {
        let xml = response("_r", &both);
        only_the_attacker("same id", &xml);
        assert!(prove(&xml).why_not.unwrap().contains("not unique"));
    }
}

#[test]
fn other_spellings_of_id_neither_fool_nor_disturb_a_strict_reader() {
    let genuine = captured();
    for attribute in [
        r#"Id="_g""#,
        r#"id="_g""#,
        r#"xml:id="_g""#,
        r#"x:ID="_g" xmlns:x="urn:x""#,
    ] {
        let evil = assertion("_evil", VICTIM).replacen("<Assertion", &format!("<Assertion {attribute}"), 1);
        let xml = response("_r", &format!("{evil}{}", genuine.assertion));
        only_the_attacker(attribute, &xml);
        assert_eq!(names(&prove(&xml).strict), [ATTACKER], "{attribute}");
    }
}

#[test]
fn the_signature_must_be_a_child_of_what_it_signs() {
    let genuine = captured();
    let parked = format!(
        "{}<samlp:Extensions>{}</samlp:Extensions>",
        genuine.signature, genuine.bare
    );
    only_the_attacker(
        "beside",
        &response("_r", &format!("{parked}{}", assertion("_evil", VICTIM))),
    );
    for (start, end) in [
        ("<samlp:Extensions>", "</samlp:Extensions>"),
        ("<samlp:StatusDetail><x><y>", "</y></x></samlp:StatusDetail>"),
    ] {
        let parked = format!("{start}{}{end}", genuine.assertion);
        let xml = response("_r", &format!("{parked}{}", assertion("_evil", VICTIM)));
        only_the_attacker(start, &xml);
        assert!(prove(&xml).strict.is_empty());
    }
}

#[test]
fn a_digest_that_another_element_has_is_not_lent_to_the_parent() {
    let misled = Signing::of("_g").with(|s| s.uri = "#_evil".into());
    let signed = misled.sign(&response("_r", &assertion("_g", ATTACKER)));
    let signature = piece(&signed, DS, "Signature");
    let bare = piece(&signed, SAML, "Assertion").replace(&signature, "");
    let evil = after_issuer(&assertion("_evil", VICTIM), &signature);
    let xml = response("_r", &format!("{evil}{bare}"));
    only_the_attacker("misled signer", &xml);
    assert!(prove(&xml).strict.is_empty());
}

#[test]
fn a_foreign_root_or_a_nested_response_proves_nothing_strictly() {
    let genuine = captured();
    let evil = response("_r2", &assertion("_evil", VICTIM));
    let roots = format!("<root>{evil}{}</root>", genuine.message);
    only_the_attacker("foreign root", &roots);
    assert!(prove(&roots).why_not.unwrap().contains("root"));
    only_the_attacker("nested", &append(&evil, &genuine.message));
    for other in [
        genuine.message.replace(SAMLP, "urn:other"),
        genuine.message.replace("samlp:Response", "samlp:LogoutResponse"),
    ] {
        only_the_attacker("another message", &other);
        assert!(prove(&other).why_not.unwrap().contains("root"));
    }
}

#[test]
fn what_lies_in_the_enveloped_signature_is_not_covered() {
    let genuine = captured();
    let evil = object(&assertion("_evil", VICTIM));
    let stuffed = append(&genuine.signature, &evil);
    only_the_attacker("object", &genuine.message.replace(&genuine.signature, &stuffed));

    let decoy = format!("{}{stuffed}", genuine.signature);
    let xml = genuine.message.replace(&genuine.signature, &decoy);
    assert_eq!(
        prove(&xml).genuine,
        [],
        "a second Signature is part of what is digested"
    );
    assert_eq!(prove(&xml).strict, []);
}

#[test]
fn text_inside_the_signature_is_no_part_of_a_name() {
    let named = assertion("_g", ATTACKER);
    let named = Signing::of("_g").sign(&response("_r", &named));
    let signature = piece(&named, DS, "Signature");
    let stuffed = append(&signature, &object(VICTIM));
    let inside = named
        .replace(&signature, "")
        .replace(ATTACKER, &format!("{ATTACKER}{stuffed}"));
    only_the_attacker("in the NameID", &inside);
    assert!(prove(&inside).strict.is_empty());
}

#[test]
fn a_signed_error_or_a_signed_issuer_lends_nothing_to_an_assertion_beside_it() {
    let error = Signing::of("_r").sign(&response("_r", ""));
    let evil = assertion("_evil", VICTIM);
    let signature = piece(&error, DS, "Signature");
    for xml in [
        append(&error, &evil),
        error.replace(&signature, &append(&signature, &object(&evil))),
    ] {
        let proofs = prove(&xml);
        assert_eq!((proofs.strict.len(), proofs.genuine.len()), (0, 0), "{xml}");
    }
    let with_id = response("_r", &evil).replacen("<Issuer ", "<Issuer ID=\"_i\" ", 1);
    let xml = Signing::of("_i").sign(&with_id);
    let proofs = prove(&xml);
    assert_eq!((proofs.strict.len(), proofs.genuine.len()), (0, 0));
}

#[test]
fn two_signed_assertions_are_two_identities() {
    let first = captured().assertion;
    let both = response("_r", &format!("{first}{}", assertion("_h", "alice@corp.example")));
    let proofs = prove(&Signing::of("_h").sign(&both));
    assert_eq!(names(&proofs.strict), [ATTACKER, "alice@corp.example"]);
    assert_eq!(proofs.strict, proofs.genuine);
}
