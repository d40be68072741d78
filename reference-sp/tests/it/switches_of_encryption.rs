//! The switches that weaken what is encrypted: the hardened service provider refuses the very same message.

use reference_sp::{Config, Flaw, Flaws, ReferenceSp};
use saml::encryption::{DataAlgorithm, KeyTransport, Material, Options, encrypt_assertions_of, seal};
use saml::names::ns;

use crate::kit::browser::{Browser, Outcome, deliver};
use crate::kit::*;

const GCM: Options = Options {
    data: DataAlgorithm::Aes256Gcm,
    transport: KeyTransport::OaepSha1,
    hint: saml::encryption::Hint::None,
};

async fn decrypting(flaws: Flaws) -> ReferenceSp {
    start(Config {
        flaws,
        encryption: true,
        ..Config::default()
    })
    .await
}

/// The message signs in `user` under the switch, and not in the hardened service provider, where a flawless one does under both.
async fn exploit(flaw: Flaw, user: &str, message: impl Fn(&ReferenceSp) -> String) {
    let sp = decrypting(Flaws::NONE).await;
    let hardened = deliver(&sp, &message(&sp)).await;
    assert!(matches!(hardened, Outcome::Out(_)), "hardened: {hardened:?}");
    let sp = decrypting(flaw.into()).await;
    deliver(&sp, &message(&sp)).await.is(user);
    deliver(&sp, &encrypted(&sp, &flawless(&sp, ALICE), GCM))
        .await
        .is(ALICE);
}

fn encrypted(sp: &ReferenceSp, message: &str, options: Options) -> String {
    encrypt_assertions_of(message, &sp.metadata().encryption[0], options).unwrap()
}

/// A flawless message whose Assertion became an EncryptedAssertion that hides something else.
fn hiding(sp: &ReferenceSp, plain: &str, material: &Material) -> String {
    let certificate = &sp.metadata().encryption[0];
    let sealed = seal(plain.as_bytes(), certificate, GCM, material).unwrap();
    let genuine = flawless(sp, ALICE);
    genuine.replace(assertion_of(&genuine), &sealed.to_xml(certificate, GCM).unwrap())
}

fn signed(sp: &ReferenceSp, user: &str) -> String {
    assertion_of(&flawless(sp, user)).to_owned()
}

fn unsigned(sp: &ReferenceSp, user: &str) -> String {
    assertion_of(&response(sp, tenant(), user).to_xml()).to_owned()
}

#[tokio::test]
async fn v27_reads_a_dtd_before_what_was_hidden() {
    exploit(Flaw::DtdEntities, ALICE, |sp| {
        let plain = format!("<!DOCTYPE Assertion [<!ENTITY e \"e\">]>{}", signed(sp, ALICE));
        hiding(sp, &plain, &Material::default())
    })
    .await;
}

#[tokio::test]
async fn v45_believes_what_it_decrypted() {
    exploit(Flaw::DecryptedUnsigned, VICTIM, |sp| {
        hiding(sp, &unsigned(sp, VICTIM), &Material::default())
    })
    .await;
    exploit(Flaw::DecryptedUnsigned, VICTIM, |sp| {
        let forged = hiding(sp, &unsigned(sp, VICTIM), &Material::default());
        let element = cut(&forged, "<EncryptedAssertion", "</EncryptedAssertion>");
        let genuine = flawless(sp, ATTACKER);
        genuine.replace(
            assertion_of(&genuine),
            &format!("{}{element}", assertion_of(&genuine)),
        )
    })
    .await;
    let sp = decrypting(Flaw::DecryptedUnsigned.into()).await;
    deliver(&sp, &response(&sp, tenant(), VICTIM).to_xml())
        .await
        .is_refused("neither the Response nor");
}

#[tokio::test]
async fn v46_takes_rsa_1_5_and_tells_what_cannot_be_decrypted_from_what_is_wrong() {
    let old = Options {
        transport: KeyTransport::Rsa15,
        ..Options::default()
    };
    exploit(Flaw::DecryptionOracle, ALICE, |sp| {
        encrypted(sp, &flawless(sp, ALICE), old)
    })
    .await;
    for (flaws, differ) in [(Flaws::NONE, false), (Flaw::DecryptionOracle.into(), true)] {
        let sp = decrypting(flaws).await;
        let tampered = flawless(&sp, ATTACKER).replace(ATTACKER, VICTIM);
        let wrong = encrypted(&sp, &tampered, Options::default());
        let garbled = wrong.replace(
            cut(&wrong, "<xenc:CipherValue>", "</xenc:CipherValue>"),
            &format!("<xenc:CipherValue>{}</xenc:CipherValue>", "AAAA".repeat(16)),
        );
        let mut pages = Vec::new();
        for message in [wrong, garbled] {
            let answer = Browser::new(&sp).post(&message, None).await;
            pages.push((answer.status().as_u16(), answer.text().await.unwrap()));
        }
        assert_eq!(pages[0] != pages[1], differ, "{flaws:?}: {pages:#?}");
    }
}

