//! What a message says, and whether it may be believed: strictly, or not at all.

use std::collections::{BTreeMap, HashSet};

use base64::prelude::*;
use openssl::{hash::MessageDigest, sign::Verifier};
use roxmltree::{Document, Node};
use saml::{
    Certificate, IdpMetadata,
    canonical::canonicalize_node,
    document::{child, children, descendants, id_of, parse, text},
    names::{alg, ns, status},
    signature::verify_saml,
};

use super::switches::Open;

/// How far two clocks may be apart.
const SKEW: jiff::SignedDuration = jiff::SignedDuration::from_mins(2);

/// Why a message is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denial {
    Garbage,
    Unsuccessful,
    Shape,
    Unsigned,
    Signature,
    Issuer,
    Audience,
    Recipient,
    Time,
    Request,
    Replay,
    NoIdentity,
    NoAccount,
    Locked,
    Riddle,
}

/// What a message that was believed says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said {
    pub(crate) assertion: String,
    pub(crate) name_id: String,
    /// Values by the last part of their attribute's Name.
    pub(crate) claims: BTreeMap<String, String>,
    /// The requests that it answers: of the Response, and of the confirmation.
    pub(crate) answers: Vec<String>,
}

/// Whom an SP believes, and who it is itself.
pub(crate) struct Rules {
    pub(crate) idp: IdpMetadata,
    pub(crate) entity_id: String,
    pub(crate) acs: String,
    pub(crate) open: Option<Open>,
}

/// The names that stand in a message, believed or not, in its order: whom a refusal is counted against.
pub(crate) fn claimed(message: &str) -> Vec<String> {
    let Ok(tree) = parse(message) else {
        return Vec::new();
    };
    let named = descendants(tree.root(), ns::SAML, "NameID").map(|name| text(name).trim().to_owned());
    let mut names: Vec<String> = named.collect();
    names.dedup();
    names
}

/// How many Assertions stand anywhere in a message.
pub(crate) fn assertions(message: &str) -> usize {
    parse(message).map_or(0, |tree| descendants(tree.root(), ns::SAML, "Assertion").count())
}

/// How many AuthnStatements stand anywhere in a message.
pub(crate) fn statements(message: &str) -> usize {
    parse(message).map_or(0, |tree| {
        descendants(tree.root(), ns::SAML, "AuthnStatement").count()
    })
}

impl Rules {
    /// Judges a message, all but its replay and the requests that it answers.
    pub(crate) fn judge(&self, message: &str) -> Result<Said, Denial> {
        let tree = parse(message).map_err(|_| Denial::Garbage)?;
        let response = tree.root_element();
        if !response.has_tag_name((ns::SAMLP, "Response")) {
            return Err(Denial::Garbage);
        }
        let code = child(response, ns::SAMLP, "Status").and_then(|n| child(n, ns::SAMLP, "StatusCode"));
        if code.and_then(|code| code.attribute("Value")) != Some(status::SUCCESS) {
            return Err(Denial::Unsuccessful);
        }
        let assertion = children(response, ns::SAML, "Assertion")
            .next()
            .ok_or(Denial::Shape)?;
        match self.open {
            None => self.prove(message, &tree, assertion)?,
            Some(Open::Wrapping) => self.any_signature(message, &tree)?,
            Some(Open::Unsigned) => {}
        }
        self.valid(response, assertion)
    }

    /// The strict way: one Assertion, no ID twice, and every Signature is that of its parent, the Response or the
    /// Assertion, and holds.
    fn prove(&self, message: &str, tree: &Document<'_>, assertion: Node<'_, '_>) -> Result<(), Denial> {
        let mut seen = HashSet::new();
        let twice = tree.descendants().filter_map(id_of).any(|id| !seen.insert(id));
        if twice || descendants(tree.root(), ns::SAML, "Assertion").count() != 1 {
            return Err(Denial::Shape);
        }
        let signatures: Vec<_> = descendants(tree.root(), ns::DS, "Signature").collect();
        if signatures.is_empty() {
            return Err(Denial::Unsigned);
        }
        for signature in signatures {
            let bearer = signature.parent_element().ok_or(Denial::Shape)?;
            let references: Vec<_> = descendants(signature, ns::DS, "Reference").collect();
            let [reference] = references[..] else {
                return Err(Denial::Signature);
            };
            let named = reference.attribute("URI").and_then(|uri| uri.strip_prefix('#'));
            let bears = bearer == tree.root_element() || bearer == assertion;
            let holds = |certificate: &Certificate| {
                verify_saml(message, signature.range().start, certificate).unwrap_or(false)
            };
            if !bears || named.is_none() || named != id_of(bearer) || !self.idp.signing.iter().any(holds) {
                return Err(Denial::Signature);
            }
        }
        Ok(())
    }

