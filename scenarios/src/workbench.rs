//! The message while it is being made: its text, and what operations kept of it.

use std::{collections::BTreeMap, ops::Range};

use roxmltree::Node;
use saml::{
    document::{escape_attribute, splice},
    names::{alg, ns},
};

use crate::{claim::People, fault::Fault, hidden::Hidden, operation::Place, selector::Selector, view::view};

/// The text of a message, and the pieces kept under names.
#[derive(Clone, Debug, Default)]
pub struct Workbench {
    /// The message.
    pub text: String,
    /// What was kept.
    pub kept: BTreeMap<String, String>,
    /// What is encrypted in it.
    pub(crate) hidden: Hidden,
    /// What the IdP calls the people whom its texts name.
    pub(crate) people: People,
}

impl Workbench {
    /// A bench with this message on it.
    pub fn new(text: String) -> Self {
        Self {
            text,
            ..Self::default()
        }
    }

    /// The text that a selector looks into.
    pub(crate) fn source(&self, at: &Selector) -> Result<&str, Fault> {
        if at.is_identity() {
            return Err(Fault::recipe(format!(
                "{at} may be two places, which only `set` and `remove` can do at once"
            )));
        }
        match at.label() {
            None => Ok(&self.text),
            Some(label) => self
                .kept
                .get(label)
                .map(String::as_str)
                .ok_or_else(|| Fault::recipe(format!("nothing was kept under the name {label}"))),
        }
    }

    fn source_mut(&mut self, at: &Selector) -> Result<&mut String, Fault> {
        match at.label() {
            None => Ok(&mut self.text),
            Some(label) => self
                .kept
                .get_mut(label)
                .ok_or_else(|| Fault::recipe(format!("nothing was kept under the name {label}"))),
        }
    }

