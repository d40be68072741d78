//! What Microsoft's documentation leaves open or contradicts: one switch each, by default as it was seen on the wire.

use serde::{Deserialize, Serialize};

/// The switches of `[idp.azure]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Azure {
    /// Which audiences get the prefix `spn:`.
    pub audience_spn: AudienceSpn,
    /// The answer to a passive request without a session.
    pub passive_without_session: PassiveAnswer,
    /// The Issuer of a LogoutResponse.
    pub logout_issuer: LogoutIssuer,
    /// Whether the Destination of an AuthnRequest must be the endpoint that it came to (AADSTS75008).
    pub check_destination: bool,
    /// Whether an AssertionConsumerServiceIndex is ignored.
    pub ignore_acs_index: bool,
    /// How old a signed AuthnRequest may be, in seconds; 0: any age (AADSTS76026).
    pub signed_request_max_age: u32,
    /// From when to when an assertion is valid.
    pub lifetimes: Lifetimes,
    /// The AuthnContextClassRef of an assertion.
    pub authn_context: ContextOf,
    /// How assertions are encrypted.
    pub encryption: Encryption,
    /// The answer to a ProtocolBinding other than HTTP-POST.
    pub unsupported_binding: BindingAnswer,
    /// Whether an SPNameQualifier in a request is refused (AADSTS90011), as in 2013, in place of echoed.
    pub refuse_sp_name_qualifier: bool,
}

/// Which audiences get the prefix `spn:`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AudienceSpn {
    /// Only an application ID.
    #[default]
    GuidOnly,
    /// Everything that is no URI.
    NonUri,
    /// None.
    Never,
}

/// The answer to a passive request without a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PassiveAnswer {
    /// A SAML Response with the status NoPassive.
    #[default]
    SamlResponse,
    /// An error page at the IdP.
    ErrorPage,
}

/// The Issuer of a LogoutResponse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LogoutIssuer {
    /// `https://sts.windows.net/…/`
    #[default]
    Sts,
    /// `https://login.microsoftonline.com/…/`
    Login,
}

/// From when to when an assertion is valid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Lifetimes {
    /// From 5 minutes before its issuance to 60 after it; SubjectConfirmationData ends at the same instant.
    #[default]
    Wire,
    /// As the documentation of 2018 says: from its issuance to 70 minutes after it; SubjectConfirmationData ends after 5.
    Doc2018,
}

/// The AuthnContextClassRef of an assertion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ContextOf {
    /// `Password`, however the user signed in.
    #[default]
    Password,
    /// By the method, as the documentation's table says.
    Method,
}

/// How assertions are encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Encryption {
    /// AES-256-CBC, its key by RSA-OAEP with SHA-1.
    #[default]
    Cbc,
    /// AES-256-GCM, its key by RSA-OAEP with SHA-256.
    Gcm,
}

/// The answer to a ProtocolBinding other than HTTP-POST.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum BindingAnswer {
    /// The error page AADSTS750032.
    #[default]
    ErrorPage,
    /// A SAML Response with the status UnsupportedBinding, as in 2014.
    SamlResponse,
}
