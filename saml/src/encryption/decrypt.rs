//! Decrypt, for the SP: only what is allowed, and no word on what went wrong.

use base64::prelude::*;
use openssl::symm::{Crypter, Mode};
use roxmltree::Node;
use thiserror::Error;

use super::{BLOCK, DataAlgorithm, KeyTransport, TAG};
use crate::{
    binding,
    document::{XmlError, parse, text},
    key::SigningKey,
    names::{alg, enc, ns},
};

/// Octets of an encrypted key: RSA with 8192 bits has so many.
const MAX_KEY: usize = 1_024;

/// So many EncryptedKeys are tried: each costs an operation of RSA for each key at hand.
const MAX_KEYS: usize = 4;

/// Which algorithms an SP takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowed<'a> {
    /// For the data.
    pub data: &'a [DataAlgorithm],
    /// For its key.
    pub transport: &'a [KeyTransport],
    /// Whether GCM data are taken whose tag does not fit: for SPs that are wrong on purpose.
    pub any_tag: bool,
}

impl Allowed<'static> {
    /// What a careful SP takes to get along with Azure AD: AES and RSA-OAEP, but no RSA-1_5.
    pub const CAREFUL: Self = Self {
        data: &[
            DataAlgorithm::Aes128Cbc,
            DataAlgorithm::Aes256Cbc,
            DataAlgorithm::Aes128Gcm,
            DataAlgorithm::Aes256Gcm,
        ],
        transport: &[
            KeyTransport::OaepSha1,
            KeyTransport::OaepSha256,
            KeyTransport::OaepSha256Mgf1Sha1,
        ],
        any_tag: false,
    };
}

