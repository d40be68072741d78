//! One XML signature: what it refers to, the digest of that, and who made it.
//!
//! Core 5.4 narrows XML-DSig down to a few shapes. Those are accepted and nothing else is.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use openssl::bn::BigNum;
use openssl::ecdsa::EcdsaSig;
use openssl::hash::{MessageDigest, hash};
use openssl::pkey::{Id, PKey, Public};
use openssl::sign::Verifier;
use roxmltree::Node;
use saml::canonical::canonicalize_node;
use saml::document::{self, child, children, descendants, id_of};
use saml::names::{alg, ns};

use crate::denial::Denial;
use crate::flaw::{Flaw, Flaws};
use crate::key_info;
use crate::message::{Message, only};

/// What a signature may prove.
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
    keys: &[&PKey<Public>],
) -> Result<Node<'a, 'd>, Denial> {
    let signed_info = the_one(signature, "SignedInfo")?;
    let reference = deciding(message, signed_info)?;
    let bearer = match target {
        Target::Parent(parent) if message.flaws.has(Flaw::LooseReferenceUri) => Some(parent),
        _ => None,
    };
    let proven = digested(message, signature, reference, target)?;
    signed(message, signature, signed_info, keys)?;
    Ok(bearer.unwrap_or(proven))
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
    let expected = base64_text(digest_value(message, reference)?, "DigestValue")?;
    for element in referenced(message, reference, target)? {
        if message.flaws.has(Flaw::SigValueOnly) {
            return Ok(element);
        }
        let octets = form.of(message, element, &left_out(message, element, signature))?;
        if *hash(algorithm, &octets).map_err(|_| Denial::Digest)? == *expected {
            return Ok(element);
        }
    }
    Err(Denial::Digest)
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
            .filter(|node| id_of(*node) == Some(id))
    };
    match target {
        Target::Anywhere => Ok(vec![with_id().next().ok_or_else(refused)?]),
        Target::Parent(parent) if id_of(parent) != Some(id) => Err(refused()),
        Target::Parent(_) if message.flaws.has(Flaw::DuplicateId) => Ok(with_id().collect()),
        Target::Parent(parent) => Ok(vec![parent]),
    }
}

/// The digest that the Reference holds itself.
fn digest_value<'a, 'd>(message: &'a Message<'d>, reference: Node<'a, 'd>) -> Result<Node<'a, 'd>, Denial> {
    if message.flaws.has(Flaw::DocWideDigest) {
        let mut everywhere = descendants(message.document.root_element(), ns::DS, "DigestValue");
        return everywhere.next().ok_or(Denial::SignatureShape("DigestValue"));
    }
    the_one(reference, "DigestValue")
}

/// Whether one of the keys made SignatureValue over SignedInfo.
fn signed(
    message: &Message<'_>,
    signature: Node<'_, '_>,
    signed_info: Node<'_, '_>,
    keys: &[&PKey<Public>],
) -> Result<(), Denial> {
    if message.flaws.has(Flaw::DigestOnly) {
        return Ok(());
    }
    let method = SignatureMethod::of(the_one(signed_info, "SignatureMethod")?, message.flaws)?;
    let octets =
        Form::of_method(the_one(signed_info, "CanonicalizationMethod")?)?.of(message, signed_info, &[])?;
    let value = base64_text(the_one(signature, "SignatureValue")?, "SignatureValue")?;
    let brought = if message.flaws.has(Flaw::KeyInfoTrust) {
        key_info::keys(signature)
    } else {
        Vec::new()
    };
    let made_by = |key: &PKey<Public>| method.verifies(key, &octets, &value);
    let proven = if brought.is_empty() {
        keys.iter().any(|key| made_by(key))
    } else {
        brought.iter().any(made_by)
    };
    if proven {
        Ok(())
    } else {
        Err(Denial::SignatureValue)
    }
}

/// A canonical form: the algorithm and the prefixes that it treats inclusively.
struct Form<'a> {
    algorithm: &'a str,
    prefixes: Vec<&'a str>,
}

impl<'a> Form<'a> {
    /// The form that a `CanonicalizationMethod` or `Transform` asks for (Core 5.4.3, 5.4.4).
    fn of_method(method: Node<'a, '_>) -> Result<Self, Denial> {
        let algorithm = algorithm(method);
        let inclusive =
            child(method, ns::EC, "InclusiveNamespaces").and_then(|list| list.attribute("PrefixList"));
        let prefixes = match algorithm {
            alg::EXC_C14N | alg::EXC_C14N_COMMENTS => {
                inclusive.unwrap_or_default().split_ascii_whitespace().collect()
            }
            alg::C14N | alg::C14N_COMMENTS => Vec::new(),
            other => return Err(Denial::Algorithm(other.to_owned())),
        };
        Ok(Form { algorithm, prefixes })
    }

