//! From the form field to a Response: decoding, and what must hold before any signature is looked at.

use std::collections::HashSet;
use std::panic::resume_unwind;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use roxmltree::{Document, Node};
use saml::document::{self, Limits, XmlError, children, descendants, id_of};
use saml::names::{ns, status};

use crate::denial::Denial;
use crate::doctype::{Keep, expanded};
use crate::fetch;
use crate::flaw::{Flaw, Flaws};
use crate::mended::mended;
use crate::round_trip;

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
pub(crate) fn decode(field: &str, flaws: Flaws) -> Result<String, Denial> {
    if field.len() > LIMIT && !flaws.has(Flaw::NoSizeLimit) {
        return Err(Denial::TooLarge { limit: LIMIT });
    }
    let compact: Vec<u8> = field.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let bytes = STANDARD.decode(compact).map_err(|_| Denial::Base64)?;
    let text = document::decode_utf8(&bytes).map_err(|_| Denial::Encoding)?;
    if flaws.has(Flaw::TwoParsers) {
        return mended(&text, Keep::First);
    }
    if flaws.has(Flaw::RoundTrip) {
        return Ok(round_trip::taken(&text));
    }
    declaration(&text)?;
    followed(text, flaws)
}

/// The text as it came; for switches, with what its DTD declares.
pub(crate) fn followed(text: String, flaws: Flaws) -> Result<String, Denial> {
    if flaws.has(Flaw::ExternalEntities) {
        fetch::followed(&text);
        return expanded(&text, Keep::First, &fetch::fetched);
    }
    if flaws.has(Flaw::DtdEntities) {
        return match expanded(&text, Keep::First, &|_| None) {
            // Whoever bounds nothing has no memory left by then; here only the one connection ends.
            Err(Denial::TooLarge { .. }) => resume_unwind(Box::new("no memory is left")),
            read => read,
        };
    }
    Ok(text)
}

/// The same field as the second of two parsers reads it: for a switch.
pub(crate) fn decode_again(field: &str) -> Result<String, Denial> {
    let compact: Vec<u8> = field.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let bytes = STANDARD.decode(compact).map_err(|_| Denial::Base64)?;
    mended(&String::from_utf8_lossy(&bytes), Keep::Last)
}

impl<'a> Message<'a> {
    /// Parses once: no DTD, bounded in size, depth and nodes.
    pub(crate) fn parse(text: &'a str, flaws: Flaws) -> Result<Self, Denial> {
        let document = match flaws.has(Flaw::NoSizeLimit) {
            true => without_limits(text)?,
            false => document::parse(text)?,
        };
        if !flaws.has(Flaw::TwoParsers) {
            reserved(&document)?;
        }
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

    /// The Assertion of that ID, or else the first: what a second parser takes for the one that was verified.
    pub(crate) fn namesake(&self, id: &str) -> Result<Node<'_, 'a>, Denial> {
        let root = self.document.root_element();
        let named = descendants(root, ns::SAML, "Assertion").find(|assertion| id_of(*assertion) == Some(id));
        named
            .or_else(|| descendants(root, ns::SAML, "Assertion").next())
            .ok_or(Denial::AssertionCount(0))
    }

    /// The first Assertion of the Response: for switches.
    pub(crate) fn first_assertion(&self) -> Result<Node<'_, 'a>, Denial> {
        let mut assertions = children(self.response()?, ns::SAML, "Assertion");
        assertions.next().ok_or(Denial::AssertionCount(0))
    }

    /// Whether the element is named so: by its `ID`, and by no other attribute that others take for one.
    pub(crate) fn is_named(&self, node: Node<'_, '_>, id: &str) -> bool {
        let any = self.flaws.has(Flaw::AnyIdAttribute);
        let mut attributes = node.attributes();
        id_of(node) == Some(id)
            || any && attributes.any(|one| one.name().eq_ignore_ascii_case("id") && one.value() == id)
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

/// The prefix `xmlns` is declared nowhere (XML Namespaces 1.0, 3): the one rule of namespaces that the parser leaves to us.
fn reserved(document: &Document<'_>) -> Result<(), Denial> {
    let declared = |node: Node<'_, '_>| node.namespaces().any(|declared| declared.name() == Some("xmlns"));
    match document.descendants().any(declared) {
        true => Err(Denial::Xml("the prefix xmlns is declared".to_owned())),
        false => Ok(()),
    }
}

/// Whatever its size: for a switch. What is nested without end uses up the stack of a parser that calls itself for each level, and
/// the worker ends; here only the one connection does.
fn without_limits(text: &str) -> Result<Document<'_>, XmlError> {
    let limits = Limits {
        bytes: usize::MAX,
        nodes: u32::MAX,
        attributes: usize::MAX,
        namespaces: usize::MAX,
        ..Limits::default()
    };
    match document::parse_with(text, &limits) {
        Err(XmlError::TooDeep { .. }) => resume_unwind(Box::new("the stack is used up")),
        parsed => parsed,
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
