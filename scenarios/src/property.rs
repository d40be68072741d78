//! What is held against a rule of what the SP itself sends: its logout messages, its AuthnRequests, its metadata, its cookies and pages.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A property of what the SP itself sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Property {
    /// Its LogoutRequest names itself, where it goes, and whom the assertion named, in the session that the assertion named.
    LogoutRequestNames,
    /// Its LogoutRequest is signed, by a key of its metadata.
    LogoutRequestSigned,
    /// Its LogoutResponse says what it answers, and is signed by a key of its metadata.
    LogoutResponseSigned,
    /// Of its AuthnRequests.
    #[serde(untagged)]
    Request(RequestProperty),
    /// Of its metadata.
    #[serde(untagged)]
    Metadata(MetadataProperty),
    /// Of its cookies and pages.
    #[serde(untagged)]
    Web(WebProperty),
}

/// A property of the SP's AuthnRequests: of all that came during calibration, or, where the scenario has a flow, of all that came
/// during that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RequestProperty {
    /// They are XML, and what the schema of SAML's protocol has for an AuthnRequest.
    RequestSchema,
    /// They have no document type declaration.
    RequestNoDoctype,
    /// Their IDs are XML names without a colon.
    RequestIdName,
    /// No two of them have one ID.
    RequestIdUnique,
    /// Their IDs are too long and too irregular to be guessed.
    RequestIdEntropy,
    /// Their Version is 2.0.
    RequestVersion,
    /// Their IssueInstant is in UTC, and when they came.
    RequestInstant,
    /// Their Destination is where they came; a signed one has one.
    RequestDestination,
    /// They name their Issuer, as an entity.
    RequestIssuer,
    /// Their Issuer is the entityID of the metadata.
    RequestIssuerPublished,
    /// Where they want their answer is an assertion consumer service of the metadata.
    RequestAcsPublished,
    /// Nor does a header of the browser's decide where that is. For a flow that sends such headers.
    RequestAcsFixed,
    /// They name where they want their answer in one way, not two.
    RequestAcsOneWay,
    /// They want their answer by HTTP-POST.
    RequestResponseBinding,
    /// They come by HTTP-Redirect or HTTP-POST, encoded as that binding has it.
    RequestEncoding,
    /// They are signed where the metadata says so.
    RequestSigned,
    /// They are signed, and hold, where the IdP's metadata asks for that. For a flow that publishes such metadata.
    RequestSignedWhereAsked,
    /// Their signatures hold under a key of the metadata, and are where their binding has them.
    RequestSignature,
    /// They are signed with SHA-256 or better.
    RequestSignatureAlgorithm,
    /// Their signatures are over the RelayState too.
    RequestSignatureRelayState,
    /// Their NameIDPolicy asks for what an IdP can give to everybody.
    RequestNameIdPolicy,
    /// Their RequestedAuthnContext names what it wants, and is compared exactly.
    RequestContext,
    /// They do not ask for a fresh sign-in without showing anything.
    RequestForcePassive,
    /// A Subject in them has no SubjectConfirmation.
    RequestSubject,
    /// Their RelayState has no more than 80 bytes.
    RequestRelayState,
    /// Their RelayState, however it is written, tells nothing of a user or of his session.
    RequestRelayStateOpaque,
    /// They come by navigating the whole window. For a flow in a browser.
    RequestTopLevel,
    /// They come to the Location of the IdP's metadata, as it stands there. For a flow that begins a sign-in.
    RequestLocation,
    /// Their address has nothing about a user or his session in it.
    RequestNoUserData,
    /// However a sign-in is begun, it ends at the SP. For a flow that signs in by an address of a foreign site's making.
    LoginStays,
}

