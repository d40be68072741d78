//! A message as a tree with its signed parts marked: for reports, `explain`, `forge` and `decode`.

mod draw;
mod lines;

use std::{borrow::Cow, ops::Range};

use proofs::{Coverage, Proofs, TrustedKey};
use roxmltree::Document;

pub use draw::draw;

/// The most elements that are shown.
const MOST_LINES: usize = 400;
/// The most characters of one text or attribute.
const MOST_TEXT: usize = 160;
/// The most characters of a message that is no tree.
const MOST_RAW: usize = 16 * 1024;

/// A message, laid out for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// Lays a message out.
pub fn anatomy(message: &[u8], trust: Trust<'_>) -> Anatomy {
    let text = decoded(message);
    let document = match saml::document::parse(&text) {
        Ok(document) => document,
        Err(why) => {
            return Anatomy {
                note: Some(format!(
                    "it is shown as text, for it is no tree that a careful reader would build: {why}"
                )),
                raw: Some(cut(&text, MOST_RAW).into_owned()),
                ..Anatomy::default()
            };
        }
    };
    let keys = match trust {
        Trust::Keys(keys) => keys,
        Trust::Proven(_) | Trust::Enclosed => &[],
    };
    let mut seals: Vec<Seal> = proofs::coverage(&text, keys)
        .into_iter()
        .enumerate()
        .map(|(at, coverage)| seal(at + 1, coverage, &document, &text))
        .collect();
    if let Trust::Proven(proofs) = trust {
        seals
            .iter_mut()
            .filter(|seal| seal.holds)
            .for_each(|seal| hold_to(seal, proofs, &document));
    }
    let (lines, left_out) = lines::lines(&document, &text, &seals);
    let note = (left_out > 0).then(|| format!("{left_out} more elements are not shown"));
    Anatomy {
        lines,
        seals,
        enclosed: matches!(trust, Trust::Enclosed),
        note,
        raw: None,
    }
}

/// Text in whichever of the encodings that messages come in; never an error, for it is only shown.
fn decoded(message: &[u8]) -> Cow<'_, str> {
    let units = |bytes: &[u8], unit: fn([u8; 2]) -> u16| -> String {
        let units: Vec<u16> = bytes
            .chunks_exact(2)
            .map(|pair| unit([pair[0], pair[1]]))
            .collect();
        String::from_utf16_lossy(&units)
    };
    match message {
        [0xff, 0xfe, rest @ ..] => Cow::Owned(units(rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => Cow::Owned(units(rest, u16::from_be_bytes)),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest),
        all => String::from_utf8_lossy(all),
    }
}

fn seal(number: usize, coverage: Coverage, document: &Document<'_>, text: &str) -> Seal {
    let at = |range: &Range<usize>| {
        document
            .descendants()
            .find(|node| node.is_element() && node.range() == *range)
    };
    let covers = coverage.covers.as_ref().map(|range| match at(range) {
        Some(node) => lines::called(node, text),
        None => "the whole document".to_owned(),
    });
    let method = at(&coverage.signature)
        .and_then(|signature| {
            signature
                .descendants()
                .find(|node| node.has_tag_name((saml::names::ns::DS, "SignatureMethod")))
        })
        .and_then(|method| method.attribute("Algorithm"))
        .map(|uri| uri.rsplit(['#', '/']).next().unwrap_or(uri).to_owned());
    Seal {
        number,
        covers,
        holds: coverage.verifies,
        method: method.unwrap_or_else(|| "no method".to_owned()),
        note: coverage.note,
        range: coverage.covers,
        at: coverage.signature,
    }
}

/// Without keys a seal may hold by its own KeyInfo alone. It counts only if it covers an Assertion that was proven.
fn hold_to(seal: &mut Seal, proofs: &Proofs, document: &Document<'_>) {
    let Some(range) = &seal.range else { return };
    let proven = document.descendants().any(|node| {
        let within = range.start <= node.range().start && node.range().end <= range.end;
        within
            && node.has_tag_name((saml::names::ns::SAML, "Assertion"))
            && proofs
                .genuine
                .iter()
                .any(|identity| identity.assertion_id.as_deref() == node.attribute("ID"))
    });
    seal.holds = proven;
    seal.note = if proven {
        "the digest matches, and a key that the SP trusts signed it".to_owned()
    } else {
        "the digest matches, and no key that the SP trusts signed it".to_owned()
    };
}

/// Text out of a message, made fit to be read: what would steer a terminal or turn the reading order is spelled out.
pub(crate) fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push(c),
            '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => {
                out.extend(c.escape_unicode());
            }
            c if c.is_control() => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
    out
}

fn cut(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        None => Cow::Borrowed(text),
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
    }
}