/// Why an element is not decrypted.
#[derive(Debug, Error)]
pub enum DecryptionError {
    /// Not XML as SAML wants it.
    #[error(transparent)]
    Xml(#[from] XmlError),
    /// The element lacks a part, or has it twice.
    #[error("the encrypted element is not as SAML has it: {0}")]
    Shape(&'static str),
    /// An algorithm that is not allowed, or not known.
    #[error("the algorithm {0} is not accepted; encrypt with another")]
    Algorithm(String),
    /// Larger than is read.
    #[error("the encrypted {0} is larger than is read")]
    TooLarge(&'static str),
    /// Another key, a changed text, a padding, a tag: who sends it is not told which.
    #[error("the element cannot be decrypted with this key; check the certificate that it was encrypted for")]
    Undecipherable,
}

/// What an EncryptedAssertion (EncryptedID, EncryptedAttribute, EncryptedData) hides: the text of one element that
/// stands by itself. Its EncryptedKeys are nested in the KeyInfo of its EncryptedData, or stand beside that (Core 6.1). Whose
/// key is meant is not read: those at hand are tried.
///
/// Wrong key, padding, tag and text within are one error, and a key that cannot be had is replaced by a random one,
/// so that no answer and little time tells them apart. An SP must go on so: CBC protects from no change, so that
/// what comes out may be trusted only where its signature holds.
///
/// # Errors
/// [`DecryptionError`]; all but one of its kinds are about what anybody can read.
pub fn decrypt(element_xml: &str, key: &SigningKey, allowed: Allowed<'_>) -> Result<String, DecryptionError> {
    decrypt_node(
        parse(element_xml)?.root_element(),
        std::slice::from_ref(key),
        allowed,
    )
}

/// As [`decrypt`], of an element where it stands in its document, with any of several keys.
///
/// # Errors
/// As [`decrypt`].
pub fn decrypt_node(
    element: Node<'_, '_>,
    keys: &[SigningKey],
    allowed: Allowed<'_>,
) -> Result<String, DecryptionError> {
    let plain = decrypt_octets(element, keys, allowed)?;
    one_element(plain).ok_or(DecryptionError::Undecipherable)
}

/// The text of decrypted octets, where it is one element that stands by itself and nothing else.
pub fn one_element(plain: Vec<u8>) -> Option<String> {
    let plain = String::from_utf8(plain).ok()?;
    let tree = parse(&plain).ok()?;
    let whole = tree.root_element().range() == (0..plain.len());
    whole.then_some(plain)
}

/// What an encrypted element hides, whatever that is: who must have one element asks [`decrypt_node`].
///
/// # Errors
/// As [`decrypt`].
pub fn decrypt_octets(
    element: Node<'_, '_>,
    keys: &[SigningKey],
    allowed: Allowed<'_>,
) -> Result<Vec<u8>, DecryptionError> {
    let data = match element.has_tag_name((ns::XENC, "EncryptedData")) {
        true => element,
        false => only(element, ns::XENC, "EncryptedData", "it has not one EncryptedData")?,
    };
    if data.attribute("Type").is_some_and(|kind| kind != enc::ELEMENT) {
        return Err(DecryptionError::Shape("its Type is not that of an element"));
    }
    let method = only(
        data,
        ns::XENC,
        "EncryptionMethod",
        "it has not one EncryptionMethod",
    )?;
    let algorithm = pick(method, allowed.data, |one| one.uri())?;
    let sealed = cipher_value(data, "data", binding::MAX)?;
    let mut plain = None;
    for wrapped in wrapped_keys(element, data)? {
        let transport = transport(wrapped, allowed.transport)?;
        let wrapped = cipher_value(wrapped, "key", MAX_KEY)?;
        for key in keys {
            let mut secret = vec![0; algorithm.key_length()];
            getrandom::fill(&mut secret).map_err(|_| DecryptionError::Undecipherable)?;
            if let Ok(found) = transport.unwrap(&wrapped, key.private())
                && found.len() == secret.len()
            {
                secret = found;
            }
            let opened = open(&sealed, &secret, algorithm, allowed.any_tag);
            // Wrong keys often leave octets that look padded, hardly ever ones that are text.
            let is_text = opened
                .as_ref()
                .is_some_and(|octets| std::str::from_utf8(octets).is_ok());
            if is_text || plain.is_none() {
                plain = opened;
            }
            if is_text {
                return plain.ok_or(DecryptionError::Undecipherable);
            }
        }
    }
    plain.ok_or(DecryptionError::Undecipherable)
}

/// The EncryptedKeys: those in the KeyInfo of the data, or else those beside the data, of which a RetrievalMethod may name
/// one.
fn wrapped_keys<'a, 'input>(
    element: Node<'a, 'input>,
    data: Node<'a, 'input>,
) -> Result<Vec<Node<'a, 'input>>, DecryptionError> {
    let below = |node: Node<'a, 'input>| {
        node.children()
            .filter(|n| n.has_tag_name((ns::XENC, "EncryptedKey")))
    };
    let mut infos = data.children().filter(|n| n.has_tag_name((ns::DS, "KeyInfo")));
    let info = infos.next();
    if infos.next().is_some() {
        return Err(DecryptionError::Shape("it has more than one KeyInfo"));
    }
    let mut keys: Vec<_> = info.into_iter().flat_map(below).collect();
    if keys.is_empty() && element != data {
        let retrieval = info
            .into_iter()
            .flat_map(|info| info.children())
            .find(|n| n.has_tag_name((ns::DS, "RetrievalMethod")));
        let named = retrieval.map(|retrieval| retrieval.attribute("URI").unwrap_or_default());
        keys = below(element)
            .filter(|key| {
                named.is_none_or(|uri| {
                    uri.strip_prefix('#')
                        .is_some_and(|id| key.attribute("Id") == Some(id))
                })
            })
            .collect();
    }
    match keys.len() {
        0 => Err(DecryptionError::Shape("it has no EncryptedKey")),
        1..=MAX_KEYS => Ok(keys),
        _ => Err(DecryptionError::Shape("it has more EncryptedKeys than are tried")),
    }
}

fn only<'a, 'input>(
    node: Node<'a, 'input>,
    space: &'static str,
    name: &'static str,
    otherwise: &'static str,
) -> Result<Node<'a, 'input>, DecryptionError> {
    let mut found = node.children().filter(|n| n.has_tag_name((space, name)));
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        _ => Err(DecryptionError::Shape(otherwise)),
    }
}

/// The one of these that an EncryptionMethod names.
fn pick<T: Copy>(
    method: Node<'_, '_>,
    allowed: &[T],
    uri: impl Fn(T) -> &'static str,
) -> Result<T, DecryptionError> {
    let named = method.attribute("Algorithm").unwrap_or_default();
    let found = allowed.iter().copied().find(|one| uri(*one) == named);
    found.ok_or_else(|| refused(named))
}

fn refused(named: &str) -> DecryptionError {
    DecryptionError::Algorithm(named.chars().take(128).collect())
}

fn transport(wrapped: Node<'_, '_>, allowed: &[KeyTransport]) -> Result<KeyTransport, DecryptionError> {
    let method = only(
        wrapped,
        ns::XENC,
        "EncryptionMethod",
        "its EncryptedKey has not one EncryptionMethod",
    )?;
    let transport = pick(method, allowed, |one| one.uri())?;
    // Without them, RSA-OAEP is with SHA-1 (XMLENC 1.1 section 5.5.2).
    let named = |space: &str, name: &str, default: &'static str| {
        let mut all = method.children().filter(|n| n.has_tag_name((space, name)));
        let first = all
            .next()
            .map_or(default, |n| n.attribute("Algorithm").unwrap_or_default());
        (first.to_owned(), all.next().is_some())
    };
    let (digest, mask) = (
        named(ns::DS, "DigestMethod", alg::SHA1),
        named(ns::XENC11, "MGF", enc::MGF1_SHA1),
    );
    let written = |transport| match transport {
        KeyTransport::OaepSha1 => (alg::SHA1, enc::MGF1_SHA1),
        KeyTransport::OaepSha256 => (alg::SHA256, enc::MGF1_SHA256),
        KeyTransport::OaepSha256Mgf1Sha1 => (alg::SHA256, enc::MGF1_SHA1),
        KeyTransport::Rsa15 => ("", ""),
    };
    if transport == KeyTransport::Rsa15 {
        return Ok(transport);
    }
    let meant = allowed
        .iter()
        .copied()
        .find(|one| one.uri() == transport.uri() && written(*one) == (digest.0.as_str(), mask.0.as_str()));
    let Some(transport) = meant.filter(|_| !digest.1 && !mask.1) else {
        let odd = if written(transport).0 == digest.0 {
            mask.0
        } else {
            digest.0
        };
        return Err(refused(&format!("{} with {odd}", transport.uri())));
    };
    let labels = |n: &Node<'_, '_>| n.has_tag_name((ns::XENC, "OAEPparams")) && !text(*n).trim().is_empty();
    if method.children().any(|n| labels(&n)) {
        return Err(refused(&format!("{} with OAEPparams", transport.uri())));
    }
    Ok(transport)
}

fn cipher_value(node: Node<'_, '_>, what: &'static str, max: usize) -> Result<Vec<u8>, DecryptionError> {
    let data = only(node, ns::XENC, "CipherData", "it has not one CipherData")?;
    let value = only(
        data,
        ns::XENC,
        "CipherValue",
        "its CipherData has not one CipherValue",
    )?;
    let base64: String = text(value).split_ascii_whitespace().collect();
    if base64.len() / 4 * 3 > max + BLOCK + TAG {
        return Err(DecryptionError::TooLarge(what));
    }
    BASE64_STANDARD
        .decode(base64)
        .map_err(|_| DecryptionError::Shape("its CipherValue is not Base64"))
}

fn open(sealed: &[u8], secret: &[u8], algorithm: DataAlgorithm, any_tag: bool) -> Option<Vec<u8>> {
    let (iv, rest) = sealed.split_at_checked(algorithm.iv_length())?;
    if algorithm.is_authenticated() {
        let (data, tag) = rest.split_at_checked(rest.len().checked_sub(TAG)?)?;
        let mut crypter = Crypter::new(algorithm.cipher(), Mode::Decrypt, secret, Some(iv)).ok()?;
        let mut plain = vec![0; data.len() + BLOCK];
        let mut length = crypter.update(data, &mut plain).ok()?;
        if !any_tag {
            crypter.set_tag(tag).ok()?;
            length += crypter.finalize(&mut plain[length..]).ok()?;
        }
        plain.truncate(length);
        return Some(plain);
    }
    let block = algorithm.block();
    if rest.is_empty() || !rest.len().is_multiple_of(block) {
        return None;
    }
    let mut crypter = Crypter::new(algorithm.cipher(), Mode::Decrypt, secret, Some(iv)).ok()?;
    crypter.pad(false);
    let mut plain = vec![0; rest.len() + BLOCK];
    let mut length = crypter.update(rest, &mut plain).ok()?;
    length += crypter.finalize(&mut plain[length..]).ok()?;
    plain.truncate(length);
    // The last octet counts the padding; what the others are is not said (XMLENC 1.1 section 5.2.1).
    let count = usize::from(*plain.last()?);
    if !(1..=block).contains(&count) {
        return None;
    }
    plain.truncate(plain.len().checked_sub(count)?);
    Some(plain)
}
