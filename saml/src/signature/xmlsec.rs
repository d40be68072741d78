//! Sign and verify over libxmlsec1.
//!
//! The crate's keys are bound to their thread, and reading a PEM costs more than a signature: each thread
//! keeps the keys that it used. Its document serialiser, its templates and its password argument are left
//! alone: the first rewrites bytes, the second leaks, the third frees too early.

use std::{cell::RefCell, collections::HashMap};

use libxml::tree::Node as CopiedNode;
use roxmltree::{Document, Node};
use xmlsec::{XmlSecKey, XmlSecKeyFormat, XmlSecSignatureContext};

use super::{SignatureError, Target, fill, references, signature_at};
use crate::{
    canonical::Copy,
    document::{child, descendants, id_of, splice_all},
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
    let tree = Document::parse(text).map_err(|e| SignatureError::Unreadable(e.to_string()))?;
    let job = Job::new(text, &tree, signature_at, false)?;
    let key = kept(&SIGNING, key.id(), || {
        load(&key.private().private_key_to_pem_pkcs8()?)
    })?;
    let context = job.context(key);
    let (done, told) = quietly(|| context.sign_node(&job.signature));
    done.map_err(|e| SignatureError::XmlSec(told.unwrap_or_else(|| e.to_string())))?;

    let value = child(job.written, ns::DS, "SignatureValue").ok_or_else(|| {
        SignatureError::NoSignature("the Signature has no SignatureValue to fill in".to_owned())
    })?;
    let mut edits = vec![fill(value, &content(&job.copy.same(value)?))];
    for reference in references(job.written) {
        if let Some(digest) = child(reference, ns::DS, "DigestValue") {
            edits.push(fill(digest, &content(&job.copy.same(digest)?)));
        }
    }
    Ok(splice_all(text, edits))
}

/// Whether the Signature that begins at a byte holds under a certificate's key, whatever its KeyInfo says.
/// `false` is an answer, an error is none. What it covers is for the caller to find out.
///
/// # Errors
/// No Signature there, nothing that libxmlsec1 can process, a Reference that leaves the document, names nothing
/// or names two elements, or an XSLT transform.
pub fn verify(text: &str, signature_at: usize, certificate: &Certificate) -> Result<bool, SignatureError> {
    let tree = crate::document::parse(text).map_err(|e| SignatureError::Unreadable(e.to_string()))?;
    let job = Job::new(text, &tree, signature_at, true)?;
    let key = kept(&VERIFYING, certificate.der().to_vec(), || {
        load(&certificate.public_key().public_key_to_pem()?)
    })?;
    let context = job.context(key);
    let (done, told) = quietly(|| context.verify_node(&job.signature));
    done.map_err(|e| SignatureError::XmlSec(told.unwrap_or_else(|| e.to_string())))
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
    key.map_err(|e| SignatureError::XmlSec(told.unwrap_or_else(|| e.to_string())))
}

fn content(node: &CopiedNode) -> String {
    node.get_content().split_ascii_whitespace().collect()
}

/// A Signature, in our view and in libxml2's copy, whose References can be followed there.
struct Job<'a, 'input> {
    written: Node<'a, 'input>,
    copy: Copy,
    signature: CopiedNode,
    by_id: bool,
}

impl<'a, 'input: 'a> Job<'a, 'input> {
    fn new(
        text: &str,
        tree: &'a Document<'input>,
        at: usize,
        unambiguous: bool,
    ) -> Result<Self, SignatureError> {
        let written = signature_at(tree, at)?;
        let copy = Copy::read(text)?;
        let signature = copy.same(written)?;
        let mut by_id = true;
        for reference in references(written) {
            match Target::of(reference)? {
                Target {
                    id: Some(id),
                    pointer,
                } => {
                    by_id &= !pointer;
                    let mut named = tree.descendants().filter(|n| id_of(*n) == Some(id));
                    let first = named.next().ok_or_else(|| {
                        SignatureError::Reference(format!(
                            "no element has the ID `{id}` that a Reference names"
                        ))
                    })?;
                    if unambiguous && named.next().is_some() {
                        return Err(SignatureError::Reference(format!(
                            "two elements have the ID `{id}` that a Reference names"
                        )));
                    }
                    if !native::declare_id(&copy.0, &copy.same(first)?, id) {
                        return Err(SignatureError::Reference(format!(
                            "libxml2 does not take `{id}` for an ID"
                        )));
                    }
                }
                Target { id: None, pointer } => by_id &= !pointer,
            }
        }
        let runs = |n: Node<'_, '_>| n.attribute("Algorithm") == Some(alg::XSLT);
        if descendants(written, ns::DS, "Transform").any(runs) {
            return Err(SignatureError::Reference(
                "it has an XSLT transform, which is a program, and is not run".to_owned(),
            ));
        }
        Ok(Self {
            written,
            copy,
            signature,
            by_id,
        })
    }

    fn context(&self, key: XmlSecKey) -> XmlSecSignatureContext {
        let mut context = XmlSecSignatureContext::new();
        native::restrict(&mut context, self.by_id);
        context.insert_key(key);
        context
    }
}
