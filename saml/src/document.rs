//! Text with a read-only view: bounded parsing, places in bytes, splices.

use std::{borrow::Cow, ops::Range};

use roxmltree::{Document, Node, ParsingOptions};
use thiserror::Error;

/// How large a document may be before it is read at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of text.
    pub bytes: usize,
    /// Elements inside elements.
    pub depth: usize,
    /// Nodes of all kinds.
    pub nodes: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 4 << 20,
            depth: 256,
            nodes: 500_000,
        }
    }
}

/// Why a text is not read as XML.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum XmlError {
    /// More bytes than allowed.
    #[error("the document has {bytes} bytes, more than the {limit} that are read")]
    TooLarge {
        /// What it has.
        bytes: usize,
        /// What is allowed.
        limit: usize,
    },
    /// Elements nested deeper than allowed.
    #[error("elements are nested deeper than the {limit} levels that are read")]
    TooDeep {
        /// What is allowed.
        limit: usize,
    },
    /// A document type declaration.
    #[error(
        "it has a DOCTYPE; SAML messages have none, and it is refused before its entities can do anything"
    )]
    Doctype,
    /// Not well-formed.
    #[error("it is not well-formed XML: {0}")]
    Malformed(String),
    /// Not UTF-8.
    #[error("it is not UTF-8 text")]
    NotUtf8,
}

/// Reads a text with the default limits; a DOCTYPE is refused.
///
/// # Errors
/// What [`XmlError`] names.
pub fn parse(text: &str) -> Result<Document<'_>, XmlError> {
    parse_with(text, &Limits::default())
}

/// Reads a text with these limits; a DOCTYPE is refused.
///
/// # Errors
/// What [`XmlError`] names.
pub fn parse_with<'t>(text: &'t str, limits: &Limits) -> Result<Document<'t>, XmlError> {
    if text.len() > limits.bytes {
        return Err(XmlError::TooLarge {
            bytes: text.len(),
            limit: limits.bytes,
        });
    }
    if deeper_than(text, limits.depth) {
        return Err(XmlError::TooDeep { limit: limits.depth });
    }
    let options = ParsingOptions {
        nodes_limit: limits.nodes,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(text, options).map_err(|error| match error {
        roxmltree::Error::DtdDetected => XmlError::Doctype,
        other => XmlError::Malformed(other.to_string()),
    })
}

/// UTF-8 text of bytes; a byte order mark is dropped.
///
/// # Errors
/// [`XmlError::NotUtf8`].
pub fn decode_utf8(bytes: &[u8]) -> Result<String, XmlError> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    std::str::from_utf8(bytes)
        .map(str::to_owned)
        .map_err(|_| XmlError::NotUtf8)
}

/// Whether start tags outnumber end tags by more than `limit` anywhere. Counts before any parser recurses;
/// comments, CDATA sections and processing instructions are skipped, quoted values too.
fn deeper_than(text: &str, limit: usize) -> bool {
    let bytes = text.as_bytes();
    let (mut at, mut depth) = (0, 0usize);
    let skip = |from: usize, end: &str| {
        text[from..]
            .find(end)
            .map_or(bytes.len(), |n| from + n + end.len())
    };
    while let Some(open) = text[at..].find('<') {
        at += open;
        let rest = &text[at..];
        if rest.starts_with("<!--") {
            at = skip(at, "-->");
        } else if rest.starts_with("<![CDATA[") {
            at = skip(at, "]]>");
        } else if rest.starts_with("<?") {
            at = skip(at, "?>");
        } else if rest.starts_with("<!") {
            at += 2;
        } else if rest.starts_with("</") {
            depth = depth.saturating_sub(1);
            at += 2;
        } else {
            let mut quote = None;
            let end = rest.bytes().position(|b| match (quote, b) {
                (None, b'"' | b'\'') => {
                    quote = Some(b);
                    false
                }
                (Some(q), b) if q == b => {
                    quote = None;
                    false
                }
                (None, b'>') => true,
                _ => false,
            });
            let Some(end) = end else { return false };
            if bytes[at + end - 1] != b'/' {
                depth += 1;
                if depth > limit {
                    return true;
                }
            }
            at += end + 1;
        }
    }
    false
}

/// The first child element of this name.
pub fn child<'a, 'input>(node: Node<'a, 'input>, ns: &str, name: &str) -> Option<Node<'a, 'input>> {
    node.children().find(|n| n.has_tag_name((ns, name)))
}

/// The child elements of this name.
pub fn children<'a, 'input: 'a>(
    node: Node<'a, 'input>,
    ns: &'a str,
    name: &'a str,
) -> impl Iterator<Item = Node<'a, 'input>> + 'a {
    node.children().filter(move |n| n.has_tag_name((ns, name)))
}

/// The elements of this name at or below a node, in document order.
pub fn descendants<'a, 'input: 'a>(
    node: Node<'a, 'input>,
    ns: &'a str,
    name: &'a str,
) -> impl Iterator<Item = Node<'a, 'input>> + 'a {
    node.descendants().filter(move |n| n.has_tag_name((ns, name)))
}

/// The text of an element: every text node directly in it, joined. Comments and processing instructions split
/// nothing, which is the whole point.
pub fn text(node: Node<'_, '_>) -> String {
    node.children()
        .filter(Node::is_text)
        .filter_map(|n| n.text())
        .collect()
}

