//! Which element is proven by which signature, and which one is read: the same.
//!
//! Profiles 4.1.4.5 asks that each bearer Assertion be protected by a signature, its own or that of its Response.
//! What is read afterwards lies in the verified subtree only, found by position and never looked up by ID.

use roxmltree::Node;
use saml::Certificate;
use saml::document::{children, descendants, id_of};
use saml::names::ns;

use crate::denial::Denial;
use crate::flaw::Flaw;
use crate::message::{Message, identified, only};
use crate::shape;
use crate::signature::{self, Target};
use crate::{local_names, round_trip};

/// What the signatures prove.
pub(crate) struct Proven<'a, 'd> {
    /// The Assertion to read.
    pub(crate) assertion: Node<'a, 'd>,
    /// Whether the Response itself is signed.
    pub(crate) response_signed: bool,
    /// Whether the Assertion itself is signed.
    pub(crate) assertion_signed: bool,
}

/// The Assertion that is to be verified: the only one, a child of the Response (Core 3.3.3).
pub(crate) fn candidate<'a, 'd>(
    message: &Message<'_>,
    response: Node<'a, 'd>,
) -> Result<Node<'a, 'd>, Denial> {
    let flaws = message.flaws;
    if let Some(decrypted) = message.decrypted.filter(|_| flaws.has(Flaw::DecryptedUnsigned)) {
        let mut elements = response.descendants().filter(Node::is_element);
        return elements
            .find(|element| element.range().start == decrypted)
            .ok_or(Denial::AssertionCount(0));
    }
    if flaws.has(Flaw::UnboundVerify) {
        return descendants(response, ns::SAML, "Assertion")
            .next()
            .ok_or(Denial::AssertionCount(0));
    }
    if children(response, ns::SAML, "EncryptedAssertion")
        .next()
        .is_some()
    {
        return Err(Denial::Encrypted);
    }
    let assertions: Vec<_> = children(response, ns::SAML, "Assertion").collect();
    let several = flaws.has(Flaw::ReadLastAssertion) || flaws.has(Flaw::DuplicateId);
    let assertion = match assertions[..] {
        [one] => one,
        [first, ..] if several => assertions
            .iter()
            .copied()
            .find(|a| bears_signature(*a))
            .unwrap_or(first),
        _ => return Err(Denial::AssertionCount(assertions.len())),
    };
    identified(assertion, "the Assertion")?;
    shape::assertion(assertion, flaws)?;
    Ok(assertion)
}

/// Verifies every signature on the Response and on the Assertion, at least one of which must exist
/// (Profiles 4.1.4.3: the SP MUST verify any signatures present; 4.1.4.5).
///
/// The Response's is over the message as it was sent, the Assertion's over the one that is read. Where the Assertion
/// was encrypted these are two; the Response's signature binds the ciphertext, and with it what it hides. `is_signed`: what
/// carried the Response was signed instead.
pub(crate) fn prove<'a, 'd>(
    sent: &Message<'_>,
    message: &'a Message<'d>,
    assertion: Node<'a, 'd>,
    trusted: &[&Certificate],
    is_signed: bool,
) -> Result<Proven<'a, 'd>, Denial> {
    let flaws = message.flaws;
    let response = sent.response()?;
    let whole = message.response()?;
    let as_found = Proven {
        assertion,
        response_signed: is_signed || bears_signature(response),
        assertion_signed: bears_signature(assertion),
    };
    let no_key = flaws.has(Flaw::NullCertFailOpen) || flaws.has(Flaw::UseAbsent);
    if flaws.has(Flaw::NoSigCheck) || no_key && trusted.is_empty() {
        return Ok(as_found);
    }
    if flaws.has(Flaw::DecryptedUnsigned) && message.decrypted.is_some() {
        return Ok(as_found);
    }
    let anywhere = descendants(whole, ns::DS, "Signature").next();
    if flaws.has(Flaw::SigIfPresent) && anywhere.is_none() {
        return Ok(as_found);
    }
    if flaws.has(Flaw::UnboundVerify) {
        match descendants(response, ns::DS, "Signature").next() {
            Some(first) => signature::verify(sent, first, Target::Anywhere, trusted).map(drop)?,
            None => {
                let first = anywhere.ok_or(Denial::Unsigned)?;
                signature::verify(message, first, Target::Anywhere, trusted)?;
            }
        }
        return Ok(as_found);
    }
    let of_response = own_signature(response, "the Response")?;
    let of_assertion = own_signature(assertion, "the Assertion")?;
    let named = flaws.has(Flaw::LocalNames) && local_names::children(assertion, "Signature").next().is_some();
    if of_response.is_none() && of_assertion.is_none() && !is_signed && !named {
        return Err(Denial::Unsigned);
    }
    if let Some(signature) = of_response {
        signature::verify(sent, signature, Target::Parent(response), trusted)?;
    }
    let mut verified = assertion;
    if let Some(signature) = of_assertion {
        verified = signature::verify(message, signature, Target::Parent(assertion), trusted)?;
    }
    Ok(Proven {
        assertion: read(message, whole, verified),
        response_signed: is_signed || of_response.is_some(),
        assertion_signed: of_assertion.is_some(),
    })
}

/// The Assertion that is read: the verified one.
fn read<'a, 'd>(message: &Message<'_>, response: Node<'a, 'd>, verified: Node<'a, 'd>) -> Node<'a, 'd> {
    if message.flaws.has(Flaw::ReadLastAssertion) {
        return children(response, ns::SAML, "Assertion")
            .last()
            .unwrap_or(verified);
    }
    if message.flaws.has(Flaw::DuplicateId) {
        let mut namesakes = descendants(response, ns::SAML, "Assertion");
        return namesakes
            .find(|other| id_of(*other) == id_of(verified) && *other != verified)
            .unwrap_or(verified);
    }
    if message.flaws.has(Flaw::AnyIdAttribute)
        && let Some(id) = id_of(verified)
    {
        let mut named = descendants(response, ns::SAML, "Assertion");
        return named
            .find(|other| message.is_named(*other, id))
            .unwrap_or(verified);
    }
    verified
}

/// The text that is read in the place of the one that was verified: for switches.
pub(crate) fn anew(message: &Message<'_>) -> Option<String> {
    if message.flaws.has(Flaw::LocalNames) {
        return Some(local_names::qualified(message));
    }
    message
        .flaws
        .has(Flaw::RoundTrip)
        .then(|| round_trip::written(message.text))
}

fn bears_signature(element: Node<'_, '_>) -> bool {
    children(element, ns::DS, "Signature").next().is_some()
}

/// The signature that is a child of the element it signs (Core 5.4.1: enveloped), of which there is one at most.
fn own_signature<'a, 'd>(element: Node<'a, 'd>, what: &'static str) -> Result<Option<Node<'a, 'd>>, Denial> {
    if !bears_signature(element) {
        return Ok(None);
    }
    only(children(element, ns::DS, "Signature"))
        .map(Some)
        .ok_or(Denial::SignatureCount(what))
}
