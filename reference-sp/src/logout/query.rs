//! A logout message as it travels: by HTTP-Redirect, its signature in the query beside it (Bindings 3.4.4.1).

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use saml::binding::{BindingError, QueryAlgorithm, decode_redirect, query_signature};

use crate::denial::Denial;
use crate::trust::Tenant;

/// What arrived.
#[derive(Debug)]
pub(crate) struct Delivered<'a> {
    raw: &'a str,
    pub(crate) kind: Kind,
    pub(crate) xml: String,
    pub(crate) relay_state: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Request,
    Response,
}

impl<'a> Delivered<'a> {
    /// Takes the message and the RelayState from the very octets that the signature is over. A parameter whose
    /// name is percent-encoded is none of ours: it would be read, and never verified.
    pub(crate) fn read(raw: &'a str) -> Result<Self, Denial> {
        let request = parameter(raw, "SAMLRequest")?;
        let response = parameter(raw, "SAMLResponse")?;
        let (kind, message) = match (request, response) {
            (Some(message), None) => (Kind::Request, message),
            (None, Some(message)) => (Kind::Response, message),
            _ => return Err(Denial::LogoutParameters),
        };
        Ok(Delivered {
            raw,
            kind,
            xml: decode_redirect(&message).map_err(|why| Denial::LogoutMessage(why.to_string()))?,
            relay_state: parameter(raw, "RelayState")?.map(Cow::into_owned),
        })
    }

    /// Whether a key of this tenant signed the query: as it was sent, byte for byte, since Azure AD writes its
    /// percent-encoding in lower case and others do not. SHA-1 is refused.
    pub(crate) fn is_signed_by(&self, tenant: &Tenant) -> Result<(), Denial> {
        let signature = query_signature(self.raw).map_err(|why| match why {
            BindingError::Missing(_) => Denial::LogoutUnsigned,
            BindingError::Unknown(algorithm) => Denial::Algorithm(algorithm),
            other => Denial::LogoutMessage(other.to_string()),
        })?;
        if signature.algorithm() == QueryAlgorithm::RsaSha1 {
            return Err(Denial::Algorithm(signature.algorithm().uri().to_owned()));
        }
        let mut certificates = tenant.certificates.iter();
        if certificates.any(|certificate| signature.holds(certificate).unwrap_or(false)) {
            Ok(())
        } else {
            Err(Denial::SignatureValue)
        }
    }
}

/// The value of the parameter of that name, of which there is one at most.
fn parameter<'a>(raw: &'a str, name: &str) -> Result<Option<Cow<'a, str>>, Denial> {
    let mut values = raw
        .split('&')
        .map(|part| part.split_once('=').unwrap_or((part, "")))
        .filter(|(key, _)| *key == name)
        .map(|(_, value)| value);
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(Denial::LogoutParameters);
    }
    let decoded = percent_decode_str(value)
        .decode_utf8()
        .map_err(|_| Denial::LogoutParameters)?;
    Ok(Some(decoded))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use saml::binding::redirect_query;

    use super::*;

    #[test]
    fn a_parameter_in_disguise_is_not_read() {
        let query = redirect_query("SAMLRequest", "<a/>", None);
        let delivered = |query: &str| Delivered::read(query).map(|one| (one.xml, one.relay_state));
        assert_eq!(delivered(&query), Ok(("<a/>".to_owned(), None)));
        assert_eq!(
            delivered(&format!("Relay%53tate=evil&{query}")),
            Ok(("<a/>".to_owned(), None))
        );
        for doubled in ["SAMLRequest=x", "SAMLResponse=x", "RelayState=a&RelayState=b"] {
            assert_eq!(
                delivered(&format!("{query}&{doubled}")),
                Err(Denial::LogoutParameters)
            );
        }
    }

    proptest! {
        #[test]
        fn garbage_is_an_error_and_never_a_panic(query in "\\PC{0,200}", value in "[a-zA-Z0-9%+/=]{0,200}") {
            prop_assert!(Delivered::read(&query).is_err());
            let query = format!("SAMLRequest={value}");
            prop_assert!(Delivered::read(&query).is_err());
        }
    }
}
