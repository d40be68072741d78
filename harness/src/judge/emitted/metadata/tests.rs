//! Each property of metadata, by a document that has it and one that lacks it.

use jiff::{SignedDuration, Timestamp};
use saml::{
    SigningKey, SpMetadata,
    key::Kind,
    metadata::{AcsEndpoint, Endpoint},
    names::{binding, name_id},
    signature::{self, Template},
};
use scenarios::{Base, MetadataProperty as P};

use crate::judge::emitted::{Document, Emitted, Held, metadata::holds};

const WHOM: &str = "<md:ContactPerson contactType=\"technical\"><md:EmailAddress>mailto:a@sp.example</md:EmailAddress></md:ContactPerson></md:EntityDescriptor>";

fn sp() -> SpMetadata {
    let key = SigningKey::generate(Kind::Rsa2048).unwrap();
    let acs = |index, path: &str| AcsEndpoint {
        binding: binding::POST.to_owned(),
        location: format!("https://sp.example/{path}"),
        index: Some(index),
        is_default: index == 0,
    };
    SpMetadata {
        entity_id: "https://sp.example/metadata".to_owned(),
        acs: vec![acs(0, "acs"), acs(1, "second")],
        slo: vec![Endpoint {
            binding: binding::REDIRECT.to_owned(),
            location: "https://sp.example/slo".to_owned(),
            response_location: None,
        }],
        want_assertions_signed: true,
        signing: vec![key.certificate().clone()],
        encryption: vec![key.certificate().clone()],
        name_id_formats: vec![name_id::EMAIL.to_owned()],
        ..SpMetadata::default()
    }
}

fn emitted(sp: SpMetadata) -> Emitted {
    let xml = sp.to_xml().replace("</md:EntityDescriptor>", WHOM);
    Emitted {
        document: Some(Document {
            content_type: Some("application/samlmetadata+xml".to_owned()),
            again: Some(Ok(xml.clone())),
            xml,
        }),
        sp,
        taken: vec![Base::A],
        host: "sp.example".to_owned(),
        now: Timestamp::now(),
        ..Emitted::default()
    }
}

fn lacks(property: P, emitted: &Emitted, word: &str) {
    match holds(property, emitted) {
        Held::Lacks(why) => assert!(why.contains(word), "{property:?}: {why}"),
        other => panic!("{property:?} is {other:?}, and {word} is wrong"),
    }
}

#[test]
fn good_metadata_has_every_property_that_can_be_seen_of_it() {
    let good = emitted(sp());
    for property in [
        P::MetadataSchema,
        P::MetadataEntityId,
        P::MetadataAcsHttps,
        P::MetadataAcsAnswers,
        P::MetadataAcsIndex,
        P::MetadataAcsBinding,
        P::MetadataWantsSigned,
        P::MetadataWantsSignedKept,
        P::MetadataKeyStrength,
        P::MetadataCertificateValid,
        P::MetadataCertificateHash,
        P::MetadataEncryptionKey,
        P::MetadataNoSecret,
        P::MetadataOwnKey,
        P::MetadataLogoutService,
        P::MetadataNameIdFormat,
        P::MetadataContentType,
        P::MetadataHosts,
        P::MetadataContact,
        P::MetadataStable,
    ] {
        assert_eq!(holds(property, &good), Held::Holds, "{property:?}");
        assert!(
            matches!(holds(property, &Emitted::default()), Held::CannotTell(_)),
            "{property:?}"
        );
    }
    for property in [
        P::MetadataValidUntil,
        P::MetadataSignature,
        P::MetadataSignsRequests,
    ] {
        assert!(
            matches!(holds(property, &good), Held::CannotTell(_)),
            "{property:?}"
        );
    }
}

