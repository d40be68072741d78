//! How an element is signed, as a recipe writes it. `crate::signing` does it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::selector::Selector;

/// How an element is signed. What is left out is Azure's default: RSA-SHA256, SHA-256, exclusive
/// canonicalization, enveloped signature, one Reference to the element's ID, the certificate in KeyInfo.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Signing {
    /// Whose key: `K1` (the application's active one), `K2` (its second, published), `rogue` (nobody's),
    /// `clone` (nobody's, under a certificate that looks like K1's), `fabrikam` (the second tenant's),
    /// `tenant` (the tenant-wide one, not the application's), `p256`, `dsa`, `rsa1024`, `rsa4096`, `encryption` (the
    /// IdP's, and not for signing), `tls` (a web server's), `ca` and `leaf` (an authority of nobody's, and a certificate of it), `expired`, `future` and
    /// `md5` (nobody's as well, their certificates over since yesterday, valid from tomorrow, and signed with MD5), `sp` (the SP's own, where it is known).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// A shared secret instead of a key, for the HMAC methods: `pem`, `pem-trimmed`, `der`, `spki-pem`,
    /// `spki-der`, `base64`, `modulus`, `fingerprint` (all of K1's certificate), or `text:…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// SignatureMethod: a short name (`rsa-sha1`, `hmac-sha256`, …) or a URI.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// DigestMethod: a short name (`sha1`, `sha512`, …) or a URI.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// CanonicalizationMethod: a short name (`exc-c14n`, `exc-c14n-comments`, `c14n`, `c14n11`) or a URI.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canonicalization: Option<String>,
    /// The Transforms: short names (`enveloped`, those above), URIs, or whole elements as markup.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transforms: Option<Vec<String>>,
    /// The PrefixList of the exclusive canonicalization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inclusive_prefixes: Option<String>,
    /// HMACOutputLength, in bits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hmac_output_length: Option<u32>,
    /// The References, where they are not the one to the element's ID. An empty list: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub references: Option<Vec<ReferenceTo>>,
    /// KeyInfo: `certificate` (default), `none`, `key-value`, or markup with placeholders such as
    /// `{certificate:rogue}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_info: Option<String>,
    /// The prefix of the Signature; none by default, as Azure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// Markup after KeyInfo.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// Puts the Signature just before this element; after the Issuer of the signed element if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Selector>,
    /// Makes this the SignatureValue instead of a real one (Base64).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// One Reference.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct ReferenceTo {
    /// The URI as written; none leaves the attribute out. `#{id}` stands for the signed element's ID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    /// Its DigestValue as written, instead of a computed one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest_value: Option<String>,
    /// Its Transforms, if not the Signature's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transforms: Option<Vec<String>>,
}
