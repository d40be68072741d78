//! What a good message proves, and each way in which a Signature can be almost right.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use openssl::hash::MessageDigest;

use super::minting::*;
use crate::algorithm::Hash;
use crate::canonical::{Kind, Method};
use crate::xml::{DS, SAML};
use crate::{Confirmation, Identity, proofs};

fn message(who: &str) -> String {
    response("_r", &assertion("_g", who))
}

/// Strict readers refuse it for a reason that says `why`; what is genuine stays so.
#[track_caller]
fn refused(xml: &str, why: &str, genuine: &[&str]) {
    let proofs = prove(xml);
    assert_eq!(names(&proofs.strict), [""; 0], "{xml}");
    let reason = proofs.why_not.unwrap();
    assert!(reason.contains(why), "{reason:?} does not say {why:?}");
    assert_eq!(names(&proofs.genuine), genuine, "{reason}");
}

#[test]
fn a_signed_assertion_proves_its_identity() {
    let proofs = prove(&Signing::of("_g").sign(&message("alice@corp.example")));
    let alice = Identity {
        issuer: IDP.into(),
        name_id: Some("alice@corp.example".into()),
        attributes: vec![("role".into(), vec!["user".into(), "a & b".into()])],
        assertion_id: Some("_g".into()),
        confirmations: vec![bearer(None)],
        ..Identity::default()
    };
    assert_eq!(proofs.strict, [alice]);
    assert_eq!(proofs.genuine, proofs.strict);
    assert_eq!(proofs.why_not, None);
}

fn bearer(recipient: Option<&str>) -> Confirmation {
    Confirmation {
        method: "urn:oasis:names:tc:SAML:2.0:cm:bearer".into(),
        recipient: recipient.map(str::to_owned),
    }
}

/// Each reader's answer holds what decides for whom an assertion is, and for what.
#[test]
fn an_identity_tells_for_whom_it_is_and_how_it_is_confirmed() {
    let bare = message("alice");
    let whole = bare
        .replace(
            "<SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\"/>",
            "<SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:sender-vouches\"/>\
             <SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\">\
             <SubjectConfirmationData Recipient=\"https://sp.example/acs\"/></SubjectConfirmation>",
        )
        .replace(
            "</Subject>",
            "</Subject><Conditions><AudienceRestriction><Audience>urn:<!-- -->one</Audience><Audience>urn:two</Audience>\
             </AudienceRestriction><AudienceRestriction/></Conditions><AuthnStatement/>",
        );
    let proofs = prove(&Signing::of("_g").sign(&whole));
    for identity in [&proofs.strict[0], &proofs.genuine[0]] {
        assert_eq!(identity.audiences, [vec!["urn:one", "urn:two"], vec![]]);
        assert!(!identity.confirmations[0].is_bearer());
        assert_eq!(
            identity.confirmations[1..],
            [bearer(Some("https://sp.example/acs"))]
        );
        assert!(identity.authn_statement);
    }
    let proofs = prove(&Signing::of("_g").sign(&bare));
    assert!(!proofs.strict[0].authn_statement && proofs.strict[0].audiences.is_empty());
}

#[test]
fn a_signed_response_proves_its_assertions_and_both_signatures_may_stand_together() {
    let inner = Signing::of("_g").sign(&message("alice"));
    for xml in [
        Signing::of("_r").sign(&message("alice")),
        Signing::of("_r").sign(&inner),
    ] {
        assert_eq!(names(&prove(&xml).strict), ["alice"], "{xml}");
    }
}

#[test]
fn one_bad_signature_spoils_the_message_but_not_what_is_genuine() {
    let inner = Signing::of("_g").sign(&message("alice"));
    let both = Signing::of("_r").sign(&inner);
    let forged = Signing::of("_r")
        .with(|s| s.key = rogue_key().clone())
        .sign(&inner);
    refused(&forged, "no trusted key", &["alice"]);
    let tampered = both.replacen("https://sp.example/acs", "https://sp.example/other", 1);
    refused(&tampered, "digest", &["alice"]);
    let bad_inner = Signing::of("_g")
        .with(|s| s.key = rogue_key().clone())
        .sign(&message("alice"));
    refused(&Signing::of("_r").sign(&bad_inner), "no trusted key", &["alice"]);
}