/// A property of the SP's metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MetadataProperty {
    /// It is what the schema of SAML's metadata has for an SP.
    MetadataSchema,
    /// Its entityID is an absolute URI of at most 256 characters.
    MetadataEntityId,
    /// Every assertion consumer service has an HTTPS address.
    MetadataAcsHttps,
    /// Every assertion consumer service answers.
    MetadataAcsAnswers,
    /// No two assertion consumer services have one index.
    MetadataAcsIndex,
    /// No assertion consumer service is for HTTP-Redirect.
    MetadataAcsBinding,
    /// It wants assertions signed.
    MetadataWantsSigned,
    /// And takes none that are not.
    MetadataWantsSignedKept,
    /// It says that AuthnRequests are signed where they are, and only there.
    MetadataSignsRequests,
    /// Its keys are RSA of 2048 bits or EC of 256, or more.
    MetadataKeyStrength,
    /// Its certificates are valid for another 30 days.
    MetadataCertificateValid,
    /// Its certificates are signed with SHA-256 or better.
    MetadataCertificateHash,
    /// It has a certificate for encryption.
    MetadataEncryptionKey,
    /// It has no private key or password in it.
    MetadataNoSecret,
    /// Its keys are nobody's samples.
    MetadataOwnKey,
    /// Its single logout services have HTTPS addresses and bindings of the profile.
    MetadataLogoutService,
    /// The name formats are of the standard.
    MetadataNameIdFormat,
    /// It has not run out.
    MetadataValidUntil,
    /// Its signature holds, over all of it.
    MetadataSignature,
    /// It is served as XML.
    MetadataContentType,
    /// No host in it is one that nobody outside can reach.
    MetadataHosts,
    /// It says whom to ask when something breaks.
    MetadataContact,
    /// Fetched again it says the same.
    MetadataStable,
}

/// A property of the SP as a web application: of its sessions, as several flawless logins show them, and of its answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WebProperty {
    /// The session's cookie goes over HTTPS alone.
    CookieSecure,
    /// No script can read it.
    CookieHttpOnly,
    /// It says with which cross-site requests it goes, and that is not with all.
    CookieSameSite,
    /// Only the host that set it gets it.
    CookieHostOnly,
    /// It is too long and too irregular to be guessed.
    CookieEntropy,
    /// The page that shows who is signed in is kept by no cache.
    PageNotStored,
    /// No other site's page may frame it.
    PageNotFramed,
    /// The assertion consumer service answers a login with a redirect, so that nothing can be posted anew.
    AnswerRedirects,
    /// However its path is spelled, the protected page shows nobody more than who is signed in.
    PathsProtected,
    /// A refusal tells nothing of what is within: no stack trace, no key, no decrypted message.
    RefusalsTellNothing,
    /// All refusals look the same.
    RefusalsAlike,
    /// What was posted to a protected page comes back after the sign-in. For a flow that signs in from there.
    PostKept,
}

impl WebProperty {
    /// Whether it is seen of a session, so that somebody must sign in for it.
    pub fn is_of_sessions(self) -> bool {
        !matches!(
            self,
            Self::RefusalsTellNothing | Self::RefusalsAlike | Self::PostKept
        )
    }
}

impl Property {
    /// Whether it can be judged by what was seen before scenarios are fired, or by the requests of a flow of its own.
    pub fn is_of_what_was_seen(self) -> bool {
        matches!(self, Self::Request(_) | Self::Metadata(_) | Self::Web(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_property_is_one_word() {
        for (property, word) in [
            (Property::LogoutRequestNames, "logout-request-names"),
            (
                Property::Request(RequestProperty::RequestIdUnique),
                "request-id-unique",
            ),
            (
                Property::Metadata(MetadataProperty::MetadataStable),
                "metadata-stable",
            ),
            (Property::Web(WebProperty::CookieSameSite), "cookie-same-site"),
        ] {
            assert_eq!(serde_json::to_value(property).ok(), Some(word.into()));
            assert_eq!(
                serde_json::from_value::<Property>(word.into()).ok(),
                Some(property)
            );
        }
        assert!(serde_json::from_value::<Property>("request-id-pretty".into()).is_err());
    }
}
