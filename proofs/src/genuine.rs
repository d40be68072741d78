//! Every Signature of a document, wherever it stands, and what a trusted key did sign with it.

use std::collections::HashSet;

use roxmltree::{Document, Node};

use crate::algorithm::{SignatureAlgorithm, base64_forgiving};
use crate::canonical::Method;
use crate::identity::{self, Identity};
use crate::reference::{Budget, Match, Reference, enclosed};
use crate::trusted_key::TrustedKey;
use crate::xml::{self, DS, SAML, SAMLP};

const SIGNATURES: usize = 64;
const CANDIDATES: usize = 64;
const SIGNATURE_VALUES: usize = 4;

/// A Signature with one of its SignedInfos (there should be but one), examined.
pub(crate) struct Signed<'a, 'i> {
    pub(crate) signature: Node<'a, 'i>,
    pub(crate) signed_info: Node<'a, 'i>,
    pub(crate) references: Vec<Examined<'a, 'i>>,
    /// The trusted key that verifies a SignatureValue over this SignedInfo. Looked for only when a digest matches.
    pub(crate) key: Option<usize>,
}

/// A Reference and the node that it was found to cover, or would if its digest matched.
pub(crate) struct Examined<'a, 'i> {
    pub(crate) reference: Node<'a, 'i>,
    pub(crate) target: Option<Node<'a, 'i>>,
    pub(crate) holds: Option<Match>,
    /// Whether all algorithms of the Reference are known here.
    pub(crate) computable: bool,
}

/// Examines every Signature.
///
/// # Errors
///
/// When that would be more work than a message deserves, in one sentence.
pub(crate) fn signed<'a, 'i>(
    document: &'a Document<'i>,
    trusted: &[TrustedKey],
) -> Result<Vec<Signed<'a, 'i>>, String> {
    let mut survey = Survey {
        document,
        ids: Ids::new(document),
        budget: Budget::new(),
    };
    let signatures: Vec<_> = xml::elements(document)
        .filter(|e| xml::is(*e, DS, "Signature"))
        .take(SIGNATURES + 1)
        .collect();
    if signatures.len() > SIGNATURES {
        return Err(format!("the message has more than {SIGNATURES} Signatures"));
    }
    let mut all = Vec::new();
    for signature in signatures {
        for signed_info in xml::children(signature, DS, "SignedInfo") {
            let references = survey.references(signature, signed_info)?;
            let key = if references.iter().any(|reference| reference.holds.is_some()) {
                survey.key(signature, signed_info, trusted)?
            } else {
                None
            };
            all.push(Signed {
                signature,
                signed_info,
                references,
                key,
            });
        }
    }
    Ok(all)
}

/// The identities in what was really signed, each once.
pub(crate) fn identities(signed: &[Signed<'_, '_>]) -> Vec<Identity> {
    let mut seen = HashSet::new();
    let mut identities = Vec::new();
    for signed in signed.iter().filter(|signed| signed.key.is_some()) {
        let held = signed
            .references
            .iter()
            .filter(|reference| reference.holds.is_some());
        for target in held.filter_map(|reference| reference.target) {
            let without = enclosed(signed.signature, target);
            let assertions = target
                .descendants()
                .filter(|node| xml::is(*node, SAML, "Assertion"))
                .filter(|node| without.is_none_or(|signature| !xml::within(*node, signature)));
            for assertion in assertions {
                let read = identity::every(assertion, without);
                identities.extend(read.into_iter().filter(|identity| seen.insert(identity.clone())));
            }
        }
    }
    identities
}

/// Whether `key` made a SignatureValue of `signature` over `signed_info`.
pub(crate) fn verifies(
    signature: Node<'_, '_>,
    signed_info: Node<'_, '_>,
    keys: &[&TrustedKey],
    budget: &mut Budget,
) -> Result<Option<usize>, String> {
    let algorithm = xml::children(signed_info, DS, "SignatureMethod")
        .next()
        .and_then(|method| xml::attribute(method, "Algorithm"))
        .and_then(SignatureAlgorithm::of);
    let method = xml::children(signed_info, DS, "CanonicalizationMethod")
        .next()
        .and_then(Method::of);
    let (Some(algorithm), Some(method)) = (algorithm, method) else {
        return Ok(None);
    };
    let Some(octets) = budget.canonical(signed_info, None, &method)? else {
        return Ok(None);
    };
    for value in xml::children(signature, DS, "SignatureValue").take(SIGNATURE_VALUES) {
        let Some(value) = base64_forgiving(&xml::joined_text(value, None)) else {
            continue;
        };
        for (index, trusted) in keys.iter().enumerate() {
            budget.verification()?;
            if algorithm.verifies(&trusted.key, &octets, &value) {
                return Ok(Some(index));
            }
        }
    }
    Ok(None)
}

