//! How the user was to sign in, held against how he did (Core 3.3.2.2.1).

use roxmltree::Node;
use saml::authn_request::RequestedContext;
use saml::document::{children, text};
use saml::names::ns;

use crate::denial::Denial;

/// What is known to be stronger than what: each class does for those before it.
const STRENGTH: [&str; 3] = [
    "urn:oasis:names:tc:SAML:2.0:ac:classes:Password",
    "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
    "https://refeds.org/profile/mfa",
];

/// Every AuthnStatement names a class that was asked for, or with Comparison `minimum` one that is known to be stronger.
pub(crate) fn fits(assertion: Node<'_, '_>, requested: &RequestedContext) -> Result<(), Denial> {
    for statement in children(assertion, ns::SAML, "AuthnStatement") {
        let stated = children(statement, ns::SAML, "AuthnContext")
            .flat_map(|context| children(context, ns::SAML, "AuthnContextClassRef"))
            .map(text)
            .next()
            .unwrap_or_default();
        let fits = match requested.comparison.as_deref() {
            Some("minimum") => does_for_any(&stated, &requested.classes),
            _ => false,
        };
        if !fits && !requested.classes.contains(&stated) {
            return Err(Denial::OtherContext(stated));
        }
    }
    Ok(())
}

fn does_for_any(stated: &str, classes: &[String]) -> bool {
    let strength = |class: &str| STRENGTH.iter().position(|known| *known == class);
    let stated = strength(stated);
    classes
        .iter()
        .filter_map(|class| strength(class))
        .any(|least| stated >= Some(least))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWORD: &str = STRENGTH[0];
    const MFA: &str = STRENGTH[2];

    fn asked(comparison: &str, classes: &[&str]) -> RequestedContext {
        RequestedContext {
            comparison: Some(comparison.to_owned()),
            classes: classes.iter().map(|class| (*class).to_owned()).collect(),
            ..RequestedContext::default()
        }
    }

    fn takes(requested: &RequestedContext, stated: &[&str]) -> bool {
        let statement = |class: &&str| {
            format!(
                "<AuthnStatement><AuthnContext><AuthnContextClassRef>{class}</AuthnContextClassRef></AuthnContext></AuthnStatement>"
            )
        };
        let statements: String = stated.iter().map(statement).collect();
        let text = format!("<Assertion xmlns=\"{}\">{statements}</Assertion>", ns::SAML);
        let document = roxmltree::Document::parse(&text).unwrap();
        fits(document.root_element(), requested).is_ok()
    }

    #[test]
    fn exactly_what_was_asked_for_is_taken() {
        let exact = asked("exact", &[MFA]);
        assert!(takes(&exact, &[MFA]));
        assert!(!takes(&exact, &[PASSWORD]) && !takes(&exact, &["urn:example:ac"]) && !takes(&exact, &[""]));
        assert!(!takes(&exact, &[PASSWORD, MFA]), "each statement counts");
    }

    #[test]
    fn more_than_the_least_is_taken_where_it_is_known_to_be_more() {
        let minimum = asked("minimum", &[PASSWORD]);
        assert!(takes(&minimum, &[PASSWORD]) && takes(&minimum, &[MFA]));
        assert!(!takes(&minimum, &["urn:example:ac"]));
        assert!(!takes(
            &asked("minimum", &["urn:example:least"]),
            &["urn:example:more"]
        ));
    }
}
