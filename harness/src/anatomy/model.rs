//! A message, laid out for people: as data.

use std::{borrow::Cow, ops::Range};

use proofs::{Proofs, TrustedKey};
use serde::{Deserialize, Serialize};

/// The most elements that are shown.
pub(super) const MOST_LINES: usize = 400;
/// The most characters of one text or attribute.
pub(super) const MOST_TEXT: usize = 160;
/// The most characters of a message that is no tree.
pub(super) const MOST_RAW: usize = 16 * 1024;

/// A message, laid out for people.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anatomy {
    /// The elements in document order, as far as they matter.
    pub lines: Vec<Line>,
    /// The Signatures, one for each Reference, in document order.
    pub seals: Vec<Seal>,
    /// Whether a signature holds under nothing but its own KeyInfo, which anybody could arrange.
    pub enclosed: bool,
    /// What else must be known: why there is no tree, or that it was cut.
    pub note: Option<String>,
    /// The text itself, where it is no tree.
    pub raw: Option<String>,
}

/// One element, comment or processing instruction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// How many elements stand around it.
    pub depth: usize,
    /// Whether it is the last of its parent.
    pub last: bool,
    /// Its name, with the prefix as written.
    pub name: String,
    /// Its attributes, as written and then shortened.
    pub attributes: Vec<(String, String)>,
    /// Its own text as written, markup such as comments included.
    pub text: Option<String>,
    /// Who vouches for it.
    pub mark: Mark,
}

/// Who vouches for a part of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mark {
    /// It says nothing about who somebody is, and no Signature covers it.
    Plain,
    /// A Signature covers it, and holds.
    Signed {
        /// The number of the Signature.
        by: usize,
        /// Whether what is covered begins here.
        begins: bool,
    },
    /// It says who somebody is, and no Signature that holds covers it.
    Unsigned,
    /// It is the Signature of these numbers.
    Signature(Vec<usize>),
}

/// One Signature (of one Reference): what it covers, and whether that holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    /// Its number in the drawing, from 1.
    pub number: usize,
    /// The element that it covers, by name and ID.
    pub covers: Option<String>,
    /// Whether it holds under a key that counts.
    pub holds: bool,
    /// Its SignatureMethod, by its last word.
    pub method: String,
    /// What was found, in one sentence.
    pub note: String,
    pub(crate) range: Option<Range<usize>>,
    pub(crate) at: Range<usize>,
}

/// Whose signatures count.
#[derive(Clone, Copy, Debug)]
pub enum Trust<'a> {
    /// Those of these keys.
    Keys(&'a [TrustedKey]),
    /// Those that the independent verifier found when the message was made.
    Proven(&'a Proofs),
    /// Any that agrees with its own KeyInfo: proves nothing, but explains much.
    Enclosed,
}

pub(super) fn cut(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        None => Cow::Borrowed(text),
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
    }
}
