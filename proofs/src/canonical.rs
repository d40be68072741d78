//! Canonical XML over the tree: Exclusive 1.0, and inclusive 1.0 and 1.1, with or without comments.
//!
//! Sources: "Exclusive XML Canonicalization 1.0", "Canonical XML 1.0" and "Canonical XML 1.1" of the W3C. The node-sets of
//! signatures are subtrees, perhaps less one (the enveloped Signature); that is all this writes.

use roxmltree::{NS_XML_URI, Node, NodeId};

use crate::xml::{self, EXC_C14N};

const INCLUSIVE_10: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
const INCLUSIVE_11: &str = "http://www.w3.org/2006/12/xml-c14n11";

/// How many prefixes an InclusiveNamespaces list may name.
const PREFIXES: usize = 64;

/// A canonicalisation algorithm with its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Method<'a> {
    pub(crate) kind: Kind<'a>,
    pub(crate) comments: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind<'a> {
    /// Exclusive 1.0; the prefixes are treated inclusively, `#default` being the default namespace.
    Exclusive(Vec<&'a str>),
    Inclusive10,
    Inclusive11,
}

impl<'a> Method<'a> {
    /// What a Transform gets when none is named: Canonical XML 1.0 (XML Signature, section 4.4.3.2).
    pub(crate) const IMPLIED: Self = Self {
        kind: Kind::Inclusive10,
        comments: false,
    };

    /// The algorithm that a `ds:CanonicalizationMethod` or `ds:Transform` names.
    pub(crate) fn of(element: Node<'a, '_>) -> Option<Self> {
        let algorithm = xml::attribute(element, "Algorithm")?;
        let (name, comments) = match algorithm.strip_suffix("WithComments") {
            Some(name) => (name, true),
            None => (algorithm, false),
        };
        // Exclusive's own name ends in "#"; the inclusive ones get it with their suffix.
        let inclusive = if comments {
            name.strip_suffix('#')
        } else {
            Some(name)
        };
        let kind = match (name, inclusive) {
            (EXC_C14N, _) => Kind::Exclusive(prefixes(element)?),
            (_, Some(INCLUSIVE_10)) => Kind::Inclusive10,
            (_, Some(INCLUSIVE_11)) => Kind::Inclusive11,
            _ => return None,
        };
        Some(Self { kind, comments })
    }
}

fn prefixes<'a>(element: Node<'a, '_>) -> Option<Vec<&'a str>> {
    let lists = xml::children(element, EXC_C14N, "InclusiveNamespaces");
    let prefixes: Vec<&str> = lists
        .filter_map(|list| xml::attribute(list, "PrefixList"))
        .flat_map(|list| list.split([' ', '\t', '\r', '\n']))
        .filter(|prefix| !prefix.is_empty())
        .take(PREFIXES + 1)
        .collect();
    (prefixes.len() <= PREFIXES).then_some(prefixes)
}

/// Why there is no canonical form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// It would be longer than allowed.
    TooLong,
    /// Canonical XML 1.1 would have to join `xml:base` values of ancestors, which no SAML message needs.
    BaseFixUp,
}

/// The canonical form of `apex` (an element or the document) and all below it, but for the subtree `without`.
///
/// # Errors
///
/// When it would be longer than `most` bytes, or asks for `xml:base` fix-up.
pub(crate) fn canonical(
    apex: Node<'_, '_>,
    without: Option<Node<'_, '_>>,
    method: &Method<'_>,
    most: usize,
) -> Result<Vec<u8>, Failure> {
    let mut writer = Writer {
        out: Vec::with_capacity(apex.range().len().min(most)),
        source: apex.document().input_text(),
        method,
        apex: apex.id(),
        without: without.map(|node| node.id()),
        after_root: false,
        rendered: Vec::with_capacity(16),
        open: Vec::with_capacity(16),
        attributes: Vec::new(),
        declarations: Vec::new(),
    };
    let mut node = apex;
    'walk: loop {
        if writer.enter(node)? {
            if let Some(child) = node.first_child() {
                node = child;
                continue;
            }
            writer.leave(node);
        }
        if writer.out.len() > most {
            return Err(Failure::TooLong);
        }
        while node != apex {
            if let Some(next) = node.next_sibling() {
                node = next;
                continue 'walk;
            }
            let Some(parent) = node.parent() else { break };
            node = parent;
            writer.leave(node);
        }
        return Ok(writer.out);
    }
}

/// An attribute as it will be written: namespace, local name, name as in the source, value.
type Written<'a> = (&'a str, &'a str, &'a str, &'a str);

