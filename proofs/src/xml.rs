//! Names and small readings of the tree that every module here needs.
//!
//! The tree's own `attribute("ID")` also finds `x:ID`, and its `text()` stops at the first comment; these do not.

use roxmltree::{Document, Node};

pub(crate) const SAML: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
pub(crate) const SAMLP: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
pub(crate) const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
pub(crate) const EXC_C14N: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";

/// Whether `node` is the element `name` of `namespace`.
pub(crate) fn is(node: Node<'_, '_>, namespace: &str, name: &str) -> bool {
    node.is_element() && node.tag_name().name() == name && node.tag_name().namespace() == Some(namespace)
}

/// The child elements with that name, in order.
pub(crate) fn children<'a, 'i, 'n>(
    parent: Node<'a, 'i>,
    namespace: &'n str,
    name: &'n str,
) -> impl Iterator<Item = Node<'a, 'i>> + use<'a, 'i, 'n> {
    parent.children().filter(move |child| is(*child, namespace, name))
}

/// The one child element with that name.
pub(crate) fn only<'a, 'i>(
    parent: Node<'a, 'i>,
    namespace: &str,
    name: &str,
) -> Result<Node<'a, 'i>, String> {
    match at_most_one(parent, namespace, name)? {
        Some(child) => Ok(child),
        None => Err(format!("a {} has no {name}", parent.tag_name().name())),
    }
}

/// The child element with that name, of which there may be one.
pub(crate) fn at_most_one<'a, 'i>(
    parent: Node<'a, 'i>,
    namespace: &str,
    name: &str,
) -> Result<Option<Node<'a, 'i>>, String> {
    let mut found = children(parent, namespace, name);
    let first = found.next();
    match found.next() {
        None => Ok(first),
        Some(_) => Err(format!("a {} has more than one {name}", parent.tag_name().name())),
    }
}

/// The attribute of no namespace with exactly that name.
pub(crate) fn attribute<'a>(element: Node<'a, '_>, name: &str) -> Option<&'a str> {
    element
        .attributes()
        .find(|attribute| attribute.namespace().is_none() && attribute.name() == name)
        .map(|attribute| attribute.value())
}

/// Content that is text and nothing else: no element, comment or processing instruction.
pub(crate) fn text_only<'a>(element: Node<'a, '_>) -> Result<&'a str, String> {
    let mut children = element.children();
    match (children.next(), children.next()) {
        (None, _) => Ok(""),
        (Some(child), None) if child.is_text() => Ok(child.text().unwrap_or_default()),
        _ => Err(format!("a {} holds more than text", element.tag_name().name())),
    }
}

/// All text below `element`, joined, but for what lies in `without`.
pub(crate) fn joined_text(element: Node<'_, '_>, without: Option<Node<'_, '_>>) -> String {
    let mut text = String::new();
    let mut rest = element.descendants();
    while let Some(node) = rest.next() {
        if Some(node) == without {
            let below = node.descendants().len() - 1;
            if below > 0 {
                rest.nth(below - 1);
            }
        } else if node.is_text() {
            text.push_str(node.text().unwrap_or_default());
        }
    }
    text
}

/// Every element of the document, in document order.
pub(crate) fn elements<'a, 'i>(document: &'a Document<'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    document.descendants().filter(Node::is_element)
}

/// Whether `node` is `ancestor` or stands below it.
pub(crate) fn within(node: Node<'_, '_>, ancestor: Node<'_, '_>) -> bool {
    node.ancestors().any(|above| above == ancestor)
}
