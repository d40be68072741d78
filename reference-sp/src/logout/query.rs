//! A logout message as it travels: by HTTP-Redirect its signature stands in the query beside it (Bindings 3.4.4.1), by HTTP-POST and
//! SOAP in it.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use saml::binding::{
    BindingError, QueryAlgorithm, decode_redirect, decode_redirect_exactly, query_signature,
};
use saml::soap;

use crate::confused;
use crate::denial::Denial;
use crate::flaw::{Flaw, Flaws};
use crate::logout::kind::Kind;
use crate::logout::{form, hmac};
use crate::trust::Trust;
use crate::{message, whole};

/// What the message is called.
const WHAT: &str = "the logout message";

/// The only encoding that HTTP-Redirect knows (Bindings 3.4.4.1).
const DEFLATE: &str = "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE";

/// What arrived.
#[derive(Debug)]
pub(crate) struct Delivered<'a> {
    /// The query; none where it came in a form or an envelope.
    raw: Option<&'a str>,
    pub(crate) kind: Kind,
    pub(crate) xml: String,
    pub(crate) relay_state: Option<String>,
    flaws: Flaws,
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
        let encoding = parameter(raw, "SAMLEncoding")?;
        if encoding.is_some_and(|encoding| encoding != DEFLATE) {
            return Err(Denial::LogoutParameters);
        }
        let xml = decode_redirect_exactly(&message).map_err(|why| Denial::LogoutMessage(why.to_string()))?;
        Ok(Delivered {
            raw: Some(raw),
            kind,
            xml,
            relay_state: parameter(raw, "RelayState")?.map(Cow::into_owned),
            flaws: Flaws::NONE,
        })
    }

    /// The same with these switches on.
    pub(crate) fn read_with(raw: &'a str, trust: &Trust, flaws: Flaws) -> Result<Self, Denial> {
        let confused = match flaws.has(Flaw::RedirectConfusion) {
            true => confused::read(raw, trust.tenants()),
            false => None,
        };
        let Some((name, value)) = confused else {
            let delivered = Self::read(raw)?;
            let xml = message::followed(delivered.xml, flaws)?;
            return Ok(Delivered {
                xml,
                flaws,
                ..delivered
            });
        };
        let value = percent_decode_str(value).decode_utf8_lossy();
        Ok(Delivered {
            raw: Some(raw),
            kind: if name == "SAMLRequest" {
                Kind::Request
            } else {
                Kind::Response
            },
            xml: decode_redirect(&value).map_err(|why| Denial::LogoutMessage(why.to_string()))?,
            relay_state: None,
            flaws,
        })
    }

    /// What came in a form.
    pub(crate) fn read_form(fields: &[(String, String)], flaws: Flaws) -> Result<Self, Denial> {
        let (kind, xml, relay_state) = form::read(fields, flaws)?;
        Ok(Delivered {
            raw: None,
            kind,
            xml,
            relay_state,
            flaws,
        })
    }

    /// What came in a SOAP envelope: a request, since we send none by that binding that could be answered.
    pub(crate) fn read_soap(body: &str, flaws: Flaws) -> Result<Self, Denial> {
        let xml = soap::unwrap(body).map_err(|why| Denial::LogoutMessage(why.to_string()))?;
        Ok(Delivered {
            raw: None,
            kind: Kind::Request,
            xml,
            relay_state: None,
            flaws,
        })
    }

    /// Whether a key of this issuer's signed it. A query is verified as it was sent, byte for byte, since Azure AD writes its
    /// percent-encoding in lower case and others do not. SHA-1 is refused.
    pub(crate) fn is_signed_by(&self, issuer: &str, trust: &Trust) -> Result<(), Denial> {
        if self.is_believed() {
            return Ok(());
        }
        let Some(raw) = self.raw else {
            let anywhere = self.flaws.has(Flaw::UnboundVerify) || self.flaws.has(Flaw::SloUnbound);
            let certificates = trust.certificates(issuer, self.flaws)?;
            return whole::verify(&self.xml, WHAT, &certificates, self.flaws, anywhere);
        };
        let certificates = || {
            let any = self.flaws.has(Flaw::IssuerUnbound);
            let of = trust
                .tenants()
                .iter()
                .filter(move |tenant| any || tenant.entity_id == issuer);
            of.flat_map(|tenant| &tenant.certificates)
        };
        if self.flaws.has(Flaw::HmacConfusion) && hmac::holds(raw, certificates()) {
            return Ok(());
        }
        let confused = || {
            let own = trust.tenant(issuer)?;
            confused::read(raw, std::slice::from_ref(own))
        };
        if self.flaws.has(Flaw::RedirectConfusion) && confused().is_some() {
            return Ok(());
        }
        let signature = query_signature(raw);
        if self.flaws.has(Flaw::VerifyErrorIsOk)
            && let Err(BindingError::Unknown(_) | BindingError::NotBase64) = signature
        {
            return Ok(());
        }
        let signature = signature.map_err(|why| match why {
            BindingError::Missing(_) => Denial::MessageUnsigned(WHAT),
            BindingError::Unknown(algorithm) => Denial::Algorithm(algorithm),
            other => Denial::LogoutMessage(other.to_string()),
        })?;
        if signature.algorithm() == QueryAlgorithm::RsaSha1 && !self.flaws.has(Flaw::WeakAlgorithms) {
            return Err(Denial::Algorithm(signature.algorithm().uri().to_owned()));
        }
        if certificates().any(|certificate| signature.holds(certificate).unwrap_or(false)) {
            Ok(())
        } else {
            Err(Denial::SignatureValue)
        }
    }

    /// Whether a switch spares it the check.
    pub(crate) fn is_believed(&self) -> bool {
        let unsigned = || match self.raw {
            Some(raw) => {
                parameter(raw, "Signature").is_ok_and(|value| value.is_none_or(|value| value.is_empty()))
            }
            None => whole::is_unsigned(&self.xml),
        };
        self.flaws.has(Flaw::NoSigCheck) || self.flaws.has(Flaw::SloUnsigned) && unsigned()
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
