//! What each Signature covers, in byte ranges: for reports, and for people who decode a message.

use std::ops::Range;

use roxmltree::Node;

use crate::algorithm::base64_forgiving;
use crate::genuine::{self, Examined, Signed};
use crate::limits;
use crate::reader::Page;
use crate::reference::{Budget, Match};
use crate::trusted_key::TrustedKey;
use crate::xml::{self, DS};

/// One Reference of one Signature: where they stand and whether they hold. A Signature without a Reference has one, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// Where the `ds:Signature` stands, in bytes of the text.
    pub signature: Range<usize>,
    /// Where the element stands whose digest the Reference gives, in bytes of the text; when no digest matches, the first
    /// element that its URI names. `None` when there is none.
    pub covers: Option<Range<usize>>,
    /// Whether the digest matches and the SignatureValue holds under a trusted key. With no trusted keys: whether the digest
    /// matches and nothing that the message brings along contradicts it.
    pub verifies: bool,
    /// The issuer whose trusted key verified.
    pub key_issuer: Option<String>,
    /// What was found, in one sentence.
    pub note: String,
}

/// What each Signature of `xml` covers, in document order. Empty for text that cannot be read, or is past the bounds of
/// [`proofs`](crate::proofs()).
#[must_use]
pub fn coverage(xml: &str, trusted: &[TrustedKey]) -> Vec<Coverage> {
    examine(xml, trusted).unwrap_or_default()
}

fn examine(text: &str, trusted: &[TrustedKey]) -> Result<Vec<Coverage>, String> {
    limits::size(text.len())?;
    let page = Page::new(text)?;
    let document = page.parse()?;
    let signed = genuine::signed(&document, trusted)?;
    let mut budget = Budget::new();
    let mut all = Vec::new();
    for signature in xml::elements(&document).filter(|element| xml::is(*element, DS, "Signature")) {
        let before = all.len();
        for signed in signed.iter().filter(|signed| signed.signature == signature) {
            for reference in &signed.references {
                all.push(judge(&page, signed, reference, trusted, &mut budget)?);
            }
        }
        if all.len() == before {
            all.push(Coverage {
                signature: page.range(signature),
                covers: None,
                verifies: false,
                key_issuer: None,
                note: "the Signature has no SignedInfo with a Reference, so it covers nothing".into(),
            });
        }
    }
    Ok(all)
}

fn judge(
    page: &Page<'_>,
    signed: &Signed<'_, '_>,
    reference: &Examined<'_, '_>,
    trusted: &[TrustedKey],
    budget: &mut Budget,
) -> Result<Coverage, String> {
    let key = signed.key.map(|index| &trusted[index]);
    let enclosed = match reference.holds {
        Some(_) if key.is_none() => Enclosed::judge(signed, budget)?,
        _ => Enclosed::Unasked,
    };
    let alone = trusted.is_empty() && !matches!(enclosed, Enclosed::Contradicts);
    Ok(Coverage {
        signature: page.range(signed.signature),
        covers: reference.target.map(|target| page.range(target)),
        verifies: reference.holds.is_some() && (key.is_some() || alone),
        key_issuer: reference.holds.and(key).map(|key| key.issuer.clone()),
        note: note(reference, key, &enclosed, trusted.is_empty()),
    })
}

fn note(
    reference: &Examined<'_, '_>,
    key: Option<&TrustedKey>,
    enclosed: &Enclosed,
    no_keys: bool,
) -> String {
    let uri = xml::attribute(reference.reference, "URI");
    let comments = if reference.holds == Some(Match::WithComments) {
        ", comments included"
    } else {
        ""
    };
    match (reference.holds, reference.target, key) {
        (None, _, _) if !reference.computable => {
            "the Reference uses an algorithm that is not computed here, so it was not judged".into()
        }
        (None, None, _) => format!("the Reference {uri:?} names no element of the message"),
        (None, Some(_), _) => "the digest does not match what the Reference names".into(),
        (Some(_), _, Some(key)) => {
            format!(
                "the digest matches{comments}, and a key trusted for {:?} signed it",
                key.issuer
            )
        }
        (Some(_), _, None) => {
            let trust = if no_keys {
                "no trusted key was given"
            } else {
                "no trusted key signed it"
            };
            format!("the digest matches{comments}; {trust}; {}", enclosed.phrase())
        }
    }
}

/// What the certificate that the message itself brings says. It proves nothing, but explains much.
enum Enclosed {
    Unasked,
    Absent,
    Agrees,
    Contradicts,
}

impl Enclosed {
    fn judge(signed: &Signed<'_, '_>, budget: &mut Budget) -> Result<Self, String> {
        let Some(key) = certificate(signed.signature) else {
            return Ok(Self::Absent);
        };
        let verified = genuine::verifies(signed.signature, signed.signed_info, &[&key], budget)?;
        Ok(if verified.is_some() {
            Self::Agrees
        } else {
            Self::Contradicts
        })
    }

    fn phrase(&self) -> &'static str {
        match self {
            Self::Unasked | Self::Absent => "its KeyInfo has no certificate to try",
            Self::Agrees => "the certificate in its own KeyInfo verifies it, which anybody could arrange",
            Self::Contradicts => "the certificate in its own KeyInfo does not verify it",
        }
    }
}

fn certificate(signature: Node<'_, '_>) -> Option<TrustedKey> {
    let key_info = xml::children(signature, DS, "KeyInfo").next()?;
    let element = key_info
        .descendants()
        .find(|node| xml::is(*node, DS, "X509Certificate"))?;
    let der = base64_forgiving(&xml::joined_text(element, None))?;
    TrustedKey::from_certificate_der(String::new(), &der).ok()
}
