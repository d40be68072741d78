//! How an element is encrypted, as a recipe writes it. `crate::encrypting` does it.

use saml::encryption::{DataAlgorithm, KeyTransport};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How an element is encrypted (Core 6). What is left out is as this SP was seen to read it, AES-256-GCM under RSA-OAEP where
/// nobody has seen any; everything else is as Azure writes it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Encryption {
    /// For whom: `sp` (the first encryption certificate of its metadata, the default), `sp-next` (the second), or the name of
    /// a key (`rogue`: nobody).
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    pub recipient: Option<String>,
    /// What encrypts the element.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Data>,
    /// What encrypts the key of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transport: Option<Transport>,
    /// What is encrypted in place of the element; `{inner}` stands for the element, with the namespace declarations that it
    /// needs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plain: Option<String>,
    /// So many layers, one hidden in another; one if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layers: Option<usize>,
    /// Cuts the tag at the end of AES-GCM's octets to so many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag_octets: Option<usize>,
    /// Cuts the initialization vector before the octets to so many, or fills it up with zeros.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iv_octets: Option<usize>,
    /// What the last octet says of the padding in CBC mode, true or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pad_count: Option<u8>,
    /// Carries so many octets of the key instead of all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_octets: Option<usize>,
}

/// What encrypts an element (XMLENC 1.1 section 5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Data {
    /// AES-128 in CBC mode.
    Aes128Cbc,
    /// AES-256 in CBC mode: Azure's.
    Aes256Cbc,
    /// AES-128 in Galois/Counter Mode.
    Aes128Gcm,
    /// AES-256 in Galois/Counter Mode.
    Aes256Gcm,
    /// Triple DES in CBC mode.
    TripleDesCbc,
}

/// What encrypts its key (XMLENC 1.1 section 5.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Transport {
    /// RSA-OAEP with SHA-1: Azure's.
    OaepSha1,
    /// RSA-OAEP with SHA-256, its mask too.
    OaepSha256,
    /// RSA-OAEP with SHA-256, its mask by SHA-1.
    OaepSha256Mgf1Sha1,
    /// RSAES-PKCS1-v1_5.
    Rsa15,
}

impl From<Data> for DataAlgorithm {
    fn from(data: Data) -> Self {
        match data {
            Data::Aes128Cbc => Self::Aes128Cbc,
            Data::Aes256Cbc => Self::Aes256Cbc,
            Data::Aes128Gcm => Self::Aes128Gcm,
            Data::Aes256Gcm => Self::Aes256Gcm,
            Data::TripleDesCbc => Self::TripleDesCbc,
        }
    }
}

impl From<Transport> for KeyTransport {
    fn from(transport: Transport) -> Self {
        match transport {
            Transport::OaepSha1 => Self::OaepSha1,
            Transport::OaepSha256 => Self::OaepSha256,
            Transport::OaepSha256Mgf1Sha1 => Self::OaepSha256Mgf1Sha1,
            Transport::Rsa15 => Self::Rsa15,
        }
    }
}
