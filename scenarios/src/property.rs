//! What is held against a rule of what the SP itself sends.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A property of a message of the SP's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Property {
    /// Its LogoutRequest names itself, where it goes, and whom the assertion named, in the session that the assertion named.
    LogoutRequestNames,
    /// Its LogoutRequest is signed, by a key of its metadata.
    LogoutRequestSigned,
    /// Its LogoutResponse says what it answers, and is signed by a key of its metadata.
    LogoutResponseSigned,
    /// Its AuthnRequest is signed, by a key of its metadata.
    AuthnRequestSigned,
}