    /// The wrong way: the IdP signed something in here, whatever it may be.
    fn any_signature(&self, message: &str, tree: &Document<'_>) -> Result<(), Denial> {
        let mut signatures = descendants(tree.root(), ns::DS, "Signature").peekable();
        if signatures.peek().is_none() {
            return Err(Denial::Unsigned);
        }
        let holds = |signature: Node<'_, '_>| -> Option<bool> {
            let info = child(signature, ns::DS, "SignedInfo")?;
            let octets = canonicalize_node(message, info, alg::EXC_C14N, &[], &[]).ok()?;
            let value: String = text(child(signature, ns::DS, "SignatureValue")?)
                .split_whitespace()
                .collect();
            let value = BASE64_STANDARD.decode(value).ok()?;
            Some(self.idp.signing.iter().any(|certificate| {
                Verifier::new(MessageDigest::sha256(), &certificate.public_key())
                    .and_then(|mut verifier| verifier.verify_oneshot(&value, &octets))
                    .unwrap_or(false)
            }))
        };
        if signatures.any(|signature| holds(signature) == Some(true)) {
            Ok(())
        } else {
            Err(Denial::Signature)
        }
    }

    /// Issuer, audience, recipient and time; then what it says.
    fn valid(&self, response: Node<'_, '_>, assertion: Node<'_, '_>) -> Result<Said, Denial> {
        let issuers = [response, assertion].map(|node| child(node, ns::SAML, "Issuer").map(text));
        let [of_response, of_assertion] = issuers;
        if of_assertion.as_deref() != Some(self.idp.entity_id.as_str())
            || of_response.is_some_and(|issuer| issuer != self.idp.entity_id)
        {
            return Err(Denial::Issuer);
        }
        if response.attribute("Destination").is_some_and(|to| to != self.acs) {
            return Err(Denial::Recipient);
        }
        let conditions = child(assertion, ns::SAML, "Conditions").ok_or(Denial::Shape)?;
        in_time(conditions)?;
        let mut restrictions = children(conditions, ns::SAML, "AudienceRestriction").peekable();
        if restrictions.peek().is_none()
            || !restrictions.all(|one| children(one, ns::SAML, "Audience").any(|n| text(n) == self.entity_id))
        {
            return Err(Denial::Audience);
        }
        let subject = child(assertion, ns::SAML, "Subject").ok_or(Denial::NoIdentity)?;
        let confirmed = child(subject, ns::SAML, "SubjectConfirmation")
            .and_then(|n| child(n, ns::SAML, "SubjectConfirmationData"))
            .ok_or(Denial::Recipient)?;
        if confirmed.attribute("Recipient") != Some(self.acs.as_str()) {
            return Err(Denial::Recipient);
        }
        in_time(confirmed)?;
        let answers = [response, confirmed].into_iter();
        let answers = answers.filter_map(|node| node.attribute("InResponseTo"));
        Ok(Said {
            assertion: id_of(assertion).ok_or(Denial::Shape)?.to_owned(),
            name_id: child(subject, ns::SAML, "NameID").map(text).unwrap_or_default(),
            claims: claims(assertion),
            answers: answers.map(str::to_owned).collect(),
        })
    }
}

fn claims(assertion: Node<'_, '_>) -> BTreeMap<String, String> {
    let statements = children(assertion, ns::SAML, "AttributeStatement");
    let attributes = statements.flat_map(|statement| children(statement, ns::SAML, "Attribute"));
    let pairs = attributes.filter_map(|attribute| {
        let name = attribute.attribute("Name")?.rsplit('/').next()?;
        Some((
            name.to_owned(),
            text(child(attribute, ns::SAML, "AttributeValue")?),
        ))
    });
    pairs.collect()
}

/// An end there must be; a beginning there may be.
fn in_time(node: Node<'_, '_>) -> Result<(), Denial> {
    let instant = |name: &str| match node.attribute(name) {
        None => Ok(None),
        Some(value) => saml::instant::parse(value).map(Some).map_err(|_| Denial::Time),
    };
    let now = jiff::Timestamp::now();
    let ended = instant("NotOnOrAfter")?.is_none_or(|end| now >= end + SKEW);
    let early = instant("NotBefore")?.is_some_and(|begin| now < begin - SKEW);
    if ended || early { Err(Denial::Time) } else { Ok(()) }
}
