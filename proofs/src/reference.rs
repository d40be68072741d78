//! One `ds:Reference`: what it says, and whether an element has the digest that it promises.

use roxmltree::Node;

use crate::algorithm::{Hash, base64_forgiving};
use crate::canonical::{Method, canonical};
use crate::xml::{self, DS};

pub(crate) const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

const TRANSFORMS: usize = 8;
const DIGEST_VALUES: usize = 8;

/// How much the verifier may do for one message.
pub(crate) struct Budget {
    bytes: usize,
    verifications: usize,
}

impl Budget {
    /// What each attempt costs besides its bytes.
    const ATTEMPT: usize = 1 << 10;

    pub(crate) fn new() -> Self {
        Self {
            bytes: 32 << 20,
            verifications: 512,
        }
    }

    /// The canonical form of `apex`, paid for; `None` where there is none.
    pub(crate) fn canonical(
        &mut self,
        apex: Node<'_, '_>,
        without: Option<Node<'_, '_>>,
        method: &Method<'_>,
    ) -> Result<Option<Vec<u8>>, String> {
        let exhausted = || "the message asks for more canonicalisation than a verifier should do".to_string();
        self.bytes = self.bytes.checked_sub(Self::ATTEMPT).ok_or_else(exhausted)?;
        match canonical(apex, without, method, self.bytes) {
            Ok(bytes) => {
                self.bytes = self.bytes.saturating_sub(bytes.len());
                Ok(Some(bytes))
            }
            Err(crate::canonical::Failure::TooLong) => Err(exhausted()),
            Err(crate::canonical::Failure::BaseFixUp) => Ok(None),
        }
    }

    /// Pays for one public-key operation.
    pub(crate) fn verification(&mut self) -> Result<(), String> {
        self.verifications = self
            .verifications
            .checked_sub(1)
            .ok_or("the message asks for more signature checks than a verifier should do")?;
        Ok(())
    }
}

/// A Reference, read as leniently as any reader might.
pub(crate) struct Reference<'a, 'i> {
    pub(crate) node: Node<'a, 'i>,
    pub(crate) uri: Option<&'a str>,
    /// How the digested octets are made; `None` when a Transform is none of ours (XPath, XSLT, base64).
    method: Option<Method<'a>>,
    hash: Option<Hash>,
    promised: Vec<Vec<u8>>,
}

/// How a digest came to match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Match {
    /// As XML Signature says, where `#ID` selects no comments.
    Standard,
    /// With the comments in, as some signers do.
    WithComments,
}

impl<'a, 'i> Reference<'a, 'i> {
    pub(crate) fn new(node: Node<'a, 'i>) -> Self {
        let hash = xml::children(node, DS, "DigestMethod")
            .next()
            .and_then(|method| xml::attribute(method, "Algorithm"))
            .and_then(Hash::of);
        let promised = xml::children(node, DS, "DigestValue")
            .take(DIGEST_VALUES)
            .filter_map(|value| base64_forgiving(&xml::joined_text(value, None)))
            .collect();
        Self {
            node,
            uri: xml::attribute(node, "URI"),
            method: method(node),
            hash,
            promised,
        }
    }

    /// Whether the Reference names only algorithms that are known here.
    pub(crate) fn is_computable(&self) -> bool {
        self.method.is_some() && self.hash.is_some()
    }

    /// Whether `target` less the `signature` that encloses this Reference has the promised digest.
    ///
    /// The Signature is taken away whether or not the transform for it is declared: no digest can cover its own value.
    pub(crate) fn holds(
        &self,
        target: Node<'_, '_>,
        signature: Node<'_, '_>,
        budget: &mut Budget,
    ) -> Result<Option<Match>, String> {
        let (Some(method), Some(hash)) = (&self.method, self.hash) else {
            return Ok(None);
        };
        let without = enclosed(signature, target);
        for (how, comments) in [(Match::Standard, false), (Match::WithComments, true)] {
            if comments && !method.comments {
                continue;
            }
            let method = Method {
                kind: method.kind.clone(),
                comments,
            };
            if let Some(bytes) = budget.canonical(target, without, &method)?
                && self.promised.contains(&hash.digest(&bytes))
            {
                return Ok(Some(how));
            }
        }
        Ok(None)
    }
}

/// The Signature, if it stands inside `target` and is therefore not covered.
pub(crate) fn enclosed<'a, 'i>(signature: Node<'a, 'i>, target: Node<'_, '_>) -> Option<Node<'a, 'i>> {
    (signature != target && xml::within(signature, target)).then_some(signature)
}

fn method<'a>(reference: Node<'a, '_>) -> Option<Method<'a>> {
    let mut method = None;
    let transforms = xml::children(reference, DS, "Transforms")
        .flat_map(|transforms| transforms.children().filter(Node::is_element));
    for (count, transform) in transforms.enumerate() {
        if count >= TRANSFORMS || !xml::is(transform, DS, "Transform") {
            return None;
        }
        if xml::attribute(transform, "Algorithm") != Some(ENVELOPED) {
            method = Some(Method::of(transform)?);
        }
    }
    Some(method.unwrap_or(Method::IMPLIED))
}
