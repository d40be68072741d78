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
    /// Attributes of one element, namespace declarations among them. A parser compares each with each.
    pub attributes: usize,
    /// Namespace declarations, those in force counted anew at each element that adds one, as a parser copies them there.
    pub namespaces: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 4 << 20,
            depth: 256,
            nodes: 500_000,
            attributes: 256,
            namespaces: 250_000,
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
    /// More attributes on one element than allowed.
    #[error("an element has more than the {limit} attributes that are read")]
    TooManyAttributes {
        /// What is allowed.
        limit: usize,
    },
    /// More namespace declarations than allowed.
    #[error(
        "it has more namespace declarations than the {limit} that are read, those in force counted anew at each element that adds one"
    )]
    TooManyNamespaces {
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
    within(text, limits)?;
    let options = ParsingOptions {
        nodes_limit: limits.nodes,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(text, options).map_err(|error| match error {
        roxmltree::Error::DtdDetected => XmlError::Doctype,
        other => XmlError::Malformed(other.to_string()),
    })
}

/// Whether a text may be shown to a parser, whose time grows with the square of what is counted here. One pass.
fn within(text: &str, limits: &Limits) -> Result<(), XmlError> {
    // How many declarations each open element adds.
    let mut open = Vec::new();
    let (mut in_force, mut copied) = (0, 0);
    for tag in tags(text, 0) {
        let (attributes, declarations) = match tag.kind {
            TagKind::End => {
                in_force -= open.pop().unwrap_or_default();
                continue;
            }
            TagKind::Start | TagKind::Empty => tag.attributes(),
            TagKind::Declaration => continue,
        };
        if attributes > limits.attributes {
            return Err(XmlError::TooManyAttributes {
                limit: limits.attributes,
            });
        }
        if declarations > 0 {
            copied += in_force + declarations;
        }
        if copied > limits.namespaces {
            return Err(XmlError::TooManyNamespaces {
                limit: limits.namespaces,
            });
        }
        if tag.kind == TagKind::Start {
            in_force += declarations;
            open.push(declarations);
        }
        if open.len() > limits.depth {
            return Err(XmlError::TooDeep { limit: limits.depth });
        }
    }
    Ok(())
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

/// Whether start tags outnumber end tags by more than `limit` anywhere: counted before any parser recurses.
pub(crate) fn deeper_than<'t>(tags: impl IntoIterator<Item = Tag<'t>>, limit: usize) -> bool {
    let mut depth = 0usize;
    tags.into_iter().any(|tag| {
        match tag.kind {
            TagKind::Start => depth += 1,
            TagKind::End => depth = depth.saturating_sub(1),
            TagKind::Empty | TagKind::Declaration => {}
        }
        depth > limit
    })
}

/// A tag as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tag<'t> {
    pub(crate) kind: TagKind,
    /// The offset of its `<`.
    pub(crate) at: usize,
    /// The tag itself, from `<` to `>`.
    pub(crate) source: &'t str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TagKind {
    Start,
    End,
    /// `<a/>`.
    Empty,
    /// `<!DOCTYPE`, and what may stand in one.
    Declaration,
}

impl<'t> Tag<'t> {
    /// The name with its prefix.
    pub(crate) fn name(&self) -> &'t str {
        let name = self.source.trim_start_matches(['<', '/']);
        let end = name.find(|c: char| c.is_ascii_whitespace() || c == '>' || c == '/');
        &name[..end.unwrap_or(name.len())]
    }

    /// The name without its prefix.
    pub(crate) fn local_name(&self) -> &'t str {
        let name = self.name();
        name.split_once(':').map_or(name, |(_, local)| local)
    }

    /// How many attributes it has, and how many of them declare a namespace.
    fn attributes(&self) -> (usize, usize) {
        let (mut all, mut declarations) = (0, 0);
        let mut rest = self.source;
        while let Some(equals) = rest.find(['=', '"', '\'']) {
            match rest.as_bytes()[equals] {
                b'=' => {
                    let name = rest[..equals].trim_end();
                    let name = name.rsplit(|c: char| c.is_ascii_whitespace()).next();
                    all += 1;
                    declarations += usize::from(name.is_some_and(|name| name.starts_with("xmlns")));
                    rest = &rest[equals + 1..];
                }
                quote => {
                    let value = &rest[equals + 1..];
                    let end = value.find(char::from(quote)).map_or(value.len(), |end| end + 1);
                    rest = &value[end..];
                }
            }
        }
        (all, declarations)
    }

    /// The offset after its `>`.
    pub(crate) fn end(&self) -> usize {
        self.at + self.source.len()
    }
}

