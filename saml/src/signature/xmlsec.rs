//! Sign and verify over libxmlsec1.
//!
//! The crate's keys are bound to their thread, and reading a PEM costs more than a signature: each thread
//! keeps the keys that it used. Its document serialiser, its templates and its password argument are left
//! alone: the first rewrites bytes, the second leaks, the third frees too early.

use std::{cell::RefCell, collections::HashMap};

use libxml::readonly::RoNode;
use xmlsec::{XmlSecKey, XmlSecKeyFormat, XmlSecSignatureContext};

use super::{SignatureError, Target, fill};
use crate::{
    canonical::Copy,
    document::{Limits, Tag, TagKind, XmlError, deeper_than, splice_all, tags},
    key::{Certificate, SigningKey},
    names::{alg, ns},
    native::{self, quietly},
};

/// So many keys a thread keeps; a run uses a handful.
const KEPT: usize = 64;

thread_local! {
    static SIGNING: RefCell<HashMap<u64, XmlSecKey>> = RefCell::default();
    static VERIFYING: RefCell<HashMap<Vec<u8>, XmlSecKey>> = RefCell::default();
}

/// Fills in the Signature that begins at a byte: libxmlsec1 signs a copy, and its values are spliced back. Of
/// several elements with the ID that a Reference names, the first is signed. DigestValues that are given are
/// computed anew; to keep them is [`super::sign_by_hand`]'s.
///
/// # Errors
/// No Signature there; an algorithm, a Reference or a Transform that libxmlsec1 cannot do, or must not: nothing
/// outside of the document is fetched, and no XSLT is run.
pub fn sign(text: &str, signature_at: usize, key: &SigningKey) -> Result<String, SignatureError> {
    let job = Job::new(text, signature_at, Purpose::Sign)?;
    let key = kept(&SIGNING, key.id(), || {
        load(&key.private().private_key_to_pem_pkcs8()?)
    })?;
    let context = job.context(key);
    let (done, told) = quietly(|| native::sign(&context, job.signature));
    if !done {
        return Err(refused(told));
    }
    let mut edits = Vec::new();
    let mut signed = false;
    for (at, node) in job.values() {
        let value: String = node.get_content().split_ascii_whitespace().collect();
        signed |= node.get_name() == "SignatureValue";
        edits.extend(fill(text, at, &value));
    }
    if !signed {
        return Err(SignatureError::NoSignature(
            "the Signature has no SignatureValue to fill in".to_owned(),
        ));
    }
    Ok(splice_all(text, edits))
}

/// Whether the Signature that begins at a byte holds under a certificate's key, whatever its KeyInfo says.
/// `false` is an answer, an error is none. What it covers is for the caller to find out. XPath transforms are
/// run; for a message of a stranger's there is [`verify_saml`].
///
/// # Errors
/// No Signature there; nothing that libxmlsec1 can process; a Reference that leaves the document, names nothing
/// or names two elements; XSLT; more to follow than anybody needs.
pub fn verify(text: &str, signature_at: usize, certificate: &Certificate) -> Result<bool, SignatureError> {
    holds(text, signature_at, certificate, Purpose::Verify)
}

/// As [`verify`], but only the transforms that SAML allows are run (Core 5.4.4): no search through the document
/// that its sender wrote.
///
/// # Errors
/// As [`verify`], and for an XPath transform.
pub fn verify_saml(
    text: &str,
    signature_at: usize,
    certificate: &Certificate,
) -> Result<bool, SignatureError> {
    holds(text, signature_at, certificate, Purpose::VerifySaml)
}

/// As [`verify`], and XSLT is run as well, wherever a message asks for it: what toolkits do that nobody restricts. For who shows
/// what comes of that, and for nobody else.
///
/// # Errors
/// As [`verify`], but for XSLT.
pub fn verify_running_anything(
    text: &str,
    signature_at: usize,
    certificate: &Certificate,
) -> Result<bool, SignatureError> {
    holds(text, signature_at, certificate, Purpose::VerifyAnything)
}

fn holds(text: &str, at: usize, certificate: &Certificate, purpose: Purpose) -> Result<bool, SignatureError> {
    let job = Job::new(text, at, purpose)?;
    let key = kept(&VERIFYING, certificate.der().to_vec(), || {
        load(&certificate.public_key().public_key_to_pem()?)
    })?;
    let context = job.context(key);
    let (holds, told) = quietly(|| native::verify(&context, job.signature));
    holds.ok_or_else(|| refused(told))
}

/// The key of that name which this thread keeps, or one that is loaded now.
fn kept<K: std::hash::Hash + Eq>(
    keys: &'static std::thread::LocalKey<RefCell<HashMap<K, XmlSecKey>>>,
    name: K,
    load: impl FnOnce() -> Result<XmlSecKey, SignatureError>,
) -> Result<XmlSecKey, SignatureError> {
    keys.with_borrow_mut(|keys| {
        if let Some(key) = keys.get(&name) {
            return Ok(key.clone());
        }
        if keys.len() >= KEPT {
            keys.clear();
        }
        let key = load()?;
        keys.insert(name, key.clone());
        Ok(key)
    })
}

fn load(pem: &[u8]) -> Result<XmlSecKey, SignatureError> {
    let (key, told) = quietly(|| XmlSecKey::from_memory(pem, XmlSecKeyFormat::Pem, None));
    key.map_err(|_| refused(told))
}

fn refused(told: Option<String>) -> SignatureError {
    SignatureError::XmlSec(told.unwrap_or_else(|| "it does not say why".to_owned()))
}

