//! The key that everybody has, for the switch V07: the IdP's certificate as a shared secret.

use openssl::hash::MessageDigest;
use openssl::memcmp;
use openssl::pkey::PKey;
use openssl::sign::Signer;
use percent_encoding::percent_decode_str;
use saml::Certificate;
use saml::names::alg;

/// Whether the signature of a query is an HMAC under one of these certificates, as a PEM file holds them.
pub(crate) fn holds<'a>(raw: &str, mut certificates: impl Iterator<Item = &'a Certificate>) -> bool {
    let Some((signed, signature)) = raw.split_once("&Signature=") else {
        return false;
    };
    let Some((_, algorithm)) = signed.split_once("&SigAlg=") else {
        return false;
    };
    let decoded = |value: &str| percent_decode_str(value).decode_utf8_lossy().into_owned();
    if decoded(algorithm) != alg::HMAC_SHA256 {
        return false;
    }
    let Ok(value) = openssl::base64::decode_block(&decoded(signature)) else {
        return false;
    };
    certificates.any(|certificate| {
        let mac = PKey::hmac(certificate.pem().as_bytes()).and_then(|key| {
            Signer::new(MessageDigest::sha256(), &key)?.sign_oneshot_to_vec(signed.as_bytes())
        });
        mac.is_ok_and(|mac| mac.len() == value.len() && memcmp::eq(&mac, &value))
    })
}
