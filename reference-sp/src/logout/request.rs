//! What a LogoutRequest says: of whom, and until when (Core 3.7.1).

use jiff::{SignedDuration, Timestamp};
use saml::SigningKey;
use saml::document::child;
use saml::logout::LogoutRequest;
use saml::names::ns;

use crate::account::same_name;
use crate::clock::{SKEW, after, before};
use crate::decrypt;
use crate::denial::Denial;
use crate::flaw::{Flaw, Flaws};
use crate::identity::Identity;
use crate::message::Message;

/// How old a LogoutRequest may be. Nothing in it needs to say when it ends.
const LIFETIME: SignedDuration = SignedDuration::from_mins(10);

pub(crate) fn parse(xml: &str) -> Result<LogoutRequest, Denial> {
    LogoutRequest::parse(xml).map_err(|why| Denial::LogoutMessage(why.to_string()))
}

/// The same, once it is verified, with the name that may be encrypted in it.
pub(crate) fn opened(xml: &str, flaws: Flaws, keys: &[SigningKey]) -> Result<LogoutRequest, Denial> {
    let message = Message::parse(xml, flaws)?;
    let plain = decrypt::named(&message, message.document.root_element(), keys)?;
    let Some(plain) = plain else {
        let mut request = parse(xml)?;
        let element = child(message.document.root_element(), ns::SAML, "NameID");
        if let (Some(name), Some(element)) = (&mut request.name_id, element) {
            name.value = message.text_of(element).trim().to_owned();
        }
        return Ok(request);
    };
    parse(&plain)
}

/// Whether the session is one that the request ends. Where it names sessions, these and no others: Azure AD sends as
/// NameID a value of its own, whatever the Assertion had. Where it names none, all of the user (Core 3.7.1).
pub(crate) fn is_meant(request: &LogoutRequest, identity: &Identity) -> bool {
    if request.session_indexes.is_empty() {
        let is_mail = identity.name_id_format.as_deref() == Some(saml::names::name_id::EMAIL);
        return request
            .name_id
            .as_ref()
            .is_some_and(|name| same_name(&name.value, &identity.name_id, is_mail));
    }
    let index = identity.session_index.as_ref();
    index.is_some_and(|index| request.session_indexes.contains(index))
}

/// Until when the request is remembered, if it is neither old nor of the future.
pub(crate) fn timely(request: &LogoutRequest, now: Timestamp, flaws: Flaws) -> Result<Timestamp, Denial> {
    if flaws.has(Flaw::NoTime) {
        return Ok(after(now, LIFETIME));
    }
    let instant = |what: &'static str, value: &Option<String>| {
        let value = value.as_deref();
        value
            .map(|value| {
                saml::instant::parse(value).map_err(|_| Denial::InstantMalformed {
                    what,
                    value: value.to_owned(),
                })
            })
            .transpose()
    };
    let issued =
        instant("IssueInstant", &request.issue_instant)?.ok_or(Denial::InstantMissing("IssueInstant"))?;
    if issued > after(now, SKEW) {
        return Err(Denial::Future {
            what: "IssueInstant",
            value: issued.to_string(),
        });
    }
    let end = after(issued, LIFETIME);
    let end = instant("NotOnOrAfter", &request.not_on_or_after)?.map_or(end, |stated| stated.min(end));
    if end <= before(now, SKEW) {
        return Err(Denial::Expired {
            what: "the LogoutRequest",
            value: end.to_string(),
        });
    }
    Ok(after(end, SKEW))
}