struct Survey<'a, 'i> {
    document: &'a Document<'i>,
    ids: Ids<'a, 'i>,
    budget: Budget,
}

impl<'a, 'i> Survey<'a, 'i> {
    fn references(
        &mut self,
        signature: Node<'a, 'i>,
        signed_info: Node<'a, 'i>,
    ) -> Result<Vec<Examined<'a, 'i>>, String> {
        xml::children(signed_info, DS, "Reference")
            .map(|node| {
                let reference = Reference::new(node);
                self.examine(&reference, signature)
            })
            .collect()
    }

    fn examine(
        &mut self,
        reference: &Reference<'a, 'i>,
        signature: Node<'a, 'i>,
    ) -> Result<Examined<'a, 'i>, String> {
        let (named, others) = self.candidates(reference, signature)?;
        let computable = reference.is_computable();
        let mut examined = Examined {
            reference: reference.node,
            target: named.first().copied(),
            holds: None,
            computable,
        };
        if computable {
            for target in named.into_iter().chain(others) {
                if let Some(how) = reference.holds(target, signature, &mut self.budget)? {
                    examined.target = Some(target);
                    examined.holds = Some(how);
                    break;
                }
            }
        }
        Ok(examined)
    }

    /// What the URI names, with every duplicate; and what it could mean to a reader with other notions of a URI (XPointers,
    /// percent-encoding, no URI at all). The digest decides, so a candidate too many does no harm.
    fn candidates(
        &self,
        reference: &Reference<'a, 'i>,
        signature: Node<'a, 'i>,
    ) -> Result<(Vec<Node<'a, 'i>>, Vec<Node<'a, 'i>>), String> {
        let named: Vec<_> = match reference.uri {
            Some("") => vec![self.document.root()],
            Some(uri) => {
                let id = uri.strip_prefix('#').unwrap_or_default();
                self.ids.named(id).take(CANDIDATES + 1).collect()
            }
            None => Vec::new(),
        };
        if named.len() > CANDIDATES {
            return Err(format!(
                "more than {CANDIDATES} elements have the ID that a Reference names"
            ));
        }
        let messages = xml::elements(self.document)
            .filter(|element| xml::is(*element, SAML, "Assertion") || xml::is(*element, SAMLP, "Response"));
        let mut others = Vec::new();
        for other in std::iter::once(self.document.root())
            .chain(signature.parent())
            .chain(messages)
        {
            if others.len() + named.len() < CANDIDATES && !named.contains(&other) && !others.contains(&other)
            {
                others.push(other);
            }
        }
        Ok((named, others))
    }

    /// Tries the keys of the Issuer beside the Signature first; the others follow.
    fn key(
        &mut self,
        signature: Node<'a, 'i>,
        signed_info: Node<'a, 'i>,
        trusted: &[TrustedKey],
    ) -> Result<Option<usize>, String> {
        let claimed = signature
            .parent()
            .and_then(|parent| xml::children(parent, SAML, "Issuer").next())
            .map(|issuer| xml::joined_text(issuer, None));
        let mut order: Vec<usize> = (0..trusted.len()).collect();
        order.sort_by_key(|index| claimed.as_deref() != Some(trusted[*index].issuer.as_str()));
        let keys: Vec<&TrustedKey> = order.iter().map(|index| &trusted[*index]).collect();
        let found = verifies(signature, signed_info, &keys, &mut self.budget)?;
        Ok(found.map(|position| order[position]))
    }
}

/// Every attribute that some reader takes for an ID: `ID`, `Id`, `id`, `xml:id`, `wsu:Id` and their kin.
struct Ids<'a, 'i>(Vec<(&'a str, Node<'a, 'i>)>);

impl<'a, 'i> Ids<'a, 'i> {
    fn new(document: &'a Document<'i>) -> Self {
        Self(
            xml::elements(document)
                .flat_map(|element| {
                    let ids = element
                        .attributes()
                        .filter(|a| a.name().eq_ignore_ascii_case("id"));
                    ids.map(move |id| (id.value(), element))
                })
                .collect(),
        )
    }

    fn named(&self, id: &str) -> impl Iterator<Item = Node<'a, 'i>> {
        self.0
            .iter()
            .filter(move |(value, _)| !id.is_empty() && *value == id)
            .map(|(_, element)| *element)
    }
}
