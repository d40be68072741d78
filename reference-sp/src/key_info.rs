//! The keys that a signature brings along. A hardened service provider never asks for them; the switch V05 does.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use openssl::bn::BigNum;
use openssl::pkey::{PKey, Public};
use openssl::rsa::Rsa;
use roxmltree::Node;
use saml::Certificate;
use saml::document::{child, children, descendants, text};
use saml::names::ns;

/// Every certificate and RSA key in the signature's own KeyInfo elements.
pub(crate) fn keys(signature: Node<'_, '_>) -> Vec<PKey<Public>> {
    children(signature, ns::DS, "KeyInfo")
        .flat_map(|info| {
            let certified = descendants(info, ns::DS, "X509Certificate").filter_map(certified);
            let bare = descendants(info, ns::DS, "RSAKeyValue").filter_map(bare);
            certified.chain(bare).collect::<Vec<_>>()
        })
        .collect()
}

fn certified(certificate: Node<'_, '_>) -> Option<PKey<Public>> {
    Certificate::from_base64(&text(certificate))
        .ok()
        .map(|certificate| certificate.public_key().clone())
}

fn bare(value: Node<'_, '_>) -> Option<PKey<Public>> {
    let number = |name| {
        let compact: String = text(child(value, ns::DS, name)?)
            .split_ascii_whitespace()
            .collect();
        BigNum::from_slice(&STANDARD.decode(compact).ok()?).ok()
    };
    let key = Rsa::from_public_components(number("Modulus")?, number("Exponent")?).ok()?;
    PKey::from_rsa(key).ok()
}
