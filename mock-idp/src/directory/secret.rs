//! Secrets by which programs ask for tokens.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::guid;

/// A client secret of an application (Graph: `passwordCredential`). Only its digest is kept: nobody reads it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientSecret {
    /// Graph's `keyId`, a GUID.
    pub key_id: String,
    /// What its owner calls it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub display_name: String,
    /// Its first three characters.
    pub hint: String,
    /// SHA-256 of it, in hexadecimal.
    pub digest: String,
    /// From when on it counts.
    pub start: Timestamp,
    /// Until when.
    pub end: Timestamp,
    /// Made at the service principal, and not at the application.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub of_service_principal: bool,
}

impl ClientSecret {
    /// A new one, with its text.
    pub fn generate(display_name: &str, start: Timestamp, end: Timestamp) -> (Self, String) {
        use base64::prelude::*;
        let text = BASE64_URL_SAFE_NO_PAD.encode(guid::random::<30>());
        let secret = Self {
            key_id: guid::fresh(),
            display_name: display_name.to_owned(),
            hint: text[..3].to_owned(),
            digest: digest(&text),
            start,
            end,
            of_service_principal: false,
        };
        (secret, text)
    }

    /// Whether this is its text.
    pub fn is(&self, text: &str) -> bool {
        self.digest == digest(text)
    }
}

fn digest(text: &str) -> String {
    guid::hex(&openssl::sha::sha256(text.as_bytes()))
}