/// What is signed is ours, what is verified may be anybody's.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Sign,
    Verify,
    VerifySaml,
    VerifyAnything,
}

impl Purpose {
    /// A transform that is not run.
    fn refuses(self, algorithm: &str) -> bool {
        match self {
            Self::VerifyAnything => false,
            Self::Sign | Self::Verify => algorithm == alg::XSLT,
            Self::VerifySaml => ![
                alg::ENVELOPED,
                alg::EXC_C14N,
                alg::EXC_C14N_COMMENTS,
                alg::C14N,
                alg::C14N_COMMENTS,
            ]
            .contains(&algorithm),
        }
    }
}

/// So many References and Transforms of a stranger's are followed: each may cost a walk over the document.
const FOLLOWED: usize = 64;

/// A Signature in libxml2's copy of a text, whose References can be followed there.
struct Job<'t> {
    /// The tags that begin the elements of the text, in its order and in that of the copy.
    begins: Vec<Tag<'t>>,
    copy: Copy,
    signature: RoNode,
    /// How many elements begin before it.
    place: usize,
    by_id: bool,
}

impl<'t> Job<'t> {
    fn new(text: &'t str, at: usize, purpose: Purpose) -> Result<Self, SignatureError> {
        let begins = begins(text).map_err(|why| SignatureError::Unreadable(why.to_string()))?;
        let copy = Copy::read(text)?;
        let lost = || SignatureError::NoSignature(format!("no Signature begins at byte {at}"));
        let place = begins
            .binary_search_by_key(&at, |tag| tag.at)
            .map_err(|_| lost())?;
        let signature = native::elements(&copy.0)
            .nth(place)
            .filter(|n| is(*n, "Signature"))
            .ok_or_else(lost)?;
        let mut by_id = true;
        let mut followed = 0;
        for node in below(signature) {
            if is(node, "Reference") || is(node, "Transform") {
                followed += 1;
            }
            if followed > FOLLOWED && purpose != Purpose::Sign {
                return Err(SignatureError::Reference(format!(
                    "there are more than {FOLLOWED} References and Transforms to follow"
                )));
            }
            if is(node, "Reference") {
                let uri = node.get_property_no_ns("URI");
                let target = Target::of(uri.as_deref())?;
                by_id &= !target.pointer;
                let Some(id) = target.id else { continue };
                let why = match native::declare_id(&copy.0, id) {
                    0 => "no element has",
                    1 => continue,
                    _ if purpose == Purpose::Sign => continue,
                    _ => "two elements have",
                };
                return Err(SignatureError::Reference(format!(
                    "{why} the ID `{id}` that it names"
                )));
            }
            if is(node, "Transform") {
                let algorithm = node.get_property_no_ns("Algorithm").unwrap_or_default();
                if purpose.refuses(&algorithm) {
                    return Err(SignatureError::Reference(format!(
                        "the transform {algorithm} is not run"
                    )));
                }
            }
        }
        Ok(Self {
            begins,
            copy,
            signature,
            place,
            by_id,
        })
    }

    fn context(&self, key: XmlSecKey) -> XmlSecSignatureContext {
        let mut context = XmlSecSignatureContext::new();
        native::restrict(&mut context, self.by_id);
        context.insert_key(key);
        context
    }

    /// Where the values are written that libxmlsec1 computed, and the elements of the copy that hold them.
    fn values(&self) -> Vec<(usize, RoNode)> {
        let last = self.place + below(self.signature).count();
        let elements = native::elements(&self.copy.0).take(last + 1);
        let written = self.begins.iter().zip(elements).skip(self.place);
        written
            .filter(|(tag, node)| {
                let within = match tag.local_name() {
                    "SignatureValue" => node.get_parent() == Some(self.signature),
                    "DigestValue" => node.get_parent().is_some_and(|parent| is(parent, "Reference")),
                    _ => return false,
                };
                within && is(*node, tag.local_name())
            })
            .map(|(tag, node)| (tag.at, node))
            .collect()
    }
}

/// The tags that begin elements, of a text that may be shown to a parser: no signed message is as large or as
/// deep as to trouble it, or has a DOCTYPE.
fn begins(text: &str) -> Result<Vec<Tag<'_>>, XmlError> {
    let limits = Limits::default();
    if text.len() > limits.bytes {
        return Err(XmlError::TooLarge {
            bytes: text.len(),
            limit: limits.bytes,
        });
    }
    let mut all: Vec<_> = tags(text, 0).collect();
    if all.first().is_some_and(|tag| tag.kind == TagKind::Declaration) {
        return Err(XmlError::Doctype);
    }
    if deeper_than(all.iter().copied(), limits.depth) {
        return Err(XmlError::TooDeep { limit: limits.depth });
    }
    all.retain(|tag| matches!(tag.kind, TagKind::Start | TagKind::Empty));
    Ok(all)
}

/// The elements of a Signature below it, in document order.
fn below(signature: RoNode) -> impl Iterator<Item = RoNode> {
    let mut waiting = vec![signature];
    std::iter::from_fn(move || {
        let node = waiting.pop()?;
        let from = waiting.len();
        let mut child = node.get_first_element_child();
        while let Some(here) = child {
            waiting.push(here);
            child = here.get_next_element_sibling();
        }
        waiting[from..].reverse();
        Some(node)
    })
    .skip(1)
}

/// Whether an element has this name, of XML Signature.
fn is(node: RoNode, name: &str) -> bool {
    node.get_name() == name
        && node
            .get_namespace()
            .is_some_and(|space| space.get_href() == ns::DS)
}
