//! Why what came as an AuthnRequest cannot be read: as Azure's error, and as a sentence for whoever runs a test.

use saml::authn_request::MessageError;
use saml::binding::{self, BindingError};
use saml::document::XmlError;

use super::answer::Binding;
use crate::Aadsts;

/// What is wrong with the message.
#[derive(Debug)]
pub(super) enum Unreadable {
    /// There is none.
    Missing,
    /// A parameter stands there twice, or there are a request and a response.
    Doubled,
    /// The parameter holds no text of a message.
    Encoding(BindingError),
    /// The text is no AuthnRequest.
    Message(MessageError),
}

impl Unreadable {
    /// What Azure shows.
    pub(super) fn aadsts(self) -> Aadsts {
        match self {
            Self::Missing => Aadsts::MessageMissing,
            Self::Doubled => Aadsts::BindingUnreadable {
                detail: "a parameter stands there twice, or there are both a SAMLRequest and a SAMLResponse"
                    .to_owned(),
            },
            Self::Encoding(error) => error.into(),
            Self::Message(error) => error.into(),
        }
    }

    /// One sentence, without a full stop. `parameter` is what came as SAMLRequest, percent-decoded.
    pub(super) fn sentence(&self, by: Binding, parameter: Option<&str>) -> String {
        let parameter = parameter.unwrap_or_default();
        let why = match self {
            Self::Missing => {
                return match by {
                    Binding::Post => "the SP posted a form without a SAMLRequest".to_owned(),
                    _ => "the SP sent the browser here without a SAMLRequest".to_owned(),
                };
            }
            Self::Doubled => {
                "a parameter of it stands there twice, or there are both a SAMLRequest and a SAMLResponse"
                    .to_owned()
            }
            Self::Encoding(BindingError::NotBase64) => not_base64(parameter),
            Self::Encoding(BindingError::NotDeflated) => not_deflated(parameter),
            Self::Encoding(_) | Self::Message(MessageError::Xml(_))
                if by == Binding::Post && is_deflated(parameter) =>
            {
                "it is deflated, which HTTP-POST does not do (SAML Bindings 3.5.4)".to_owned()
            }
            Self::Encoding(BindingError::Xml(error)) | Self::Message(MessageError::Xml(error)) => {
                not_xml(error)
            }
            Self::Encoding(other) => other.to_string(),
            Self::Message(MessageError::Other { found, wanted }) if found == wanted => {
                format!(
                    "its namespace is not {}, that of SAML 2.0",
                    saml::names::ns::SAMLP
                )
            }
            Self::Message(MessageError::Other { found, .. }) => {
                format!("its document element is {found}, and not samlp:AuthnRequest (SAML Core 3.4.1)")
            }
        };
        sentence(&why)
    }
}

/// The sentence with this reason in it, which may repeat what was sent.
pub(super) fn sentence(why: &str) -> String {
    let why: String = why.chars().take(LONGEST).collect();
    format!("the SP's AuthnRequest cannot be read: {why}")
}

/// The longest reason, in characters.
const LONGEST: usize = 400;

fn not_base64(parameter: &str) -> String {
    let is_of_it = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    let foreign = parameter
        .chars()
        .find(|c| !is_of_it(c) && !c.is_ascii_whitespace());
    match foreign {
        _ if parameter.is_empty() => "it is empty".to_owned(),
        _ if begins_as_xml(parameter) => {
            "it is not Base64, but plain XML (SAML Bindings 3.4.4.1, 3.5.4)".to_owned()
        }
        Some('%') => {
            "it is not Base64: it has a %, as if it were percent-encoded twice (SAML Bindings 3.4.4.1, 3.5.4)"
                .to_owned()
        }
        Some(c) => format!("it is not Base64: it has the character {c:?} (SAML Bindings 3.4.4.1, 3.5.4)"),
        None => "it is not Base64 (SAML Bindings 3.4.4.1, 3.5.4)".to_owned(),
    }
}

fn not_deflated(parameter: &str) -> String {
    let is_plain = binding::decode_post(parameter).is_ok_and(|text| begins_as_xml(&text));
    match is_plain {
        true => "it is Base64 of plain XML, which HTTP-Redirect wants deflated first (SAML Bindings 3.4.4.1)",
        false => "it is not DEFLATE-compressed (RFC 1951), as HTTP-Redirect wants it (SAML Bindings 3.4.4.1)",
    }
    .to_owned()
}

fn not_xml(error: &XmlError) -> String {
    match error {
        XmlError::Doctype => "it has a DOCTYPE, which no SAML message has".to_owned(),
        other => other.to_string(),
    }
}

/// Whether a form's field is what only a query should be.
fn is_deflated(parameter: &str) -> bool {
    binding::decode_redirect(parameter).is_ok_and(|text| begins_as_xml(&text))
}

fn begins_as_xml(text: &str) -> bool {
    text.trim_start().starts_with('<')
}
