//! From a document to what it says of one IdP: proven first, read in the proven part only.

use jiff::Timestamp;
use roxmltree::Node;
use saml::document::{self, XmlError, children, descendants};
use saml::metadata::MetadataError;
use saml::names::ns;
use saml::{Certificate, IdpMetadata};

use crate::config::Source;
use crate::denial::Denial;
use crate::flaw::{Flaw, Flaws};
use crate::message::{self, Message, only};
use crate::signature::{self, Target};

/// Why a document changes nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotTaken {
    #[error("it cannot be fetched: {0}")]
    Fetch(String),
    #[error("it is larger than {limit} bytes")]
    TooLarge { limit: usize },
    #[error(transparent)]
    Xml(#[from] XmlError),
    /// What is refused in messages is refused here.
    #[error("{0}")]
    Refused(#[from] Denial),
    #[error("it is not signed")]
    Unsigned,
    #[error("it describes {0} entities of that entity ID, and should describe one")]
    Entities(usize),
    #[error("it was valid until {0}")]
    Over(String),
    #[error("it describes no identity provider for SAML 2.0")]
    NoRole,
    #[error(transparent)]
    Metadata(#[from] MetadataError),
}

/// What a document says.
pub(super) struct Read {
    pub(super) metadata: IdpMetadata,
    /// When that is no longer so.
    pub(super) valid_until: Option<Timestamp>,
}

/// Reads what a document says of the source's IdP.
pub(super) fn read(bytes: &[u8], source: &Source, flaws: Flaws, now: Timestamp) -> Result<Read, NotTaken> {
    let text = message::followed(document::decode_utf8(bytes)?, flaws)?;
    let message = Message::parse(&text, flaws)?;
    let unverified = flaws.has(Flaw::MetadataUnverified);
    let root = message.document.root_element();
    if !unverified && !source.signers.is_empty() {
        proven(&message, root, &source.signers)?;
    }
    let entity = entity(root, source, unverified)?;
    let role = children(entity, ns::MD, "IDPSSODescriptor")
        .find(|role| unverified || is_saml2(role))
        .ok_or(NotTaken::NoRole)?;
    let valid_until = ends(role);
    if let Some(end) = valid_until.filter(|end| *end <= now && !unverified) {
        return Err(NotTaken::Over(end.to_string()));
    }
    let entity_id = entity.attribute("entityID").unwrap_or_default().to_owned();
    let mut metadata = IdpMetadata::of_role(entity_id, role)?;
    if flaws.has(Flaw::IssuerUnbound) {
        metadata.signing.append(&mut metadata.encryption);
    }
    if flaws.has(Flaw::UseAbsent) {
        let named =
            children(role, ns::MD, "KeyDescriptor").any(|key| key.attribute("use") == Some("signing"));
        metadata.signing.retain(|_| named);
    }
    Ok(Read {
        metadata,
        valid_until: valid_until.filter(|_| !unverified),
    })
}

/// The signature of the document element, over that element (Metadata 3.1, Core 5.4.1).
fn proven(message: &Message<'_>, root: Node<'_, '_>, signers: &[Certificate]) -> Result<(), NotTaken> {
    let signers: Vec<&Certificate> = signers.iter().collect();
    if message.flaws.has(Flaw::UnboundVerify) {
        let mut anywhere = descendants(message.document.root_element(), ns::DS, "Signature");
        let first = anywhere.next().ok_or(NotTaken::Unsigned)?;
        signature::verify(message, first, Target::Anywhere, &signers)?;
        return Ok(());
    }
    let own = only(children(root, ns::DS, "Signature")).ok_or(NotTaken::Unsigned)?;
    let own = message.element_at(own.range().start).ok_or(NotTaken::Unsigned)?;
    let target = Target::Parent(message.document.root_element());
    signature::verify(message, own, target, &signers)?;
    Ok(())
}

/// The one entity with the source's entity ID: the document element, or in an aggregate.
fn entity<'a, 'd>(root: Node<'a, 'd>, source: &Source, any: bool) -> Result<Node<'a, 'd>, NotTaken> {
    let all = descendants(root, ns::MD, "EntityDescriptor");
    let around = |node: &Node<'_, '_>| {
        // One that stands in an extension is nobody's.
        let mut above = node.ancestors().skip(1).filter(Node::is_element);
        above.all(|node| node.has_tag_name((ns::MD, "EntitiesDescriptor")))
    };
    let named = |node: &Node<'_, '_>| any || node.attribute("entityID") == Some(&source.entity_id);
    let fitting: Vec<Node<'_, '_>> = all.filter(around).filter(named).collect();
    match fitting[..] {
        [one] => Ok(one),
        [first, ..] if any => Ok(first),
        _ => Err(NotTaken::Entities(fitting.len())),
    }
}

fn is_saml2(role: &Node<'_, '_>) -> bool {
    let protocols = role.attribute("protocolSupportEnumeration").unwrap_or_default();
    protocols.split_ascii_whitespace().any(|one| one == ns::SAMLP)
}

/// The first end of the role, or of what it stands in (Metadata 2.3.1 to 2.4.1). One that cannot be read has been.
fn ends(role: Node<'_, '_>) -> Option<Timestamp> {
    let written = role.ancestors().filter_map(|node| node.attribute("validUntil"));
    written
        .map(|text| saml::instant::parse(text).unwrap_or(Timestamp::MIN))
        .min()
}
