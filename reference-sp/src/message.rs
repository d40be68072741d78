//! From the form field to a Response: decoding, and what must hold before any signature is looked at.

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use roxmltree::{Document, Node};
use saml::document::{self, children, id_of};
use saml::names::{ns, status};

use crate::denial::Denial;
use crate::flaw::{Flaw, Flaws};

/// The most that one SAMLResponse may measure, in bytes of Base64.
pub(crate) const LIMIT: usize = 1 << 20;

/// One parsed message. Whatever is verified and whatever is read later are nodes of this one document.
pub(crate) struct Message<'a> {
    pub(crate) text: &'a str,
    pub(crate) document: Document<'a>,
    pub(crate) flaws: Flaws,
    /// Where the Assertion begins that was encrypted.
    pub(crate) decrypted: Option<usize>,
}

/// The document that a SAMLResponse field carries (Bindings 3.5.4). White space in Base64 is allowed, other garbage is not.
pub(crate) fn decode(field: &str) -> Result<String, Denial> {
    if field.len() > LIMIT {
        return Err(Denial::TooLarge { limit: LIMIT });
    }
    let compact: Vec<u8> = field.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let bytes = STANDARD.decode(compact).map_err(|_| Denial::Base64)?;
    let text = document::decode_utf8(&bytes).map_err(|_| Denial::Encoding)?;
    declaration(&text)?;
    Ok(text)
}

impl<'a> Message<'a> {
    /// Parses once: no DTD, bounded in size, depth and nodes.
    pub(crate) fn parse(text: &'a str, flaws: Flaws) -> Result<Self, Denial> {
        let document = document::parse(text)?;
        Ok(Message {
            text,
            document,
            flaws,
            decrypted: None,
        })
    }

    /// The document element, when it is a `samlp:Response` of SAML 2.0 with an ID (Core 3.2.2).
    pub(crate) fn response(&self) -> Result<Node<'_, 'a>, Denial> {
        let root = self.document.root_element();
        if !root.has_tag_name((ns::SAMLP, "Response")) {
            return Err(Denial::NotAResponse);
        }
        identified(root, "the Response")?;
        Ok(root)
    }

    /// The element that begins there.
    pub(crate) fn element_at(&self, start: usize) -> Option<Node<'_, 'a>> {
        let mut elements = self.document.descendants().filter(Node::is_element);
        elements.find(|element| element.range().start == start)
    }

    /// Every `ID` stands on one element only (Core 1.3.4), wherever in the document it is.
    pub(crate) fn unique_ids(&self) -> Result<(), Denial> {
        if self.flaws.has(Flaw::DuplicateId) {
            return Ok(());
        }
        let mut seen = HashSet::new();
        match self
            .document
            .descendants()
            .filter_map(id_of)
            .find(|id| !seen.insert(*id))
        {
            Some(id) => Err(Denial::DuplicateId(id.to_owned())),
            None => Ok(()),
        }
    }

    /// The text of an element: all of it, whatever comments and sections it is broken into.
    pub(crate) fn text_of(&self, node: Node<'_, '_>) -> String {
        if self.flaws.has(Flaw::TextFirstNode) {
            self.first_text(node)
        } else {
            document::text(node)
        }
    }

    /// The text up to the first markup of any kind, as libraries read it whose tree keeps comments apart.
    fn first_text(&self, node: Node<'_, '_>) -> String {
        let Some(inner) = document::inner(node) else {
            return String::new();
        };
        let raw = &self.text[inner];
        let raw = raw.split('<').next().unwrap_or_default();
        let wrapped = format!("<text>{raw}</text>");
        document::parse(&wrapped)
            .map(|parsed| document::text(parsed.root_element()))
            .unwrap_or_default()
    }
}

/// Version 2.0 and a non-empty ID (Core 1.3.4, 2.3.3, 3.2.2).
pub(crate) fn identified<'a>(element: Node<'a, '_>, what: &'static str) -> Result<&'a str, Denial> {
    if element.attribute("Version") != Some("2.0") {
        return Err(Denial::Version(what));
    }
    id_of(element)
        .filter(|id| !id.trim().is_empty())
        .ok_or(Denial::NoId(what))
}

/// The top-level status is Success, character by character (Core 3.2.2.2).
pub(crate) fn succeeded(response: Node<'_, '_>) -> Result<(), Denial> {
    let status = only(children(response, ns::SAMLP, "Status")).ok_or(Denial::NoStatus)?;
    let code = only(children(status, ns::SAMLP, "StatusCode")).ok_or(Denial::NoStatus)?;
    match code.attribute("Value") {
        Some(status::SUCCESS) => Ok(()),
        Some(other) => Err(Denial::Status {
            code: other.to_owned(),
            message: only(children(status, ns::SAMLP, "StatusMessage")).map(document::text),
        }),
        None => Err(Denial::NoStatus),
    }
}

/// The one item of an iterator that has no second.
pub(crate) fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    let first = items.next()?;
    items.next().is_none().then_some(first)
}

/// An XML declaration must say version 1.0 and, if any encoding, that of the bytes.
fn declaration(text: &str) -> Result<(), Denial> {
    let Some(rest) = text
        .strip_prefix("<?xml")
        .filter(|rest| rest.starts_with([' ', '\t', '\r', '\n']))
    else {
        return Ok(());
    };
    let declaration = rest.split("?>").next().unwrap_or_default();
    let pseudo = |name: &str| {
        let value = declaration
            .split_once(name)?
            .1
            .trim_start()
            .strip_prefix('=')?
            .trim_start();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        value[1..].split(quote).next()
    };
    if pseudo("version") != Some("1.0") {
        return Err(Denial::Xml("only XML 1.0 is read".to_owned()));
    }
    match pseudo("encoding") {
        Some(encoding) if !["utf-8", "us-ascii"].contains(&encoding.to_ascii_lowercase().as_str()) => {
            Err(Denial::Encoding)
        }
        _ => Ok(()),
    }
}