struct Writer<'a, 'm> {
    out: Vec<u8>,
    source: &'a str,
    method: &'m Method<'m>,
    apex: NodeId,
    without: Option<NodeId>,
    after_root: bool,
    /// Prefix (empty for the default) and namespace of every declaration written by the open elements.
    rendered: Vec<(&'a str, &'a str)>,
    /// Name of each open element, and how many declarations were rendered before it.
    open: Vec<(&'a str, usize)>,
    attributes: Vec<Written<'a>>,
    declarations: Vec<(&'a str, &'a str)>,
}

impl<'a> Writer<'a, '_> {
    /// Writes what stands before the children; whether there is an end to write after them.
    fn enter(&mut self, node: Node<'a, '_>) -> Result<bool, Failure> {
        if Some(node.id()) == self.without {
            return Ok(false);
        }
        if node.is_element() {
            self.start_tag(node)?;
        } else if node.is_text() {
            escape_text(&mut self.out, node.text().unwrap_or_default());
        } else if let Some(instruction) = node.pi() {
            self.around(node, |out| {
                out.extend_from_slice(b"<?");
                out.extend_from_slice(instruction.target.as_bytes());
                if let Some(value) = instruction.value {
                    out.push(b' ');
                    out.extend_from_slice(value.as_bytes());
                }
                out.extend_from_slice(b"?>");
            });
        } else if node.is_comment() && self.method.comments {
            self.around(node, |out| {
                out.extend_from_slice(b"<!--");
                out.extend_from_slice(node.text().unwrap_or_default().as_bytes());
                out.extend_from_slice(b"-->");
            });
        }
        Ok(node.is_element() || node.is_root())
    }

    /// Beside the document element, a line feed parts comments and instructions from it (Canonical XML, section 2.3).
    fn around(&mut self, node: Node<'_, '_>, write: impl FnOnce(&mut Vec<u8>)) {
        let beside = node.parent().is_some_and(|parent| parent.is_root());
        if beside && self.after_root {
            self.out.push(b'\n');
        }
        write(&mut self.out);
        if beside && !self.after_root {
            self.out.push(b'\n');
        }
    }

    fn leave(&mut self, node: Node<'_, '_>) {
        if let Some((name, rendered)) = self.open.pop() {
            self.out.extend_from_slice(b"</");
            self.out.extend_from_slice(name.as_bytes());
            self.out.push(b'>');
            self.rendered.truncate(rendered);
        }
        self.after_root |= node.parent().is_some_and(|parent| parent.is_root());
    }

    fn start_tag(&mut self, element: Node<'a, '_>) -> Result<(), Failure> {
        let name = element_name(self.source, element);
        self.attributes.clear();
        for attribute in element.attributes() {
            let namespace = attribute.namespace();
            let written = attribute_name(self.source, attribute.range().start, attribute.name(), namespace);
            self.attributes.push((
                namespace.unwrap_or_default(),
                local_name(written),
                written,
                attribute.value(),
            ));
        }
        self.declare(element, name);
        if element.id() == self.apex {
            self.inherit(element)?;
        }
        self.attributes
            .sort_unstable_by_key(|(namespace, local, ..)| (*namespace, *local));

        self.open.push((name, self.rendered.len()));
        self.out.push(b'<');
        self.out.extend_from_slice(name.as_bytes());
        for (prefix, namespace) in &self.declarations {
            self.out
                .extend_from_slice(if prefix.is_empty() { b" xmlns" } else { b" xmlns:" });
            self.out.extend_from_slice(prefix.as_bytes());
            write_value(&mut self.out, namespace);
        }
        for (_, _, written, value) in &self.attributes {
            self.out.push(b' ');
            self.out.extend_from_slice(written.as_bytes());
            write_value(&mut self.out, value);
        }
        self.out.push(b'>');
        self.rendered.append(&mut self.declarations);
        Ok(())
    }

    /// Collects the namespaces to declare here, sorted by prefix.
    fn declare(&mut self, element: Node<'a, '_>, name: &'a str) {
        self.declarations.clear();
        match &self.method.kind {
            Kind::Exclusive(inclusive) => {
                self.want(
                    prefix_of(name),
                    element.tag_name().namespace().unwrap_or_default(),
                );
                for index in 0..self.attributes.len() {
                    let (namespace, _, written, _) = self.attributes[index];
                    if !namespace.is_empty() && namespace != NS_XML_URI {
                        self.want(prefix_of(written), namespace);
                    }
                }
                for prefix in inclusive {
                    let prefix = Some(*prefix).filter(|prefix| *prefix != "#default");
                    let declared = element.namespaces().find(|namespace| namespace.name() == prefix);
                    match declared {
                        Some(namespace) => self.want(namespace.name().unwrap_or_default(), namespace.uri()),
                        None if prefix.is_none() => self.want("", ""),
                        None => {}
                    }
                }
            }
            Kind::Inclusive10 | Kind::Inclusive11 => {
                for namespace in element.namespaces() {
                    self.want(namespace.name().unwrap_or_default(), namespace.uri());
                }
                if element.default_namespace().is_none() {
                    self.want("", "");
                }
            }
        }
        self.declarations.sort_unstable();
    }

