//! Certificates.

use jiff::{SignedDuration, Timestamp};
use openssl::{nid::Nid, pkey::Id, sha::sha256, x509::X509};
use saml::{Certificate, SpMetadata};

use crate::judge::emitted::seen::{Held, shown};

/// So long a certificate should be good yet: nobody replaces one in a day.
const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 30);

/// SHA-256 of public keys (SubjectPublicKeyInfo) whose private half has been published, in examples and tests.
const SAMPLES: [&str; 3] = [
    "e6355095ab3f00bf545a7275bfee84278499ef8a9cb671286dbcf722d1e40802",
    "ee607324cdae1567e5c8093c8d431c3eb6684b4c117fabfb942a1f3b16feb539",
    "62ec766c0cbed2059d45fc3f476f4538083329de861eb29246065c034b566ac6",
];

pub(super) fn each(sp: &SpMetadata, judge: impl Fn(&Certificate) -> Held) -> Held {
    let mut all: Vec<&Certificate> = Vec::new();
    for one in sp.signing.iter().chain(&sp.encryption) {
        if !all.contains(&one) {
            all.push(one);
        }
    }
    Held::all(all.into_iter().map(judge), "the SP's metadata has no certificate")
}

pub(super) fn strength(certificate: &Certificate) -> Held {
    let key = certificate.public_key();
    let (kind, least) = match key.id() {
        Id::RSA => ("RSA", 2048),
        Id::EC => ("EC", 256),
        Id::DSA => return Held::Lacks(format!("the key of {} is DSA", name(certificate))),
        _ => return Held::Holds,
    };
    Held::unless(key.bits() < least, || {
        format!(
            "the key of {} is {kind} with {} bits",
            name(certificate),
            key.bits()
        )
    })
}

pub(super) fn valid(certificate: &Certificate, now: Timestamp) -> Held {
    let (from, until) = (certificate.not_before(), certificate.not_after());
    if from > now {
        return Held::Lacks(format!(
            "the certificate of {} is valid from {from}",
            name(certificate)
        ));
    }
    Held::unless(until.duration_since(now) < AHEAD, || {
        format!("the certificate of {} is valid until {until}", name(certificate))
    })
}

pub(super) fn hash(certificate: &Certificate) -> Held {
    let Ok(read) = X509::from_der(certificate.der()) else {
        return Held::CannotTell("a certificate cannot be read".to_owned());
    };
    let by = read.signature_algorithm().object().nid();
    let weak = [
        Nid::SHA1WITHRSAENCRYPTION,
        Nid::MD5WITHRSAENCRYPTION,
        Nid::MD2WITHRSAENCRYPTION,
        Nid::ECDSA_WITH_SHA1,
        Nid::DSAWITHSHA1,
    ];
    Held::unless(weak.contains(&by), || {
        format!(
            "the certificate of {} is signed by {}",
            name(certificate),
            by.long_name().unwrap_or("SHA-1")
        )
    })
}

pub(super) fn own(certificate: &Certificate) -> Held {
    let Ok(public) = certificate.public_key().public_key_to_der() else {
        return Held::CannotTell("a certificate's key cannot be read".to_owned());
    };
    let print: String = sha256(&public).iter().map(|byte| format!("{byte:02x}")).collect();
    Held::unless(SAMPLES.contains(&print.as_str()), || {
        format!(
            "the key of {} is a published example, with its private half",
            name(certificate)
        )
    })
}

pub(super) fn encryption(sp: &SpMetadata) -> Held {
    let usable = sp
        .encryption
        .iter()
        .any(|one| one.public_key().id() == Id::RSA || one.public_key().id() == Id::EC);
    Held::unless(!usable, || "it has no certificate for encryption".to_owned())
}

pub(super) fn no_secret(xml: &str) -> Held {
    let told = [
        "PRIVATE KEY-----",
        ":RSAPrivateKey",
        "<RSAPrivateKey",
        "PrivateKeyInfo>",
    ];
    if let Some(word) = told.iter().find(|word| xml.contains(**word)) {
        return Held::Lacks(format!("`{word}` stands in it"));
    }
    let bare = saml::document::parse(xml.trim_start_matches('\u{feff}').trim_start()).is_ok_and(|tree| {
        tree.descendants().filter_map(|node| node.text()).any(|text| {
            let bare: String = text.split_ascii_whitespace().collect();
            is_private(&bare)
        })
    });
    Held::unless(bare, || "a private key stands in it".to_owned())
}

fn is_private(base64: &str) -> bool {
    let long = base64.len() > 100 && base64.starts_with('M');
    long && openssl::base64::decode_block(base64)
        .is_ok_and(|der| openssl::pkey::PKey::private_key_from_der(&der).is_ok())
}

fn name(certificate: &Certificate) -> String {
    shown(
        &certificate
            .subject_cn()
            .unwrap_or_else(|| certificate.thumbprint_sha1()),
    )
}
