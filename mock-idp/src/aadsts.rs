//! The errors that Azure shows instead of signing somebody in.
//!
//! Codes and the wordings that people search their logs for follow Microsoft's list of error codes
//! (`identity-platform/reference-error-codes`) and its support articles; the other sentences are ours.

use std::fmt;

/// One of Azure's sign-in errors. `Display` gives `AADSTS<code>: <message>`, as in its pages and logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Aadsts {
    /// 50011: the reply URL that the request asks for is none of the application's.
    ReplyUrlMismatch {
        /// What was asked for: a URL, or an index in words.
        asked: String,
        /// The request's Issuer.
        identifier: String,
    },
    /// 50034: no such user in this tenant.
    UserNotFound {
        /// The account name as it was typed.
        account: String,
        /// The tenant's display name.
        tenant: String,
    },
    /// 50058: silent sign-in was asked for and nobody is signed in.
    NoSession,
    /// 50061: a sign-out request that cannot be processed.
    SignOutFailed,
    /// 50126: wrong password.
    InvalidCredentials,
    /// 700016: the request's Issuer is no application of this tenant.
    ApplicationNotFound {
        /// The request's Issuer, or the application id of a launch link.
        identifier: String,
        /// The tenant's display name.
        tenant: String,
    },
    /// 75005: not a SAML 2.0 protocol message that Azure accepts.
    InvalidMessage {
        /// What is wrong with it.
        detail: String,
    },
    /// 750032: the answer is asked for by another binding than HTTP-POST.
    UnsupportedBinding {
        /// The `ProtocolBinding` of the request.
        binding: String,
    },
    /// 750054: neither SAMLRequest nor SAMLResponse was sent.
    MessageMissing,
    /// 750055: a Redirect message that is not raw DEFLATE.
    NotDeflated,
    /// 750056: a message that is not base64.
    NotBase64,
    /// 7500525: the message is not well-formed XML.
    MalformedXml {
        /// What the parser said.
        detail: String,
    },
    /// 7500529: an ID that is no XML NCName, most often because it begins with a digit.
    InvalidId {
        /// The ID as sent.
        id: String,
    },
    /// 750161: a NameIDPolicy Format outside Azure's four.
    UnsupportedNameIdFormat {
        /// The Format as sent.
        format: String,
    },
    /// 90002: no such tenant.
    TenantNotFound {
        /// The GUID or domain as sent.
        tenant: String,
    },
    /// 90014: a field that the request needs is missing.
    FieldMissing {
        /// Its name.
        field: String,
    },
    /// 90015: the query string is too long.
    QueryTooLong,
    /// 90019: nothing in the request says which tenant is meant.
    TenantUnknown,
    /// 90023: a request that the sign-in service cannot make sense of.
    InvalidRequest {
        /// What is wrong with it.
        detail: String,
    },
    /// 900023: a tenant that is neither a GUID nor a domain name.
    InvalidTenantIdentifier {
        /// What was sent.
        tenant: String,
    },
    /// 900236: the request carries a Subject.
    SubjectNotSupported,
    /// 900971: neither the request nor the application has a reply URL.
    NoReplyUrl,
    /// 90033: the service itself failed; here that is the mock's own fault.
    ServiceFailed {
        /// What failed.
        detail: String,
    },
}

impl Aadsts {
    /// The number behind `AADSTS`.
    pub fn code(&self) -> u32 {
        match self {
            Self::ReplyUrlMismatch { .. } => 50011,
            Self::UserNotFound { .. } => 50034,
            Self::NoSession => 50058,
            Self::SignOutFailed => 50061,
            Self::InvalidCredentials => 50126,
            Self::ApplicationNotFound { .. } => 700016,
            Self::InvalidMessage { .. } => 75005,
            Self::UnsupportedBinding { .. } => 750032,
            Self::MessageMissing => 750054,
            Self::NotDeflated => 750055,
            Self::NotBase64 => 750056,
            Self::MalformedXml { .. } => 7500525,
            Self::InvalidId { .. } => 7500529,
            Self::UnsupportedNameIdFormat { .. } => 750161,
            Self::TenantNotFound { .. } => 90002,
            Self::FieldMissing { .. } => 90014,
            Self::QueryTooLong => 90015,
            Self::TenantUnknown => 90019,
            Self::InvalidRequest { .. } => 90023,
            Self::InvalidTenantIdentifier { .. } => 900023,
            Self::SubjectNotSupported => 900236,
            Self::NoReplyUrl => 900971,
            Self::ServiceFailed { .. } => 90033,
        }
    }

