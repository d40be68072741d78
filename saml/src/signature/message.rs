//! Enveloped signatures on messages that arrive by HTTP-POST: whose message it is (Core 5.4, Bindings 3.5.4).

use roxmltree::Node;
use thiserror::Error;

use super::{SignatureError, verify_saml};
use crate::{
    document::{XmlError, child, children, descendants, id_of, parse},
    key::Certificate,
    names::{alg, ns},
};

/// Why nobody is known to have signed a message.
#[derive(Debug, Error)]
pub enum MessageSignatureError {
    /// Not XML as SAML wants it.
    #[error(transparent)]
    Xml(#[from] XmlError),
    /// There is no Signature in it.
    #[error("the message is not signed; sign its document element")]
    Missing,
    /// There is one, but not as SAML has it, or not over the message.
    #[error("the Signature is not that of the message: {0}")]
    Misplaced(&'static str),
    /// It is made in a way that is not taken.
    #[error("the Signature uses {0}, which is not accepted; sign with RSA and SHA-256")]
    Disallowed(String),
    /// Under none of the certificates does it hold.
    #[error(
        "the Signature holds under none of the certificates; check which one is uploaded, and that nothing changed on the way"
    )]
    NoKeyFits,
    /// It cannot be processed.
    #[error(transparent)]
    Broken(#[from] SignatureError),
}

/// Who signed a message: the index of the first certificate under whose key the Signature holds. It must be a
/// child of the document element and refer to that element's ID and nothing else, so that what holds is the
/// whole message. KeyInfo decides nothing.
///
/// Taken are RSA with SHA-256 and, where `allow_sha1`, RSA with SHA-1; the transforms that SAML allows (Core 5.4.4).
///
/// # Errors
/// [`MessageSignatureError`] tells apart: not signed, signed elsewhere, signed in another way, by somebody else.
pub fn verify_message(
    xml: &str,
    candidates: &[Certificate],
    allow_sha1: bool,
) -> Result<usize, MessageSignatureError> {
    let tree = parse(xml)?;
    let signature = own_signature(tree.root_element())?;
    let at = signature.range().start;
    algorithms(signature, allow_sha1)?;
    for (index, certificate) in candidates.iter().enumerate() {
        if certificate.public_key().id() != openssl::pkey::Id::RSA {
            continue;
        }
        if verify_saml(xml, at, certificate)? {
            return Ok(index);
        }
    }
    Err(MessageSignatureError::NoKeyFits)
}

/// The Signature over the document element.
fn own_signature<'a, 'input>(root: Node<'a, 'input>) -> Result<Node<'a, 'input>, MessageSignatureError> {
    let misplaced = |why| Err(MessageSignatureError::Misplaced(why));
    let mut own = children(root, ns::DS, "Signature");
    let Some(signature) = own.next() else {
        if descendants(root, ns::DS, "Signature").next().is_none() {
            return Err(MessageSignatureError::Missing);
        }
        return misplaced("it is no child of the document element");
    };
    if own.next().is_some() {
        return misplaced("the document element has two of them");
    }
    let Some(info) = only(signature, "SignedInfo") else {
        return misplaced("it has not one SignedInfo");
    };
    let Some(reference) = only(info, "Reference") else {
        return misplaced("it has not one Reference");
    };
    let Some(id) = id_of(root).filter(|id| !id.is_empty()) else {
        return misplaced("the message has no ID to refer to");
    };
    if reference.attribute("URI").and_then(|uri| uri.strip_prefix('#')) != Some(id) {
        return misplaced("its Reference is not to the ID of the message");
    }
    if child(signature, ns::DS, "Object").is_some() {
        return misplaced("it carries an Object, for which SAML has no use");
    }
    Ok(signature)
}

/// The child of XML Signature's with this name, if there is just one.
fn only<'a, 'input>(node: Node<'a, 'input>, name: &'static str) -> Option<Node<'a, 'input>> {
    let mut found = node.children().filter(move |n| n.has_tag_name((ns::DS, name)));
    found.next().filter(|_| found.next().is_none())
}

/// Each algorithm of a Signature must be one that is taken.
fn algorithms(signature: Node<'_, '_>, allow_sha1: bool) -> Result<(), MessageSignatureError> {
    let canonical = [
        alg::EXC_C14N,
        alg::EXC_C14N_COMMENTS,
        alg::C14N,
        alg::C14N_COMMENTS,
    ];
    for node in descendants(signature, ns::DS, "SignedInfo").flat_map(|info| info.descendants()) {
        if node.tag_name().namespace() != Some(ns::DS) {
            continue;
        }
        let used = node.attribute("Algorithm").unwrap_or_default();
        let taken = match node.tag_name().name() {
            "CanonicalizationMethod" => canonical.contains(&used),
            "Transform" => used == alg::ENVELOPED || canonical.contains(&used),
            "SignatureMethod" => used == alg::RSA_SHA256 || (allow_sha1 && used == alg::RSA_SHA1),
            "DigestMethod" => used == alg::SHA256 || (allow_sha1 && used == alg::SHA1),
            _ => true,
        };
        if !taken {
            let named = match used {
                "" => format!("a {} without an Algorithm", node.tag_name().name()),
                used => used.chars().take(128).collect(),
            };
            return Err(MessageSignatureError::Disallowed(named));
        }
    }
    match child(signature, ns::DS, "SignedInfo").and_then(|info| child(info, ns::DS, "SignatureMethod")) {
        Some(_) => Ok(()),
        None => Err(MessageSignatureError::Disallowed("no SignatureMethod".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::OnceLock;

    use super::*;
    use crate::{
        LogoutRequest, SigningKey,
        document::splice,
        key::Kind,
        signature::{Template, sign},
    };
    use proptest::prelude::*;

    fn keys() -> &'static [SigningKey; 3] {
        static KEYS: OnceLock<[SigningKey; 3]> = OnceLock::new();
        KEYS.get_or_init(|| {
            [Kind::Rsa4096, Kind::P256, Kind::Rsa2048].map(|kind| SigningKey::generate(kind).unwrap())
        })
    }

    fn certificates() -> Vec<Certificate> {
        keys().iter().map(|key| key.certificate().clone()).collect()
    }

    fn message() -> String {
        let request = LogoutRequest {
            id: "_r".to_owned(),
            version: "2.0".to_owned(),
            issuer: Some("https://sp.example".to_owned()),
            session_indexes: vec!["_s".to_owned()],
            ..LogoutRequest::default()
        };
        request.to_xml()
    }

    fn signed_at(xml: &str, before: &str, template: &Template) -> String {
        let at = xml.find(before).unwrap();
        sign(&splice(xml, at..at, &template.to_xml()), at, &keys()[2]).unwrap()
    }

    fn azure(id: &str) -> Template {
        Template::azure(id, keys()[2].certificate(), false)
    }

    fn signed() -> String {
        signed_at(&message(), "<samlp:SessionIndex>", &azure("_r"))
    }

    #[test]
    fn a_signed_message_names_the_certificate_that_it_holds_under() {
        let xml = signed();
        assert_eq!(verify_message(&xml, &certificates(), false).unwrap(), 2);
        assert!(matches!(
            verify_message(&xml, &certificates()[..2], false),
            Err(MessageSignatureError::NoKeyFits)
        ));
        assert!(matches!(
            verify_message(&xml, &[], false),
            Err(MessageSignatureError::NoKeyFits)
        ));
        let changed = xml.replace(">_s<", ">_t<");
        assert!(matches!(
            verify_message(&changed, &certificates(), false),
            Err(MessageSignatureError::NoKeyFits)
        ));
    }

    #[test]
    fn no_signature_and_one_in_the_wrong_place_are_told_apart() {
        let verify = |xml: &str| verify_message(xml, &certificates(), false).unwrap_err();
        assert!(matches!(verify(&message()), MessageSignatureError::Missing));
        // A part is signed, not the message.
        let issuer = message().replace("<Issuer ", "<Issuer ID=\"_i\" ");
        let part = signed_at(&issuer, "<samlp:SessionIndex>", &azure("_i"));
        // The message is signed, deeper down.
        let deep = message().replace(
            "<samlp:SessionIndex>",
            "<samlp:Extensions></samlp:Extensions><samlp:SessionIndex>",
        );
        let deep = signed_at(&deep, "</samlp:Extensions>", &azure("_r"));
        let mut two = azure("_r");
        two.references.extend(two.references.clone());
        let two = signed_at(&message(), "<samlp:SessionIndex>", &two);
        let mut whole = azure("_r");
        whole.references[0].uri = Some(String::new());
        let whole = signed_at(&message(), "<samlp:SessionIndex>", &whole);
        let mut object = azure("_r");
        object.extra = "<Object>x</Object>".to_owned();
        let object = signed_at(&message(), "<samlp:SessionIndex>", &object);
        for xml in [part, deep, two, whole, object] {
            assert!(
                matches!(verify(&xml), MessageSignatureError::Misplaced(_)),
                "{xml}"
            );
        }
        // The signed message within a forged one of the same ID (signature wrapping).
        let signed = signed();
        let start = signed.find("<Signature").unwrap();
        let end = signed.find("</Signature>").unwrap() + "</Signature>".len();
        let forged = message().replace(
            "<samlp:SessionIndex>_s",
            &format!(
                "{}<samlp:Extensions>{}</samlp:Extensions><samlp:SessionIndex>evil",
                &signed[start..end],
                message()
            ),
        );
        assert!(verify_message(&forged, &certificates(), false).is_err());
    }

    #[test]
    fn sha1_is_taken_only_where_it_is_allowed_and_nothing_else_ever() {
        let sha1 = Template::azure("_r", keys()[2].certificate(), true);
        let sha1 = signed_at(&message(), "<samlp:SessionIndex>", &sha1);
        assert_eq!(verify_message(&sha1, &certificates(), true).unwrap(), 2);
        let refused = |xml: &str, allow: bool| match verify_message(xml, &certificates(), allow) {
            Err(MessageSignatureError::Disallowed(what)) => what,
            other => panic!("{other:?}"),
        };
        assert_eq!(refused(&sha1, false), alg::RSA_SHA1);
        let with = |change: fn(&mut Template)| {
            let mut template = azure("_r");
            change(&mut template);
            signed_at(&message(), "<samlp:SessionIndex>", &template)
        };
        let sha512 = with(|t| t.method = alg::RSA_SHA512.to_owned());
        assert_eq!(refused(&sha512, true), alg::RSA_SHA512);
        let digest = with(|t| t.references[0].digest_method = alg::SHA1.to_owned());
        assert_eq!(refused(&digest, false), alg::SHA1);
        let c14n11 = with(|t| t.canonicalization = alg::C14N11.to_owned());
        assert_eq!(refused(&c14n11, true), alg::C14N11);
        let hmac = signed().replace(alg::RSA_SHA256, alg::HMAC_SHA256);
        assert_eq!(refused(&hmac, true), alg::HMAC_SHA256);
        let xpath = signed().replace(
            &format!("<Transform Algorithm=\"{}\"/>", alg::ENVELOPED),
            &format!(
                "<Transform Algorithm=\"{}\"><XPath>1=1</XPath></Transform>",
                alg::XPATH
            ),
        );
        assert_eq!(refused(&xpath, true), alg::XPATH);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn no_change_to_a_signed_message_goes_unseen_or_panics(at in 0usize..2_000, with in "[<>/a:\"'= _]{0,4}") {
            let mut broken = signed();
            let at = at % broken.len();
            broken.replace_range(at..=at, &with);
            if verify_message(&broken, &certificates(), false).is_ok() {
                let read = |xml: &str| LogoutRequest::parse(xml).unwrap();
                prop_assert_eq!(read(&broken), read(&signed()));
            }
        }
    }
}
