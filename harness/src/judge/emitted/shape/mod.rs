//! What the schemas of SAML allow, for an AuthnRequest and for an SP's metadata (saml-schema-protocol-2.0, saml-schema-metadata-2.0).
//!
//! The schemas put everything in sequences, so that a look at each child in order is enough. What they leave open, or what belongs
//! to another schema (signatures, extensions, other roles), is not looked into.

mod tables;

use roxmltree::Node;
use saml::{document::parse, names::ns};

use self::tables::{Content, Rule, Type, rule};
use super::seen::shown;

/// Whether a text is an AuthnRequest; how it is none otherwise.
pub(super) fn request(xml: &str) -> Result<(), String> {
    document(xml, ns::SAMLP, &["AuthnRequest"])
}

/// Whether a text is metadata; how it is none otherwise.
pub(super) fn metadata(xml: &str) -> Result<(), String> {
    document(xml, ns::MD, &["EntityDescriptor", "EntitiesDescriptor"])
}

/// Whether this is an NCName. Letters beyond ASCII are taken as they come.
pub(super) fn is_name(text: &str) -> bool {
    let mut characters = text.chars();
    let starts = characters
        .next()
        .is_some_and(|first| first.is_alphabetic() || first == '_');
    starts && characters.all(|next| next.is_alphanumeric() || matches!(next, '_' | '-' | '.'))
}

fn document(xml: &str, namespace: &str, wanted: &[&str]) -> Result<(), String> {
    let tree = parse(xml.trim_start_matches('\u{feff}'))
        .map_err(|why| format!("it cannot be read as XML: {why}"))?;
    let root = tree.root_element();
    let (name, of) = (root.tag_name().name(), root.tag_name().namespace());
    if of != Some(namespace) || !wanted.contains(&name) {
        return Err(format!("its document element is `{}`", shown(name)));
    }
    element(root)
}

fn element(node: Node<'_, '_>) -> Result<(), String> {
    let Some(rule) = rule(&qualified(node)) else {
        return Ok(());
    };
    attributes(node, rule)?;
    match rule.content {
        Content::Any => Ok(()),
        Content::Text(kind) => {
            if let Some(inner) = node.children().find(Node::is_element) {
                return Err(format!("a {} has no place in a {}", told(inner), told(node)));
            }
            value(&saml::document::text(node), kind).map_err(|why| format!("the {} {why}", told(node)))
        }
        Content::Sequence(places) => {
            let stray = node
                .children()
                .any(|n| n.is_text() && n.text().is_some_and(|t| !t.trim().is_empty()));
            if stray {
                return Err(format!("a {} has text between its elements", told(node)));
            }
            sequence(node, places)
        }
    }
}

fn sequence(node: Node<'_, '_>, places: &[tables::Place]) -> Result<(), String> {
    let mut counts = vec![0usize; places.len()];
    let mut at = 0;
    for inner in node.children().filter(Node::is_element) {
        let name = qualified(inner);
        let fits = |place: &tables::Place| place.names.contains(&name.as_str());
        match places.iter().skip(at).position(fits) {
            Some(further) => at += further,
            None if places.iter().any(fits) => {
                return Err(format!(
                    "a {} stands behind what it must stand before, in a {}",
                    told(inner),
                    told(node)
                ));
            }
            None => return Err(format!("a {} has no place in a {}", told(inner), told(node))),
        }
        counts[at] += 1;
        if counts[at] > 1 && !places[at].many {
            return Err(format!("a {} has two {}", told(node), told(inner)));
        }
        element(inner)?;
    }
    let mut missing = places
        .iter()
        .zip(&counts)
        .filter(|(place, count)| place.needed && **count == 0);
    match missing.next() {
        None => Ok(()),
        Some((place, _)) => Err(format!(
            "a {} has no {}",
            told(node),
            place.names.first().unwrap_or(&"")
        )),
    }
}

fn attributes(node: Node<'_, '_>, rule: &Rule) -> Result<(), String> {
    for attribute in node.attributes() {
        let name = match attribute.namespace() {
            None => attribute.name().to_owned(),
            Some("http://www.w3.org/XML/1998/namespace") => format!("xml:{}", attribute.name()),
            // Types are named, and schemas pointed to, wherever one likes; foreign ones stand where the schema is open for them.
            Some(ns::XSI) => continue,
            Some(_) if rule.open => continue,
            Some(_) => format!("{{}}{}", attribute.name()),
        };
        let Some(known) = rule.attributes.iter().find(|known| known.0 == name) else {
            return Err(format!(
                "a {} has no attribute {}",
                told(node),
                shown(attribute.name())
            ));
        };
        value(attribute.value(), known.1).map_err(|why| format!("{} of a {} {why}", known.0, told(node)))?;
    }
    let has = |name: &str| match name.strip_prefix("xml:") {
        Some(name) => node
            .attribute(("http://www.w3.org/XML/1998/namespace", name))
            .is_some(),
        None => node.attribute(name).is_some(),
    };
    match rule
        .attributes
        .iter()
        .find(|(name, _, needed)| *needed && !has(name))
    {
        None => Ok(()),
        Some((name, ..)) => Err(format!("a {} lacks {name}", told(node))),
    }
}

