//! A logout message by HTTP-POST: its signature stands in it, over all of it (Bindings 3.5.4, Core 5.4).

use saml::Certificate;
use saml::document::{child, children, descendants};
use saml::names::ns;

use crate::denial::Denial;
use crate::flaw::{Flaw, Flaws};
use crate::logout::kind::Kind;
use crate::message::{Message, decode, only};
use crate::signature::{self, Target};

/// The one message of a form: which it is, its text, and the RelayState beside it.
pub(crate) fn read(
    fields: &[(String, String)],
    flaws: Flaws,
) -> Result<(Kind, String, Option<String>), Denial> {
    let field = |name: &str| {
        let mut values = fields.iter().filter(|(key, _)| key == name);
        match (values.next(), values.next()) {
            (value, None) => Ok(value.map(|(_, value)| value.as_str())),
            _ => Err(Denial::LogoutParameters),
        }
    };
    let (kind, message) = match (field("SAMLRequest")?, field("SAMLResponse")?) {
        (Some(message), None) => (Kind::Request, message),
        (None, Some(message)) => (Kind::Response, message),
        _ => return Err(Denial::LogoutParameters),
    };
    let relay_state = field("RelayState")?.map(str::to_owned);
    Ok((kind, decode(message, flaws)?, relay_state))
}

/// Whether the key of one of these certificates signed the message: the document element, by a signature that is its child.
pub(crate) fn verify(xml: &str, trusted: &[&Certificate], flaws: Flaws) -> Result<(), Denial> {
    if flaws.has(Flaw::NoSigCheck) {
        return Ok(());
    }
    let message = Message::parse(xml, flaws)?;
    message.unique_ids()?;
    let root = message.document.root_element();
    let anywhere = descendants(root, ns::DS, "Signature").next();
    if flaws.has(Flaw::SigIfPresent) && anywhere.is_none() {
        return Ok(());
    }
    if flaws.has(Flaw::UnboundVerify) || flaws.has(Flaw::SloUnbound) {
        let first = anywhere.ok_or(Denial::LogoutUnsigned)?;
        return signature::verify(&message, first, Target::Anywhere, trusted).map(drop);
    }
    if child(root, ns::DS, "Signature").is_none() {
        return Err(Denial::LogoutUnsigned);
    }
    let own =
        only(children(root, ns::DS, "Signature")).ok_or(Denial::SignatureCount("the logout message"))?;
    signature::verify(&message, own, Target::Parent(root), trusted).map(drop)
}

/// Whether the message has no signature at all, wherever.
pub(crate) fn is_unsigned(xml: &str) -> bool {
    saml::document::parse(xml).is_ok_and(|tree| {
        descendants(tree.root_element(), ns::DS, "Signature")
            .next()
            .is_none()
    })
}