    /// Calls `look` with the first element that a selector finds.
    pub(crate) fn at<T>(
        &self,
        at: &Selector,
        look: impl FnOnce(&str, Node<'_, '_>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let source = self.source(at)?;
        let tree = view(source)?;
        let node = at
            .first(tree.root_element())
            .ok_or_else(|| Fault::recipe(format!("there is no {at} in the message")))?;
        look(source, node)
    }

    /// Whether there is such an element.
    pub(crate) fn has(&self, at: &Selector) -> Result<bool, Fault> {
        let tree = view(self.source(at)?)?;
        Ok(at.first(tree.root_element()).is_some())
    }

    /// Replaces what `range_of` names, in the first element found, or in all of them.
    pub(crate) fn edit(
        &mut self,
        at: &Selector,
        all: bool,
        optional: bool,
        edits_of: impl Fn(&str, Node<'_, '_>) -> Result<Vec<(Range<usize>, String)>, Fault>,
    ) -> Result<(), Fault> {
        let source = self.source(at)?;
        let tree = view(source)?;
        let nodes = if all {
            at.all(tree.root_element())
        } else {
            at.first(tree.root_element()).into_iter().collect()
        };
        if nodes.is_empty() && !optional {
            return Err(Fault::recipe(format!("there is no {at} in the message")));
        }
        let mut edits = Vec::new();
        for node in nodes {
            edits.extend(edits_of(source, node)?);
        }
        // An element inside another that is edited goes with it.
        edits.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
        let mut end = 0;
        edits.retain(|(range, _)| {
            let outside = range.start >= end;
            end = end.max(range.end);
            outside
        });
        let edited = saml::document::splice_all(source, edits);
        *self.source_mut(at)? = edited;
        Ok(())
    }

    /// Puts text at a place.
    pub(crate) fn put(&mut self, place: &Place<'_>, what: &str) -> Result<(), Fault> {
        let (Place::First(at) | Place::Last(at) | Place::Before(at) | Place::After(at) | Place::Instead(at)) =
            place;
        if at.is_document() {
            match place {
                Place::Before(_) => self.text.insert_str(0, what),
                Place::After(_) => self.text.push_str(what),
                Place::Instead(_) => self.text = what.to_owned(),
                _ => {
                    return Err(Fault::recipe(
                        "text goes before, after or instead of the document",
                    ));
                }
            }
            return Ok(());
        }
        let (range, with) = self.at(at, |source, node| {
            let whole = node.range();
            Ok(match place {
                Place::Before(_) => (whole.start..whole.start, what.to_owned()),
                Place::After(_) => (whole.end..whole.end, what.to_owned()),
                Place::Instead(_) => (whole, what.to_owned()),
                Place::First(_) => content(source, node, what, true),
                Place::Last(_) => content(source, node, what, false),
            })
        })?;
        let edited = splice(self.source(at)?, range, &with);
        *self.source_mut(at)? = edited;
        Ok(())
    }

    /// The text of an element: every text node of it.
    pub(crate) fn text_at(&self, at: &Selector) -> Result<String, Fault> {
        self.at(at, |_, node| Ok(saml::document::text(node)))
    }

    /// An element as it stands.
    pub(crate) fn xml_at(&self, at: &Selector) -> Result<String, Fault> {
        if at.is_whole() {
            return Ok(self.source(at)?.to_owned());
        }
        self.at(at, |source, node| Ok(source[node.range()].to_owned()))
    }

    /// An attribute's value.
    pub(crate) fn attribute_at(&self, at: &Selector, name: &str) -> Result<String, Fault> {
        self.at(at, |_, node| {
            node.attribute(name)
                .map(str::to_owned)
                .ok_or_else(|| Fault::recipe(format!("{at} has no attribute {name}")))
        })
    }

    /// SHA-256 over the exclusive canonical form of an element, its Signature children left out: what Azure's
    /// Reference digests.
    pub(crate) fn digest(&self, at: &Selector) -> Result<String, Fault> {
        self.at(at, |source, node| {
            let signatures: Vec<usize> = node
                .children()
                .filter(|n| n.has_tag_name((ns::DS, "Signature")))
                .map(|n| n.range().start)
                .collect();
            saml::signature::digest_of(
                source,
                node.range().start,
                &signatures,
                alg::EXC_C14N,
                alg::SHA256,
            )
            .map_err(|e| Fault::recipe(format!("{at} cannot be digested: {e}")))
        })
    }

    /// An element's exclusive canonical form.
    pub(crate) fn canonical(&self, at: &Selector) -> Result<String, Fault> {
        self.at(at, |source, node| {
            let octets = saml::canonical::canonicalize_node(source, node, alg::EXC_C14N, &[], &[]);
            let octets = octets.map_err(|e| Fault::recipe(format!("{at}: {e}")))?;
            String::from_utf8(octets).map_err(|e| Fault::recipe(format!("{at}: {e}")))
        })
    }
}

/// The edit that puts `what` as first or last content of an element; an empty-element tag is opened for it.
fn content(source: &str, node: Node<'_, '_>, what: &str, first: bool) -> (Range<usize>, String) {
    match saml::document::inner(node) {
        Some(inner) => {
            let at = if first { inner.start } else { inner.end };
            (at..at, what.to_owned())
        }
        None => {
            let whole = node.range();
            let slash = whole.start + source[whole.clone()].rfind('/').unwrap_or(whole.len());
            (
                slash..whole.end,
                format!(">{what}</{}>", written_name(source, node)),
            )
        }
    }
}

/// The edit that makes `with` an element's whole content.
pub(crate) fn replace_content(source: &str, node: Node<'_, '_>, with: &str) -> (Range<usize>, String) {
    match saml::document::inner(node) {
        Some(inner) => (inner, with.to_owned()),
        None => content(source, node, with, true),
    }
}

/// An element's name as it is written, prefix and all.
pub(crate) fn written_name<'s>(source: &'s str, node: Node<'_, '_>) -> &'s str {
    let name = &source[node.range().start + 1..];
    let end = name
        .find(|c: char| c.is_whitespace() || c == '>' || c == '/')
        .unwrap_or(name.len());
    &name[..end]
}

/// An element with the namespace declarations that it needs from above, so that it means the same elsewhere.
pub(crate) fn detach(source: &str, node: Node<'_, '_>) -> String {
    let text = &source[node.range()];
    let tag = &text[..saml::document::tag_end(node) - node.range().start];
    let mut declarations = String::new();
    for namespace in node.namespaces() {
        let (written, needed) = match namespace.name() {
            Some("xml") => continue,
            Some(prefix) => (format!("xmlns:{prefix}="), text.contains(&format!("{prefix}:"))),
            None => ("xmlns=".to_owned(), true),
        };
        let own = tag
            .split(|c: char| c.is_whitespace())
            .any(|part| part.starts_with(&written));
        if needed && !own {
            declarations.push_str(&format!(" {written}\"{}\"", escape_attribute(namespace.uri())));
        }
    }
    let name_end = 1 + written_name(source, node).len();
    format!("{}{declarations}{}", &text[..name_end], &text[name_end..])
}
