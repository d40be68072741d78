//! The reader that goes by local names, in whichever namespace and case, beside a verifier that goes by namespaces: for a switch.
//! What the one passes by, the other takes for SAML's.

use roxmltree::Node;
use saml::document::{inner, splice_all};
use saml::names::ns;

use crate::message::Message;

/// The names that it knows, and nothing else of them.
const KNOWN: [&str; 15] = [
    "Assertion",
    "Attribute",
    "AttributeStatement",
    "AttributeValue",
    "Audience",
    "AudienceRestriction",
    "AuthnContext",
    "AuthnContextClassRef",
    "AuthnStatement",
    "Conditions",
    "Issuer",
    "NameID",
    "Subject",
    "SubjectConfirmation",
    "SubjectConfirmationData",
];

/// The child elements that are called so.
pub(crate) fn children<'a, 'd>(node: Node<'a, 'd>, name: &'a str) -> impl Iterator<Item = Node<'a, 'd>> {
    node.children()
        .filter(move |child| child.is_element() && child.tag_name().name() == name)
}

/// The elements at or below a node that are called so.
pub(crate) fn descendants<'a, 'd>(node: Node<'a, 'd>, name: &'a str) -> impl Iterator<Item = Node<'a, 'd>> {
    node.descendants()
        .filter(move |below| below.is_element() && below.tag_name().name() == name)
}

/// The message as this reader sees it: whatever bears a name that it knows is SAML's.
pub(crate) fn qualified(message: &Message<'_>) -> String {
    let mut edits = Vec::new();
    for element in message.document.descendants().filter(Node::is_element) {
        let called = element.tag_name().name();
        let known = KNOWN.iter().find(|known| known.eq_ignore_ascii_case(called));
        let Some(name) = known.filter(|name| !element.has_tag_name((ns::SAML, **name))) else {
            continue;
        };
        let range = element.range();
        let written = message.text[range.start + 1..range.end]
            .split(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>'))
            .next()
            .unwrap_or_default();
        let tag = range.start + 1..range.start + 1 + written.len();
        edits.push((tag, format!("known:{name} xmlns:known=\"{}\"", ns::SAML)));
        if let Some(inner) = inner(element) {
            edits.push((inner.end..range.end, format!("</known:{name}>")));
        }
    }
    splice_all(message.text, edits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flaw::Flaws;

    #[test]
    fn a_name_is_known_in_any_namespace_and_case_and_other_names_stay() {
        let text = "<r xmlns='urn:oasis:names:tc:SAML:2.0:assertion'><Subject/><x:subject a='>' xmlns:x='urn:x'><y\n>t</y></x:subject >\
                    <ASSERTION xmlns=''/></r>";
        let message = Message::parse(text, Flaws::NONE).unwrap();
        let qualified = qualified(&message);
        let again = Message::parse(&qualified, Flaws::NONE).unwrap();
        let root = again.document.root_element();
        assert_eq!(saml::document::children(root, ns::SAML, "Subject").count(), 2);
        assert_eq!(saml::document::children(root, ns::SAML, "Assertion").count(), 1);
        assert!(qualified.contains("<y\n>t</y></known:Subject>"), "{qualified}");
    }

    #[test]
    fn an_ordinary_text_stays_as_it_is() {
        let text = "<Assertion xmlns='urn:oasis:names:tc:SAML:2.0:assertion'><Issuer>i</Issuer></Assertion>";
        assert_eq!(qualified(&Message::parse(text, Flaws::NONE).unwrap()), text);
    }
}