/// The attribute named exactly `ID`, in no namespace.
pub fn id_of<'a>(node: Node<'a, '_>) -> Option<&'a str> {
    node.attributes()
        .find(|a| a.name() == "ID" && a.namespace().is_none())
        .map(|a| a.value())
}

/// The offset just after the `>` of an element's start tag (after `/>` for an empty-element tag).
pub fn tag_end(node: Node<'_, '_>) -> usize {
    let range = node.range();
    let source = &node.document().input_text()[range.clone()];
    let mut quote = None;
    let end = source.bytes().position(|b| match (quote, b) {
        (None, b'"' | b'\'') => {
            quote = Some(b);
            false
        }
        (Some(q), b) if q == b => {
            quote = None;
            false
        }
        (None, b'>') => true,
        _ => false,
    });
    range.start + end.map_or(source.len(), |end| end + 1)
}

/// The bytes between an element's tags; none for an empty-element tag.
pub fn inner(node: Node<'_, '_>) -> Option<Range<usize>> {
    let start = tag_end(node);
    let source = node.document().input_text();
    if source[..start].ends_with("/>") {
        return None;
    }
    let end = node.range().start + source[node.range()].rfind("</")?;
    Some(start..end)
}

/// Where an attribute's value is written, between its quotes.
pub fn attribute_value_range(node: Node<'_, '_>, name: &str) -> Option<Range<usize>> {
    node.attributes()
        .find(|a| a.name() == name && a.namespace().is_none())
        .map(|a| a.range_value())
}

/// The text with one range replaced.
pub fn splice(text: &str, range: Range<usize>, with: &str) -> String {
    let mut out = String::with_capacity(text.len() + with.len());
    out.push_str(&text[..range.start]);
    out.push_str(with);
    out.push_str(&text[range.end..]);
    out
}

/// The text with several ranges replaced, given in any order. Of two that overlap the earlier one counts.
pub fn splice_all(text: &str, mut edits: Vec<(Range<usize>, String)>) -> String {
    edits.sort_by_key(|(range, _)| range.start);
    let mut out = String::with_capacity(text.len() + edits.iter().map(|(_, with)| with.len()).sum::<usize>());
    let mut at = 0;
    for (range, with) in edits {
        if range.start < at {
            continue;
        }
        out.push_str(&text[at..range.start]);
        out.push_str(&with);
        at = range.end;
    }
    out.push_str(&text[at..]);
    out
}

/// Text as canonical XML writes it.
pub fn escape_text(text: &str) -> Cow<'_, str> {
    escape(text, |c| match c {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '\r' => Some("&#xD;"),
        _ => None,
    })
}

/// An attribute's value as canonical XML writes it, for double quotes.
pub fn escape_attribute(text: &str) -> Cow<'_, str> {
    escape(text, |c| match c {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '"' => Some("&quot;"),
        '\t' => Some("&#x9;"),
        '\n' => Some("&#xA;"),
        '\r' => Some("&#xD;"),
        _ => None,
    })
}

fn escape(text: &str, by: impl Fn(char) -> Option<&'static str>) -> Cow<'_, str> {
    if !text.chars().any(|c| by(c).is_some()) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match by(c) {
            Some(escaped) => out.push_str(escaped),
            None => out.push(c),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_doctype_depth_and_size_are_refused_before_they_can_do_harm() {
        assert_eq!(parse("<!DOCTYPE a><a/>").err(), Some(XmlError::Doctype));
        let deep = "<a>".repeat(100_000);
        assert_eq!(parse(&deep).err(), Some(XmlError::TooDeep { limit: 256 }));
        let large = format!("<a>{}</a>", " ".repeat(4 << 20));
        assert!(matches!(parse(&large), Err(XmlError::TooLarge { .. })));
    }

    #[test]
    fn the_text_of_an_element_is_all_of_it_whatever_stands_between() {
        let tree = parse("<a>admin<!-- x -->@evil<?p i?>.example<![CDATA[!]]></a>").unwrap();
        assert_eq!(text(tree.root_element()), "admin@evil.example!");
    }

    #[test]
    fn places_are_those_of_the_source_even_with_angle_brackets_in_values() {
        let source = "<r><a b='x>y'>t</a><c d=\"/>\"/></r>";
        let tree = parse(source).unwrap();
        let a = tree.root_element().first_element_child().unwrap();
        assert_eq!(&source[inner(a).unwrap()], "t");
        assert_eq!(&source[attribute_value_range(a, "b").unwrap()], "x>y");
        let c = tree.root_element().last_element_child().unwrap();
        assert_eq!(inner(c), None);
        assert_eq!(tag_end(c), c.range().end);
    }

    proptest! {
        #[test]
        fn whatever_is_escaped_reads_back(text in "[^\u{0}-\u{8}\u{b}\u{c}\u{e}-\u{1f}\u{fffe}\u{ffff}]{0,40}") {
            let source = format!("<a b=\"{}\">{}</a>", escape_attribute(&text), escape_text(&text));
            let tree = parse(&source).unwrap();
            prop_assert_eq!(tree.root_element().attribute("b").unwrap(), &text);
            prop_assert_eq!(super::text(tree.root_element()), text);
        }

        #[test]
        fn reading_arbitrary_text_never_panics(text in "[<>/a\"'!\\[\\]CDAT& =-]{0,200}") {
            let _ = parse(&text);
        }
    }
}
