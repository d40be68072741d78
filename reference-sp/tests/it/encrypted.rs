//! Assertions that were encrypted for us.

use reference_sp::{Config, ReferenceSp};
use saml::encryption::{DataAlgorithm, KeyTransport, Options, encrypt_assertion, encrypt_assertions_of};
use saml::key::{Kind, SigningKey};
use saml::names::ns;

use crate::kit::browser::{Browser, deliver};
use crate::kit::*;

/// A service provider that publishes an encryption certificate.
async fn decrypting() -> ReferenceSp {
    start(Config {
        encryption: true,
        ..Config::default()
    })
    .await
}

/// The message with its Assertion encrypted for this service provider.
fn encrypted(sp: &ReferenceSp, message: &str, options: Options) -> String {
    encrypt_assertions_of(message, &sp.metadata().encryption[0], options).unwrap()
}

/// Encrypts as Azure AD does.
fn as_azure(sp: &ReferenceSp, message: &str) -> String {
    encrypted(sp, message, Options::default())
}

#[tokio::test]
async fn an_encryption_certificate_is_published_only_where_it_is_asked_for() {
    let sp = hardened().await;
    assert!(sp.metadata().encryption.is_empty());
    let key = SigningKey::generate(Kind::Rsa2048).unwrap();
    let message =
        encrypt_assertions_of(&flawless(&sp, ALICE), key.certificate(), Options::default()).unwrap();
    deliver(&sp, &message)
        .await
        .is_refused("no decryption key is published");

    let sp = decrypting().await;
    let xml = Browser::new(&sp).get("/singlesignon/saml/metadata").await;
    let published = saml::SpMetadata::parse(&xml.bytes().await.unwrap()).unwrap();
    assert_eq!((published.encryption.len(), published.signing.len()), (1, 0));
    deliver(&sp, &flawless(&sp, ALICE)).await.is(ALICE);
}

#[tokio::test]
async fn what_was_signed_and_then_encrypted_signs_in() {
    let sp = decrypting().await;
    for data in [DataAlgorithm::Aes256Cbc, DataAlgorithm::Aes256Gcm] {
        for transport in [KeyTransport::OaepSha1, KeyTransport::OaepSha256] {
            let options = Options {
                data,
                transport,
                ..Options::default()
            };
            let message = encrypted(&sp, &flawless(&sp, ALICE), options);
            assert!(!message.contains(ALICE), "{message}");
            deliver(&sp, &message).await.is(ALICE);
        }
    }
}

#[tokio::test]
async fn the_responses_signature_is_over_the_ciphertext_and_binds_an_unsigned_assertion() {
    let sp = decrypting().await;
    let plain = response(&sp, tenant(), ALICE).to_xml();
    let signed = sign_response(&as_azure(&sp, &plain), tenant());
    deliver(&sp, &signed).await.is(ALICE);

    let both = sign_assertion(&response(&sp, tenant(), ALICE).to_xml(), tenant());
    let both = sign_response(&as_azure(&sp, &both), tenant());
    deliver(&sp, &both).await.is(ALICE);

    // Another Assertion under the same signature: anybody can encrypt for us.
    let evil = as_azure(&sp, &response(&sp, tenant(), VICTIM).to_xml());
    let evil = cut(&evil, "<EncryptedAssertion", "</EncryptedAssertion>");
    let plain = response(&sp, tenant(), ATTACKER).to_xml();
    let genuine = sign_response(&as_azure(&sp, &plain), tenant());
    let swapped = genuine.replace(
        cut(&genuine, "<EncryptedAssertion", "</EncryptedAssertion>"),
        evil,
    );
    deliver(&sp, &swapped)
        .await
        .is_refused("the digest does not match");

    // Signed before its Assertion was encrypted: the signature is over what nobody sent.
    let plain = sign_response(&response(&sp, tenant(), ALICE).to_xml(), tenant());
    deliver(&sp, &as_azure(&sp, &plain))
        .await
        .is_refused("the digest does not match");
}

#[tokio::test]
async fn encryption_proves_nothing() {
    let sp = decrypting().await;
    let unsigned = as_azure(&sp, &response(&sp, tenant(), VICTIM).to_xml());
    deliver(&sp, &unsigned)
        .await
        .is_refused("neither the Response nor");
    let forged = sign_assertion(&response(&sp, rogue(), VICTIM).to_xml(), rogue());
    deliver(&sp, &as_azure(&sp, &forged))
        .await
        .is_refused("no key of this Issuer");
    let altered = flawless(&sp, ATTACKER).replace(ATTACKER, VICTIM);
    deliver(&sp, &as_azure(&sp, &altered))
        .await
        .is_refused("the digest does not match");
}