    /// The same for a Reference by ID: the nodes that it names have no comments among them, whatever the
    /// transform would do with some (XML-DSig 4.4.3.3).
    fn of_reference(self) -> Self {
        let algorithm = match self.algorithm {
            alg::EXC_C14N_COMMENTS => alg::EXC_C14N,
            alg::C14N_COMMENTS => alg::C14N,
            other => other,
        };
        Form { algorithm, ..self }
    }

    /// The canonical octets of an element, without the signature that it envelops. An error is an error, and so
    /// is an empty form: no element has one.
    fn of(&self, message: &Message<'_>, element: Node<'_, '_>, without: &[usize]) -> Result<Vec<u8>, Denial> {
        canonicalize_node(message.text, element, self.algorithm, &self.prefixes, without)
            .ok()
            .filter(|octets| !octets.is_empty())
            .ok_or(Denial::Canonical)
    }
}

/// The transforms that SAML allows: enveloped-signature first, then a canonicalization (Core 5.4.4). Without one,
/// XML-DSig prescribes inclusive C14N 1.0 (section 4.4.3.2).
fn transforms<'a>(reference: Node<'a, '_>, flaws: Flaws) -> Result<Form<'a>, Denial> {
    let list = only(children(reference, ns::DS, "Transforms")).ok_or(Denial::Transforms)?;
    let transforms: Vec<_> = children(list, ns::DS, "Transform").collect();
    match transforms[..] {
        [canonical] if flaws.has(Flaw::GreedyEnveloped) => Form::of_method(canonical).map(Form::of_reference),
        [enveloped, ..] if algorithm(enveloped) != alg::ENVELOPED => Err(Denial::Transforms),
        [_] => Ok(Form {
            algorithm: alg::C14N,
            prefixes: Vec::new(),
        }),
        [_, canonical] => Form::of_method(canonical).map(Form::of_reference),
        _ => Err(Denial::Transforms),
    }
}

/// A signature algorithm that is accepted: RSA (PKCS #1 v1.5) or ECDSA, with SHA-2.
struct SignatureMethod {
    digest: MessageDigest,
    key: Id,
}

impl SignatureMethod {
    fn of(method: Node<'_, '_>, flaws: Flaws) -> Result<Self, Denial> {
        let weak = flaws.has(Flaw::WeakAlgorithms);
        let (digest, key) = match algorithm(method) {
            alg::RSA_SHA1 if weak => (MessageDigest::sha1(), Id::RSA),
            alg::RSA_MD5 if weak => (MessageDigest::md5(), Id::RSA),
            alg::RSA_SHA256 => (MessageDigest::sha256(), Id::RSA),
            alg::RSA_SHA384 => (MessageDigest::sha384(), Id::RSA),
            alg::RSA_SHA512 => (MessageDigest::sha512(), Id::RSA),
            alg::ECDSA_SHA256 => (MessageDigest::sha256(), Id::EC),
            other => return Err(Denial::Algorithm(other.to_owned())),
        };
        Ok(SignatureMethod { digest, key })
    }

    /// Anything but a clear yes of OpenSSL is a no.
    fn verifies(&self, key: &PKey<Public>, octets: &[u8], value: &[u8]) -> bool {
        let der;
        let value = match self.key {
            Id::EC => match fixed_to_der(value) {
                Some(converted) => {
                    der = converted;
                    &der
                }
                None => return false,
            },
            _ => value,
        };
        key.id() == self.key
            && Verifier::new(self.digest, key)
                .and_then(|mut verifier| verifier.verify_oneshot(value, octets))
                .unwrap_or(false)
    }
}

/// XML-DSig writes an ECDSA signature as r and s side by side (section 6.4.3); OpenSSL reads DER.
fn fixed_to_der(value: &[u8]) -> Option<Vec<u8>> {
    if value.is_empty() || !value.len().is_multiple_of(2) {
        return None;
    }
    let (r, s) = value.split_at(value.len() / 2);
    let (r, s) = (BigNum::from_slice(r).ok()?, BigNum::from_slice(s).ok()?);
    EcdsaSig::from_private_components(r, s).ok()?.to_der().ok()
}

fn digest_algorithm(method: Node<'_, '_>, flaws: Flaws) -> Result<MessageDigest, Denial> {
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

fn algorithm<'a>(method: Node<'a, '_>) -> &'a str {
    method.attribute("Algorithm").unwrap_or_default()
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
    let compact: Vec<u8> = document::text(element)
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    STANDARD
        .decode(compact)
        .ok()
        .filter(|bytes| !bytes.is_empty())
        .ok_or(Denial::SignatureText(what))
}