/// The tags from a byte on; comments, CDATA sections and processing instructions are passed over. Exact for
/// well-formed text; of any other it yields something, and ends.
pub(crate) fn tags(text: &str, from: usize) -> impl Iterator<Item = Tag<'_>> {
    let mut at = from;
    std::iter::from_fn(move || {
        loop {
            at += text.get(at..)?.find('<')?;
            let rest = &text[at..];
            let passed = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")]
                .into_iter()
                .find(|(begin, _)| rest.starts_with(begin));
            if let Some((begin, end)) = passed {
                at += begin.len() + rest[begin.len()..].find(end)? + end.len();
                continue;
            }
            let source = &rest[..=closing(rest)?];
            let kind = match source.as_bytes() {
                [_, b'!', ..] => TagKind::Declaration,
                [_, b'/', ..] => TagKind::End,
                [.., b'/', _] => TagKind::Empty,
                _ => TagKind::Start,
            };
            let tag = Tag { kind, at, source };
            at = tag.end();
            return Some(tag);
        }
    })
}

/// Where the `>` of the tag is that a text begins with: not one between quotes.
fn closing(tag: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        at += tag[at..].bytes().position(|b| matches!(b, b'>' | b'"' | b'\''))?;
        match tag.as_bytes()[at] {
            b'>' => return Some(at),
            quote => at += tag[at + 1..].find(char::from(quote))? + 2,
        }
    }
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
    closing(source).map_or(range.end, |end| range.start + end + 1)
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

/// An element as a document of its own: as it is written, with the namespaces that are in force there and declared further out.
pub fn standalone(node: Node<'_, '_>) -> String {
    let range = node.range();
    let source = &node.document().input_text()[range.clone()];
    let tag = &source[..tag_end(node) - range.start];
    let mut declarations = String::new();
    for namespace in node.namespaces() {
        let name = match namespace.name() {
            Some("xml") => continue,
            Some(prefix) => format!("xmlns:{prefix}"),
            None => "xmlns".to_owned(),
        };
        if !declares(tag, &name) {
            declarations.push_str(&format!(" {name}=\"{}\"", escape_attribute(namespace.uri())));
        }
    }
    let name_end = tag.find([' ', '\t', '\r', '\n', '/', '>']).unwrap_or(tag.len());
    splice(source, name_end..name_end, &declarations)
}