#[test]
fn each_thing_that_it_lacks_is_told() {
    let changed = |change: &dyn Fn(&mut SpMetadata)| {
        let mut sp = sp();
        change(&mut sp);
        emitted(sp)
    };
    lacks(
        P::MetadataSchema,
        &changed(&|sp| sp.acs.clear()),
        "AssertionConsumerService",
    );
    lacks(
        P::MetadataEntityId,
        &changed(&|sp| sp.entity_id = "sp".to_owned()),
        "`sp`",
    );
    lacks(
        P::MetadataEntityId,
        &changed(&|sp| sp.entity_id = format!("urn:{}", "x".repeat(300))),
        "256",
    );
    lacks(
        P::MetadataAcsHttps,
        &changed(&|sp| sp.acs[1].location = "http://sp.example/acs".to_owned()),
        "http://sp",
    );
    let local = changed(&|sp| sp.acs[1].location = "http://localhost:8080/acs".to_owned());
    assert_eq!(holds(P::MetadataAcsHttps, &local), Held::Holds);
    lacks(
        P::MetadataAcsIndex,
        &changed(&|sp| sp.acs[1].index = Some(0)),
        "index 0",
    );
    lacks(
        P::MetadataAcsBinding,
        &changed(&|sp| sp.acs[1].binding = binding::REDIRECT.to_owned()),
        "second",
    );
    lacks(
        P::MetadataWantsSigned,
        &changed(&|sp| sp.want_assertions_signed = false),
        "WantAssertionsSigned",
    );
    lacks(
        P::MetadataEncryptionKey,
        &changed(&|sp| sp.encryption.clear()),
        "encryption",
    );
    lacks(
        P::MetadataLogoutService,
        &changed(&|sp| sp.slo[0].binding = "urn:x".to_owned()),
        "urn:x",
    );
    lacks(
        P::MetadataLogoutService,
        &changed(&|sp| sp.slo[0].location = "http://sp.example/slo".to_owned()),
        "http://sp",
    );
    lacks(
        P::MetadataNameIdFormat,
        &changed(&|sp| sp.name_id_formats.push("email".to_owned())),
        "`email`",
    );
    for inner in [
        "https://10.0.0.5/acs",
        "https://app.internal/acs",
        "https://backend/acs",
    ] {
        lacks(
            P::MetadataHosts,
            &changed(&|sp| sp.acs[1].location = inner.to_owned()),
            "host",
        );
    }
}

#[test]
fn its_text_is_looked_at() {
    let written = |change: &dyn Fn(&mut Document)| {
        let mut emitted = emitted(sp());
        change(emitted.document.as_mut().unwrap());
        emitted
    };
    lacks(
        P::MetadataContentType,
        &written(&|one| one.content_type = Some("text/html".to_owned())),
        "text/html",
    );
    lacks(
        P::MetadataContact,
        &written(&|one| one.xml = one.xml.replace("technical", "billing")),
        "ContactPerson",
    );
    lacks(
        P::MetadataStable,
        &written(&|one| one.again = Some(Ok(one.xml.replace("/second", "/third")))),
        "third",
    );
    lacks(
        P::MetadataStable,
        &written(&|one| one.again = Some(Err("it answers 500".to_owned()))),
        "500",
    );
    let renamed = written(&|one| one.again = Some(Ok(one.xml.replace(" entityID", " ID=\"_2\" entityID"))));
    assert_eq!(holds(P::MetadataStable, &renamed), Held::Holds);
    let until = |text: &str| {
        let with = format!(" validUntil=\"{text}\" entityID");
        written(&move |one| one.xml = one.xml.replacen(" entityID", &with, 1))
    };
    lacks(P::MetadataValidUntil, &until("2001-01-01T00:00:00Z"), "over");
    lacks(P::MetadataValidUntil, &until("soon"), "no instant");
    assert_eq!(
        holds(P::MetadataValidUntil, &until("2999-01-01T00:00:00Z")),
        Held::Holds
    );
}

