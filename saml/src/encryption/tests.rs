use std::sync::OnceLock;

use proptest::prelude::*;

use super::*;
use crate::{
    SigningKey,
    key::{Certificate, Kind},
    names::{alg, ns},
};

const ASSERTION: &str = "<Assertion ID=\"_a\" xmlns=\"urn:oasis:names:tc:SAML:2.0:assertion\"><Issuer>ü &amp; co</Issuer></Assertion>";

pub(super) fn key() -> &'static SigningKey {
    static KEY: OnceLock<SigningKey> = OnceLock::new();
    KEY.get_or_init(|| SigningKey::generate(Kind::Rsa2048).unwrap())
}

fn recipient() -> &'static Certificate {
    key().certificate()
}

pub(super) fn every_way() -> impl Iterator<Item = Options> {
    DataAlgorithm::ALL.into_iter().flat_map(|data| {
        KeyTransport::ALL.into_iter().flat_map(move |transport| {
            [Hint::IssuerSerial, Hint::Certificate, Hint::None].map(|hint| Options {
                data,
                transport,
                hint,
            })
        })
    })
}

const ANYTHING: Allowed<'static> = Allowed {
    data: &DataAlgorithm::ALL,
    transport: &KeyTransport::ALL,
    any_tag: false,
};

fn sealed(plain: &[u8], options: Options, material: &Material) -> String {
    let sealed = seal(plain, recipient(), options, material).unwrap();
    sealed.to_xml(recipient(), options).unwrap()
}

fn undecipherable(xml: &str) -> bool {
    matches!(
        decrypt(xml, key(), ANYTHING),
        Err(DecryptionError::Undecipherable)
    )
}

fn with(data: DataAlgorithm) -> Options {
    Options {
        data,
        ..Options::default()
    }
}

#[test]
fn azures_encrypted_assertion_is_this_to_the_byte() {
    let sealed = Sealed {
        data: b"data".to_vec(),
        key: b"key".to_vec(),
    };
    let expected = format!(
        concat!(
            r#"<EncryptedAssertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion">"#,
            r#"<xenc:EncryptedData Type="http://www.w3.org/2001/04/xmlenc#Element""#,
            r#" xmlns:xenc="http://www.w3.org/2001/04/xmlenc#">"#,
            r#"<xenc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes256-cbc"/>"#,
            r#"<KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#">"#,
            r#"<e:EncryptedKey xmlns:e="http://www.w3.org/2001/04/xmlenc#">"#,
            r#"<e:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p">"#,
            r#"<DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"/></e:EncryptionMethod>"#,
            r#"<KeyInfo><o:SecurityTokenReference xmlns:o="http://docs.oasis-open.org/wss/2004/01/"#,
            r#"oasis-200401-wss-wssecurity-secext-1.0.xsd"><X509Data><X509IssuerSerial>"#,
            r#"<X509IssuerName>CN=samlitmus test key</X509IssuerName><X509SerialNumber>{}</X509SerialNumber>"#,
            r#"</X509IssuerSerial></X509Data></o:SecurityTokenReference></KeyInfo>"#,
            r#"<e:CipherData><e:CipherValue>a2V5</e:CipherValue></e:CipherData></e:EncryptedKey></KeyInfo>"#,
            r#"<xenc:CipherData><xenc:CipherValue>ZGF0YQ==</xenc:CipherValue></xenc:CipherData>"#,
            r#"</xenc:EncryptedData></EncryptedAssertion>"#,
        ),
        recipient().serial_decimal().unwrap()
    );
    assert_eq!(sealed.to_xml(recipient(), Options::default()).unwrap(), expected);
}

#[test]
fn what_is_encrypted_in_any_way_comes_out_and_names_its_recipient_as_asked() {
    for options in every_way() {
        let xml = encrypt_assertion(ASSERTION, recipient(), options).unwrap();
        assert_eq!(decrypt(&xml, key(), ANYTHING).unwrap(), ASSERTION, "{options:?}");
        assert!(!xml.contains("Issuer>"));
        assert_eq!(
            xml.contains("<X509IssuerSerial>"),
            options.hint == Hint::IssuerSerial
        );
        assert_eq!(
            xml.contains(&recipient().base64()),
            options.hint == Hint::Certificate
        );
        assert_ne!(xml, encrypt_assertion(ASSERTION, recipient(), options).unwrap());
    }
    let sha256 = Options {
        transport: KeyTransport::OaepSha256,
        ..Options::default()
    };
    let xml = encrypt_assertion(ASSERTION, recipient(), sha256).unwrap();
    assert!(xml.contains("<DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/>"));
    assert!(xml.contains("<MGF xmlns=\"http://www.w3.org/2009/xmlenc11#\" Algorithm=\"http://www.w3.org/2009/xmlenc11#mgf1sha256\"/>"));
}

