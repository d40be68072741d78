//! What a strict reader finds authentically signed.

use std::collections::HashSet;

use roxmltree::{Document, Node};

use crate::algorithm::{Hash, SignatureAlgorithm, base64_strict};
use crate::canonical::{Kind, Method};
use crate::genuine::Signed;
use crate::identity::{self, Identity};
use crate::reference::{ENVELOPED, Match};
use crate::trusted_key::TrustedKey;
use crate::xml::{self, DS, EXC_C14N, SAML, SAMLP};

/// The identities of the Assertions that are children of the Response and covered by a Signature of their own, or by the
/// Response's. One Signature in these places that does not hold spoils the whole message.
///
/// # Errors
///
/// Why there are none, in one sentence.
pub(crate) fn identities(
    document: &Document<'_>,
    signed: &[Signed<'_, '_>],
    trusted: &[TrustedKey],
) -> Result<Vec<Identity>, String> {
    let response = document.root_element();
    if !xml::is(response, SAMLP, "Response") {
        return Err("the root element is not samlp:Response".into());
    }
    unique_ids(document)?;
    let outer = signer(response, signed)?;
    let mut identities = Vec::new();
    for assertion in xml::children(response, SAML, "Assertion") {
        let inner = signer(assertion, signed)?;
        if outer.is_none() && inner.is_none() {
            continue;
        }
        let identity = identity::one(assertion)?;
        for key in outer.into_iter().chain(inner) {
            speaks_for(key, &identity.issuer, trusted)?;
        }
        identities.push(identity);
    }
    if identities.is_empty() {
        Err(why_none(response))
    } else {
        Ok(identities)
    }
}

fn why_none(response: Node<'_, '_>) -> String {
    if xml::children(response, SAML, "Assertion").next().is_some() {
        "neither the Response nor an Assertion that is its child is signed"
    } else if xml::children(response, SAML, "EncryptedAssertion")
        .next()
        .is_some()
    {
        "the Assertion is encrypted"
    } else {
        "the Response has no Assertion as its child"
    }
    .into()
}

pub(crate) fn unique_ids(document: &Document<'_>) -> Result<(), String> {
    let mut seen = HashSet::new();
    for id in xml::elements(document).filter_map(|element| xml::attribute(element, "ID")) {
        if !seen.insert(id) {
            return Err(format!("the ID {id:?} is not unique"));
        }
    }
    Ok(())
}

/// The same key may be trusted for several issuers, so the one that verified stands for all its equals.
pub(crate) fn speaks_for(key: usize, issuer: &str, trusted: &[TrustedKey]) -> Result<(), String> {
    let ours = trusted.iter().filter(|other| other.issuer == issuer);
    if ours
        .into_iter()
        .any(|other| other.key.public_eq(&trusted[key].key))
    {
        return Ok(());
    }
    Err(format!(
        "the key that signed is not trusted for the issuer {issuer:?}"
    ))
}

/// The trusted key whose Signature is a child of `parent` and covers it; `None` if `parent` is unsigned.
pub(crate) fn signer(parent: Node<'_, '_>, signed: &[Signed<'_, '_>]) -> Result<Option<usize>, String> {
    let Some(signature) = xml::at_most_one(parent, DS, "Signature")? else {
        return Ok(None);
    };
    let signed_info = form(signature, parent)?;
    let name = parent.tag_name().name();
    let facts = signed
        .iter()
        .find(|signed| signed.signature == signature && signed.signed_info == signed_info);
    let held = facts.is_some_and(|facts| {
        facts
            .references
            .iter()
            .any(|reference| reference.target == Some(parent) && reference.holds == Some(Match::Standard))
    });
    if !held {
        return Err(format!(
            "the {name} does not have the digest that its Signature promises"
        ));
    }
    match facts.and_then(|facts| facts.key) {
        Some(key) => Ok(Some(key)),
        None => Err(format!("no trusted key verifies the Signature of the {name}")),
    }
}

