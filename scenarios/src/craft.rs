//! What an attacker computes himself: a signature over a chosen text, and one made without any key.

use base64::prelude::*;
use openssl::{
    bn::{BigNum, BigNumContext},
    error::ErrorStack,
    hash::MessageDigest,
    sha::sha256,
    sign::Signer,
};
use saml::{key::SigningKey, names::alg};

use crate::{fault::Fault, selector::Selector, workbench::Workbench};

/// The key's signature (RSA PKCS#1 v1.5 or ECDSA, SHA-256) over a text, in Base64.
pub(crate) fn signature_over(key: &SigningKey, text: &str) -> Result<String, Fault> {
    let signed = Signer::new(MessageDigest::sha256(), key.private())
        .and_then(|mut signer| signer.sign_oneshot_to_vec(text.as_bytes()));
    Ok(BASE64_STANDARD.encode(signed.map_err(openssl_fails)?))
}

/// How the cube's DigestInfo is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DigestInfo {
    /// As RFC 8017, section 9.2, has it.
    Whole,
    /// Without the NULL that stands for the hash's parameters.
    WithoutNull,
}

/// A SignatureValue for RSA-SHA256 under any key of 2048 bits with exponent 3: a number whose cube begins like the
/// padded digest of the SignedInfo (exclusive canonical form), with whatever follows. In Base64.
pub(crate) fn cube_root(
    bench: &Workbench,
    signed_info: &Selector,
    form: DigestInfo,
) -> Result<String, Fault> {
    let octets = bench.at(signed_info, |source, node| {
        saml::canonical::canonicalize(source, node.range().start, alg::EXC_C14N, &[], &[])
            .map_err(|e| Fault::recipe(format!("{signed_info} has no canonical form: {e}")))
    })?;
    let root = root_of(&encoded(&octets, form)).map_err(openssl_fails)?;
    Ok(BASE64_STANDARD.encode(root))
}

/// Octets of the modulus.
const OCTETS: usize = 256;

/// The beginning of the encoded message: as little padding as RFC 8017 allows, and nothing behind the digest.
fn encoded(octets: &[u8], form: DigestInfo) -> Vec<u8> {
    const SHA256: [u8; 11] = [0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
    let mut message = vec![0x00, 0x01];
    message.extend([0xff; 8]);
    message.push(0x00);
    match form {
        DigestInfo::Whole => message.extend([0x30, 0x31, 0x30, 0x0d]),
        DigestInfo::WithoutNull => message.extend([0x30, 0x2f, 0x30, 0x0b]),
    }
    message.extend(SHA256);
    if form == DigestInfo::Whole {
        message.extend([0x05, 0x00]);
    }
    message.extend([0x04, 0x20]);
    message.extend(sha256(octets));
    message
}

/// The greatest number whose cube still begins so: cubes lie so close that one always does.
fn root_of(beginning: &[u8]) -> Result<Vec<u8>, ErrorStack> {
    let mut greatest = beginning.to_vec();
    greatest.resize(OCTETS, 0xff);
    let greatest = BigNum::from_slice(&greatest)?;
    let mut context = BigNumContext::new()?;
    let (mut root, mut square, mut cube) = (BigNum::new()?, BigNum::new()?, BigNum::new()?);
    for bit in (0..=greatest.num_bits() / 3 + 1).rev() {
        root.set_bit(bit)?;
        square.sqr(&root, &mut context)?;
        cube.checked_mul(&square, &root, &mut context)?;
        if cube > greatest {
            root.clear_bit(bit)?;
        }
    }
    let width = i32::try_from(OCTETS).unwrap_or(i32::MAX);
    root.to_vec_padded(width)
}

fn openssl_fails(error: ErrorStack) -> Fault {
    Fault::recipe(format!("openssl fails: {error}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn the_cube_of_the_root_begins_like_the_padded_digest(octets: Vec<u8>, whole: bool) {
            let form = if whole { DigestInfo::Whole } else { DigestInfo::WithoutNull };
            let beginning = encoded(&octets, form);
            let root = BigNum::from_slice(&root_of(&beginning).unwrap()).unwrap();
            let mut context = BigNumContext::new().unwrap();
            let (mut square, mut cube) = (BigNum::new().unwrap(), BigNum::new().unwrap());
            square.sqr(&root, &mut context).unwrap();
            cube.checked_mul(&square, &root, &mut context).unwrap();
            let cube = cube.to_vec_padded(256).unwrap();
            prop_assert_eq!(&cube[..beginning.len()], &beginning[..]);
        }
    }

    #[test]
    fn a_signature_over_nothing_verifies_over_nothing() {
        let key = SigningKey::generate(saml::key::Kind::Rsa2048).unwrap();
        let value = BASE64_STANDARD.decode(signature_over(&key, "").unwrap()).unwrap();
        let public = key.certificate().public_key();
        let mut verifier = openssl::sign::Verifier::new(MessageDigest::sha256(), &public).unwrap();
        assert!(verifier.verify_oneshot(&value, b"").unwrap());
        let mut verifier = openssl::sign::Verifier::new(MessageDigest::sha256(), &public).unwrap();
        assert!(!verifier.verify_oneshot(&value, b"x").unwrap());
    }
}