#[test]
fn an_algorithm_that_is_not_allowed_is_named_before_any_key_is_tried() {
    let old = Options {
        transport: KeyTransport::Rsa15,
        ..Options::default()
    };
    let old = encrypt_assertion(ASSERTION, recipient(), old).unwrap();
    let named = |xml: &str, allowed| match decrypt(xml, key(), allowed) {
        Err(DecryptionError::Algorithm(named)) => named,
        other => panic!("{other:?}"),
    };
    assert_eq!(named(&old, Allowed::CAREFUL), enc::RSA_1_5);
    let cbc = encrypt_assertion(ASSERTION, recipient(), Options::default()).unwrap();
    let only_gcm = Allowed {
        data: &[DataAlgorithm::Aes256Gcm],
        ..Allowed::CAREFUL
    };
    assert_eq!(named(&cbc, only_gcm), enc::AES256_CBC);
    let digest = cbc.replace(alg::SHA1, alg::SHA512);
    assert!(named(&digest, ANYTHING).ends_with("with http://www.w3.org/2001/04/xmlenc#sha512"));
    let label = cbc.replace("<DigestMethod", "<e:OAEPparams>AA==</e:OAEPparams><DigestMethod");
    assert!(named(&label, ANYTHING).ends_with("with OAEPparams"));
    let mgf = cbc.replace(
        "</e:EncryptionMethod>",
        &format!(
            "<MGF xmlns=\"{}\" Algorithm=\"{}\"/></e:EncryptionMethod>",
            ns::XENC11,
            enc::MGF1_SHA256
        ),
    );
    assert!(named(&mgf, ANYTHING).ends_with("mgf1sha256"));
}

#[test]
fn every_way_to_be_undecipherable_looks_the_same() {
    let other = SigningKey::generate(Kind::Rsa2048).unwrap();
    for data in DataAlgorithm::ALL {
        for transport in KeyTransport::ALL {
            let options = Options {
                transport,
                ..with(data)
            };
            let wrong_key = encrypt_assertion(ASSERTION, other.certificate(), options).unwrap();
            assert!(undecipherable(&wrong_key), "{options:?}");
            let short_key = Material {
                carried_key: Some(vec![7; 5]),
                ..Material::default()
            };
            assert!(undecipherable(&sealed(ASSERTION.as_bytes(), options, &short_key)));
        }
        // Not text, no element, two elements, an element with something beside it, a prefix that nobody declared.
        for plain in [
            &b"\xff\xfe"[..],
            b"",
            b"text",
            b"<a/><b/>",
            b"<a/>\n",
            b"<?xml version='1.0'?><a/>",
            b"<p:a/>",
        ] {
            assert!(undecipherable(&sealed(plain, with(data), &Material::default())));
        }
    }
    let elliptic = SigningKey::generate(Kind::P256).unwrap();
    let xml = encrypt_assertion(ASSERTION, recipient(), Options::default()).unwrap();
    assert!(matches!(
        decrypt(&xml, &elliptic, ANYTHING),
        Err(DecryptionError::Undecipherable)
    ));
}

#[test]
fn padding_iv_key_and_tag_are_the_attackers_to_choose() {
    let plain = b"<a>0123456789</a>";
    let padded = |padding: &[u8]| {
        let material = Material {
            key: Some(vec![1; 32]),
            iv: Some(vec![2; 16]),
            padding: Some(padding.to_vec()),
            ..Material::default()
        };
        sealed(plain, Options::default(), &material)
    };
    let mut good = [0xaa; 15];
    good[14] = 15;
    assert_eq!(
        decrypt(&padded(&good), key(), ANYTHING).unwrap().as_bytes(),
        plain
    );
    for count in [0, 14, 16, 17, 255] {
        let mut padding = good;
        padding[14] = count;
        assert!(undecipherable(&padded(&padding)), "{count}");
    }
    // More than a block of padding is none, even where a whole element comes before it.
    let long = Material {
        padding: Some([28; 28].to_vec()),
        ..Material::default()
    };
    assert!(undecipherable(&sealed(b"<a/>", Options::default(), &long)));
    let tagged = |tag: Vec<u8>| {
        let material = Material {
            tag: Some(tag),
            ..Material::default()
        };
        sealed(plain, with(DataAlgorithm::Aes256Gcm), &material)
    };
    assert!(undecipherable(&tagged(vec![0; 16])));
    assert!(undecipherable(&tagged(vec![])));

    let length = |material: Material| match seal(plain, recipient(), Options::default(), &material) {
        Err(EncryptionError::Length { what, has, .. }) => (what, has),
        other => panic!("{other:?}"),
    };
    let of = |octets: usize| Some(vec![0; octets]);
    assert_eq!(
        length(Material {
            key: of(16),
            ..Material::default()
        }),
        ("key", 16)
    );
    assert_eq!(
        length(Material {
            iv: of(12),
            ..Material::default()
        }),
        ("initialization vector", 12)
    );
    assert_eq!(
        length(Material {
            padding: of(1),
            ..Material::default()
        }),
        ("data with its padding", 18)
    );
}