/// Checks the form of a Signature against the profile of SAML Core, section 5.4, and returns its SignedInfo.
fn form<'a, 'i>(signature: Node<'a, 'i>, parent: Node<'a, 'i>) -> Result<Node<'a, 'i>, String> {
    let signed_info = xml::only(signature, DS, "SignedInfo")?;
    base64(xml::only(signature, DS, "SignatureValue")?)?;
    only_known(
        signed_info,
        &["CanonicalizationMethod", "SignatureMethod", "Reference"],
    )?;

    let method = xml::only(signed_info, DS, "CanonicalizationMethod")?;
    canonicalisation(method)?;
    let method = xml::only(signed_info, DS, "SignatureMethod")?;
    let uri = bare_algorithm(method)?;
    if !SignatureAlgorithm::of(uri).is_some_and(SignatureAlgorithm::is_common) {
        return Err(format!("the signature algorithm {uri:?} is not allowed"));
    }

    let reference = xml::only(signed_info, DS, "Reference")?;
    only_known(reference, &["Transforms", "DigestMethod", "DigestValue"])?;
    let id = xml::attribute(parent, "ID").filter(|id| !id.is_empty() && !id.contains(char::is_whitespace));
    let uri = xml::attribute(reference, "URI").and_then(|uri| uri.strip_prefix('#'));
    if id.is_none() || uri != id {
        return Err("the Reference does not name the ID of the Signature's parent".into());
    }
    transforms(xml::only(reference, DS, "Transforms")?)?;
    let uri = bare_algorithm(xml::only(reference, DS, "DigestMethod")?)?;
    if Hash::of(uri).is_none() {
        return Err(format!("the digest algorithm {uri:?} is not allowed"));
    }
    base64(xml::only(reference, DS, "DigestValue")?)?;
    Ok(signed_info)
}

/// The enveloped-signature transform, and after it perhaps one canonicalisation.
fn transforms(transforms: Node<'_, '_>) -> Result<(), String> {
    only_known(transforms, &["Transform"])?;
    let mut list = transforms.children().filter(Node::is_element);
    let first = list.next().map(bare_algorithm).transpose()?;
    if first != Some(ENVELOPED) {
        return Err("the first Transform is not enveloped-signature".into());
    }
    if let Some(second) = list.next() {
        canonicalisation(second)?;
    }
    if list.next().is_some() {
        Err("there are more than two Transforms".into())
    } else {
        Ok(())
    }
}

fn canonicalisation(element: Node<'_, '_>) -> Result<(), String> {
    let parameters = element.children().filter(Node::is_element).count();
    let lists = xml::children(element, EXC_C14N, "InclusiveNamespaces").count();
    match Method::of(element).map(|method| method.kind) {
        Some(Kind::Exclusive(_)) if parameters == lists && lists <= 1 => Ok(()),
        Some(Kind::Inclusive10) if parameters == 0 => Ok(()),
        _ => Err(format!(
            "the canonicalisation {:?} is not allowed, or has parameters that are not its own",
            xml::attribute(element, "Algorithm").unwrap_or_default()
        )),
    }
}

fn bare_algorithm<'a>(element: Node<'a, '_>) -> Result<&'a str, String> {
    if element.children().any(|child| child.is_element()) {
        return Err(format!("the {} has parameters", element.tag_name().name()));
    }
    Ok(xml::attribute(element, "Algorithm").unwrap_or_default())
}

fn only_known(parent: Node<'_, '_>, names: &[&str]) -> Result<(), String> {
    let stranger = parent
        .children()
        .filter(Node::is_element)
        .find(|child| !names.iter().any(|name| xml::is(*child, DS, name)));
    match stranger {
        Some(stranger) => Err(format!(
            "a {} stands in the {}",
            stranger.tag_name().name(),
            parent.tag_name().name()
        )),
        None => Ok(()),
    }
}

fn base64(element: Node<'_, '_>) -> Result<(), String> {
    let name = element.tag_name().name();
    match base64_strict(xml::text_only(element)?) {
        Some(bytes) if !bytes.is_empty() => Ok(()),
        _ => Err(format!("the {name} is not base64")),
    }
}