#[tokio::test]
async fn every_check_is_made_of_what_was_decrypted() {
    let sp = decrypting().await;
    let message = as_azure(&sp, &flawless(&sp, ALICE));
    deliver(&sp, &message).await.is(ALICE);
    deliver(&sp, &message).await.is_refused("was used before");
    let again = as_azure(&sp, &flawless(&sp, "bob@other.example"));
    deliver(&sp, &again)
        .await
        .is_refused("may not speak for the domain");
    let mut elsewhere = response(&sp, tenant(), ALICE);
    if let Some(conditions) = &mut elsewhere.assertions[0].conditions {
        conditions.audiences = vec![vec!["https://another.example".to_owned()]];
    }
    let elsewhere = sign_assertion(&elsewhere.to_xml(), tenant());
    deliver(&sp, &as_azure(&sp, &elsewhere))
        .await
        .is_refused("is meant for");
}

#[tokio::test]
async fn one_assertion_is_one_whether_in_the_clear_or_not() {
    let sp = decrypting().await;
    let sealed = as_azure(&sp, &flawless(&sp, ALICE));
    let element = cut(&sealed, "<EncryptedAssertion", "</EncryptedAssertion>");
    let clear = flawless(&sp, ALICE);
    let beside = |more: &str| sealed.replace(element, &format!("{element}{more}"));
    for message in [beside(element), beside(assertion_of(&clear))] {
        deliver(&sp, &message).await.is_refused("and it holds 2");
    }
    // The ID of the hidden Assertion once more, on an element that can be seen.
    let id = id_after(&clear, "<Assertion");
    let hidden = as_azure(&sp, &clear);
    let doubled = hidden.replace(
        "<samlp:Status>",
        &format!("<samlp:Extensions><x ID=\"{id}\"/></samlp:Extensions><samlp:Status>"),
    );
    deliver(&sp, &doubled)
        .await
        .is_refused("stands on more than one element");
}

#[tokio::test]
async fn weak_algorithms_and_other_keys_are_refused_and_all_look_alike() {
    let sp = decrypting().await;
    let genuine = flawless(&sp, ALICE);
    let weak = |data, transport| {
        let options = Options {
            data,
            transport,
            ..Options::default()
        };
        encrypted(&sp, &genuine, options)
    };
    let stranger = SigningKey::generate(Kind::Rsa2048).unwrap();
    let for_others = encrypt_assertions_of(&genuine, stranger.certificate(), Options::default()).unwrap();
    let sealed = as_azure(&sp, &genuine);
    let end = sealed.rfind("</xenc:CipherValue>").unwrap();
    let last = if &sealed[end - 8..end - 7] == "A" {
        "B"
    } else {
        "A"
    };
    let spoilt = saml::document::splice(&sealed, end - 8..end - 7, last);
    let mut pages = Vec::new();
    for message in [
        weak(DataAlgorithm::Aes256Cbc, KeyTransport::Rsa15),
        weak(DataAlgorithm::Aes128Cbc, KeyTransport::OaepSha1),
        for_others,
        spoilt,
        sealed.replace("xenc:CipherValue", "xenc:Nothing"),
    ] {
        let browser = Browser::new(&sp);
        let answer = browser.post(&message, None).await;
        pages.push((answer.status().as_u16(), answer.text().await.unwrap()));
        let reason = sp.denials().pop().unwrap();
        assert!(
            reason.contains("EncryptedAssertion cannot be read") || reason.contains("digest"),
            "{reason}"
        );
    }
    assert!(pages.iter().all(|page| *page == pages[0]), "{pages:#?}");
}

#[tokio::test]
async fn what_hides_no_single_assertion_is_refused() {
    let sp = decrypting().await;
    let certificate = sp.metadata().encryption[0].clone();
    let sealed = as_azure(&sp, &flawless(&sp, ALICE));
    let inner = encrypt_assertion(
        &format!("<Assertion xmlns=\"{}\"/>", ns::SAML),
        &certificate,
        Options::default(),
    )
    .unwrap();
    let element = cut(&sealed, "<EncryptedAssertion", "</EncryptedAssertion>");
    deliver(&sp, &sealed.replace(element, &inner))
        .await
        .is_refused("not of version 2.0");
}
