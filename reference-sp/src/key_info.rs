//! The keys that a signature brings along. A hardened service provider never asks for them; the switches V05 and V06 do.

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
            let certified = certificates(info).into_iter().map(|one| one.public_key());
            let bare = descendants(info, ns::DS, "RSAKeyValue").filter_map(bare);
            certified.chain(bare).collect::<Vec<_>>()
        })
        .collect()
}

/// The keys of all certificates that come along, where one of them bears the name of a trusted one, or of a trusted one's issuer.
pub(crate) fn called_like(signature: Node<'_, '_>, trusted: &[&Certificate]) -> Vec<PKey<Public>> {
    let chain: Vec<_> = children(signature, ns::DS, "KeyInfo")
        .flat_map(certificates)
        .collect();
    let is_called_like = |one: &Certificate, ours: &Certificate| {
        one.subject_cn()
            .is_some_and(|name| ours.subject_cn() == Some(name))
            || one
                .issuer_name()
                .is_ok_and(|name| ours.issuer_name().is_ok_and(|own| own == name))
    };
    let mut pairs = chain
        .iter()
        .flat_map(|one| trusted.iter().map(move |ours| (one, *ours)));
    match pairs.any(|(one, ours)| is_called_like(one, ours)) {
        true => chain.iter().map(Certificate::public_key).collect(),
        false => Vec::new(),
    }
}

fn certificates(info: Node<'_, '_>) -> Vec<Certificate> {
    descendants(info, ns::DS, "X509Certificate")
        .filter_map(|certificate| Certificate::from_base64(&text(certificate)).ok())
        .collect()
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
