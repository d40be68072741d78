//! The Assertion's Conditions and AuthnStatements: for whom, when, and how the user signed in.

use jiff::Timestamp;
use roxmltree::Node;
use saml::document::{children, descendants};
use saml::names::ns;

use crate::clock::{SKEW, after, before};
use crate::denial::Denial;
use crate::flaw::Flaw;
use crate::instants::{Instants, Window};
use crate::message::{Message, only};

/// Judges Conditions (Core 2.5.1): each must be understood and hold, or the Assertion is void.
pub(crate) fn conditions(
    message: &Message<'_>,
    assertion: Node<'_, '_>,
    instants: Instants,
    entity_id: &str,
) -> Result<Window, Denial> {
    let count = children(assertion, ns::SAML, "Conditions").count();
    if count == 0 && message.flaws.has(Flaw::NoAudience) {
        return Ok(Window::default());
    }
    let conditions =
        only(children(assertion, ns::SAML, "Conditions")).ok_or(Denial::ConditionsCount(count))?;
    let window = instants.window(conditions)?;
    if message.flaws.has(Flaw::NoAudience) {
        return Ok(window);
    }
    let known = ["AudienceRestriction", "OneTimeUse", "ProxyRestriction"];
    let mut elements = conditions.children().filter(Node::is_element);
    if let Some(unknown) = elements.find(|e| !known.iter().any(|name| e.has_tag_name((ns::SAML, *name)))) {
        return Err(Denial::UnknownCondition(unknown.tag_name().name().to_owned()));
    }
    audience(message, assertion, conditions, entity_id)?;
    Ok(window)
}

/// There is an AudienceRestriction, and each one names us, character by character (Core 2.5.1.4: all restrictions,
/// any Audience of each; Profiles 4.1.4.2).
fn audience(
    message: &Message<'_>,
    assertion: Node<'_, '_>,
    conditions: Node<'_, '_>,
    entity_id: &str,
) -> Result<(), Denial> {
    let flaws = message.flaws;
    let mut elsewhere = Vec::new();
    if flaws.has(Flaw::AdviceMerged) {
        elsewhere.extend(descendants(assertion, ns::SAML, "Audience"));
    }
    if flaws.has(Flaw::AudienceFlatten) {
        elsewhere.extend(descendants(conditions, ns::SAML, "Audience"));
    }
    let mut restricted = false;
    for restriction in children(conditions, ns::SAML, "AudienceRestriction") {
        restricted = true;
        let audiences: Vec<_> = children(restriction, ns::SAML, "Audience")
            .chain(elsewhere.iter().copied())
            .map(|audience| message.text_of(audience))
            .collect();
        if !audiences.iter().any(|audience| flaws.same(audience, entity_id)) {
            return Err(Denial::Audience(audiences));
        }
    }
    if restricted {
        Ok(())
    } else {
        Err(Denial::NoAudience)
    }
}

/// How the user signed in, as far as it binds us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SignedIn {
    /// The latest instant at which the IdP saw the user prove who he is; `None` where time is ignored.
    pub(crate) at: Option<Timestamp>,
    /// The end of the session that the IdP grants (Profiles 4.1.4.3), skew included.
    pub(crate) until: Option<Timestamp>,
}

/// Judges the AuthnStatements: at least one (Profiles 4.1.4.2), each with an instant that has come and a context
/// that says something, none with a session that is over.
pub(crate) fn statements(
    message: &Message<'_>,
    assertion: Node<'_, '_>,
    instants: Instants,
) -> Result<SignedIn, Denial> {
    let any = message.flaws.has(Flaw::AuthnContextIgnored);
    let mut signed_in = any.then_some(SignedIn {
        at: None,
        until: None,
    });
    for statement in children(assertion, ns::SAML, "AuthnStatement") {
        let instant = instants.past(statement, "AuthnInstant")?;
        if !any {
            context(statement)?;
        }
        let until = instants.optional(statement, "SessionNotOnOrAfter")?;
        if let Some(until) = until.filter(|until| instants.has_passed(*until)) {
            return Err(Denial::SessionEnded(until.to_string()));
        }
        let until = until.map(|until| after(until, SKEW));
        let so_far: &mut SignedIn = signed_in.get_or_insert(SignedIn { at: instant, until });
        so_far.at = so_far.at.max(instant);
        so_far.until = [so_far.until, until].into_iter().flatten().min();
    }
    signed_in.ok_or(Denial::NoAuthnStatement)
}

/// What the IdP calls the session in which it issued the Assertion (Core 2.7.2).
pub(crate) fn session_index(assertion: Node<'_, '_>) -> Option<String> {
    let mut statements = children(assertion, ns::SAML, "AuthnStatement");
    let index = statements.find_map(|statement| statement.attribute("SessionIndex"))?;
    Some(index.to_owned()).filter(|index| !index.is_empty())
}

/// An AuthnContext names its class or a declaration (Core 2.7.2.2).
fn context(statement: Node<'_, '_>) -> Result<(), Denial> {
    let context = only(children(statement, ns::SAML, "AuthnContext")).ok_or(Denial::AuthnContext)?;
    let says_something = |element: Node<'_, '_>| {
        element.has_tag_name((ns::SAML, "AuthnContextDecl"))
            || !saml::document::text(element).trim().is_empty()
    };
    let names = ["AuthnContextClassRef", "AuthnContextDeclRef", "AuthnContextDecl"];
    let mut stated = context
        .children()
        .filter(|e| names.iter().any(|name| e.has_tag_name((ns::SAML, *name))))
        .peekable();
    if stated.peek().is_some() && stated.all(says_something) {
        Ok(())
    } else {
        Err(Denial::AuthnContext)
    }
}

/// A sign-in that was to be fresh (ForceAuthn) took place after the request (Core 3.4.1).
pub(crate) fn fresh(signed_in: SignedIn, requested: Timestamp) -> Result<(), Denial> {
    match signed_in.at {
        Some(at) if at < before(requested, SKEW) => Err(Denial::NotFresh(at.to_string())),
        _ => Ok(()),
    }
}