#[test]
fn a_change_to_what_gcm_protects_is_always_seen() {
    let options = with(DataAlgorithm::Aes128Gcm);
    let whole = seal(ASSERTION.as_bytes(), recipient(), options, &Material::default()).unwrap();
    for at in 0..whole.data.len() {
        let mut spoilt = whole.clone();
        spoilt.data[at] ^= 1;
        assert!(
            undecipherable(&spoilt.to_xml(recipient(), options).unwrap()),
            "{at}"
        );
    }
    for length in 0..30 {
        let mut cut = whole.clone();
        cut.data.truncate(length);
        assert!(
            undecipherable(&cut.to_xml(recipient(), options).unwrap()),
            "{length}"
        );
    }
}

#[test]
fn an_element_that_lacks_a_part_or_has_it_twice_or_too_large_is_refused() {
    let xml = encrypt_assertion(ASSERTION, recipient(), Options::default()).unwrap();
    let shape = |xml: &str| match decrypt(xml, key(), ANYTHING) {
        Err(DecryptionError::Shape(why)) => why,
        other => panic!("{other:?}"),
    };
    assert_eq!(shape("<a/>"), "it has not one EncryptedData");
    assert_eq!(
        shape(&xml.replace("#Element", "#Content")),
        "its Type is not that of an element"
    );
    assert_eq!(
        shape(&xml.replace("e:EncryptedKey", "e:Other")),
        "it has no EncryptedKey"
    );
    assert_eq!(
        shape(&xml.replace("xenc:CipherValue>", "xenc:CipherReference>")),
        "its CipherData has not one CipherValue"
    );
    assert_eq!(
        shape(&xml.replace("<xenc:CipherValue>", "<xenc:CipherValue>*")),
        "its CipherValue is not Base64"
    );
    let start = xml.find("<e:EncryptedKey").unwrap();
    let end = xml.find("</e:EncryptedKey>").unwrap() + "</e:EncryptedKey>".len();
    let again = |times: usize| crate::document::splice(&xml, start..start, &xml[start..end].repeat(times));
    assert_eq!(decrypt(&again(3), key(), ANYTHING).unwrap(), ASSERTION);
    assert_eq!(shape(&again(4)), "it has more EncryptedKeys than are tried");
    let large =
        |before: &str, octets: usize| xml.replace(before, &format!("{before}{}", "AAAA".repeat(octets / 3)));
    for (before, octets) in [
        ("<e:CipherValue>", 2_000),
        ("<xenc:CipherValue>", crate::binding::MAX + 99),
    ] {
        assert!(matches!(
            decrypt(&large(before, octets), key(), ANYTHING),
            Err(DecryptionError::TooLarge(_))
        ));
    }
}

#[test]
fn only_an_assertion_that_stands_by_itself_and_an_rsa_key_will_do() {
    let refused = |xml: &str| encrypt_assertion(xml, recipient(), Options::default()).unwrap_err();
    assert!(matches!(refused("<a/>"), EncryptionError::NotAnAssertion));
    assert!(matches!(refused("<s:Assertion/>"), EncryptionError::Xml(_)));
    let elliptic = SigningKey::generate(Kind::P256).unwrap();
    assert!(matches!(
        encrypt_assertion(ASSERTION, elliptic.certificate(), Options::default()),
        Err(EncryptionError::NotRsa)
    ));
}

