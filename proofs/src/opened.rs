//! Messages of which something is encrypted: what they prove to who can decrypt it.
//!
//! A Signature around an encrypted element covers the ciphertext, and by it what that hides; one within covers what it
//! always covers. So the first is looked for in the message as it was sent, the second in the message as it is read.

use std::collections::HashSet;

use roxmltree::{Document, Node};

use crate::genuine::{self, Signed};
use crate::identity::{self, Identity};
use crate::reader::Page;
use crate::trusted_key::TrustedKey;
use crate::xml::{self, SAML, SAMLP};
use crate::{Proofs, limits, strict, text};

/// The identities that a message proves under `trusted` keys to who can decrypt it: `sent` as it came, `opened` with what
/// was encrypted in its place.
///
/// It never panics and never fails, as [`proofs`](crate::proofs()).
#[must_use]
pub fn proofs_opened(sent: &[u8], opened: &[u8], trusted: &[TrustedKey]) -> Proofs {
    read(sent, opened, trusted).unwrap_or_else(|why_not| Proofs {
        why_not: Some(why_not),
        ..Proofs::default()
    })
}

fn read(sent: &[u8], opened: &[u8], trusted: &[TrustedKey]) -> Result<Proofs, String> {
    limits::size(sent.len())?;
    limits::size(opened.len())?;
    let (sent, sent_oddity) = text::decode(sent)?;
    let (opened, opened_oddity) = text::decode(opened)?;
    let (sent, opened) = (Page::new(&sent)?, Page::new(&opened)?);
    let oddity = [sent_oddity, opened_oddity, sent.oddity(), opened.oddity()];
    let (sent, opened) = (sent.parse()?, opened.parse()?);
    let both = Both {
        signed_as_sent: genuine::signed(&sent, trusted)?,
        signed_as_read: genuine::signed(&opened, trusted)?,
        sent: &sent,
        opened: &opened,
    };
    let genuine = both.genuine();
    let strict = match oddity.into_iter().flatten().next() {
        Some(oddity) => Err(oddity),
        None => both.strict(trusted),
    };
    let (strict, why_not) = match strict {
        Ok(strict) => (strict, None),
        Err(why_not) => (Vec::new(), Some(why_not)),
    };
    Ok(Proofs {
        strict,
        genuine,
        why_not,
    })
}

struct Both<'a, 'i> {
    sent: &'a Document<'i>,
    opened: &'a Document<'i>,
    signed_as_sent: Vec<Signed<'a, 'i>>,
    signed_as_read: Vec<Signed<'a, 'i>>,
}

impl<'a, 'i> Both<'a, 'i> {
    /// As [`strict::identities`].
    fn strict(&self, trusted: &[TrustedKey]) -> Result<Vec<Identity>, String> {
        let (sent, opened) = (self.sent.root_element(), self.opened.root_element());
        if !xml::is(sent, SAMLP, "Response") {
            return Err("the root element is not samlp:Response".into());
        }
        strict::unique_ids(self.sent)?;
        strict::unique_ids(self.opened)?;
        let outer = strict::signer(sent, &self.signed_as_sent)?;
        let mut identities = Vec::new();
        for assertion in xml::children(opened, SAML, "Assertion") {
            // In the clear it may hold a name that is not, so that its Signature covers that ciphertext.
            let in_the_clear = xml::children(sent, SAML, "Assertion")
                .find(|other| xml::attribute(*other, "ID") == xml::attribute(assertion, "ID"));
            let inner = match in_the_clear {
                Some(as_sent) => strict::signer(as_sent, &self.signed_as_sent)?,
                None => strict::signer(assertion, &self.signed_as_read)?,
            };
            if outer.is_none() && inner.is_none() {
                continue;
            }
            let identity = identity::one(assertion)?;
            for key in outer.into_iter().chain(inner) {
                strict::speaks_for(key, &identity.issuer, trusted)?;
            }
            identities.push(identity);
        }
        match identities.is_empty() {
            true => Err("neither the Response nor an Assertion in it, in the clear or not, is signed".into()),
            false => Ok(identities),
        }
    }

    /// What was signed in either reading, and whatever was decrypted in what was signed as it was sent.
    fn genuine(&self) -> Vec<Identity> {
        let mut found = genuine::identities(&self.signed_as_sent);
        found.extend(genuine::identities(&self.signed_as_read));
        let held = self
            .signed_as_sent
            .iter()
            .filter(|signed| signed.key.is_some())
            .flat_map(|signed| &signed.references)
            .filter(|reference| reference.holds.is_some())
            .filter_map(|reference| reference.target);
        for element in held.flat_map(|target| self.as_read(target)) {
            let assertions = element
                .descendants()
                .filter(|node| xml::is(*node, SAML, "Assertion"));
            found.extend(assertions.flat_map(|assertion| identity::every(assertion, None)));
        }
        let mut seen = HashSet::new();
        found.retain(|identity| seen.insert(identity.clone()));
        found
    }

    /// An element of the message as sent, in the message as read: at the same place, or else wherever its ID stands, for
    /// what was hidden may be more than one element.
    fn as_read(&self, sent: Node<'_, '_>) -> Vec<Node<'a, 'i>> {
        let id = xml::attribute(sent, "ID");
        let of_id = |node: &Node<'_, '_>| xml::attribute(*node, "ID") == id;
        let all: Vec<_> = xml::elements(self.opened).filter(of_id).collect();
        let there: Vec<_> = all
            .iter()
            .copied()
            .filter(|node| path(*node) == path(sent))
            .collect();
        match there.is_empty() {
            true => all,
            false => there,
        }
    }
}

/// Which child of which child an element is.
fn path(element: Node<'_, '_>) -> Vec<usize> {
    element
        .ancestors()
        .map(|node| node.prev_siblings().filter(Node::is_element).count())
        .collect()
}
