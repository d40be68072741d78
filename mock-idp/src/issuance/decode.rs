//! What Azure says of a message that cannot be read.

use saml::authn_request::MessageError;
use saml::binding::BindingError;
use saml::document::XmlError;

use super::received::shown;
use crate::Aadsts;

impl From<BindingError> for Aadsts {
    /// 750056, 750055, 75001 for parameters that are missing or doubled, else as for XML, or 75005.
    fn from(error: BindingError) -> Self {
        match error {
            BindingError::NotBase64 => Self::NotBase64,
            BindingError::NotDeflated => Self::NotDeflated,
            BindingError::Xml(error) => error.into(),
            BindingError::Missing(_) | BindingError::Doubled(_) => Self::BindingUnreadable {
                detail: error.to_string(),
            },
            other => Self::InvalidMessage {
                detail: other.to_string(),
            },
        }
    }
}

impl From<XmlError> for Aadsts {
    /// 90107 for what is no text, else 7500525.
    fn from(error: XmlError) -> Self {
        match error {
            XmlError::NotUtf8 => Self::InvalidCharacters,
            other => Self::MalformedXml {
                detail: shown(&other.to_string()),
            },
        }
    }
}

impl From<MessageError> for Aadsts {
    /// As for XML, or 75005 for another message.
    fn from(error: MessageError) -> Self {
        match error {
            MessageError::Xml(error) => error.into(),
            other @ MessageError::Other { .. } => Self::InvalidMessage {
                detail: other.to_string(),
            },
        }
    }
}
