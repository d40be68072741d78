//! Why a message was refused: one variant for each reason, so that a test can tell them apart.

use saml::document::XmlError;

/// A refusal. It goes to the log and, where the test endpoint is on, to `/test/denials`; the browser is told only
/// where a user is proven and has no account.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Denial {
    #[error("this service provider refuses everything")]
    Everything,

    #[error("the form must be application/x-www-form-urlencoded and of reasonable size")]
    Form,
    #[error("the form must hold exactly one SAMLResponse and at most one RelayState")]
    Parameters,
    #[error("SAMLResponse is larger than {limit} bytes")]
    TooLarge { limit: usize },
    #[error("SAMLResponse is not Base64")]
    Base64,
    #[error("the message is not UTF-8, or declares another encoding")]
    Encoding,
    #[error("the message is not acceptable XML: {0}")]
    Xml(String),
    #[error("the document element is not a samlp:Response")]
    NotAResponse,
    #[error("{0} has no usable ID")]
    NoId(&'static str),
    #[error("{0} is not of version 2.0")]
    Version(&'static str),
    #[error("the ID {0:?} stands on more than one element")]
    DuplicateId(String),
    #[error("the Response has no status, or more than one")]
    NoStatus,
    #[error("the IdP reports {code:?}")]
    Status {
        code: String,
        /// What it says to that; only a switch shows it.
        message: Option<String>,
    },
    #[error("the Response must hold exactly one Assertion, and it holds {0}")]
    AssertionCount(usize),
    #[error("an EncryptedAssertion cannot be read: no decryption key is published, or it hides another one")]
    Encrypted,
    #[error("the EncryptedAssertion cannot be read: check the certificate that it was encrypted for")]
    Undecipherable,
    #[error("the EncryptedAssertion cannot be read: {0}")]
    Decryption(String),
    #[error("the Assertion's children are not those of the schema, in its order: {0}")]
    Shape(String),

    #[error("the Response was sent to {0:?}")]
    Destination(String),
    #[error("a signed Response must name its Destination")]
    NoDestination,
    #[error("the Assertion has no usable Issuer")]
    NoIssuer,
    #[error("Issuer {0:?} is not trusted")]
    UntrustedIssuer(String),
    #[error("the Response is issued by {response:?}, its Assertion by {assertion:?}")]
    IssuerMismatch { response: String, assertion: String },

    #[error("neither the Response nor the Assertion is signed")]
    Unsigned,
    #[error("both are to be signed, the Response and the Assertion")]
    OneSignature,
    #[error("{0} bears more than one Signature")]
    SignatureCount(&'static str),
    #[error("the Signature must hold exactly one {0}")]
    SignatureShape(&'static str),
    #[error("the Signature refers to {0:?}, not to the element that bears it")]
    Reference(String),
    #[error("the algorithm {0:?} is not allowed here")]
    Algorithm(String),
    #[error("the transforms must be enveloped-signature and at most one canonicalization")]
    Transforms,
    #[error("{0} holds more than Base64 text")]
    SignatureText(&'static str),
    #[error("the signed element or SignedInfo has no canonical form")]
    Canonical,
    #[error("the digest does not match the signed element")]
    Digest,
    #[error("no key of this Issuer made the signature")]
    SignatureValue,

    #[error("{0} is missing")]
    InstantMissing(&'static str),
    #[error("{what} {value:?} is not an instant")]
    InstantMalformed { what: &'static str, value: String },
    #[error("{what} {value} lies in the future")]
    Future { what: &'static str, value: String },
    #[error("{what} {value} has passed")]
    Expired { what: &'static str, value: String },
    #[error("{0} ends before it begins")]
    EmptyWindow(&'static str),
    #[error("nothing bounds the Assertion in time")]
    Unbounded,
    #[error("the sign-in at {0} is older than the request that asked for a fresh one")]
    NotFresh(String),
    #[error("the IdP's session ended at {0}")]
    SessionEnded(String),

    #[error("the Assertion must hold exactly one Conditions, and it holds {0}")]
    ConditionsCount(usize),
    #[error("the condition {0:?} is not understood")]
    UnknownCondition(String),
    #[error("the Assertion is restricted to no audience")]
    NoAudience,
    #[error("the Assertion is meant for {0:?}")]
    Audience(Vec<String>),

    #[error("the Assertion must have exactly one Subject")]
    NoSubject,
    #[error("the Subject must have exactly one NameID, of plain text")]
    NameId,
    #[error("the NameID is empty or holds control characters")]
    NameIdText,
    #[error("the NameID {0:?} is no mail address")]
    NameIdAddress(String),
    #[error("the NameID is qualified for somebody else: {0:?}")]
    NameIdQualifier(String),
    #[error("{0:?} is not a NameID format of a user")]
    NameIdFormat(String),
    #[error("{issuer:?} may not speak for the domain {domain:?}")]
    Domain { issuer: String, domain: String },
    #[error("no SubjectConfirmation is of the method bearer")]
    NoBearer,
    #[error("SubjectConfirmationData must occur exactly once")]
    NoConfirmationData,
    #[error("the Assertion may be presented at {0:?}, not here")]
    Recipient(Option<String>),

    #[error(
        "InResponseTo is empty, or differs between Response ({response:?}) and SubjectConfirmationData ({data:?})"
    )]
    InResponseToMismatch {
        response: Option<String>,
        data: Option<String>,
    },
    #[error("no request {0:?} is outstanding")]
    UnknownRequest(String),
    #[error("the request {request:?} was sent to {sent_to:?}, not to {issuer:?}")]
    OtherIdp {
        request: String,
        sent_to: String,
        issuer: String,
    },
    #[error("only answers to our own requests are taken")]
    Unsolicited,
    #[error("this browser did not start the sign-in that it wants to finish")]
    OtherBrowser,
    #[error("the sign-in was finished before, or too late")]
    Ticket,
    #[error("the Assertion was used before")]
    Replay,
    #[error("too many Assertions are remembered to take another one safely")]
    ReplayFull,

    #[error("no account is linked to {0:?}: an administrator must create and activate one first")]
    UnknownUser(String),
    #[error("the account of {0:?} is not active: an administrator must activate it first")]
    InactiveUser(String),
    #[error("there are {limit} accounts, and no room for another one")]
    AccountsFull { limit: usize },

    #[error("a Response comes in a form, and never in a query (Profiles 4.1.2)")]
    ByQuery,
    #[error("the query must hold one SAMLRequest or one SAMLResponse, and at most one RelayState")]
    LogoutParameters,
    #[error("the logout message cannot be used: {0}")]
    LogoutMessage(String),
    #[error("{0} is not signed")]
    MessageUnsigned(&'static str),

    #[error("the request must hold exactly one SAMLart and at most one RelayState")]
    ArtifactParameters,
    #[error("the artifact cannot be used: {0}")]
    Artifact(String),
    #[error("the artifact's SourceID is of no IdP that is trusted")]
    ArtifactSource,
    #[error("the artifact names the endpoint {0}, and its issuer has none of that number")]
    ArtifactEndpoint(u16),
    #[error("the artifact was used before")]
    ArtifactUsed,
    #[error("the artifact cannot be exchanged: {0}")]
    Exchange(String),
    #[error("the ArtifactResponse answers {0:?}, which was not asked")]
    ArtifactResponse(Option<String>),
    #[error("the IdP knows no message under this artifact")]
    ArtifactUnknown,

    #[error("the Assertion has no AuthnStatement")]
    NoAuthnStatement,
    #[error("the AuthnStatement has no usable AuthnContext")]
    AuthnContext,
    #[error("the user signed in by {0:?}, which was not asked for")]
    OtherContext(String),
    #[error("an Attribute has no Name")]
    AttributeName,
    #[error("an AttributeStatement is empty")]
    EmptyAttributeStatement,
}

impl Denial {
    /// Whether what came could not even be read as a response.
    pub(crate) fn is_no_message(&self) -> bool {
        matches!(
            self,
            Denial::Form
                | Denial::Parameters
                | Denial::Base64
                | Denial::Encoding
                | Denial::Xml(_)
                | Denial::NotAResponse
        )
    }

    /// Whether it is what a library for signatures throws, and no answer to whether the signature holds.
    pub(crate) fn is_of_the_library(&self) -> bool {
        matches!(
            self,
            Denial::SignatureShape(_) | Denial::SignatureText(_) | Denial::Algorithm(_) | Denial::Canonical
        )
    }

    /// What the message said that was wrong: the IdP to its error, or whom it names.
    pub(crate) fn said(&self) -> Option<&str> {
        match self {
            Denial::Status { message, .. } => message.as_deref(),
            Denial::UntrustedIssuer(said) | Denial::Destination(said) => Some(said),
            _ => None,
        }
    }

    /// Whom it is about and what an administrator must do, where the IdP has proven who it is.
    pub(crate) fn about_account(&self) -> Option<AboutAccount> {
        match self {
            Denial::UnknownUser(name_id) => Some(AboutAccount {
                name_id: name_id.clone(),
                is_known: false,
            }),
            Denial::InactiveUser(name_id) => Some(AboutAccount {
                name_id: name_id.clone(),
                is_known: true,
            }),
            _ => None,
        }
    }
}

/// A user who was refused by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AboutAccount {
    pub(crate) name_id: String,
    /// Whether there is an account, which then is not active.
    pub(crate) is_known: bool,
}

impl From<XmlError> for Denial {
    fn from(error: XmlError) -> Self {
        Denial::Xml(error.to_string())
    }
}
