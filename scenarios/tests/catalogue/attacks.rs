//! The attacks are what they say: seen as the flaw that they are for would see it, each of them works.

use crate::stage::Stage;
use saml::{names::alg, signature::digest_of};
use scenarios::{Attacker, Base, Catalogue, Persona};

#[test]
fn an_attack_on_the_victim_has_the_victim_in_it() {
    let stage = Stage::new();
    let quiet = [
        "tamper-",
        "-bitflip",
        "comment-leading",
        "outer-invalid",
        "prefixlist-",
        "xss-in-",
        "sql-ldap-",
    ];
    let mut attacks = 0;
    for scenario in &Catalogue::embedded().scenarios {
        let ours = ["signature", "trust", "identity"].contains(&scenario.namespace());
        let attacker = scenario.persona == Some(Persona::Attacker);
        // What only looks like the victim's name is no name of his.
        let disguised = serde_json::to_string(scenario.as_ref())
            .unwrap()
            .contains("{like:");
        if !ours || !attacker || disguised || quiet.iter().any(|part| scenario.id.contains(part)) {
            continue;
        }
        for (address, played) in stage.play_all(scenario) {
            let Ok(play) = played else { continue };
            for message in play.messages {
                let text = String::from_utf8_lossy(&message.forged).into_owned();
                let victim = ["admin@contoso.example", "d85c", "4ea2", "b61f"];
                assert!(
                    victim.iter().any(|marker| text.contains(marker)),
                    "{address} names no victim"
                );
                attacks += 1;
            }
        }
    }
    assert!(attacks > 150, "only {attacks} attacks were forged");
}

/// Where nobody is signed the self-check cannot see whether the borrowed signature still holds; here it must.
#[test]
fn a_borrowed_signature_still_holds_where_it_was_put() {
    let stage = Stage::new();
    for id in [
        "signature/xsw-signed-metadata-source",
        "signature/xsw-signed-logout-source",
        "signature/ref-to-issuer-only",
        "signature/ref-to-child-nameid",
        "signature/ref-two-references",
    ] {
        let scenario = Catalogue::embedded().get(id).unwrap();
        for (address, played) in stage.play_all(scenario) {
            let play = played.unwrap();
            let message = &play.messages[0];
            let text = String::from_utf8_lossy(&message.forged);
            let covered = proofs::coverage(&text, &stage.trusted());
            assert!(covered.iter().any(|c| c.verifies), "{address}: {covered:#?}");
        }
    }
}

/// Who needs no account has no login of which he could bring the signed part along.
#[test]
fn what_anyone_can_send_holds_nothing_that_the_idp_signed_for_somebody() {
    let stage = Stage::new();
    let anyone = |s: &&std::sync::Arc<scenarios::Scenario>| s.attacker == Some(Attacker::Anyone);
    let mut messages = 0;
    for scenario in Catalogue::embedded().scenarios.iter().filter(anyone) {
        // What was withdrawn was signed with the IdP's key once; whoever has that key needs no account.
        let withdrawn = ["trust/removed-key-still-trusted", "metadata/rollover-remove-key"];
        if withdrawn.contains(&scenario.id.as_str()) {
            continue;
        }
        for (address, played) in stage.play_all(scenario) {
            for message in played.unwrap().messages {
                assert!(
                    message.proofs.genuine.is_empty(),
                    "{address}: {:?}",
                    message.proofs.genuine
                );
                messages += 1;
            }
        }
    }
    assert!(messages > 80, "only {messages} messages");
}

/// A verifier that takes the digest from where the attack puts it must find it right: otherwise the SP refuses for
/// a reason that has nothing to do with the attack.
#[test]
fn a_forged_digest_fits_the_forged_content() {
    let stage = Stage::new();
    for id in [
        "signature/digest-recomputed",
        "signature/signaturevalue-empty",
        "signature/signaturevalue-removed",
        "signature/unknown-algorithm-uri",
        "signature/signedinfo-duplicate",
        "signature/digestvalue-comment",
        "signature/digestvalue-smuggled",
        "signature/digestvalue-in-object",
        "signature/ns-decoy-signature",
    ] {
        let scenario = Catalogue::embedded().get(id).unwrap();
        for (address, played) in stage.play_all(scenario) {
            let play = played.unwrap();
            // The status is part of what a signed response's digest covers, as the scenario says.
            if play.base == Base::R && play.take.variant.as_deref() == Some("status-detail") {
                continue;
            }
            let message = &play.messages[0];
            let text = String::from_utf8_lossy(&message.forged);
            let (element, tag) = if play.base == Base::R {
                ("Response", "<samlp:Response")
            } else {
                ("Assertion", "<Assertion")
            };
            let content = without_signatures(&text, element);
            let at = content.find(tag).unwrap();
            let fits = digest_of(&content, at, &[], alg::EXC_C14N, alg::SHA256).unwrap();
            assert!(
                digests(&text).contains(&fits),
                "{address}: no DigestValue is {fits}"
            );
            assert!(
                !digests(&message.signed).contains(&fits),
                "{address}: the content was not changed"
            );
        }
    }
}

