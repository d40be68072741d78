//! Two ways of mixing up what an Assertion says, each for a switch.

use roxmltree::Node;
use saml::document::{children, descendants};
use saml::names::ns;

use crate::flaw::Flaw;
use crate::message::Message;

/// The Assertion whose Subject and attributes count: the one that was verified, and no other that it brings along as
/// advice (Core 2.6.1).
pub(crate) fn described<'a, 'd>(message: &Message<'_>, assertion: Node<'a, 'd>) -> Node<'a, 'd> {
    if message.flaws.has(Flaw::AdviceMerged) {
        let of_somebody = |other: &Node<'_, '_>| children(*other, ns::SAML, "Subject").next().is_some();
        return descendants(assertion, ns::SAML, "Assertion")
            .filter(of_somebody)
            .last()
            .unwrap_or(assertion);
    }
    assertion
}

/// The name, after it and all attributes were written down as `key: value`, FriendlyNames for keys as well, and read back: of
/// a key the last line counts. It is how names and attributes travel in headers, profiles and environments.
pub(crate) fn name_among_lines(message: &Message<'_>, assertion: Node<'_, '_>, name: &str) -> String {
    let mut lines = format!("nameID: {name}\n");
    let statements = children(assertion, ns::SAML, "AttributeStatement");
    for attribute in statements.flat_map(|statement| children(statement, ns::SAML, "Attribute")) {
        let keys = ["Name", "FriendlyName"].map(|key| attribute.attribute(key));
        for key in keys.into_iter().flatten() {
            for value in children(attribute, ns::SAML, "AttributeValue") {
                lines += &format!("{key}: {}\n", message.text_of(value));
            }
        }
    }
    let mut named = lines
        .split(['\n', '\r', ';', ','])
        .filter_map(|line| line.split_once([':', '=']))
        .filter(|(key, _)| key.trim().eq_ignore_ascii_case("nameid"))
        .map(|(_, value)| value.trim());
    named.next_back().unwrap_or(name).to_owned()
}