/// Whether a start tag has an attribute of this name, whatever stands in values.
fn declares(tag: &str, name: &str) -> bool {
    let mut outside = String::with_capacity(tag.len());
    let mut quoted = None;
    for character in tag.chars() {
        match (quoted, character) {
            (None, '"' | '\'') => quoted = Some(character),
            (Some(quote), _) if quote == character => {
                quoted = None;
                outside.push(' ');
            }
            (None, '=') => outside.push(' '),
            (None, other) => outside.push(other),
            (Some(_), _) => {}
        }
    }
    outside.split_ascii_whitespace().any(|word| word == name)
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
    fn an_element_stands_alone_with_the_namespaces_that_were_in_force() {
        let text = "<p:a xmlns:p='urn:p' xmlns='urn:d' xmlns:q='urn:q'><p:b\n x=' xmlns:q=' xmlns:p = 'urn:other'>t<c/></p:b></p:a>";
        let tree = parse(text).unwrap();
        let alone = standalone(tree.root_element().first_element_child().unwrap());
        let tree = parse(&alone).unwrap();
        let root = tree.root_element();
        assert!(root.has_tag_name(("urn:other", "b")), "{alone}");
        assert!(child(root, "urn:d", "c").is_some(), "{alone}");
        assert_eq!(root.lookup_namespace_uri(Some("q")), Some("urn:q"));
        assert_eq!(standalone(root), alone);
    }

    #[test]
    fn a_doctype_depth_and_size_are_refused_before_they_can_do_harm() {
        assert_eq!(parse("<!DOCTYPE a><a/>").err(), Some(XmlError::Doctype));
        let deep = "<a>".repeat(100_000);
        assert_eq!(parse(&deep).err(), Some(XmlError::TooDeep { limit: 256 }));
        let large = format!("<a>{}</a>", " ".repeat(4 << 20));
        assert!(matches!(parse(&large), Err(XmlError::TooLarge { .. })));
    }

    #[test]
    fn what_a_parser_would_need_the_square_of_its_time_for_is_refused_before_it_is_shown_it() {
        let attributes = |count: usize| {
            let all: String = (0..count).map(|at| format!(" a{at}='='")).collect();
            format!("<a><b{all}/></a>")
        };
        assert!(parse(&attributes(256)).is_ok());
        for count in [257, 4_000, 8_000, 16_000, 32_000] {
            let refused = parse(&attributes(count)).err();
            assert_eq!(
                refused,
                Some(XmlError::TooManyAttributes { limit: 256 }),
                "{count}"
            );
        }
        // Each sibling makes a parser copy what its parent declares.
        let siblings = |declared: usize, count: usize| {
            let all: String = (0..declared).map(|at| format!(" xmlns:n{at}='u'")).collect();
            format!("<a{all}>{}</a>", "<b xmlns='v'/>".repeat(count))
        };
        let limit = 250_000;
        assert!(parse(&siblings(4, 32_000)).is_ok());
        assert!(parse(&siblings(200, 1_000)).is_ok());
        for count in [4_000, 8_000, 16_000, 32_000] {
            let refused = parse(&siblings(200, count)).err();
            assert_eq!(refused, Some(XmlError::TooManyNamespaces { limit }), "{count}");
        }
        // What was closed is in force no more.
        let closed = format!("<a>{}</a>", "<b xmlns:c='u'><d/></b>".repeat(32_000));
        assert!(parse(&closed).is_ok());
    }

    #[test]
    fn thirty_two_thousand_elements_are_read() {
        let elements = format!("<a>{}</a>", "<b c='d'>e</b>".repeat(32_000));
        assert_eq!(
            parse(&elements).unwrap().root_element().children().count(),
            32_000
        );
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

    #[test]
    fn tags_are_told_from_what_looks_like_them() {
        let text = "<?p <a>?><!--<a>--><p:a b='<>' c=\"/\"><![CDATA[<b/>]]><d e='>'/></p:a >";
        let seen: Vec<_> = tags(text, 0)
            .map(|tag| (tag.kind, tag.name(), tag.local_name()))
            .collect();
        assert_eq!(
            seen,
            [
                (TagKind::Start, "p:a", "a"),
                (TagKind::Empty, "d", "d"),
                (TagKind::End, "p:a", "a")
            ]
        );
        assert_eq!(
            tags("<!DOCTYPE a []><a/>", 0).next().unwrap().kind,
            TagKind::Declaration
        );
        assert_eq!(
            tags("<a", 0).count() + tags("<!--<a>", 0).count() + tags("é", 1).count(),
            0
        );
    }

    proptest! {
        #[test]
        fn tags_are_where_a_parser_sees_elements(parts in proptest::collection::vec(0usize..8, 0..40)) {
            let mut text = String::from("<r>");
            let mut open = vec![];
            for part in parts {
                match part {
                    0 => { text.push_str("<n:a xmlns:n='u' b=\"<>'>\">".replace("<>", "&lt;>").as_str()); open.push("</n:a >"); }
                    1 => { text.push_str("<b\n>"); open.push("</b>"); }
                    2 => text.push_str(open.pop().unwrap_or_default()),
                    3 => text.push_str("<c d='/' />"),
                    4 => text.push_str("<!-- <x> - > -->"),
                    5 => text.push_str("<![CDATA[</x><y>]]]]>"),
                    6 => text.push_str("<?pi <z/> ?>"),
                    _ => text.push_str("é>\"'"),
                }
            }
            open.into_iter().rev().for_each(|end| text.push_str(end));
            text.push_str("</r>");
            let tree = parse(&text).unwrap();
            let elements: Vec<_> = tree.descendants().filter(|n| n.is_element()).map(|n| n.range().start).collect();
            let begin = |tag: &Tag<'_>| matches!(tag.kind, TagKind::Start | TagKind::Empty);
            let seen: Vec<_> = tags(&text, 0).filter(begin).map(|tag| tag.at).collect();
            prop_assert_eq!(seen, elements);
        }

        #[test]
        fn as_many_attributes_are_counted_as_a_parser_sees(
            values in proptest::collection::vec("[a-z=' \\t>/]{0,8}", 0..12), declared in 0usize..4,
        ) {
            let mut tag = String::from("<a");
            for (at, value) in values.iter().enumerate() {
                tag.push_str(&format!("\n b{at} = \"{value}\""));
            }
            for at in 0..declared {
                tag.push_str(&format!(" xmlns:n{at}='u=\"{at}'"));
            }
            tag.push_str("/>");
            let tree = parse(&tag).unwrap();
            let seen = tree.root_element().attributes().count();
            let counted = tags(&tag, 0).next().unwrap().attributes();
            prop_assert_eq!(counted, (seen + declared, declared));
        }

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