fn value(text: &str, kind: Type) -> Result<(), String> {
    let bare = text.trim();
    let right = match kind {
        Type::Text => true,
        Type::Name => is_name(bare),
        Type::Truth => ["true", "false", "1", "0"].contains(&bare),
        Type::Instant => instant(bare),
        Type::Number => bare.parse::<u64>().is_ok(),
        Type::Short => bare.parse::<u16>().is_ok(),
        // A URI of XML Schema is nearly any text; white space within is the exception that is seen.
        Type::Uri => !bare.contains(char::is_whitespace),
        Type::OneOf(words) => words.contains(&bare),
        Type::Duration => bare.trim_start_matches('-').starts_with('P') && bare.len() > 2,
    };
    match right {
        true => Ok(()),
        false => Err(format!("is `{}`, which is no {}", shown(text), kind.word())),
    }
}

/// An xs:dateTime; with any offset, or none.
fn instant(text: &str) -> bool {
    text.contains('T')
        && (text.parse::<jiff::Timestamp>().is_ok() || text.parse::<jiff::civil::DateTime>().is_ok())
}

fn qualified(node: Node<'_, '_>) -> String {
    let prefix = match node.tag_name().namespace() {
        Some(ns::SAML) => "saml",
        Some(ns::SAMLP) => "samlp",
        Some(ns::MD) => "md",
        Some(ns::DS) => "ds",
        Some(_) => "other",
        None => "none",
    };
    format!("{prefix}:{}", node.tag_name().name())
}

fn told(node: Node<'_, '_>) -> String {
    shown(node.tag_name().name())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(attributes: &str, elements: &str) -> Result<(), String> {
        request(&format!(
            "<p:AuthnRequest xmlns:p=\"{}\" xmlns:a=\"{}\" ID=\"_1\" Version=\"2.0\" IssueInstant=\"2026-01-01T00:00:00Z\" \
             {attributes}>{elements}</p:AuthnRequest>",
            ns::SAMLP,
            ns::SAML
        ))
    }

    #[test]
    fn a_request_has_what_the_schema_has_in_its_order() {
        let issuer = "<a:Issuer>x</a:Issuer>";
        assert_eq!(
            sent(
                "ForceAuthn=\"1\"",
                &format!("{issuer}<p:NameIDPolicy AllowCreate=\"true\"/>")
            ),
            Ok(())
        );
        assert_eq!(
            sent("", "<p:Extensions><x:y xmlns:x=\"urn:x\"/></p:Extensions>"),
            Ok(())
        );
        for (attributes, elements, word) in [
            ("ForceAuthn=\"yes\"", "", "ForceAuthn"),
            ("AssertionConsumerServiceIndex=\"x\"", "", "Index"),
            ("Destinaton=\"https://idp\"", "", "Destinaton"),
            ("", "<p:NameIDPolicy/><a:Issuer>x</a:Issuer>", "behind"),
            ("", "<a:Issuer>x</a:Issuer><a:Issuer>x</a:Issuer>", "two"),
            ("", "<a:Assertion/>", "no place"),
            ("", "<p:RequestedAuthnContext Comparison=\"same\"/>", "Comparison"),
            ("", "<p:RequestedAuthnContext/>", "AuthnContextClassRef"),
            ("", "text", "text"),
        ] {
            let why = sent(attributes, elements).unwrap_err();
            assert!(why.contains(word), "{why}");
        }
        assert!(
            request("<AuthnRequest/>")
                .unwrap_err()
                .contains("document element")
        );
        assert!(request("hello").unwrap_err().contains("XML"));
    }

    fn described(role: &str, more: &str) -> Result<(), String> {
        metadata(&format!(
            "<md:EntityDescriptor xmlns:md=\"{}\" xmlns:x=\"urn:x\" x:own=\"1\" entityID=\"e\"><md:SPSSODescriptor \
             protocolSupportEnumeration=\"{}\">{role}</md:SPSSODescriptor>{more}</md:EntityDescriptor>",
            ns::MD,
            ns::SAMLP
        ))
    }

    #[test]
    fn metadata_has_what_the_schema_has_in_its_order() {
        let acs = "<md:AssertionConsumerService Binding=\"b\" Location=\"l\" index=\"0\"/>";
        let whom = "<md:ContactPerson contactType=\"technical\"><md:EmailAddress>mailto:a@b</md:EmailAddress></md:ContactPerson>";
        assert_eq!(described(acs, whom), Ok(()));
        for (role, more, word) in [
            ("", "", "no md:AssertionConsumerService"),
            (
                "<md:AssertionConsumerService Binding=\"b\" Location=\"l\"/>",
                "",
                "index",
            ),
            (
                &*format!("{acs}<md:NameIDFormat>f</md:NameIDFormat>"),
                "",
                "behind",
            ),
            (acs, "<md:ContactPerson contactType=\"boss\"/>", "contactType"),
            (acs, "<md:Organization/>", "OrganizationName"),
        ] {
            let why = described(role, more).unwrap_err();
            assert!(why.contains(word), "{why}");
        }
    }
}
