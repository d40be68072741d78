//! Certificates of an application: those that it signs with, and those of the service provider.

use jiff::Timestamp;
use saml::key::{Certificate, KeyError, SigningKey};
use serde::{Deserialize, Serialize};

use super::keys::SUBJECT;
use crate::guid;

/// One entry of the card "SAML Certificates": a token-signing certificate and its key.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SigningCertificate {
    /// Graph's `keyId`, a GUID.
    pub key_id: String,
    /// Its subject, as `CN=…`.
    pub display_name: String,
    /// Whether it signs. One of an application's certificates is active; a new one is not ("Make certificate active").
    pub active: bool,
    /// Whether an administrator brought it along (`.pfx`).
    #[serde(default)]
    pub imported: bool,
    /// The certificate.
    #[serde(with = "base64_der")]
    pub certificate: Certificate,
    /// Its private key. Kept apart from all that is exported; none where it is not kept here.
    #[serde(skip)]
    pub key: Option<SigningKey>,
}

impl SigningCertificate {
    /// A new, inactive one in Azure's shape: this subject (without `CN=`), from the day before `now` until `until`, or for three
    /// years.
    ///
    /// # Errors
    ///
    /// OpenSSL makes no key, or the times are out of range.
    pub fn generate(
        common_name: Option<&str>,
        now: Timestamp,
        until: Option<Timestamp>,
    ) -> Result<Self, KeyError> {
        let common_name = common_name.unwrap_or(SUBJECT);
        let from = now - super::keys::DAY;
        let key = match until {
            Some(until) => SigningKey::generate_with(common_name, from, until)?,
            None => SigningKey::generate_azure(common_name, from, super::keys::YEARS)?,
        };
        Ok(Self::of(key, false))
    }

    /// An inactive one of this key.
    pub fn of(key: SigningKey, imported: bool) -> Self {
        let certificate = key.certificate().clone();
        Self {
            key_id: guid::fresh(),
            display_name: format!("CN={}", certificate.subject_cn().unwrap_or_default()),
            active: false,
            imported,
            certificate,
            key: Some(key),
        }
    }

    /// Whether its time is over, or has not come.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        now > self.certificate.not_after()
    }
}

/// A certificate of the service provider: to encrypt to ("Token encryption"), or to check requests with ("Verification
/// certificates").
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicCertificate {
    /// Graph's `keyId`, a GUID.
    pub key_id: String,
    /// When it was uploaded; of verification certificates the two youngest are tried.
    pub uploaded: Timestamp,
    /// The certificate.
    #[serde(with = "base64_der")]
    pub certificate: Certificate,
}

impl PublicCertificate {
    /// One that is uploaded now.
    pub fn new(certificate: Certificate) -> Self {
        Self {
            key_id: guid::fresh(),
            uploaded: Timestamp::now(),
            certificate,
        }
    }
}

/// A certificate as Base64 of its DER, on one line.
mod base64_der {
    use saml::key::Certificate;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(certificate: &Certificate, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&certificate.base64())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Certificate, D::Error> {
        let text = String::deserialize(from)?;
        Certificate::from_base64(&text).map_err(D::Error::custom)
    }
}
