//! XML Signature: templates, signing over libxmlsec1, a second path by hand, verification.

mod by_hand;
mod template;
mod xmlsec;

pub use by_hand::{Secret, digest_of, hash, sign_by_hand};
pub use template::{Reference, Template, key_info, key_value};
pub use xmlsec::{sign, verify};

use std::ops::Range;

use roxmltree::{Document, Node};
use thiserror::Error;

use crate::{
    canonical::{CanonicalError, element_at},
    document::{descendants, inner},
    names::ns,
};

/// Why a text cannot be signed or verified.
#[derive(Debug, Error)]
pub enum SignatureError {
    /// The text cannot be read.
    #[error("the text cannot be read: {0}")]
    Unreadable(String),
    /// No Signature begins there, or it lacks a part.
    #[error("{0}")]
    NoSignature(String),
    /// An algorithm that is not known here.
    #[error("no algorithm is called {0}")]
    Unknown(String),
    /// A Reference that is not followed.
    #[error("a Reference cannot be followed: {0}")]
    Reference(String),
    /// libxmlsec1 refuses.
    #[error("libxmlsec1 refuses it: {0}")]
    XmlSec(String),
    /// OpenSSL refuses.
    #[error("openssl refuses it: {0}")]
    OpenSsl(#[from] openssl::error::ErrorStack),
    /// There is no canonical form.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
}

/// The offsets of all ds:Signature elements, in document order; none where the text cannot be read.
pub fn signatures(text: &str) -> Vec<usize> {
    let Ok(tree) = crate::document::parse(text) else {
        return Vec::new();
    };
    crate::document::descendants(tree.root(), ns::DS, "Signature")
        .map(|n| n.range().start)
        .collect()
}

/// The Signature that begins at a byte.
fn signature_at<'a, 'i>(tree: &'a Document<'i>, at: usize) -> Result<Node<'a, 'i>, SignatureError> {
    element_at(tree, at)
        .filter(|n| n.has_tag_name((ns::DS, "Signature")))
        .ok_or_else(|| SignatureError::NoSignature(format!("no Signature begins at byte {at}")))
}

/// Every Reference of a Signature, those of its Manifests too.
fn references<'a, 'i: 'a>(signature: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> + 'a {
    descendants(signature, ns::DS, "Reference")
}

/// The edit that gives an element this text.
fn fill(node: Node<'_, '_>, text: &str) -> (Range<usize>, String) {
    match inner(node) {
        Some(range) => (range, text.to_owned()),
        None => {
            let range = node.range();
            let tag = node.document().input_text()[range.clone()]
                .trim_end_matches("/>")
                .trim_end();
            let name = tag[1..].split_ascii_whitespace().next().unwrap_or_default();
            (range, format!("{tag}>{text}</{name}>"))
        }
    }
}

/// What a Reference names within its document (XMLDSIG 4.4.3.2).
struct Target<'a> {
    /// The element with this ID; none for the whole document.
    id: Option<&'a str>,
    /// Whether it is written as an XPointer, which keeps comments (XMLDSIG 4.4.3.3).
    pointer: bool,
}

impl<'a> Target<'a> {
    fn of(reference: Node<'a, '_>) -> Result<Self, SignatureError> {
        let no = |why: &str| Err(SignatureError::Reference(why.to_owned()));
        match reference.attribute("URI") {
            None => no("it has no URI"),
            Some("") => Ok(Self {
                id: None,
                pointer: false,
            }),
            Some("#xpointer(/)") => Ok(Self {
                id: None,
                pointer: true,
            }),
            Some(uri) => match uri.strip_prefix('#') {
                None => no(&format!("`{uri}` leads out of the document")),
                Some("") => no("`#` names no ID"),
                Some(id) => Ok(Self::of_fragment(id)),
            },
        }
    }

    fn of_fragment(fragment: &'a str) -> Self {
        let pointed = fragment
            .strip_prefix("xpointer(id(")
            .and_then(|rest| rest.strip_suffix("))"))
            .and_then(|quoted| {
                let single = quoted.strip_prefix('\'').and_then(|id| id.strip_suffix('\''));
                single.or_else(|| quoted.strip_prefix('"').and_then(|id| id.strip_suffix('"')))
            });
        Self {
            id: Some(pointed.unwrap_or(fragment)),
            pointer: pointed.is_some(),
        }
    }
}

#[cfg(test)]
mod tests;
