//! What was encrypted for us, opened: the message as it was before (Core 2.2.4, 2.3.4, 2.7.3.2).
//!
//! Decrypting proves nothing: anybody can encrypt for us. What comes out is judged as if it had come in the clear.

use roxmltree::Node;
use saml::SigningKey;
use saml::document::{self, children, descendants, splice_all};
use saml::encryption::{Allowed, DataAlgorithm, DecryptionError, KeyTransport, decrypt_octets, one_element};
use saml::names::ns;

use crate::denial::Denial;
use crate::fetch;
use crate::flaw::{Flaw, Flaws};
use crate::message::Message;

/// What is taken: AES and RSA-OAEP. AES-128-CBC is left out, which nobody should begin with; RSA-1_5 tells an attacker too
/// much about what it decrypts.
const ALLOWED: Allowed<'static> = Allowed {
    data: &[
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

/// So many names and attributes of one Assertion are decrypted: each costs us more than its sender.
const MOST: usize = 16;

/// A message, opened.
pub(crate) struct Opened {
    /// Its text, with the Assertion in the place of its EncryptedAssertion.
    pub(crate) text: String,
    /// Where that Assertion begins.
    pub(crate) at: usize,
}

/// The message with the Assertion in the place of its EncryptedAssertion; nothing where none is encrypted, or we publish
/// no key.
///
/// The Assertion's own signature is verified in this text, that of the Response in the text as it was sent, which holds the
/// ciphertext.
pub(crate) fn opened(
    message: &Message<'_>,
    response: Node<'_, '_>,
    keys: &[SigningKey],
) -> Result<Option<Opened>, Denial> {
    let encrypted: Vec<_> = children(response, ns::SAML, "EncryptedAssertion").collect();
    let (false, Some(first)) = (keys.is_empty(), encrypted.first()) else {
        return Ok(None);
    };
    let in_the_clear = children(response, ns::SAML, "Assertion").count();
    let several = [
        Flaw::UnboundVerify,
        Flaw::ReadLastAssertion,
        Flaw::DuplicateId,
        Flaw::DecryptedUnsigned,
    ];
    let is_one = encrypted.len() + in_the_clear == 1;
    if !is_one && !several.iter().any(|flaw| message.flaws.has(*flaw)) {
        return Err(Denial::AssertionCount(encrypted.len() + in_the_clear));
    }
    let mut edits = Vec::new();
    for element in &encrypted {
        edits.push((element.range(), plain(*element, keys, message.flaws)?));
    }
    let opened = Opened {
        text: splice_all(message.text, edits),
        at: first.range().start,
    };
    if message.flaws.has(Flaw::NoSizeLimit) {
        return again(opened, message.flaws, keys).map(Some);
    }
    Ok(Some(opened))
}

/// Opens what was found in what was opened, as deep as it goes: for a switch.
fn again(opened: Opened, flaws: Flaws, keys: &[SigningKey]) -> Result<Opened, Denial> {
    let message = Message::parse(&opened.text, flaws)?;
    Ok(self::opened(&message, message.response()?, keys)?.unwrap_or(opened))
}

/// The text of the message with the name and the attributes of this Assertion in the clear; nothing where none is
/// encrypted. The Assertion is verified before: its signature is over the ciphertext.
pub(crate) fn inside(
    message: &Message<'_>,
    assertion: Node<'_, '_>,
    keys: &[SigningKey],
) -> Result<Option<String>, Denial> {
    if keys.is_empty() {
        return Ok(None);
    }
    let mut edits = Vec::new();
    for (parent, name, hidden) in [
        ("Subject", "EncryptedID", "NameID"),
        ("AttributeStatement", "EncryptedAttribute", "Attribute"),
    ] {
        let encrypted = children(assertion, ns::SAML, parent).flat_map(|node| children(node, ns::SAML, name));
        for element in encrypted.take(MOST + 1) {
            let plain = plain(element, keys, message.flaws)?;
            let is_expected = document::parse(&plain)
                .is_ok_and(|tree| tree.root_element().has_tag_name((ns::SAML, hidden)));
            if !is_expected {
                return Err(Denial::Decryption(format!("what {name} hides is no {hidden}")));
            }
            edits.push((element.range(), plain));
        }
    }
    match edits.len() {
        0 => Ok(None),
        1..=MOST => Ok(Some(splice_all(message.text, edits))),
        _ => Err(Denial::Decryption(
            "more is encrypted than is decrypted".to_owned(),
        )),
    }
}

/// The text of a LogoutRequest, verified before, with its NameID in the clear; nothing where that is not encrypted.
pub(crate) fn named(
    message: &Message<'_>,
    request: Node<'_, '_>,
    keys: &[SigningKey],
) -> Result<Option<String>, Denial> {
    let Some(element) = children(request, ns::SAML, "EncryptedID")
        .next()
        .filter(|_| !keys.is_empty())
    else {
        return Ok(None);
    };
    let plain = plain(element, keys, message.flaws)?;
    Ok(Some(splice_all(message.text, vec![(element.range(), plain)])))
}

/// The one element that an encrypted element hides. A log of ours may say why there is none; the browser sees the same page
/// whatever it is.
fn plain(element: Node<'_, '_>, keys: &[SigningKey], flaws: Flaws) -> Result<String, Denial> {
    if flaws.has(Flaw::KeyInfoDereferenced) {
        dereference(element);
    }
    let (mut data, mut transport) = (ALLOWED.data.to_vec(), ALLOWED.transport.to_vec());
    if flaws.has(Flaw::WeakAlgorithms) {
        data.push(DataAlgorithm::TripleDesCbc);
    }
    if flaws.has(Flaw::DecryptionOracle) {
        transport.push(KeyTransport::Rsa15);
    }
    let allowed = Allowed {
        data: &data,
        transport: &transport,
        any_tag: flaws.has(Flaw::AnyTag),
    };
    let mut octets = decrypt_octets(element, keys, allowed).map_err(|why| match why {
        DecryptionError::Undecipherable => Denial::Undecipherable,
        other => Denial::Decryption(other.to_string()),
    })?;
    if flaws.has(Flaw::DecryptionOracle) && std::str::from_utf8(&octets).is_err() {
        return Err(Denial::Undecipherable);
    }
    if flaws.has(Flaw::AnyTag) {
        octets.truncate(octets.trim_ascii_end().len());
    }
    if flaws.has(Flaw::DtdEntities)
        && let Some(start) = after_doctype(&octets)
    {
        octets.drain(..start);
    }
    let plain = match flaws.has(Flaw::UnboundVerify) {
        true => String::from_utf8(octets).ok(),
        false => one_element(octets),
    };
    plain.ok_or_else(|| Denial::Decryption("what is hidden is no single element".to_owned()))
}

/// Fetches what references lead to, and throws it away: for a switch. Being asked is the harm.
fn dereference(element: Node<'_, '_>) {
    let references = descendants(element, ns::XENC, "CipherReference").chain(descendants(
        element,
        ns::DS,
        "RetrievalMethod",
    ));
    for uri in references.filter_map(|reference| reference.attribute("URI")) {
        fetch::fetch(uri);
    }
}

/// Where the document element begins, behind a DTD.
fn after_doctype(octets: &[u8]) -> Option<usize> {
    let text = std::str::from_utf8(octets).ok()?;
    let options = roxmltree::ParsingOptions {
        allow_dtd: true,
        ..roxmltree::ParsingOptions::default()
    };
    let tree = roxmltree::Document::parse_with_options(text, options).ok()?;
    Some(tree.root_element().range().start)
}
