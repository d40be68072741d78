//! XML Signature: templates, signing over libxmlsec1, a second path by hand, verification.

mod by_hand;
mod message;
mod template;
mod xmlsec;

pub use by_hand::{Secret, digest_of, hash, sign_by_hand};
pub use message::{MessageSignatureError, verify_message};
pub use template::{Reference, Template, key_info, key_value};
pub use xmlsec::{sign, verify, verify_running_anything, verify_saml};

use std::ops::Range;

use thiserror::Error;

use crate::{
    canonical::CanonicalError,
    document::{TagKind, tags},
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

/// The edit that gives the element at a byte this text.
fn fill(source: &str, at: usize, text: &str) -> Option<(Range<usize>, String)> {
    let mut tags = tags(source, at);
    let first = tags.next()?;
    if first.kind == TagKind::Empty {
        let tag = first.source.trim_end_matches("/>").trim_end();
        return Some((at..first.end(), format!("{tag}>{text}</{}>", first.name())));
    }
    let mut depth = 1;
    for tag in tags {
        match tag.kind {
            TagKind::Start => depth += 1,
            TagKind::End => depth -= 1,
            TagKind::Empty | TagKind::Declaration => {}
        }
        if depth == 0 {
            return Some((first.end()..tag.at, text.to_owned()));
        }
    }
    None
}

/// What a Reference names within its document (XMLDSIG 4.4.3.2).
struct Target<'a> {
    /// The element with this ID; none for the whole document.
    id: Option<&'a str>,
    /// Whether it is written as an XPointer, which keeps comments (XMLDSIG 4.4.3.3).
    pointer: bool,
}

impl<'a> Target<'a> {
    fn of(uri: Option<&'a str>) -> Result<Self, SignatureError> {
        let no = |why: &str| Err(SignatureError::Reference(why.to_owned()));
        match uri {
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
                Some(fragment) => Self::of_fragment(fragment),
            },
        }
    }

    /// A bare ID, or the one XPointer that is as good as one. libxmlsec1 runs any other as a program.
    fn of_fragment(fragment: &'a str) -> Result<Self, SignatureError> {
        let pointed = fragment
            .strip_prefix("xpointer(id(")
            .and_then(|rest| rest.strip_suffix("))"))
            .and_then(|quoted| {
                let single = quoted.strip_prefix('\'').and_then(|id| id.strip_suffix('\''));
                single.or_else(|| quoted.strip_prefix('"').and_then(|id| id.strip_suffix('"')))
            });
        let id = pointed.unwrap_or(fragment);
        if id.contains('(') {
            return Err(SignatureError::Reference(format!(
                "`#{fragment}` is a program, not an ID"
            )));
        }
        Ok(Self {
            id: Some(id),
            pointer: pointed.is_some(),
        })
    }
}

#[cfg(test)]
mod tests;
