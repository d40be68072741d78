//! The Signature before its values.

use std::fmt::Write;

use base64::prelude::*;

use crate::{
    document::escape_attribute,
    key::Certificate,
    names::{alg, ns},
};

/// A ds:Signature with empty values (XMLDSIG 4.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    /// The namespace prefix; empty for a default namespace, as Azure.
    pub prefix: String,
    /// The CanonicalizationMethod's algorithm.
    pub canonicalization: String,
    /// The SignatureMethod's algorithm.
    pub method: String,
    /// HMACOutputLength of the SignatureMethod, in bits.
    pub hmac_output_length: Option<u32>,
    /// The References.
    pub references: Vec<Reference>,
    /// KeyInfo as markup; empty for none.
    pub key_info: String,
    /// Markup after KeyInfo.
    pub extra: String,
}

/// A ds:Reference (XMLDSIG 4.4.3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reference {
    /// The URI; none leaves the attribute out.
    pub uri: Option<String>,
    /// The Transforms: algorithms, or whole elements as markup.
    pub transforms: Vec<String>,
    /// The DigestMethod's algorithm.
    pub digest_method: String,
    /// The DigestValue, where it is not to be computed.
    pub digest_value: Option<String>,
}

impl Template {
    /// Azure's: exclusive canonical form, enveloped, one Reference to this ID, the certificate in KeyInfo.
    pub fn azure(id: &str, certificate: &Certificate, sha1: bool) -> Self {
        let (method, digest) = if sha1 {
            (alg::RSA_SHA1, alg::SHA1)
        } else {
            (alg::RSA_SHA256, alg::SHA256)
        };
        Self {
            canonicalization: alg::EXC_C14N.to_owned(),
            method: method.to_owned(),
            references: vec![Reference {
                uri: Some(format!("#{id}")),
                transforms: vec![alg::ENVELOPED.to_owned(), alg::EXC_C14N.to_owned()],
                digest_method: digest.to_owned(),
                digest_value: None,
            }],
            key_info: key_info(&[certificate]),
            ..Self::default()
        }
    }

    /// The text, its DigestValues (unless given) and its SignatureValue empty.
    pub fn to_xml(&self) -> String {
        let p = if self.prefix.is_empty() {
            String::new()
        } else {
            format!("{}:", self.prefix)
        };
        let xmlns = if self.prefix.is_empty() {
            "xmlns".to_owned()
        } else {
            format!("xmlns:{}", self.prefix)
        };
        let mut out = String::with_capacity(2_048);
        let e = escape_attribute;
        // Writing into a String cannot fail.
        let _ = write!(out, "<{p}Signature {xmlns}=\"{}\"><{p}SignedInfo>", ns::DS);
        let _ = write!(
            out,
            "<{p}CanonicalizationMethod Algorithm=\"{}\"/>",
            e(&self.canonicalization)
        );
        let _ = match self.hmac_output_length {
            None => write!(out, "<{p}SignatureMethod Algorithm=\"{}\"/>", e(&self.method)),
            Some(bits) => write!(
                out,
                "<{p}SignatureMethod Algorithm=\"{}\"><{p}HMACOutputLength>{bits}</{p}HMACOutputLength></{p}SignatureMethod>",
                e(&self.method)
            ),
        };
        for reference in &self.references {
            let _ = match &reference.uri {
                Some(uri) => write!(out, "<{p}Reference URI=\"{}\">", e(uri)),
                None => write!(out, "<{p}Reference>"),
            };
            if !reference.transforms.is_empty() {
                let _ = write!(out, "<{p}Transforms>");
                for transform in &reference.transforms {
                    let _ = match transform.starts_with('<') {
                        true => write!(out, "{transform}"),
                        false => write!(out, "<{p}Transform Algorithm=\"{}\"/>", e(transform)),
                    };
                }
                let _ = write!(out, "</{p}Transforms>");
            }
            let _ = write!(
                out,
                "<{p}DigestMethod Algorithm=\"{}\"/><{p}DigestValue>{}</{p}DigestValue></{p}Reference>",
                e(&reference.digest_method),
                reference.digest_value.as_deref().unwrap_or_default(),
            );
        }
        let _ = write!(
            out,
            "</{p}SignedInfo><{p}SignatureValue></{p}SignatureValue>{}{}</{p}Signature>",
            prefixed(&self.key_info, &self.prefix),
            self.extra,
        );
        out
    }
}

/// KeyInfo with these certificates, without a prefix.
pub fn key_info(certificates: &[&Certificate]) -> String {
    let mut out = String::from("<KeyInfo><X509Data>");
    for certificate in certificates {
        let _ = write!(out, "<X509Certificate>{}</X509Certificate>", certificate.base64());
    }
    out.push_str("</X509Data></KeyInfo>");
    out
}

/// KeyValue of an RSA key, without a prefix; empty for other keys.
pub fn key_value(certificate: &Certificate) -> String {
    certificate.rsa_numbers().map_or(String::new(), |(n, e)| {
        format!(
            "<KeyValue><RSAKeyValue><Modulus>{}</Modulus><Exponent>{}</Exponent></RSAKeyValue></KeyValue>",
            BASE64_STANDARD.encode(n),
            BASE64_STANDARD.encode(e),
        )
    })
}

/// KeyInfo as written without a prefix, under a Signature that has one.
fn prefixed(key_info: &str, prefix: &str) -> String {
    if prefix.is_empty() || !key_info.starts_with("<KeyInfo") {
        return key_info.to_owned();
    }
    format!("<KeyInfo xmlns=\"{}\"{}", ns::DS, &key_info["<KeyInfo".len()..])
}
