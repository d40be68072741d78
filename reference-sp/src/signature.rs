//! One XML signature: what it refers to, the digest of that, and who made it.
//!
//! Core 5.4 narrows XML-DSig down to a few shapes. Those are accepted and nothing else is.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use openssl::hash::hash;
use openssl::pkey::{PKey, Public};
use roxmltree::Node;
use saml::Certificate;
use saml::document::{self, children, descendants};
use saml::names::ns;

use crate::algorithms::{SignatureMethod, digest_algorithm};
use crate::canonical::{Form, transforms};
use crate::denial::Denial;
use crate::flaw::Flaw;
use crate::message::{Message, only};
use crate::{key_info, local_names, transformed};

/// What a signature may prove.
#[derive(Clone, Copy)]
pub(crate) enum Target<'a, 'd> {
    /// The element that bears it, and nothing else.
    Parent(Node<'a, 'd>),
    /// Whatever it refers to: only for a switch.
    Anywhere,
}

/// Verifies one signature and answers the element that it proves (Core 5.4.2 to 5.4.5).
pub(crate) fn verify<'a, 'd>(
    message: &'a Message<'d>,
    signature: Node<'a, 'd>,
    target: Target<'a, 'd>,
    trusted: &[&Certificate],
) -> Result<Node<'a, 'd>, Denial> {
    let verified = verified(message, signature, target, trusted);
    match (verified, target) {
        (Err(why), Target::Parent(bearer))
            if message.flaws.has(Flaw::VerifyErrorIsOk) && why.is_of_the_library() =>
        {
            Ok(bearer)
        }
        (verified, _) => verified,
    }
}

fn verified<'a, 'd>(
    message: &'a Message<'d>,
    signature: Node<'a, 'd>,
    target: Target<'a, 'd>,
    trusted: &[&Certificate],
) -> Result<Node<'a, 'd>, Denial> {
    let (signed_info, referring) = signed_info(message, signature)?;
    if let (Target::Parent(bearer), true) = (target, message.flaws.has(Flaw::AnyTransform)) {
        // Stylesheets run before anybody knows whose they are. XPath could keep us busy for hours, and has to wait.
        transformed::reach_out(signature);
        signed(message, signature, signed_info, trusted)?;
        return transformed::verified(message, signature, bearer, trusted);
    }
    let reference = deciding(message, referring)?;
    let bearer = match target {
        Target::Parent(parent) if message.flaws.has(Flaw::LooseReferenceUri) => Some(parent),
        _ => None,
    };
    let proven = digested(message, signature, reference, target)?;
    signed(message, signature, signed_info, trusted)?;
    Ok(bearer.unwrap_or(proven))
}

/// What SignatureValue is over, and what holds the Reference: the one SignedInfo (XML-DSig 4.1).
fn signed_info<'a, 'd>(
    message: &Message<'_>,
    signature: Node<'a, 'd>,
) -> Result<(Node<'a, 'd>, Node<'a, 'd>), Denial> {
    let infos: Vec<_> = children(signature, ns::DS, "SignedInfo").collect();
    match infos[..] {
        [one] => Ok((one, one)),
        [first, .., last] if message.flaws.has(Flaw::MultiSignedInfo) => Ok((first, last)),
        _ => Err(Denial::SignatureShape("SignedInfo")),
    }
}

/// The Reference, of which there is one (Core 5.4.2).
fn deciding<'a, 'd>(message: &Message<'_>, signed_info: Node<'a, 'd>) -> Result<Node<'a, 'd>, Denial> {
    if message.flaws.has(Flaw::MultiReference) {
        let last = children(signed_info, ns::DS, "Reference").last();
        return last.ok_or(Denial::SignatureShape("Reference"));
    }
    the_one(signed_info, "Reference")
}

/// The element that the Reference names and whose digest it holds.
fn digested<'a, 'd>(
    message: &'a Message<'d>,
    signature: Node<'a, 'd>,
    reference: Node<'a, 'd>,
    target: Target<'a, 'd>,
) -> Result<Node<'a, 'd>, Denial> {
    let form = transforms(reference, message.flaws)?;
    let algorithm = digest_algorithm(the_one(reference, "DigestMethod")?, message.flaws)?;
    let expected = digest_value(message, reference, target)?;
    let is_expected = |octets: &[u8]| hash(algorithm, octets).is_ok_and(|digest| *digest == *expected);
    let elements = referenced(message, reference, target)?;
    for element in &elements {
        if message.flaws.has(Flaw::SigValueOnly) {
            return Ok(*element);
        }
        if is_expected(&form.of(message, *element, &left_out(message, *element, signature))?) {
            return Ok(*element);
        }
    }
    match target {
        // Of nothing there is an empty form as well: `referenced` answers no element for a switch alone.
        Target::Parent(bearer) if elements.is_empty() && is_expected(&[]) => Ok(bearer),
        _ => Err(Denial::Digest),
    }
}

/// Where the signatures begin that are no part of what is digested: the enveloped one itself (XML-DSig 6.6.4).
fn left_out(message: &Message<'_>, element: Node<'_, '_>, signature: Node<'_, '_>) -> Vec<usize> {
    let inside = |node: Node<'_, '_>| element.range().contains(&node.range().start);
    if message.flaws.has(Flaw::GreedyEnveloped) {
        let outermost = |node: &Node<'_, '_>| {
            let mut around = node.ancestors().skip(1);
            !around.any(|other| other.has_tag_name((ns::DS, "Signature")))
        };
        let all = descendants(element, ns::DS, "Signature").filter(outermost);
        return all.map(|node| node.range().start).collect();
    }
    if message.flaws.has(Flaw::LocalNames) {
        let all = local_names::children(element, "Signature");
        return all.map(|node| node.range().start).collect();
    }
    Some(signature)
        .filter(|node| inside(*node))
        .map(|node| node.range().start)
        .into_iter()
        .collect()
}

