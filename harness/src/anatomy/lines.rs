//! Which elements are shown, and how each is called.

use roxmltree::{Document, Node};
use saml::names::ns::{DS, SAML, SAMLP};

use super::model::{Line, MOST_LINES, MOST_TEXT, Mark, Seal, cut};

/// Deeper than this, nothing is drawn.
const DEEPEST: usize = 40;

/// The lines of a document, and how many elements were left out.
pub(super) fn lines(document: &Document<'_>, text: &str, seals: &[Seal]) -> (Vec<Line>, usize) {
    let mut walk = Walk {
        text,
        seals,
        lines: Vec::new(),
        left_out: 0,
    };
    let shown: Vec<Node<'_, '_>> = document
        .root()
        .children()
        .filter(|node| !node.is_text())
        .collect();
    for (at, node) in shown.iter().enumerate() {
        walk.enter(*node, 0, at + 1 == shown.len(), false);
    }
    (walk.lines, walk.left_out)
}

/// An element by its local name and its ID, as a sentence names it.
pub(super) fn called(node: Node<'_, '_>, text: &str) -> String {
    let name = written_name(node, text)
        .rsplit(':')
        .next()
        .unwrap_or_default()
        .to_owned();
    match node.attribute("ID") {
        Some(id) => format!("{name} {}", cut(id, 48)),
        None => name,
    }
}

struct Walk<'a> {
    text: &'a str,
    seals: &'a [Seal],
    lines: Vec<Line>,
    left_out: usize,
}

impl Walk<'_> {
    /// `sealed`: whether it stands in a Signature, where only what SAML would read is of interest.
    fn enter(&mut self, node: Node<'_, '_>, depth: usize, last: bool, sealed: bool) {
        if self.lines.len() >= MOST_LINES || depth > DEEPEST {
            self.left_out += node.descendants().filter(Node::is_element).count();
            return;
        }
        let mut line = self.line(node);
        (line.depth, line.last) = (depth, last);
        self.lines.push(line);
        if !node.is_element() || is_leaf(node) {
            return;
        }
        let sealed = sealed || node.has_tag_name((DS, "Signature"));
        let shown: Vec<Node<'_, '_>> = node.children().filter(|child| is_shown(*child, sealed)).collect();
        for (at, child) in shown.iter().enumerate() {
            self.enter(*child, depth + 1, at + 1 == shown.len(), sealed);
        }
    }

    fn line(&self, node: Node<'_, '_>) -> Line {
        let mut line = Line {
            depth: 0,
            last: false,
            name: String::new(),
            attributes: Vec::new(),
            text: None,
            mark: self.mark(node),
        };
        if let Some(instruction) = node.pi() {
            line.name = format!("<?{}?>", cut(instruction.target, MOST_TEXT));
        } else if node.is_comment() {
            line.name = "<!-- -->".to_owned();
            line.text = node.text().map(|text| cut(text.trim(), MOST_TEXT).into_owned());
        } else {
            line.name = written_name(node, self.text).to_owned();
            line.attributes = node
                .attributes()
                .map(|attribute| (attribute.name().to_owned(), shortened(attribute.value())))
                .collect();
            line.text = self.own_text(node);
        }
        line
    }

    /// The text of a leaf as it is written, since comments and CDATA in it may be the attack.
    fn own_text(&self, node: Node<'_, '_>) -> Option<String> {
        if !is_leaf(node) {
            return None;
        }
        let values: Vec<String> = if is_plain_attribute(node) {
            node.children()
                .filter(Node::is_element)
                .map(|value| inner(value, self.text))
                .collect()
        } else {
            vec![inner(node, self.text)]
        };
        let joined = values.join(" · ");
        (!joined.is_empty()).then(|| cut(&joined, MOST_TEXT).into_owned())
    }

    fn mark(&self, node: Node<'_, '_>) -> Mark {
        let range = node.range();
        let numbers: Vec<usize> = self
            .seals
            .iter()
            .filter(|seal| seal.at == range)
            .map(|seal| seal.number)
            .collect();
        if !numbers.is_empty() {
            return Mark::Signature(numbers);
        }
        let covering = self.seals.iter().find(|seal| {
            seal.holds
                && seal
                    .range
                    .as_ref()
                    .is_some_and(|by| by.start <= range.start && range.end <= by.end)
        });
        match covering {
            Some(seal) => Mark::Signed {
                by: seal.number,
                begins: seal.range.as_ref() == Some(&range),
            },
            None if is_identity(node) => Mark::Unsigned,
            None => Mark::Plain,
        }
    }
}

fn is_shown(node: Node<'_, '_>, sealed: bool) -> bool {
    if node.is_text() {
        return false;
    }
    let saml = |node: Node<'_, '_>| matches!(node.tag_name().namespace(), Some(SAML | SAMLP));
    !sealed || node.descendants().any(saml)
}

/// Whether it stands on one line: it has no elements, or is an Attribute with plain values.
fn is_leaf(node: Node<'_, '_>) -> bool {
    !node.children().any(|child| child.is_element()) || is_plain_attribute(node)
}

fn is_plain_attribute(node: Node<'_, '_>) -> bool {
    node.has_tag_name((SAML, "Attribute"))
        && node.children().filter(Node::is_element).all(|value| {
            value.has_tag_name((SAML, "AttributeValue")) && !value.children().any(|child| child.is_element())
        })
}

/// Whether a reader could take from it who somebody is.
fn is_identity(node: Node<'_, '_>) -> bool {
    [
        "Assertion",
        "Subject",
        "NameID",
        "BaseID",
        "EncryptedID",
        "AttributeStatement",
        "Attribute",
        "AuthnStatement",
    ]
    .iter()
    .any(|name| node.has_tag_name((SAML, *name)))
}

fn written_name<'a>(node: Node<'_, '_>, text: &'a str) -> &'a str {
    let after = text.get(node.range().start + 1..).unwrap_or_default();
    let end = after
        .find([' ', '\t', '\n', '\r', '/', '>'])
        .unwrap_or(after.len());
    &after[..end]
}

/// What stands between the tags.
fn inner(node: Node<'_, '_>, text: &str) -> String {
    let (first, last) = (node.first_child(), node.last_child());
    let (Some(first), Some(last)) = (first, last) else {
        return String::new();
    };
    let range = first.range().start..last.range().end;
    text.get(range).unwrap_or_default().trim().to_owned()
}

/// A value without the part of a well-known URI that everybody knows.
fn shortened(value: &str) -> String {
    let known = [
        "urn:oasis:names:tc:SAML:2.0:",
        "urn:oasis:names:tc:SAML:1.1:",
        "http://schemas.xmlsoap.org/ws/2005/05/identity/",
        "http://schemas.microsoft.com/",
    ];
    let rest = known.iter().find_map(|prefix| value.strip_prefix(prefix));
    match rest {
        Some(rest) => format!("…{}", cut(rest, MOST_TEXT)),
        None => cut(value, MOST_TEXT).into_owned(),
    }
}
