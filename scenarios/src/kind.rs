//! The messages that the IdP sends.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which message the IdP sends.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The answer to a sign-in.
    #[default]
    Response,
    /// It asks the SP to end the session of the flow's last login.
    LogoutRequest,
    /// It answers the SP's own LogoutRequest.
    LogoutResponse,
}

impl Kind {
    /// The parameter that carries it (Bindings 3.4.4, 3.5.4).
    pub fn parameter(self) -> &'static str {
        match self {
            Self::LogoutRequest => "SAMLRequest",
            Self::Response | Self::LogoutResponse => "SAMLResponse",
        }
    }
}