#[test]
fn nothing_unsigned_tampered_or_signed_by_a_rogue_proves_anything() {
    refused(&message(VICTIM), "neither the Response nor", &[]);
    refused(&response("_r", ""), "no Assertion", &[]);
    let encrypted = response("_r", &format!("<EncryptedAssertion xmlns=\"{SAML}\"/>"));
    refused(&encrypted, "encrypted", &[]);
    let genuine = captured().message;
    refused(&genuine.replace(ATTACKER, VICTIM), "digest", &[]);
    refused(
        &genuine.replace("<ds:SignatureValue>", "<ds:SignatureValue>AA"),
        "base64",
        &[],
    );
    let rogue = Signing::of("_g")
        .with(|s| s.key = rogue_key().clone())
        .sign(&message(VICTIM));
    refused(&rogue, "no trusted key", &[]);
    assert!(proofs(genuine.as_bytes(), &[]).genuine.is_empty());
}

#[test]
fn a_key_speaks_only_for_its_issuer() {
    let foreign = message(VICTIM).replace(IDP, "https://sts.example/other/");
    let xml = Signing::of("_g").sign(&foreign);
    refused(&xml, "not trusted for the issuer", &[VICTIM]);
    assert_eq!(prove(&xml).genuine[0].issuer, "https://sts.example/other/");

    let both = [
        trust(IDP, idp_key()),
        trust("https://sts.example/other/", idp_key()),
    ];
    assert_eq!(
        names(&proofs(xml.as_bytes(), &both).strict),
        [VICTIM],
        "one key may be trusted for two"
    );
    let order = [
        trust("https://sts.example/other/", rogue_key()),
        trust(IDP, idp_key()),
    ];
    assert_eq!(
        names(&proofs(captured().message.as_bytes(), &order).strict),
        [ATTACKER]
    );
    let several = [
        trust(IDP, rogue_key()),
        trust(IDP, ec_key()),
        trust(IDP, idp_key()),
    ];
    assert_eq!(
        names(&proofs(captured().message.as_bytes(), &several).strict),
        [ATTACKER]
    );
}

#[test]
fn every_allowed_algorithm_verifies() {
    let more = [
        (
            "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
            MessageDigest::sha1(),
        ),
        (
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
            MessageDigest::sha384(),
        ),
        (
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
            MessageDigest::sha512(),
        ),
    ];
    for (algorithm, hash) in more {
        let xml = Signing::of("_g")
            .with(|s| (s.algorithm, s.hash) = (algorithm, hash))
            .sign(&message("alice"));
        assert_eq!(names(&prove(&xml).strict), ["alice"], "{algorithm}");
    }
    let digests = [
        ("http://www.w3.org/2000/09/xmldsig#sha1", Hash::Sha1),
        ("http://www.w3.org/2001/04/xmldsig-more#sha384", Hash::Sha384),
        ("http://www.w3.org/2001/04/xmlenc#sha512", Hash::Sha512),
    ];
    for digest in digests {
        let xml = Signing::of("_g")
            .with(|s| s.digest = digest)
            .sign(&message("alice"));
        assert_eq!(names(&prove(&xml).strict), ["alice"], "{}", digest.0);
    }
    let ecdsa = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
    let xml = Signing::of("_g")
        .with(|s| (s.key, s.algorithm) = (ec_key().clone(), ecdsa))
        .sign(&message("alice"));
    let keys = [trust(IDP, idp_key()), trust(IDP, ec_key())];
    assert_eq!(names(&proofs(xml.as_bytes(), &keys).strict), ["alice"]);
    let value = piece(&xml, DS, "SignatureValue");
    let zeros = format!(
        "<ds:SignatureValue>{}</ds:SignatureValue>",
        STANDARD.encode([0; 64])
    );
    assert!(
        proofs(xml.replace(&value, &zeros).as_bytes(), &keys)
            .genuine
            .is_empty()
    );
}

