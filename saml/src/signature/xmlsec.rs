//! Sign and verify over libxmlsec1.
//!
//! The crate's keys are bound to their thread, and reading a PEM costs more than a signature: each thread
//! keeps the keys that it used. Its document serialiser, its templates and its password argument are left
//! alone: the first rewrites bytes, the second leaks, the third frees too early.

use std::{cell::RefCell, collections::HashMap};

use libxml::{
    parser::{Parser, ParserOptions},
    tree::{Document, Node},
};
use xmlsec::{XmlSecDocumentExt, XmlSecKey, XmlSecKeyFormat, XmlSecSignatureContext};

use super::SignatureError;
use crate::{
    canonical::element_at,
    document::{inner, splice_all},
    key::{Certificate, SigningKey},
    names::ns,
};

/// So many keys a thread keeps; a run uses a handful.
const KEPT: usize = 64;

thread_local! {
    static SIGNING: RefCell<HashMap<u64, XmlSecKey>> = RefCell::default();
    static VERIFYING: RefCell<HashMap<Vec<u8>, XmlSecKey>> = RefCell::default();
}

/// Fills in the Signature that begins at a byte: libxmlsec1 signs a copy, and its values are spliced back.
///
/// # Errors
/// No Signature there, an algorithm or a Reference that libxmlsec1 cannot do.
pub fn sign(text: &str, signature_at: usize, key: &SigningKey) -> Result<String, SignatureError> {
    let tree = roxmltree::Document::parse(text).map_err(|e| SignatureError::Unreadable(e.to_string()))?;
    let place = Place::of(&tree, signature_at)?;
    let copy = read(text)?;
    let signature = place.find(&copy)?;
    register_ids(&copy, &place.ids)?;
    let key = SIGNING.with_borrow_mut(|keys| -> Result<XmlSecKey, SignatureError> {
        if keys.len() >= KEPT {
            keys.clear();
        }
        if let Some(key) = keys.get(&key.id()) {
            return Ok(key.clone());
        }
        let pem = key.private().private_key_to_pem_pkcs8()?;
        let made = load(&pem)?;
        keys.insert(key.id(), made.clone());
        Ok(made)
    })?;
    let mut context = XmlSecSignatureContext::new();
    context.insert_key(key);
    context
        .sign_node(&signature)
        .map_err(|e| SignatureError::XmlSec(e.to_string()))?;

    let mut values = Values::default();
    values.collect(&signature);
    let mut edits = Vec::new();
    let written = tree.descendants().filter(|n| {
        n.has_tag_name((ns::DS, "DigestValue")) && n.ancestors().any(|a| a.range().start == signature_at)
    });
    for (node, value) in written.zip(values.digests) {
        edits.extend(inner(node).map(|range| (range, value)));
    }
    let value = element_at(&tree, signature_at)
        .and_then(|n| crate::document::child(n, ns::DS, "SignatureValue"))
        .and_then(inner)
        .ok_or_else(|| {
            SignatureError::NoSignature("the Signature has no SignatureValue to fill in".to_owned())
        })?;
    edits.push((value, values.signature));
    Ok(splice_all(text, edits))
}

/// Whether the Signature that begins at a byte holds under a certificate's key. `false` is an answer, an error
/// is none.
///
/// # Errors
/// No Signature there, or nothing that libxmlsec1 can process.
pub fn verify(text: &str, signature_at: usize, certificate: &Certificate) -> Result<bool, SignatureError> {
    let tree = crate::document::parse(text).map_err(|e| SignatureError::Unreadable(e.to_string()))?;
    let place = Place::of(&tree, signature_at)?;
    let copy = read(text)?;
    let signature = place.find(&copy)?;
    register_ids(&copy, &place.ids)?;
    let key = VERIFYING.with_borrow_mut(|keys| -> Result<XmlSecKey, SignatureError> {
        if keys.len() >= KEPT {
            keys.clear();
        }
        if let Some(key) = keys.get(certificate.der()) {
            return Ok(key.clone());
        }
        let made = load(&certificate.public_key().public_key_to_pem()?)?;
        keys.insert(certificate.der().to_vec(), made.clone());
        Ok(made)
    })?;
    let mut context = XmlSecSignatureContext::new();
    context.insert_key(key);
    context
        .verify_node(&signature)
        .map_err(|e| SignatureError::XmlSec(e.to_string()))
}

