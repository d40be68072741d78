//! A certification authority of nobody's, with two certificates that it issued.

use openssl::{
    asn1::Asn1Time,
    bn::{BigNum, MsbOption},
    dsa::Dsa,
    error::ErrorStack,
    hash::MessageDigest,
    pkey::{PKey, Private},
    rsa::Rsa,
    x509::{X509, X509NameBuilder, extension::BasicConstraints},
};
use saml::key::{KeyError, SigningKey};

/// A day, in seconds.
const DAY: i64 = 86_400;

/// The authority, and the leaves: two customers of one house.
#[derive(Clone)]
pub(crate) struct Authority {
    pub(crate) ca: SigningKey,
    pub(crate) leaf: SigningKey,
    pub(crate) sibling: SigningKey,
}

impl Authority {
    pub(crate) fn make() -> Result<Self, KeyError> {
        let ca_key = PKey::from_rsa(Rsa::generate(2048)?)?;
        let ca = certificate("samlitmus test authority", &ca_key, None)?;
        let issued = |name| {
            let private = PKey::from_rsa(Rsa::generate(2048)?)?;
            let certificate = certificate(name, &private, Some((&ca, &ca_key)))?;
            key(&private, &certificate)
        };
        Ok(Self {
            leaf: issued("samlitmus test leaf")?,
            sibling: issued("samlitmus test sibling")?,
            ca: key(&ca_key, &ca)?,
        })
    }
}

/// A key that is too short, with a certificate of its own.
pub(crate) fn rsa1024() -> Result<SigningKey, KeyError> {
    let private = PKey::from_rsa(Rsa::generate(1024)?)?;
    let certificate = certificate("samlitmus RSA-1024", &private, None)?;
    key(&private, &certificate)
}

/// A key with the exponent 3, with a certificate of its own.
pub(crate) fn rsa_e3() -> Result<SigningKey, KeyError> {
    let exponent = BigNum::from_u32(3)?;
    let private = PKey::from_rsa(Rsa::generate_with_e(2048, &exponent)?)?;
    let certificate = certificate("samlitmus RSA, exponent 3", &private, None)?;
    key(&private, &certificate)
}

/// A DSA key of 1024 bits, all that DSA with SHA-1 was made for, with a certificate of its own.
pub(crate) fn dsa1024() -> Result<SigningKey, KeyError> {
    let private = PKey::from_dsa(Dsa::generate(1024)?)?;
    let certificate = certificate("samlitmus DSA-1024", &private, None)?;
    key(&private, &certificate)
}

/// A key whose certificate ended yesterday.
pub(crate) fn expired() -> Result<SigningKey, KeyError> {
    dated("samlitmus expired", -30..-1, MessageDigest::sha256())
}

/// A key whose certificate begins tomorrow.
pub(crate) fn future() -> Result<SigningKey, KeyError> {
    dated("samlitmus not yet valid", 1..365, MessageDigest::sha256())
}

/// A key whose certificate is signed with MD5.
pub(crate) fn md5() -> Result<SigningKey, KeyError> {
    dated("samlitmus MD5", -1..365, MessageDigest::md5())
}

/// A key whose certificate is valid in these days from today.
fn dated(name: &str, days: std::ops::Range<i64>, digest: MessageDigest) -> Result<SigningKey, KeyError> {
    let private = PKey::from_rsa(Rsa::generate(2048)?)?;
    let seconds = days.start * DAY..days.end * DAY;
    let certificate = certificate_of(name, &private, None, &seconds, digest)?;
    key(&private, &certificate)
}

fn key(private: &PKey<Private>, certificate: &X509) -> Result<SigningKey, KeyError> {
    let private = private.private_key_to_pem_pkcs8()?;
    let certificate = certificate.to_pem()?;
    SigningKey::from_pem(
        &String::from_utf8_lossy(&private),
        &String::from_utf8_lossy(&certificate),
    )
}

/// A certificate by `issuer`, or by the key itself: then it is a CA's.
fn certificate(
    name: &str,
    key: &PKey<Private>,
    issuer: Option<(&X509, &PKey<Private>)>,
) -> Result<X509, ErrorStack> {
    certificate_of(name, key, issuer, &(-3_600..365 * DAY), MessageDigest::sha256())
}

/// The same, valid in these seconds from now, and signed over this digest.
fn certificate_of(
    name: &str,
    key: &PKey<Private>,
    issuer: Option<(&X509, &PKey<Private>)>,
    valid: &std::ops::Range<i64>,
    digest: MessageDigest,
) -> Result<X509, ErrorStack> {
    let mut subject = X509NameBuilder::new()?;
    subject.append_entry_by_text("CN", name)?;
    let subject = subject.build();
    let mut serial = BigNum::new()?;
    serial.rand(127, MsbOption::ONE, false)?;

    let mut builder = X509::builder()?;
    builder.set_version(2)?;
    builder.set_serial_number(serial.to_asn1_integer()?.as_ref())?;
    builder.set_subject_name(&subject)?;
    builder.set_issuer_name(issuer.map_or(subject.as_ref(), |(ca, _)| ca.subject_name()))?;
    builder.set_pubkey(key)?;
    let now = jiff::Timestamp::now().as_second();
    builder.set_not_before(Asn1Time::from_unix(now + valid.start)?.as_ref())?;
    builder.set_not_after(Asn1Time::from_unix(now + valid.end)?.as_ref())?;
    let mut constraints = BasicConstraints::new();
    constraints.critical();
    if issuer.is_none() {
        constraints.ca();
    }
    builder.append_extension(constraints.build()?)?;
    builder.sign(issuer.map_or(key, |(_, ca)| ca), digest)?;
    Ok(builder.build())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_leaves_are_the_authoritys_and_the_authority_is_its_own() {
        let authority = Authority::make().unwrap();
        let x509 = |key: &SigningKey| X509::from_der(key.certificate().der()).unwrap();
        let (ca, leaf) = (x509(&authority.ca), x509(&authority.leaf));
        assert!(leaf.verify(&authority.ca.certificate().public_key()).unwrap());
        let sibling = x509(&authority.sibling);
        assert!(sibling.verify(&authority.ca.certificate().public_key()).unwrap());
        assert_ne!(authority.leaf.certificate(), authority.sibling.certificate());
        assert!(ca.verify(&authority.ca.certificate().public_key()).unwrap());
        assert!(!leaf.verify(&authority.leaf.certificate().public_key()).unwrap());
        assert_eq!(ca.issued(&leaf), openssl::x509::X509VerifyResult::OK);
    }
}
