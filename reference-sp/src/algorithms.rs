//! The algorithms that are taken, by their names. The message names them, and its word is not enough.

use std::borrow::Cow;

use openssl::bn::BigNum;
use openssl::ecdsa::EcdsaSig;
use openssl::hash::{MessageDigest, hash};
use openssl::pkey::{Id, PKey, Public};
use openssl::rsa::Padding;
use openssl::sign::Verifier;
use roxmltree::Node;
use saml::names::alg;

use crate::denial::Denial;
use crate::flaw::{Flaw, Flaws};

/// RSA keys have so many bits at least (SDP-MD06).
const SHORTEST: u32 = 2048;

/// A signature algorithm that is accepted: RSA (PKCS #1 v1.5) or ECDSA, with SHA-2.
pub(crate) struct SignatureMethod {
    digest: MessageDigest,
    key: Id,
    /// How short an RSA key may be, in bits.
    shortest: u32,
}

impl SignatureMethod {
    pub(crate) fn of(method: Node<'_, '_>, flaws: Flaws) -> Result<Self, Denial> {
        let weak = flaws.has(Flaw::WeakAlgorithms);
        let (digest, key) = match algorithm(method) {
            alg::RSA_SHA1 if weak => (MessageDigest::sha1(), Id::RSA),
            alg::RSA_MD5 if weak => (MessageDigest::md5(), Id::RSA),
            alg::DSA_SHA1 if weak => (MessageDigest::sha1(), Id::DSA),
            alg::RSA_SHA256 => (MessageDigest::sha256(), Id::RSA),
            alg::RSA_SHA384 => (MessageDigest::sha384(), Id::RSA),
            alg::RSA_SHA512 => (MessageDigest::sha512(), Id::RSA),
            alg::ECDSA_SHA256 => (MessageDigest::sha256(), Id::EC),
            other => return Err(Denial::Algorithm(other.to_owned())),
        };
        let shortest = if weak { 0 } else { SHORTEST };
        Ok(SignatureMethod {
            digest,
            key,
            shortest,
        })
    }

    /// What OpenSSL answers: yes, no, or nothing where method, key and value do not go together.
    pub(crate) fn verifies(&self, key: &PKey<Public>, octets: &[u8], value: &[u8]) -> Option<bool> {
        let value = match self.key {
            Id::EC | Id::DSA => Cow::Owned(fixed_to_der(value)?),
            _ => Cow::Borrowed(value),
        };
        if key.id() != self.key || self.key == Id::RSA && key.bits() < self.shortest {
            return None;
        }
        let mut verifier = Verifier::new(self.digest, key).ok()?;
        verifier.verify_oneshot(&value, octets).ok()
    }

    /// Whether the value holds the right digest, and something beside it that should not be there: for a switch. A library that looks
    /// into what it decrypted reports an error of encoding, which is not a no (CVE-2006-4339).
    pub(crate) fn is_ill_encoded(&self, key: &PKey<Public>, octets: &[u8], value: &[u8]) -> bool {
        let encoded = || {
            let rsa = key.rsa().ok()?;
            let mut encoded = vec![0; rsa.size().try_into().ok()?];
            let length = rsa.public_decrypt(value, &mut encoded, Padding::PKCS1).ok()?;
            encoded.truncate(length);
            Some((hash(self.digest, octets).ok()?, encoded))
        };
        encoded().is_some_and(|(digest, encoded)| encoded.windows(digest.len()).any(|part| *part == *digest))
    }
}

/// XML-DSig writes an ECDSA signature as r and s side by side (section 6.4.3); OpenSSL reads DER. Neither is nought (FIPS 186-5 6.4.2).
fn fixed_to_der(value: &[u8]) -> Option<Vec<u8>> {
    if value.is_empty() || !value.len().is_multiple_of(2) {
        return None;
    }
    let (r, s) = value.split_at(value.len() / 2);
    let (r, s) = (BigNum::from_slice(r).ok()?, BigNum::from_slice(s).ok()?);
    if r.num_bits() == 0 || s.num_bits() == 0 {
        return None;
    }
    EcdsaSig::from_private_components(r, s).ok()?.to_der().ok()
}

pub(crate) fn digest_algorithm(method: Node<'_, '_>, flaws: Flaws) -> Result<MessageDigest, Denial> {
    let weak = flaws.has(Flaw::WeakAlgorithms);
    match algorithm(method) {
        alg::SHA1 if weak => Ok(MessageDigest::sha1()),
        alg::MD5 if weak => Ok(MessageDigest::md5()),
        alg::SHA256 => Ok(MessageDigest::sha256()),
        alg::SHA384 => Ok(MessageDigest::sha384()),
        alg::SHA512 => Ok(MessageDigest::sha512()),
        other => Err(Denial::Algorithm(other.to_owned())),
    }
}

/// What a method or transform is called.
pub(crate) fn algorithm<'a>(method: Node<'a, '_>) -> &'a str {
    method.attribute("Algorithm").unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_of_noughts_is_none() {
        assert_eq!(fixed_to_der(&[0; 64]), None);
        let mut only_r = [0; 64];
        only_r[0] = 1;
        assert_eq!(fixed_to_der(&only_r), None);
        assert!(fixed_to_der(&[1; 64]).is_some());
        assert_eq!(fixed_to_der(&[1; 63]), None);
    }
}
