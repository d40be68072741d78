//! The Signature before its values.

use std::{borrow::Cow, fmt::Write};

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

/// Markup as written without a prefix, under a Signature that has one. What has prefixes or declarations of its
/// own is left as it is.
fn prefixed<'a>(markup: &'a str, prefix: &str) -> Cow<'a, str> {
    let tags = || markup.split('<').skip(1);
    let named = |tag: &str| {
        tag.split(['>', ' ', '/'])
            .any(|part| part.contains(':') || part.starts_with("xmlns"))
    };
    if prefix.is_empty() || tags().any(|tag| named(tag.split('>').next().unwrap_or_default())) {
        return Cow::Borrowed(markup);
    }
    let mut out = String::with_capacity(markup.len() + 64);
    for tag in tags() {
        let (slash, rest) = tag.strip_prefix('/').map_or(("", tag), |rest| ("/", rest));
        // Writing into a String cannot fail.
        let _ = write!(out, "<{slash}{prefix}:{rest}");
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::{Kind, SigningKey};

    #[test]
    fn azures_signature_is_this_to_the_byte() {
        let key = SigningKey::generate(Kind::P256).unwrap();
        let expected = format!(
            "<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><SignedInfo>\
             <CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>\
             <SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"/>\
             <Reference URI=\"#_2f7d\"><Transforms>\
             <Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>\
             <Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/></Transforms>\
             <DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><DigestValue></DigestValue>\
             </Reference></SignedInfo><SignatureValue></SignatureValue>\
             <KeyInfo><X509Data><X509Certificate>{}</X509Certificate></X509Data></KeyInfo></Signature>",
            key.certificate().base64()
        );
        assert_eq!(
            Template::azure("_2f7d", key.certificate(), false).to_xml(),
            expected
        );
        let sha1 = Template::azure("_2f7d", key.certificate(), true).to_xml();
        assert!(sha1.contains("xmldsig#rsa-sha1\"") && sha1.contains("xmldsig#sha1\""));
    }

    #[test]
    fn a_prefix_is_everywhere_also_in_key_info_unless_that_has_its_own() {
        let key = SigningKey::generate(Kind::Rsa2048).unwrap();
        let mut template = Template::azure("_1", key.certificate(), false);
        template.prefix = "ds".to_owned();
        let xml = template.to_xml();
        let tree = crate::document::parse(&xml).unwrap();
        assert!(
            tree.descendants()
                .all(|n| !n.is_element() || n.tag_name().namespace() == Some(ns::DS))
        );
        assert!(xml.contains("<ds:KeyInfo><ds:X509Data><ds:X509Certificate>") && !xml.contains("xmlns="));
        template.key_info = "<KeyInfo xmlns=\"urn:odd\"><x:y xmlns:x=\"urn:x\"/></KeyInfo>".to_owned();
        assert!(template.to_xml().contains(&template.key_info));
        assert!(key_value(key.certificate()).contains("<Exponent>AQAB<"));
    }
}
