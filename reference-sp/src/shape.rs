//! The children of an Assertion, as the schema has them (Core 2.3.3). Text is the truth of the signature; this is
//! what keeps a second Subject or a foreign element from meaning one thing here and another elsewhere.

use roxmltree::Node;
use saml::names::ns;

use crate::denial::Denial;
use crate::flaw::{Flaw, Flaws};

/// In order: the name, the namespace and how many there may be.
const CHILDREN: [(&str, &str, usize); 5] = [
    ("Issuer", ns::SAML, 1),
    ("Signature", ns::DS, usize::MAX), // counted where signatures are verified
    ("Subject", ns::SAML, 1),
    ("Conditions", ns::SAML, usize::MAX), // counted where conditions are judged
    ("Advice", ns::SAML, 1),
];

const STATEMENTS: [&str; 4] = [
    "Statement",
    "AuthnStatement",
    "AuthzDecisionStatement",
    "AttributeStatement",
];

/// Refuses an Assertion with children that are foreign, repeated or out of order.
pub(crate) fn assertion(assertion: Node<'_, '_>, flaws: Flaws) -> Result<(), Denial> {
    let mut at = 0;
    let mut count = 0;
    for element in assertion.children().filter(Node::is_element) {
        let place = place(element, flaws).ok_or_else(|| refused(element))?;
        if place < at {
            return Err(refused(element));
        }
        count = if place == at { count + 1 } else { 1 };
        at = place;
        if CHILDREN.get(place).is_some_and(|(_, _, most)| count > *most) {
            return Err(refused(element));
        }
    }
    Ok(())
}

fn place(element: Node<'_, '_>, flaws: Flaws) -> Option<usize> {
    let is = |namespace: &str, name: &str| {
        element.has_tag_name((namespace, name))
            || flaws.has(Flaw::LocalNames) && element.tag_name().name() == name
    };
    if STATEMENTS.iter().any(|name| is(ns::SAML, name)) {
        return Some(CHILDREN.len());
    }
    CHILDREN
        .iter()
        .position(|(name, namespace, _)| is(namespace, name))
}

fn refused(element: Node<'_, '_>) -> Denial {
    Denial::Shape(element.tag_name().name().to_owned())
}