#[test]
fn every_allowed_canonicalisation_verifies_where_it_is_declared() {
    let inclusive = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
    let transform = |inside: &str| format!("{ENVELOPED}<ds:Transform {inside}/>");
    let comments = format!("<ds:CanonicalizationMethod Algorithm=\"{EXC}WithComments\"/>");
    let list = format!(
        "{ENVELOPED}<ds:Transform Algorithm=\"{EXC}\"><ec:InclusiveNamespaces xmlns:ec=\"{EXC}\" PrefixList=\"samlp #default\"/></ds:Transform>"
    );
    let signings = [
        Signing::of("_g").with(|s| {
            s.transforms = transform(&format!("Algorithm=\"{inclusive}\""));
            s.method.kind = Kind::Inclusive10;
            s.c14n = format!("<ds:CanonicalizationMethod Algorithm=\"{inclusive}#WithComments\"/>");
        }),
        Signing::of("_g").with(|s| {
            s.transforms = ENVELOPED.into();
            s.method = Method::IMPLIED;
        }),
        Signing::of("_g").with(|s| {
            s.transforms = list;
            s.method.kind = Kind::Exclusive(vec!["samlp", "#default"]);
        }),
        Signing::of("_g").with(|s| {
            s.transforms = transform(&format!("Algorithm=\"{EXC}WithComments\""));
            s.c14n = comments;
        }),
    ];
    for signing in signings {
        let commented = message("alice").replace("<Subject>", "<!-- c --><Subject>");
        let xml = signing.sign(&commented);
        assert_eq!(names(&prove(&xml).strict), ["alice"], "{}", signing.transforms);
        assert!(prove(&xml.replace("alice", VICTIM)).genuine.is_empty());
    }
}

#[test]
fn what_only_some_readers_accept_is_genuine_and_not_strict() {
    let swapped = format!("<ds:Transform Algorithm=\"{EXC}\"/>{ENVELOPED}");
    refused(
        &Signing::of("_g")
            .with(|s| s.transforms = swapped)
            .sign(&message("alice")),
        "Transform",
        &["alice"],
    );
    let lone = format!("<ds:Transform Algorithm=\"{EXC}\"/>");
    refused(
        &Signing::of("_g")
            .with(|s| s.transforms = lone)
            .sign(&message("alice")),
        "Transform",
        &["alice"],
    );
    for uri in ["", "#xpointer(id('_g'))", "#_%67", "http://elsewhere.example/"] {
        let xml = Signing::of("_g")
            .with(|s| s.uri = uri.into())
            .sign(&message("alice"));
        refused(&xml, "does not name the ID", &["alice"]);
    }
    let c14n11 = Signing::of("_g").with(|s| {
        s.c14n = "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2006/12/xml-c14n11\"/>".into();
    });
    refused(&c14n11.sign(&message("alice")), "canonicalisation", &["alice"]);
    let with_comments = Signing::of("_g").with(|s| {
        s.transforms = format!("{ENVELOPED}<ds:Transform Algorithm=\"{EXC}WithComments\"/>");
        s.method.comments = true;
    });
    let commented = message("alice").replace("<Subject>", "<!-- c --><Subject>");
    refused(&with_comments.sign(&commented), "digest", &["alice"]);
}

#[test]
fn uncommon_signature_algorithms_are_genuine_and_not_strict() {
    let pss = "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1";
    refused(
        &Signing::of("_g")
            .with(|s| s.algorithm = pss)
            .sign(&message("alice")),
        "signature algorithm",
        &["alice"],
    );
    let ecdsa = Signing::of("_g").with(|s| {
        s.key = ec_key().clone();
        s.algorithm = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384";
        s.hash = MessageDigest::sha384();
    });
    let found = proofs(ecdsa.sign(&message("alice")).as_bytes(), &[trust(IDP, ec_key())]);
    assert_eq!((found.strict.len(), names(&found.genuine)), (0, vec!["alice"]));
}

#[test]
fn two_signatures_in_one_element_are_not_strict_even_if_one_holds() {
    let twice = Signing::of("_g").sign(&Signing::of("_g").sign(&message("alice")));
    refused(&twice, "more than one Signature", &["alice"]);
}

#[test]
fn strangers_in_the_signed_info_are_not_strict() {
    let manifest = Signing::of("_g").with(|s| s.more = "<x xmlns=\"urn:x\"/>".into());
    refused(
        &manifest.sign(&message("alice")),
        "stands in the SignedInfo",
        &["alice"],
    );
    let truncated = Signing::of("_g").with(|s| {
        s.algorithm = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"><ds:HMACOutputLength>8</ds:HMACOutputLength></ds:SignatureMethod><ds:SignatureMethod Algorithm=\"x";
    });
    refused(
        &truncated.sign(&message("alice")),
        "more than one SignatureMethod",
        &["alice"],
    );
}

