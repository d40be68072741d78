//! XML Signature: templates, signing over libxmlsec1, a second path by hand, verification.

mod by_hand;
mod template;
mod xmlsec;

pub use by_hand::{Secret, digest_of, hash, sign_by_hand};
pub use template::{Reference, Template, key_info, key_value};
pub use xmlsec::{sign, verify};

use std::ops::Range;

use roxmltree::{Document, Node};
use thiserror::Error;

use crate::{
    canonical::{CanonicalError, element_at},
    document::{descendants, inner},
    names::ns,
};

/// Why a text cannot be signed or verified.
#[derive(Debug, Error)]
pub enum SignatureError {
    /// The text cannot be read.
    #[error("the text cannot be read: {0}")]
    Unreadable(String),
    /// No Signature begins there, or it lacks a part.
    #[error("{0}")]
    NoSignature(String),
    /// An algorithm that is not known here.
    #[error("no algorithm is called {0}")]
    Unknown(String),
    /// A Reference that is not followed.
    #[error("a Reference cannot be followed: {0}")]
    Reference(String),
    /// libxmlsec1 refuses.
    #[error("libxmlsec1 refuses it: {0}")]
    XmlSec(String),
    /// OpenSSL refuses.
    #[error("openssl refuses it: {0}")]
    OpenSsl(#[from] openssl::error::ErrorStack),
    /// There is no canonical form.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
}

/// The offsets of all ds:Signature elements, in document order; none where the text cannot be read.
pub fn signatures(text: &str) -> Vec<usize> {
    let Ok(tree) = crate::document::parse(text) else {
        return Vec::new();
    };
    crate::document::descendants(tree.root(), ns::DS, "Signature")
        .map(|n| n.range().start)
        .collect()
}

/// The Signature that begins at a byte.
fn signature_at<'a, 'i>(tree: &'a Document<'i>, at: usize) -> Result<Node<'a, 'i>, SignatureError> {
    element_at(tree, at)
        .filter(|n| n.has_tag_name((ns::DS, "Signature")))
        .ok_or_else(|| SignatureError::NoSignature(format!("no Signature begins at byte {at}")))
}

/// Every Reference of a Signature, those of its Manifests too.
fn references<'a, 'i: 'a>(signature: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> + 'a {
    descendants(signature, ns::DS, "Reference")
}

/// The edit that gives an element this text.
fn fill(node: Node<'_, '_>, text: &str) -> (Range<usize>, String) {
    match inner(node) {
        Some(range) => (range, text.to_owned()),
        None => {
            let range = node.range();
            let tag = node.document().input_text()[range.clone()]
                .trim_end_matches("/>")
                .trim_end();
            let name = tag[1..].split_ascii_whitespace().next().unwrap_or_default();
            (range, format!("{tag}>{text}</{name}>"))
        }
    }
}

/// What a Reference names within its document (XMLDSIG 4.4.3.2).
struct Target<'a> {
    /// The element with this ID; none for the whole document.
    id: Option<&'a str>,
    /// Whether it is written as an XPointer, which keeps comments (XMLDSIG 4.4.3.3).
    pointer: bool,
}

impl<'a> Target<'a> {
    fn of(reference: Node<'a, '_>) -> Result<Self, SignatureError> {
        let no = |why: &str| Err(SignatureError::Reference(why.to_owned()));
        match reference.attribute("URI") {
            None => no("it has no URI"),
            Some("") => Ok(Self {
                id: None,
                pointer: false,
            }),
            Some("#xpointer(/)") => Ok(Self {
                id: None,
                pointer: true,
            }),
            Some(uri) => match uri.strip_prefix('#') {
                None => no(&format!("`{uri}` leads out of the document")),
                Some("") => no("`#` names no ID"),
                Some(id) => Ok(Self::of_fragment(id)),
            },
        }
    }