    /// The sentence behind the code, without it.
    pub fn message(&self) -> String {
        match self {
            Self::ReplyUrlMismatch { asked, identifier } => format!(
                "The reply URL '{asked}' specified in the request does not match the reply URLs configured for \
                 the application '{identifier}'. Make sure the reply URL sent in the request matches one added \
                 to the application."
            ),
            Self::UserNotFound { account, tenant } => {
                format!("The user account '{account}' does not exist in the directory '{tenant}'.")
            }
            Self::NoSession => "A silent sign-in request was sent but no user is signed in.".to_owned(),
            Self::SignOutFailed => "Sign out failed. The request is not valid.".to_owned(),
            Self::InvalidCredentials => {
                "Error validating credentials due to invalid username or password.".to_owned()
            }
            Self::ApplicationNotFound { identifier, tenant } => format!(
                "Application with identifier '{identifier}' was not found in the directory '{tenant}'. This can \
                 happen if the application has not been installed by the administrator of the tenant or \
                 consented to by any user in the tenant. You may have sent your authentication request to the \
                 wrong tenant."
            ),
            Self::InvalidMessage { detail } => {
                format!("The request is not a valid SAML 2.0 protocol message: {detail}.")
            }
            Self::UnsupportedBinding { binding } => format!(
                "SAML protocol response cannot be sent via bindings other than HTTP POST. Requested binding: \
                 {binding}"
            ),
            Self::MessageMissing => {
                "A SAMLRequest or SAMLResponse must be present as a query string parameter or a form field."
                    .to_owned()
            }
            Self::NotDeflated => {
                "The SAMLRequest of a redirect must be DEFLATE-compressed before it is base64-encoded."
                    .to_owned()
            }
            Self::NotBase64 => "The SAML message is not properly base64-encoded.".to_owned(),
            Self::MalformedXml { detail } => format!("There is an XML error in the SAML message: {detail}."),
            Self::InvalidId { id } => {
                format!("The value '{id}' is not a valid SAML ID. The ID must not begin with a number.")
            }
            Self::UnsupportedNameIdFormat { format } => format!(
                "Allowed SAML authentication request's NameIDPolicy formats are: {}. The request asks for \
                 '{format}'.",
                crate::issuance::NAME_ID_FORMATS.join(", ")
            ),
            Self::TenantNotFound { tenant } => format!(
                "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing \
                 into the correct cloud."
            ),
            Self::FieldMissing { field } => format!("The required field '{field}' is missing."),
            Self::QueryTooLong => "The query string is too long.".to_owned(),
            Self::TenantUnknown => {
                "No tenant-identifying information was found in the request or implied by the application."
                    .to_owned()
            }
            Self::InvalidRequest { detail } => format!("The request is not valid: {detail}."),
            Self::InvalidTenantIdentifier { tenant } => format!(
                "Specified tenant identifier '{tenant}' is neither a valid DNS name, nor a valid external domain."
            ),
            Self::SubjectNotSupported => {
                "The SAML authentication request property 'Subject' is not supported \
                 and must not be set."
                    .to_owned()
            }
            Self::NoReplyUrl => "No reply address is registered for the application.".to_owned(),
            Self::ServiceFailed { detail } => {
                format!("The mock identity provider failed to answer: {detail}.")
            }
        }
    }

    /// The HTTP status of the page: 200 for errors of protocol and user, 400 where the message could not even
    /// be decoded, 500 where the fault is the mock's.
    pub fn status(&self) -> u16 {
        match self {
            Self::MessageMissing
            | Self::NotDeflated
            | Self::NotBase64
            | Self::MalformedXml { .. }
            | Self::FieldMissing { .. }
            | Self::QueryTooLong
            | Self::InvalidRequest { .. } => 400,
            Self::ServiceFailed { .. } => 500,
            _ => 200,
        }
    }
}

impl fmt::Display for Aadsts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AADSTS{}: {}", self.code(), self.message())
    }
}

impl std::error::Error for Aadsts {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_reads_as_it_does_in_azures_logs() {
        let error = Aadsts::InvalidId {
            id: "1f6c".to_owned(),
        };
        assert_eq!(
            error.to_string(),
            "AADSTS7500529: The value '1f6c' is not a valid SAML ID. The ID must not begin with a number."
        );
    }

    #[test]
    fn what_cannot_be_decoded_is_a_client_error_and_the_rest_is_a_page() {
        assert_eq!(Aadsts::NotBase64.status(), 400);
        assert_eq!(Aadsts::SubjectNotSupported.status(), 200);
    }
}