/// Every text and comment in a DigestValue.
fn digests(text: &str) -> Vec<String> {
    let tree = roxmltree::Document::parse(text).unwrap();
    let values = tree
        .descendants()
        .filter(|n| n.tag_name().name() == "DigestValue");
    values
        .flat_map(|value| value.children().filter_map(|n| n.text().map(str::to_owned)))
        .collect()
}

/// The text without what a verifier leaves out of an element's digest: everything called Signature in it.
fn without_signatures(text: &str, element: &str) -> String {
    let tree = roxmltree::Document::parse(text).unwrap();
    let parent = tree
        .descendants()
        .find(|n| n.tag_name().name() == element)
        .unwrap();
    let signatures = parent.children().filter(|n| n.tag_name().name() == "Signature");
    let cuts = signatures.map(|n| (n.range(), String::new())).collect();
    saml::document::splice_all(text, cuts)
}

/// Some readings are wrong in a way that the verifier does not share. Seen through them, the genuine signature must
/// hold, or the attack would be one on nobody.
#[test]
fn the_genuine_signature_holds_for_the_reader_that_the_attack_is_for() {
    let stage = Stage::new();
    let cut_second_signature = |text: &str| {
        let tree = roxmltree::Document::parse(text).unwrap();
        let decoy = tree
            .descendants()
            .filter(|n| n.tag_name().name() == "Signature")
            .nth(1)
            .unwrap();
        saml::document::splice(text, decoy.range(), "")
    };
    let by = |from: &'static str, to: &'static str| move |text: &str| text.replacen(from, to, 1);
    let doctype = by("SYSTEM 'x\"><!--'>", "SYSTEM \"x\"><!--\">");
    type Reading<'a> = Box<dyn Fn(&str) -> String + 'a>;
    let readings: Vec<(&str, Reading<'_>)> = vec![
        (
            "signature/xsw-decoy-signature-object",
            Box::new(cut_second_signature),
        ),
        (
            "signature/xsw-signed-error-source",
            Box::new(cut_second_signature),
        ),
        (
            "signature/c14n-pi-as-text",
            Box::new(|text| text.replace("<?p ", "").replace("?>", "")),
        ),
        ("identity/pi-split", Box::new(by("<?x?>", ""))),
        ("signature/entity-id-duplicate", Box::new(by("&p;", ""))),
        ("signature/doctype-notation-roundtrip", Box::new(doctype)),
        (
            "signature/ns-dtd-attlist-default",
            Box::new(by(
                "<Signature>",
                "<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\">",
            )),
        ),
    ];
    for (id, read) in readings {
        let scenario = Catalogue::embedded().get(id).unwrap();
        for (address, played) in stage.play_all(scenario) {
            let play = played.unwrap();
            let text = String::from_utf8_lossy(&play.messages[0].forged).into_owned();
            let trusted = stage.trusted();
            let holds = |text: &str| proofs::coverage(text, &trusted).iter().any(|c| c.verifies);
            assert!(!holds(&text), "{address}: it holds for everybody");
            assert!(holds(&read(&text)), "{address}: it holds for nobody");
        }
    }
}

/// The transforms are none that the verifier knows; libxmlsec1 runs them, and finds the signature good. (XSLT needs
/// libxslt, which nothing here links.)
#[test]
fn a_transform_leaves_out_what_its_scenario_says() {
    let stage = Stage::new();
    for id in [
        "signature/transform-xpath-exclude",
        "signature/transform-xpath-filter2",
        "signature/transform-base64",
    ] {
        let scenario = Catalogue::embedded().get(id).unwrap();
        for (address, played) in stage.play_all(scenario) {
            let play = played.unwrap();
            let text = String::from_utf8_lossy(&play.messages[0].forged).into_owned();
            let at = saml::signature::signatures(&text)[0];
            let k1 = stage.directory.contoso().keys.k1.certificate();
            assert_eq!(
                saml::signature::verify(&text, at, k1).ok(),
                Some(true),
                "{address}"
            );
        }
    }
}