#[tokio::test]
async fn v47_does_not_look_at_the_tag() {
    let none = Material {
        tag: Some(vec![0; 16]),
        ..Material::default()
    };
    exploit(Flaw::AnyTag, ALICE, |sp| hiding(sp, &signed(sp, ALICE), &none)).await;
    let cut = Material {
        tag: Some(Vec::new()),
        ..Material::default()
    };
    exploit(Flaw::AnyTag, ALICE, |sp| {
        hiding(sp, &format!("{}{}", signed(sp, ALICE), " ".repeat(16)), &cut)
    })
    .await;
}

#[tokio::test]
async fn v53_breaks_where_something_cannot_be_decrypted_and_nowhere_else() {
    let sp = decrypting(Flaw::ErrorLeak.into()).await;
    let status = async |message: String| Browser::new(&sp).post(&message, None).await.status().as_u16();
    assert_eq!(status(hiding(&sp, "no element", &Material::default())).await, 500);
    let short = Material {
        tag: Some(Vec::new()),
        ..Material::default()
    };
    assert_eq!(status(hiding(&sp, "<a/>", &short)).await, 500);
    assert_eq!(status(response(&sp, tenant(), VICTIM).to_xml()).await, 403);
    deliver(&sp, &encrypted(&sp, &flawless(&sp, ALICE), GCM))
        .await
        .is(ALICE);
}

#[tokio::test]
async fn v54_decrypts_until_nothing_is_encrypted() {
    exploit(Flaw::NoSizeLimit, ALICE, |sp| {
        let once = encrypted(sp, &flawless(sp, ALICE), GCM);
        let element = cut(&once, "<EncryptedAssertion", "</EncryptedAssertion>").to_owned();
        hiding(sp, &element, &Material::default())
    })
    .await;
}

#[tokio::test]
async fn v62_fetches_what_a_reference_leads_to() {
    for (flaws, asked) in [(Flaws::NONE, false), (Flaw::KeyInfoDereferenced.into(), true)] {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hit", listener.local_addr().unwrap());
        let sp = decrypting(flaws).await;
        let message = encrypted(&sp, &flawless(&sp, ALICE), GCM);
        let value = cut(&message, "<xenc:CipherValue>", "</xenc:CipherValue>");
        let message = message.replace(value, &format!("<xenc:CipherReference URI=\"{url}\"/>"));
        deliver(&sp, &message).await.is_refused("CipherValue");
        listener.set_nonblocking(true).unwrap();
        assert_eq!(listener.accept().is_ok(), asked, "{flaws:?}");
    }
}

#[tokio::test]
async fn v08_takes_triple_des() {
    let old = Options {
        data: DataAlgorithm::TripleDesCbc,
        ..GCM
    };
    exploit(Flaw::WeakAlgorithms, ALICE, |sp| {
        encrypted(sp, &flawless(sp, ALICE), old)
    })
    .await;
}

/// An element of a text, encrypted under this name for the service provider.
fn within(sp: &ReferenceSp, text: &str, element: &str, name: &str) -> String {
    let certificate = &sp.metadata().encryption[0];
    let alone = element.replacen(' ', &format!(" xmlns=\"{}\" ", ns::SAML), 1);
    let sealed = seal(alone.as_bytes(), certificate, GCM, &Material::default()).unwrap();
    text.replace(element, &sealed.to_xml_as(name, certificate, GCM).unwrap())
}

#[tokio::test]
async fn a_name_and_attributes_that_are_encrypted_below_the_signature_are_read() {
    let sp = decrypting(Flaws::NONE).await;
    let attribute = "<Attribute Name=\"urn:example:role\"><AttributeValue>user</AttributeValue></Attribute>";
    let fresh = || {
        let plain = response(&sp, tenant(), ALICE).to_xml();
        let statement = format!("<AttributeStatement>{attribute}</AttributeStatement></Assertion>");
        plain.replace("</Assertion>", &statement)
    };
    let hide = |plain: &str, element: &str, name: &str| within(&sp, plain, element, name);
    let name_of = |plain: &str| cut(plain, "<NameID", "</NameID>").to_owned();

    let plain = fresh();
    let hidden = hide(&plain, &name_of(&plain), "EncryptedID");
    let hidden = hide(&hidden, attribute, "EncryptedAttribute");
    assert!(
        !hidden.contains("<NameID") && !hidden.contains("urn:example:role"),
        "{hidden}"
    );
    deliver(&sp, &sign_assertion(&hidden, tenant())).await.is(ALICE);

    let signed = sign_assertion(&fresh(), tenant());
    let after = hide(&signed, &name_of(&signed), "EncryptedID");
    deliver(&sp, &after).await.is_refused("digest");
    let plain = fresh();
    let no_name = hide(&plain, attribute, "EncryptedAttribute")
        .replace(&name_of(&plain), &hide(attribute, attribute, "EncryptedID"));
    deliver(&sp, &sign_assertion(&no_name, tenant()))
        .await
        .is_refused("what EncryptedID hides is no NameID");
}

#[tokio::test]
async fn what_is_encrypted_for_the_next_key_is_read_too() {
    let sp = start(Config {
        encryption: true,
        next_encryption_key: true,
        ..Config::default()
    })
    .await;
    let certificates = sp.metadata().encryption;
    assert_eq!(certificates.len(), 2);
    for certificate in &certificates {
        let message = encrypt_assertions_of(&flawless(&sp, ALICE), certificate, GCM).unwrap();
        deliver(&sp, &message).await.is(ALICE);
    }
}