fn load(pem: &[u8]) -> Result<XmlSecKey, SignatureError> {
    XmlSecKey::from_memory(pem, XmlSecKeyFormat::Pem, None).map_err(|e| SignatureError::XmlSec(e.to_string()))
}

fn read(text: &str) -> Result<Document, SignatureError> {
    super::quiet::silence();
    let options = ParserOptions {
        no_net: true,
        no_error: true,
        no_warning: true,
        recover: false,
        ..ParserOptions::default()
    };
    Parser::default()
        .parse_string_with_options(text, options)
        .map_err(|e| SignatureError::Unreadable(e.to_string()))
}

/// The elements that the References name are known by their `ID`, and by nothing else.
fn register_ids(copy: &Document, ids: &[String]) -> Result<(), SignatureError> {
    for id in ids.iter().filter(|id| !id.contains(['\'', '\0'])) {
        copy.specify_idattr(&format!("//*[@ID='{id}']"), "ID", None)
            .map_err(|e| SignatureError::XmlSec(e.to_string()))?;
    }
    Ok(())
}

/// Where a Signature stands, as steps from the document element, and what its References name.
struct Place {
    steps: Vec<usize>,
    ids: Vec<String>,
}

impl Place {
    fn of(tree: &roxmltree::Document<'_>, at: usize) -> Result<Self, SignatureError> {
        let node = element_at(tree, at)
            .filter(|n| n.has_tag_name((ns::DS, "Signature")))
            .ok_or_else(|| SignatureError::NoSignature(format!("no Signature begins at byte {at}")))?;
        let mut steps = Vec::new();
        let mut here = node;
        while let Some(parent) = here.parent().filter(roxmltree::Node::is_element) {
            let before = parent
                .children()
                .filter(roxmltree::Node::is_element)
                .take_while(|n| *n != here);
            steps.push(before.count());
            here = parent;
        }
        steps.reverse();
        let references = node
            .children()
            .filter(|n| n.has_tag_name((ns::DS, "SignedInfo")))
            .flat_map(|n| n.children())
            .filter(|n| n.has_tag_name((ns::DS, "Reference")));
        let ids = references.filter_map(|n| Some(n.attribute("URI")?.strip_prefix('#')?.to_owned()));
        Ok(Self {
            steps,
            ids: ids.collect(),
        })
    }

    fn find(&self, document: &Document) -> Result<Node, SignatureError> {
        let lost = || SignatureError::Unreadable("two parsers read it differently".to_owned());
        let mut here = document.get_root_element().ok_or_else(lost)?;
        for step in &self.steps {
            let mut child = here.get_first_element_child().ok_or_else(lost)?;
            for _ in 0..*step {
                child = child.get_next_element_sibling().ok_or_else(lost)?;
            }
            here = child;
        }
        Ok(here)
    }
}

#[derive(Default)]
struct Values {
    digests: Vec<String>,
    signature: String,
}

impl Values {
    fn collect(&mut self, signature: &Node) {
        let text = |node: &Node| node.get_content().split_whitespace().collect::<String>();
        for part in signature.get_child_elements() {
            match part.get_name().as_str() {
                "SignatureValue" => self.signature = text(&part),
                "SignedInfo" => {
                    let references = part.get_child_elements();
                    for reference in references.iter().filter(|n| n.get_name() == "Reference") {
                        let values = reference.get_child_elements();
                        self.digests
                            .extend(values.iter().filter(|n| n.get_name() == "DigestValue").map(text));
                    }
                }
                _ => {}
            }
        }
    }
}
