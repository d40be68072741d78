//! A message that is signed as a whole: its document element, by a signature that is its child (Core 5.4, Bindings 3.5.4).

use saml::Certificate;
use saml::document::{child, children, descendants};
use saml::names::ns;

use crate::denial::Denial;
use crate::flaw::{Flaw, Flaws};
use crate::message::{Message, only};
use crate::signature::{self, Target};

/// Whether the key of one of these certificates signed the message. `what` is what it is called; `anywhere`: any signature in it will do, for a switch.
pub(crate) fn verify(
    xml: &str,
    what: &'static str,
    trusted: &[&Certificate],
    flaws: Flaws,
    anywhere: bool,
) -> Result<(), Denial> {
    if flaws.has(Flaw::NoSigCheck) {
        return Ok(());
    }
    let message = Message::parse(xml, flaws)?;
    message.unique_ids()?;
    let root = message.document.root_element();
    let first = descendants(root, ns::DS, "Signature").next();
    if flaws.has(Flaw::SigIfPresent) && first.is_none() {
        return Ok(());
    }
    if anywhere {
        let first = first.ok_or(Denial::MessageUnsigned(what))?;
        return signature::verify(&message, first, Target::Anywhere, trusted).map(drop);
    }
    if child(root, ns::DS, "Signature").is_none() {
        return Err(Denial::MessageUnsigned(what));
    }
    let own = only(children(root, ns::DS, "Signature")).ok_or(Denial::SignatureCount(what))?;
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