#[test]
fn a_message_keeps_every_byte_but_those_of_its_assertions() {
    let (before, after) = (
        "<p:Response xmlns:p='urn:oasis:names:tc:SAML:2.0:protocol'><!-- x -->",
        "\n</p:Response>",
    );
    let message = format!("{before}{ASSERTION}{after}");
    let encrypted = encrypt_assertions_of(&message, recipient(), Options::default()).unwrap();
    let element = encrypted
        .strip_prefix(before)
        .unwrap()
        .strip_suffix(after)
        .unwrap();
    assert_eq!(decrypt(element, key(), Allowed::CAREFUL).unwrap(), ASSERTION);
    let tree = crate::document::parse(&encrypted).unwrap();
    let node = tree.root_element().first_element_child().unwrap();
    assert_eq!(
        decrypt_node(node, std::slice::from_ref(key()), Allowed::CAREFUL).unwrap(),
        ASSERTION
    );
    let borrowed = format!("<r xmlns:s='{}'><s:Assertion/></r>", ns::SAML);
    assert!(matches!(
        encrypt_assertions_of(&borrowed, recipient(), Options::default()),
        Err(EncryptionError::NotAnAssertion)
    ));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_element_comes_out_as_it_went_in(text in "[ -~é]{0,70}", way in 0usize..4) {
        let plain = format!("<a>{}</a>", crate::document::escape_text(&text));
        let xml = sealed(plain.as_bytes(), with(DataAlgorithm::ALL[way]), &Material::default());
        prop_assert_eq!(decrypt(&xml, key(), Allowed::CAREFUL).unwrap(), plain);
    }

    #[test]
    fn spoilt_elements_and_garbage_are_errors_and_never_panics(at in 0usize..2_400, with in "[<>/a:\"'= ]{0,4}", garbage in "[<>/a:xenc\"'= ]{0,80}") {
        let mut xml = sealed(ASSERTION.as_bytes(), Options::default(), &Material::default());
        let at = at % xml.len();
        xml.replace_range(at..=at, &with);
        let _ = decrypt(&xml, key(), ANYTHING);
        let _ = decrypt(&garbage, key(), ANYTHING);
    }
}

/// The EncryptedKey, cut out of its place, with this attribute.
fn without_key(xml: &str, attribute: &str) -> (String, String) {
    let start = xml.find("<e:EncryptedKey").unwrap();
    let end = xml.find("</e:EncryptedKey>").unwrap() + "</e:EncryptedKey>".len();
    let cut = xml[start..end].replacen("<e:EncryptedKey", &format!("<e:EncryptedKey {attribute}"), 1);
    (crate::document::splice(xml, start..end, ""), cut)
}

#[test]
fn a_key_may_stand_beside_the_data_and_be_named_by_a_retrieval_method() {
    let xml = encrypt_assertion(ASSERTION, recipient(), Options::default()).unwrap();
    let (rest, cut) = without_key(&xml, "Id=\"_k\"");
    let beside = |rest: &str| {
        rest.replace(
            "</EncryptedAssertion>",
            &format!(
                "{}</EncryptedAssertion>",
                cut.replace(
                    "<DigestMethod",
                    "<DigestMethod xmlns=\"http://www.w3.org/2000/09/xmldsig#\""
                )
            ),
        )
    };
    assert_eq!(decrypt(&beside(&rest), key(), ANYTHING).unwrap(), ASSERTION);
    let named = |uri: &str| {
        rest.replace(
            "</KeyInfo>",
            &format!("<RetrievalMethod URI=\"{uri}\"/></KeyInfo>"),
        )
    };
    assert_eq!(
        decrypt(&beside(&named("#_k")), key(), ANYTHING).unwrap(),
        ASSERTION
    );
    for elsewhere in ["#_other", "_k", "http://key.example/"] {
        let away = beside(&named(elsewhere));
        let refused = decrypt(&away, key(), ANYTHING);
        assert!(
            matches!(refused, Err(DecryptionError::Shape("it has no EncryptedKey"))),
            "{elsewhere}"
        );
    }
}

#[test]
fn of_several_keys_at_hand_and_several_that_were_sent_the_fitting_ones_are_found() {
    let other = SigningKey::generate(Kind::Rsa2048).unwrap();
    for data in DataAlgorithm::ALL {
        let xml = encrypt_assertion(ASSERTION, recipient(), with(data)).unwrap();
        let at = crate::document::parse(&xml).unwrap();
        let keys = [other.clone(), key().clone()];
        assert_eq!(
            decrypt_node(at.root_element(), &keys, ANYTHING).unwrap(),
            ASSERTION
        );
        let stranger = encrypt_assertion(ASSERTION, other.certificate(), with(data)).unwrap();
        let (_, cut) = without_key(&stranger, "Recipient=\"https://other.example\"");
        let both = xml.replacen("<e:EncryptedKey", &format!("{cut}<e:EncryptedKey"), 1);
        assert_eq!(decrypt(&both, key(), ANYTHING).unwrap(), ASSERTION, "{data:?}");
    }
}

#[test]
fn whoever_looks_at_no_tag_reads_what_was_changed() {
    let options = with(DataAlgorithm::Aes256Gcm);
    let none = Material {
        tag: Some(vec![0; 16]),
        ..Material::default()
    };
    let xml = sealed(ASSERTION.as_bytes(), options, &none);
    assert!(undecipherable(&xml));
    let careless = Allowed {
        any_tag: true,
        ..ANYTHING
    };
    assert_eq!(decrypt(&xml, key(), careless).unwrap(), ASSERTION);
}
