//! Who is signed in.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The claim in which Azure AD issues application roles.
const ROLE: &str = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role";

/// What a session knows of its user: all of it read from one verified Assertion.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Identity {
    pub(crate) name_id: String,
    #[serde(skip)]
    pub(crate) name_id_format: Option<String>,
    /// The tenant that vouches for it. A user is the pair of both.
    pub(crate) issuer: String,
    /// Attribute Name to its values, in the order of the message.
    pub(crate) attributes: BTreeMap<String, Vec<String>>,
    #[serde(skip)]
    pub(crate) session_until: Option<Timestamp>,
    /// What the IdP calls its session, for single logout.
    #[serde(skip)]
    pub(crate) session_index: Option<String>,
    /// The account's number; none where nothing is verified.
    #[serde(skip)]
    pub(crate) account: Option<u64>,
}

impl Identity {
    /// All of it as a cookie's value, readable by everybody and protected by nothing: for a switch.
    pub(crate) fn in_a_cookie(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_string(self).unwrap_or_default())
    }

    /// What such a cookie says.
    pub(crate) fn of_a_cookie(value: &str) -> Option<Self> {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(value).ok()?).ok()
    }

    /// The application roles: the values of Azure AD's claim, and of no attribute that merely looks like it.
    pub(crate) fn roles(&self) -> &[String] {
        self.attributes.get(ROLE).map_or(&[], Vec::as_slice)
    }
}