    fn of_fragment(fragment: &'a str) -> Self {
        let pointed = fragment
            .strip_prefix("xpointer(id(")
            .and_then(|rest| rest.strip_suffix("))"))
            .and_then(|quoted| {
                let single = quoted.strip_prefix('\'').and_then(|id| id.strip_suffix('\''));
                single.or_else(|| quoted.strip_prefix('"').and_then(|id| id.strip_suffix('"')))
            });
        Self {
            id: Some(pointed.unwrap_or(fragment)),
            pointer: pointed.is_some(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        key::{Kind, SigningKey},
        names::alg,
    };

    const TEXT: &str = "<r ID='_r'><a ID=\"_a\"  x='1' xmlns=\"urn:a\"><i>it's</i>HERE<b/></a></r>";

    fn placed(template: &Template) -> (String, usize) {
        let at = TEXT.find("HERE").unwrap();
        (TEXT.replace("HERE", &template.to_xml()), at)
    }

    fn key() -> SigningKey {
        SigningKey::generate(Kind::Rsa2048).unwrap()
    }

    #[test]
    fn only_the_two_values_change_in_our_bytes() {
        let key = key();
        let (text, at) = placed(&Template::azure("_a", key.certificate(), false));
        let signed = sign(&text, at, &key).unwrap();
        let strip = |text: &str| {
            let mut text = text.to_owned();
            for name in ["DigestValue", "SignatureValue"] {
                let from = text.find(&format!("<{name}>")).unwrap() + name.len() + 2;
                let to = text.find(&format!("</{name}>")).unwrap();
                text.replace_range(from..to, "");
            }
            text
        };
        assert_eq!(strip(&signed), text);
        assert!(verify(&signed, at, key.certificate()).unwrap());
        assert!(
            !verify(
                &signed.replace("it's", "it's".to_uppercase().as_str()),
                at,
                key.certificate()
            )
            .unwrap()
        );
        assert!(!verify(&signed, at, self::key().certificate()).unwrap());
    }

    #[test]
    fn the_second_path_comes_to_the_same_bytes() {
        let key = key();
        for (method, digest, form) in [
            (alg::RSA_SHA256, alg::SHA256, alg::EXC_C14N),
            (alg::RSA_SHA1, alg::SHA1, alg::EXC_C14N_COMMENTS),
            (alg::RSA_SHA512, alg::SHA384, alg::C14N),
        ] {
            let mut template = Template::azure("_a", key.certificate(), false);
            template.method = method.to_owned();
            template.references[0].digest_method = digest.to_owned();
            template.references[0].transforms[1] = form.to_owned();
            let (text, at) = placed(&template);
            let by_xmlsec = sign(&text, at, &key).unwrap();
            assert_eq!(
                sign_by_hand(&text, at, Secret::Key(&key)).unwrap(),
                by_xmlsec,
                "{method} {form}"
            );
        }
    }

    #[test]
    fn a_signature_may_stand_anywhere_and_cover_another_element() {
        let key = key();
        let template = Template::azure("_a", key.certificate(), false).to_xml();
        let text = format!("<r><a ID=\"_a\">x</a><b>{template}</b></r>");
        let at = text.find("<Signature").unwrap();
        let signed = sign(&text, at, &key).unwrap();
        assert!(verify(&signed, at, key.certificate()).unwrap());
        assert_eq!(signatures(&signed), [at]);
    }

    #[test]
    fn hmac_given_digests_and_references_to_nothing_go_the_second_path() {
        let mut template = Template::azure("_absent", key().certificate(), false);
        template.method = alg::HMAC_SHA1.to_owned();
        template.hmac_output_length = Some(8);
        let (text, at) = placed(&template);
        let signed = sign_by_hand(&text, at, Secret::Hmac(b"")).unwrap();
        // The SHA-256 of nothing.
        assert!(signed.contains("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="));
        assert!(signed.contains("<SignatureValue>") && !signed.contains("<SignatureValue></"));
        template.references[0].digest_value = Some("AAAA".to_owned());
        let (text, at) = placed(&template);
        assert!(
            sign_by_hand(&text, at, Secret::Hmac(b"k"))
                .unwrap()
                .contains("<DigestValue>AAAA<")
        );
    }

    #[test]
    fn an_elliptic_curve_signature_has_r_and_s_side_by_side() {
        let key = SigningKey::generate(Kind::P256).unwrap();
        let mut template = Template::azure("_a", key.certificate(), false);
        template.method = alg::ECDSA_SHA256.to_owned();
        let (text, at) = placed(&template);
        let signed = sign_by_hand(&text, at, Secret::Key(&key)).unwrap();
        assert!(verify(&signed, at, key.certificate()).unwrap());
    }

    #[test]
    fn what_cannot_be_signed_is_an_error() {
        let key = key();
        let mut template = Template::azure("_a", key.certificate(), false);
        template.method = "urn:none".to_owned();
        let (text, at) = placed(&template);
        assert!(sign(&text, at, &key).is_err());
        assert!(matches!(
            sign(&text, 0, &key),
            Err(SignatureError::NoSignature(_))
        ));
        let (text, at) = placed(&Template::azure("_absent", key.certificate(), false));
        assert!(sign(&text, at, &key).is_err());
    }

    #[test]
    fn another_verifier_agrees() {
        let found = std::process::Command::new("xmlsec1").arg("--version").output();
        if found.is_err() {
            println!("skipped: the command-line tool xmlsec1 is not installed");
            return;
        }
        let key = key();
        let text = format!(
            "<a ID=\"_a\" xmlns=\"urn:a\"><i>x</i>{}</a>",
            Template::azure("_a", key.certificate(), false).to_xml()
        );
        let signed = sign(&text, text.find("<Signature").unwrap(), &key).unwrap();
        let folder = std::env::temp_dir().join(format!("samlitmus-saml-{}-{}", std::process::id(), key.id()));
        std::fs::create_dir_all(&folder).unwrap();
        let (xml, pem) = (folder.join("signed.xml"), folder.join("certificate.pem"));
        std::fs::write(&xml, signed).unwrap();
        std::fs::write(&pem, key.certificate().pem()).unwrap();
        let verdict = std::process::Command::new("xmlsec1")
            .args(["--verify", "--id-attr:ID", "urn:a:a", "--pubkey-cert-pem"])
            .args([&pem, &xml])
            .output()
            .unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(
            verdict.status.success(),
            "{}",
            String::from_utf8_lossy(&verdict.stderr)
        );
    }
}