#[test]
fn transforms_that_choose_what_is_signed_prove_nothing() {
    for algorithm in [
        "http://www.w3.org/TR/1999/REC-xpath-19991116",
        "http://www.w3.org/2002/06/xmldsig-filter2",
        "http://www.w3.org/TR/1999/REC-xslt-19991116",
        "http://www.w3.org/2000/09/xmldsig#base64",
        "urn:none",
    ] {
        let transforms = format!("{ENVELOPED}<ds:Transform Algorithm=\"{algorithm}\"/>");
        let xml = Signing::of("_g")
            .with(|s| s.transforms = transforms)
            .sign(&message("alice"));
        refused(&xml, "not allowed", &[]);
    }
}

#[test]
fn a_public_key_is_no_hmac_secret_and_unknown_algorithms_are_nothing() {
    for algorithm in [
        "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
        "urn:none",
        "",
    ] {
        let xml = Signing::of("_g")
            .with(|s| s.algorithm = algorithm)
            .sign(&message(VICTIM));
        refused(&xml, "signature algorithm", &[]);
    }
}

#[test]
fn two_signed_infos_leave_only_the_genuine_one() {
    let genuine = captured();
    let info = piece(&genuine.message, DS, "SignedInfo");
    let digest = piece(&genuine.message, DS, "DigestValue");
    let evil = response("_r", &assertion("_g", VICTIM));
    let evil = Signing::of("_g")
        .with(|s| s.key = rogue_key().clone())
        .sign(&evil);
    let forged = info.replace(&digest, &piece(&evil, DS, "DigestValue"));
    for both in [format!("{forged}{info}"), format!("{info}{forged}")] {
        let xml = genuine.message.replace(&info, &both);
        refused(&xml, "more than one SignedInfo", &[ATTACKER]);
        refused(&xml.replace(ATTACKER, VICTIM), "more than one SignedInfo", &[]);
    }
}

#[test]
fn a_comment_in_the_digest_value_lends_no_digest() {
    let genuine = captured();
    let digest = piece(&genuine.message, DS, "DigestValue");
    let evil = genuine.message.replace(ATTACKER, VICTIM);
    let forged = "<ds:DigestValue><!--47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=-->";
    let commented = digest.replace("<ds:DigestValue>", forged);
    refused(&evil.replace(&digest, &commented), "holds more than text", &[]);
    refused(
        &genuine.message.replace(&digest, &commented),
        "holds more than text",
        &[ATTACKER],
    );
}