#[test]
fn a_private_key_is_found_with_its_lines_and_without() {
    let pem = openssl::rsa::Rsa::generate(2048)
        .unwrap()
        .private_key_to_pem()
        .unwrap();
    let pem = String::from_utf8(pem).unwrap();
    let bare: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    for secret in [pem, bare] {
        let mut leaking = emitted(sp());
        let document = leaking.document.as_mut().unwrap();
        document.xml = document
            .xml
            .replace(WHOM, &format!("<x:k xmlns:x=\"urn:x\">{secret}</x:k>{WHOM}"));
        match holds(P::MetadataNoSecret, &leaking) {
            Held::Lacks(why) => assert!(!why.contains(&secret[40..60]), "the secret is told"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_signature_is_over_the_root() {
    let key = SigningKey::generate(Kind::Rsa2048).unwrap();
    let xml = sp().to_xml().replacen(" entityID", " ID=\"_1\" entityID", 1);
    let (head, rest) = xml.split_at(xml.find('>').unwrap() + 1);
    let template = Template::azure("_1", key.certificate(), false).to_xml();
    let signed = signature::sign(&format!("{head}{template}{rest}"), head.len(), &key).unwrap();
    let of = |xml: String| {
        let mut emitted = emitted(sp());
        emitted.document.as_mut().unwrap().xml = xml;
        emitted
    };
    assert_eq!(holds(P::MetadataSignature, &of(signed.clone())), Held::Holds);
    lacks(P::MetadataSignature, &of(signed.replace("/second", "/third")), "");
}

#[test]
fn keys_and_certificates_are_looked_at() {
    let with = |kind| {
        let key = SigningKey::generate(kind).unwrap();
        emitted(SpMetadata {
            signing: vec![key.certificate().clone()],
            ..sp()
        })
    };
    assert_eq!(holds(P::MetadataKeyStrength, &with(Kind::P256)), Held::Holds);
    let mut late = emitted(sp());
    late.now = sp().signing[0].not_after() - SignedDuration::from_hours(24);
    lacks(P::MetadataCertificateValid, &late, "valid until");
    // A certificate of an example that many have copied: RSA 1024, SHA-1, and the private half is known.
    let mut sample = emitted(sp());
    sample.sp.signing = vec![saml::Certificate::from_base64(SAMPLE).unwrap()];
    lacks(P::MetadataOwnKey, &sample, "published example");
    lacks(P::MetadataCertificateHash, &sample, "sha1");
    lacks(P::MetadataKeyStrength, &sample, "1024 bits");
}

const SAMPLE: &str = concat!(
    "MIICgTCCAeoCCQCbOlrWDdX7FTANBgkqhkiG9w0BAQUFADCBhDELMAkGA1UEBhMCTk8xGDAWBgNVBAgTD0FuZHJlYXMgU29sYmVy",
    "ZzEMMAoGA1UEBxMDRm9vMRAwDgYDVQQKEwdVTklORVRUMRgwFgYDVQQDEw9mZWlkZS5lcmxhbmcubm8xITAfBgkqhkiG9w0BCQEW",
    "EmFuZHJlYXNAdW5pbmV0dC5ubzAeFw0wNzA2MTUxMjAxMzVaFw0wNzA4MTQxMjAxMzVaMIGEMQswCQYDVQQGEwJOTzEYMBYGA1UE",
    "CBMPQW5kcmVhcyBTb2xiZXJnMQwwCgYDVQQHEwNGb28xEDAOBgNVBAoTB1VOSU5FVFQxGDAWBgNVBAMTD2ZlaWRlLmVybGFuZy5u",
    "bzEhMB8GCSqGSIb3DQEJARYSYW5kcmVhc0B1bmluZXR0Lm5vMIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDivbhR7P516x/S",
    "3BqKxupQe0LONoliupiBOesCO3SHbDrl3+q9IbfnfmE04rNuMcPsIxB161TdDpIesLCn7c8aPHISKOtPlAeTZSnb8QAu7aRjZq3+",
    "PbrP5uW3TcfCGPtKTytHOge/OlJbo078dVhXQ14d1EDwXJW1rRXuUt4C8QIDAQABMA0GCSqGSIb3DQEBBQUAA4GBACDVfp86HObq",
    "Y+e8BUoWQ9+VMQx1ASDohBjwOsg2WykUqRXF+dLfcUH9dWR63CtZIKFDbStNomPnQz7nbK+onygwBspVEbnHuUihZq3ZUdmumQqC",
    "w4Uvs/1Uvq3orOo/WJVhTyvLgFVK2QarQ4/67OZfHd7R+POBXhophSMv1ZOo",
);

#[test]
fn what_it_says_is_held_against_what_the_sp_does() {
    let mut takes = emitted(sp());
    takes.taken.push(Base::R);
    lacks(P::MetadataWantsSignedKept, &takes, "not signed");
    takes.deaf = vec![("https://old.example/acs".to_owned(), "refused".to_owned())];
    lacks(P::MetadataAcsAnswers, &takes, "old.example");
}