/// The elements that the Reference may mean: the bearer of the signature, by its ID (Core 5.4.2).
fn referenced<'a, 'd>(
    message: &'a Message<'d>,
    reference: Node<'a, 'd>,
    target: Target<'a, 'd>,
) -> Result<Vec<Node<'a, 'd>>, Denial> {
    let uri = reference.attribute("URI").unwrap_or_default();
    if message.flaws.has(Flaw::LooseReferenceUri) && matches!(uri, "" | "#xpointer(/)") {
        return Ok(vec![message.document.root_element()]);
    }
    let refused = || Denial::Reference(uri.to_owned());
    let id = uri
        .strip_prefix('#')
        .map(|id| match id.strip_prefix("xpointer(id('") {
            Some(pointed) if message.flaws.has(Flaw::LooseReferenceUri) => pointed.trim_end_matches("'))"),
            _ => id,
        })
        .filter(|id| !id.is_empty())
        .ok_or_else(refused)?;
    let with_id = || {
        message
            .document
            .descendants()
            .filter(|node| message.is_named(*node, id))
    };
    let several = [Flaw::DuplicateId, Flaw::AnyIdAttribute];
    match target {
        Target::Anywhere => Ok(vec![with_id().next().ok_or_else(refused)?]),
        Target::Parent(_) if message.flaws.has(Flaw::EmptyCanonical) && with_id().next().is_none() => {
            Ok(vec![])
        }
        Target::Parent(parent) if !message.is_named(parent, id) => Err(refused()),
        Target::Parent(_) if several.iter().any(|flaw| message.flaws.has(*flaw)) => Ok(with_id().collect()),
        Target::Parent(parent) => Ok(vec![parent]),
    }
}

/// The digest that the Reference holds itself.
fn digest_value<'a, 'd>(
    message: &'a Message<'d>,
    reference: Node<'a, 'd>,
    target: Target<'a, 'd>,
) -> Result<Vec<u8>, Denial> {
    let mut value = the_one(reference, "DigestValue");
    if message.flaws.has(Flaw::DocWideDigest) {
        let mut everywhere = descendants(message.document.root_element(), ns::DS, "DigestValue");
        value = everywhere.next().ok_or(Denial::SignatureShape("DigestValue"));
    }
    if let (true, Target::Parent(bearer)) = (message.flaws.has(Flaw::LocalNames), target) {
        let mut named = local_names::descendants(bearer, "DigestValue");
        value = named.next().ok_or(Denial::SignatureShape("DigestValue"));
    }
    let value = value?;
    if message.flaws.has(Flaw::DigestFirstChild) {
        let first = value.first_child().and_then(|node| node.text());
        return base64(first.unwrap_or_default(), "DigestValue");
    }
    base64_text(value, "DigestValue")
}

/// Whether one of the keys made SignatureValue over SignedInfo.
fn signed(
    message: &Message<'_>,
    signature: Node<'_, '_>,
    signed_info: Node<'_, '_>,
    trusted: &[&Certificate],
) -> Result<(), Denial> {
    if message.flaws.has(Flaw::DigestOnly) {
        return Ok(());
    }
    let method = SignatureMethod::of(the_one(signed_info, "SignatureMethod")?, message.flaws)?;
    let octets =
        Form::of_method(the_one(signed_info, "CanonicalizationMethod")?)?.of(message, signed_info, &[])?;
    let value = base64_text(the_one(signature, "SignatureValue")?, "SignatureValue")?;
    let mut keys: Vec<_> = trusted
        .iter()
        .map(|certificate| certificate.public_key())
        .collect();
    if message.flaws.has(Flaw::KeyInfoTrust) {
        keys = Some(key_info::keys(signature))
            .filter(|brought| !brought.is_empty())
            .unwrap_or(keys);
    }
    if message.flaws.has(Flaw::CertDnMatch) {
        keys.extend(key_info::called_like(signature, trusted));
    }
    // What is neither a yes nor a no is a no.
    let unclear = message.flaws.has(Flaw::VerifyErrorIsOk);
    let made_by = |key: &PKey<Public>| {
        method.verifies(key, &octets, &value).unwrap_or(unclear)
            || unclear && method.is_ill_encoded(key, &octets, &value)
    };
    if keys.iter().any(made_by) {
        Ok(())
    } else {
        Err(Denial::SignatureValue)
    }
}

/// The only `ds:` child of that name.
fn the_one<'a, 'd>(element: Node<'a, 'd>, name: &'static str) -> Result<Node<'a, 'd>, Denial> {
    only(children(element, ns::DS, name)).ok_or(Denial::SignatureShape(name))
}

/// Base64 in an element that holds text and nothing else: a comment in it would be read by some and skipped by others.
fn base64_text(element: Node<'_, '_>, what: &'static str) -> Result<Vec<u8>, Denial> {
    if element.children().any(|node| !node.is_text()) {
        return Err(Denial::SignatureText(what));
    }
    base64(&document::text(element), what)
}

fn base64(text: &str, what: &'static str) -> Result<Vec<u8>, Denial> {
    let compact: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    STANDARD
        .decode(compact)
        .ok()
        .filter(|bytes| !bytes.is_empty())
        .ok_or(Denial::SignatureText(what))
}