#[test]
fn one_of_two_references_does_not_vouch_for_the_other() {
    let dummy = r#"<x ID="_d"/>"#;
    let two = response("_r", &format!("{dummy}{}", assertion("_g", "alice")));
    let about_dummy = Signing::of("_d").sign(&two.replace(dummy, r#"<x ID="_d"><y/></x>"#));
    let reference = piece(&about_dummy, DS, "Reference");
    let two = two.replace(dummy, r#"<x ID="_d"><y/></x>"#);
    let reference = reference.replace("<ds:Reference ", &format!("<ds:Reference xmlns:ds=\"{DS}\" "));
    let signed = Signing::of("_g").with(|s| s.more = reference).sign(&two);
    refused(&signed, "more than one Reference", &["alice"]);
    refused(&signed.replace("alice", VICTIM), "more than one Reference", &[]);
}

#[test]
fn comments_and_sections_in_a_name_do_not_cut_it() {
    let long = format!("{VICTIM}.evil.example");
    let genuine = Signing::of("_g").sign(&message(&long));
    for split in [
        format!("{VICTIM}<!---->.evil.example"),
        format!("<![CDATA[{VICTIM}]]>.evil.example"),
        format!("{VICTIM}&#46;evil.example"),
    ] {
        let proofs = prove(&genuine.replace(&long, &split));
        assert_eq!(names(&proofs.strict), [long.as_str()], "{split}");
        assert_eq!(proofs.strict, proofs.genuine);
    }
    for changed in [
        format!("{VICTIM}<?p .evil.example?>"),
        format!("<?p not-?>{long}"),
    ] {
        assert!(
            prove(&genuine.replace(&long, &changed)).genuine.is_empty(),
            "{changed}"
        );
    }
}

#[test]
fn an_assertion_that_names_two_subjects_is_not_strict() {
    let two = message("alice").replace("</NameID>", "</NameID><NameID>bob</NameID>");
    refused(
        &Signing::of("_g").sign(&two),
        "more than one NameID",
        &["alice", "bob"],
    );
    let mixed = message("alice<x/>.evil.example");
    refused(
        &Signing::of("_g").sign(&mixed),
        "elements",
        &["alice.evil.example"],
    );
    let nobody = message("alice").replace("NameID", "EncryptedID");
    assert_eq!(names(&prove(&Signing::of("_g").sign(&nobody)).strict), ["nobody"]);
}

#[test]
fn namespaces_decide_and_not_prefixes_or_local_names() {
    let genuine = captured();
    for (of, to) in [(DS, "urn:x"), (SAML, "urn:x")] {
        let proofs = prove(&genuine.message.replace(of, to));
        assert_eq!((proofs.strict.len(), proofs.genuine.len()), (0, 0), "{of}");
    }
    let evil = assertion("_evil", VICTIM).replace(SAML, "urn:x");
    let xml = response("_r", &format!("{evil}{}", genuine.assertion));
    assert_eq!(names(&prove(&xml).strict), [ATTACKER]);
}

#[test]
fn a_dtd_is_never_strict_and_its_entities_only_say_what_was_signed() {
    let genuine = captured().message;
    let with = |dtd: &str, xml: &str| format!("<!DOCTYPE r {dtd}>{xml}");
    refused(&with("", &genuine), "document type", &[ATTACKER]);
    let dtd = format!("[<!ENTITY who '{ATTACKER}'><!ENTITY evil '{VICTIM}'><!ENTITY none ''>]");
    let entity = |name: &str| with(&dtd, &genuine.replace(ATTACKER, name));
    refused(&entity("&who;"), "document type", &[ATTACKER]);
    refused(
        &entity(&format!("{ATTACKER}&none;")),
        "document type",
        &[ATTACKER],
    );
    refused(&entity("&evil;"), "document type", &[]);
    let external = with(
        "[<!ENTITY who SYSTEM 'file:///etc/hostname'>]",
        &genuine.replace(ATTACKER, "&who;"),
    );
    refused(&external, "not well-formed", &[]);
}

#[test]
fn what_is_not_well_formed_utf8_is_not_strict() {
    let genuine = captured().message;
    for (change, why) in [
        (format!("{genuine}x"), "not well-formed"),
        (format!("{genuine}{genuine}"), "not well-formed"),
        (genuine.replace("</samlp:Response>", ""), "not well-formed"),
        (
            genuine.replace("ID=\"_g\"", "ID=\"_g\" ID=\"_h\""),
            "not well-formed",
        ),
        (
            genuine.replace("</samlp:Status>", "<foo:bar/></samlp:Status>"),
            "not well-formed",
        ),
        (
            genuine.replace("</samlp:Status>", "\0</samlp:Status>"),
            "not well-formed",
        ),
    ] {
        refused(&change, why, &[]);
    }
    let utf7 = format!("<?xml version=\"1.0\" encoding=\"UTF-7\"?>{genuine}");
    refused(&utf7, "encoding", &[ATTACKER]);
    let relative = genuine.replace("<samlp:Status>", "<samlp:Status xmlns:z=\"1\">");
    refused(&relative, "relative", &[ATTACKER]);
    let twice = genuine.replace("<samlp:Status>", "<samlp:Status xmlns=\"urn:a\" xmlns=\"urn:b\">");
    refused(&twice, "twice", &[ATTACKER]);

    let utf16: Vec<u8> = format!("\u{FEFF}{genuine}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let proofs = proofs(&utf16, &trusted());
    assert_eq!((proofs.strict.len(), names(&proofs.genuine)), (0, vec![ATTACKER]));
}

#[test]
fn harmless_spellings_do_not_disturb() {
    let genuine = captured().message;
    let value = piece(&genuine, DS, "SignatureValue");
    let wrapped = format!("{}&#13;\n{}", &value[..80], &value[80..]);
    for same in [
        format!("\u{FEFF}<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<!-- c -->{genuine}<?pi?>\n"),
        genuine.replace(&value, &wrapped),
        genuine.replace("ID=\"_g\" Version=\"2.0\"", "Version='2.0' ID = '&#x5f;g'"),
        genuine.replace("<Subject>", "<Subject\r\n>"),
        genuine.replace(
            "<SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\"/>",
            "<SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\"></SubjectConfirmation>",
        ),
        genuine.replace("a &amp; b", "<![CDATA[a & b]]>"),
    ] {
        assert_ne!(same, genuine);
        assert_eq!(
            names(&prove(&same).strict),
            [ATTACKER],
            "{:?} {same}",
            prove(&same).why_not
        );
    }
}