    /// Declares a namespace unless the nearest declaration written says the same.
    fn want(&mut self, prefix: &'a str, namespace: &'a str) {
        let standing = self
            .rendered
            .iter()
            .rev()
            .find(|(rendered, _)| *rendered == prefix);
        let standing = standing.map_or("", |(_, namespace)| *namespace);
        if standing != namespace && !self.declarations.iter().any(|(declared, _)| *declared == prefix) {
            self.declarations.push((prefix, namespace));
        }
    }

    /// Gives the apex the `xml:` attributes of its ancestors, which inclusive canonicalisation keeps.
    fn inherit(&mut self, apex: Node<'a, '_>) -> Result<(), Failure> {
        let version_11 = match self.method.kind {
            Kind::Exclusive(_) => return Ok(()),
            Kind::Inclusive10 => false,
            Kind::Inclusive11 => true,
        };
        for ancestor in apex.ancestors().skip(1) {
            for attribute in ancestor
                .attributes()
                .filter(|a| a.namespace() == Some(NS_XML_URI))
            {
                if version_11 && attribute.name() == "base" {
                    return Err(Failure::BaseFixUp);
                }
                let inherited = !version_11 || matches!(attribute.name(), "lang" | "space");
                let known = self
                    .attributes
                    .iter()
                    .any(|(namespace, local, ..)| *namespace == NS_XML_URI && *local == attribute.name());
                if inherited && !known {
                    let written = attribute_name(
                        self.source,
                        attribute.range().start,
                        attribute.name(),
                        attribute.namespace(),
                    );
                    self.attributes
                        .push((NS_XML_URI, local_name(written), written, attribute.value()));
                }
            }
        }
        Ok(())
    }
}

/// The name as the source writes it, since the tree does not keep the prefix.
fn element_name<'a>(source: &'a str, element: Node<'_, '_>) -> &'a str {
    let after = source.get(element.range().start + 1..).unwrap_or_default();
    let end = after
        .find([' ', '\t', '\n', '\r', '/', '>'])
        .unwrap_or(after.len());
    &after[..end]
}

fn attribute_name<'a>(source: &'a str, start: usize, local: &str, namespace: Option<&str>) -> &'a str {
    let written = source.get(start..).unwrap_or_default();
    let prefix = if namespace.is_some() {
        written.find(':').map_or(0, |colon| colon + 1)
    } else {
        0
    };
    written.get(..prefix + local.len()).unwrap_or_default()
}

fn prefix_of(name: &str) -> &str {
    name.split_once(':').map_or("", |(prefix, _)| prefix)
}

fn local_name(name: &str) -> &str {
    name.split_once(':').map_or(name, |(_, local)| local)
}

fn write_value(out: &mut Vec<u8>, value: &str) {
    out.extend_from_slice(b"=\"");
    escape(out, value, |byte| match byte {
        b'&' => Some(b"&amp;"),
        b'<' => Some(b"&lt;"),
        b'"' => Some(b"&quot;"),
        b'\t' => Some(b"&#x9;"),
        b'\n' => Some(b"&#xA;"),
        b'\r' => Some(b"&#xD;"),
        _ => None,
    });
    out.push(b'"');
}

fn escape_text(out: &mut Vec<u8>, text: &str) {
    escape(out, text, |byte| match byte {
        b'&' => Some(b"&amp;"),
        b'<' => Some(b"&lt;"),
        b'>' => Some(b"&gt;"),
        b'\r' => Some(b"&#xD;"),
        _ => None,
    });
}

fn escape(out: &mut Vec<u8>, text: &str, replacement: impl Fn(u8) -> Option<&'static [u8]>) {
    let bytes = text.as_bytes();
    let mut copied = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if let Some(reference) = replacement(*byte) {
            out.extend_from_slice(&bytes[copied..at]);
            out.extend_from_slice(reference);
            copied = at + 1;
        }
    }
    out.extend_from_slice(&bytes[copied..]);
}
