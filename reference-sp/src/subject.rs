//! The Assertion's Subject: who it is, and whether the bearer may present it here and now.

use jiff::Timestamp;
use roxmltree::Node;
use saml::document::children;
use saml::names::{method, name_id, ns};

use crate::denial::Denial;
use crate::flaw::Flaw;
use crate::instants::Instants;
use crate::loosely;
use crate::message::{Message, only};

/// The only Subject (Core 2.3.3).
pub(crate) fn subject<'a, 'd>(assertion: Node<'a, 'd>) -> Result<Node<'a, 'd>, Denial> {
    only(children(assertion, ns::SAML, "Subject")).ok_or(Denial::NoSubject)
}

/// A NameID that may be believed once its domain is checked.
pub(crate) struct Name {
    pub(crate) value: String,
    pub(crate) format: Option<String>,
}

/// The NameID: one, of text only, not blank, meant for us where it is qualified (Core 2.2.2, 8.3).
pub(crate) fn name_id(
    message: &Message<'_>,
    subject: Node<'_, '_>,
    issuer: &str,
    entity_id: &str,
) -> Result<Name, Denial> {
    let identifiers = ["BaseID", "NameID", "EncryptedID"];
    let mut found = subject
        .children()
        .filter(|e| identifiers.iter().any(|name| e.has_tag_name((ns::SAML, *name))));
    let element = if message.flaws.has(Flaw::ReadLastAssertion) {
        found.next_back()
    } else {
        only(found)
    }
    .filter(|element| element.tag_name().name() == "NameID")
    .ok_or(Denial::NameId)?;
    if !message.flaws.has(Flaw::TextFirstNode) && element.children().any(|node| node.is_element()) {
        return Err(Denial::NameId);
    }
    if let Some(format @ ("" | name_id::ENTITY)) = element.attribute("Format") {
        return Err(Denial::NameIdFormat(format.to_owned()));
    }
    for (qualifier, ours) in [("NameQualifier", issuer), ("SPNameQualifier", entity_id)] {
        if message.flaws.has(Flaw::IssuerUnbound) && ours == issuer {
            continue;
        }
        if let Some(other) = element.attribute(qualifier).filter(|value| *value != ours) {
            return Err(Denial::NameIdQualifier(other.to_owned()));
        }
    }
    let mut value = message.text_of(element);
    if message.flaws.has(Flaw::LooseNames) {
        value = loosely::read(&value);
    }
    if value.trim().is_empty() || value.chars().any(char::is_control) {
        return Err(Denial::NameIdText);
    }
    Ok(Name {
        value,
        format: element.attribute("Format").map(str::to_owned),
    })
}

/// What a SubjectConfirmation that holds says about the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Confirmed {
    /// Until when the Assertion may be presented.
    pub(crate) until: Option<Timestamp>,
}

/// One bearer confirmation holds (Profiles 4.1.4.3): of several, any one does, by itself.
pub(crate) fn confirmed(
    message: &Message<'_>,
    subject: Node<'_, '_>,
    instants: Instants,
    acs_url: &str,
    in_response_to: Option<&str>,
) -> Result<Confirmed, Denial> {
    let mut denial = Denial::NoBearer;
    for confirmation in children(subject, ns::SAML, "SubjectConfirmation") {
        match holds(message, confirmation, instants, acs_url, in_response_to) {
            Ok(confirmed) => return Ok(confirmed),
            Err(Denial::NoBearer) => {}
            Err(reason) => denial = reason,
        }
    }
    if message.flaws.has(Flaw::AnyConfirmation)
        && children(subject, ns::SAML, "SubjectConfirmation")
            .next()
            .is_none()
    {
        return Ok(Confirmed { until: None });
    }
    Err(denial)
}

/// The method is bearer, and the data bind the Assertion to this address, this time and this request
/// (Profiles 4.1.4.2 and 4.1.4.3).
fn holds(
    message: &Message<'_>,
    confirmation: Node<'_, '_>,
    instants: Instants,
    acs_url: &str,
    in_response_to: Option<&str>,
) -> Result<Confirmed, Denial> {
    let any = message.flaws.has(Flaw::AnyConfirmation);
    if !any && confirmation.attribute("Method") != Some(method::BEARER) {
        return Err(Denial::NoBearer);
    }
    let Some(data) = only(children(confirmation, ns::SAML, "SubjectConfirmationData")) else {
        return if any {
            Ok(Confirmed { until: None })
        } else {
            Err(Denial::NoConfirmationData)
        };
    };
    let recipient = data.attribute("Recipient");
    let ours = recipient.is_some_and(|recipient| message.flaws.same(recipient, acs_url));
    if !message.flaws.has(Flaw::NoRecipient) && !ours {
        return Err(Denial::Recipient(recipient.map(str::to_owned)));
    }
    let window = instants.window(data)?;
    if window.end.is_none() && !instants.are_ignored() {
        return Err(Denial::InstantMissing("NotOnOrAfter"));
    }
    let stated = data.attribute("InResponseTo");
    let unchecked = message.flaws.has(Flaw::NoInResponseTo)
        || message.flaws.has(Flaw::InResponseToIfPresent) && in_response_to.is_none();
    if !unchecked && (stated != in_response_to || stated == Some("")) {
        return Err(Denial::InResponseToMismatch {
            response: in_response_to.map(str::to_owned),
            data: stated.map(str::to_owned),
        });
    }
    Ok(Confirmed { until: window.end })
}
