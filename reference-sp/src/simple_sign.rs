//! A second assertion consumer service, for HTTP-POST-SimpleSign: the signature stands in the form, beside the message
//! (SAML V2.0 HTTP POST "SimpleSign" Binding, section 2).

use openssl::hash::MessageDigest;
use openssl::sign::Verifier;
use roxmltree::Node;
use saml::Certificate;
use saml::document::{child, text};
use saml::names::{alg, ns};

use crate::denial::Denial;
use crate::flaw::{Flaw, Flaws};
use crate::message::{Message, decode};
use crate::trust::Trust;

/// The fields that the signature is over, as they were sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Signed<'a> {
    pub(crate) request: Option<&'a str>,
    pub(crate) response: &'a str,
    pub(crate) relay_state: Option<&'a str>,
    pub(crate) algorithm: &'a str,
    pub(crate) signature: &'a str,
}

/// Verifies the form under the keys of whoever the Response says that it is from.
pub(crate) fn verify(form: Signed<'_>, trust: &Trust, flaws: Flaws) -> Result<(), Denial> {
    if flaws.has(Flaw::NoSigCheck) {
        return Ok(());
    }
    if form.algorithm != alg::RSA_SHA256 {
        return Err(Denial::Algorithm(form.algorithm.to_owned()));
    }
    let response = decode(form.response, flaws)?;
    let issuer = issuer(&response, flaws)?;
    let tenant = trust
        .tenant(&issuer)
        .ok_or_else(|| Denial::UntrustedIssuer(issuer.clone()))?;
    let signed = match form.request {
        Some(request) if flaws.has(Flaw::RedirectConfusion) => {
            format!("SAMLRequest={}", decode(request, flaws)?)
        }
        Some(_) => return Err(Denial::Parameters),
        None => format!("SAMLResponse={response}"),
    };
    let state = form
        .relay_state
        .map_or_else(String::new, |state| format!("&RelayState={state}"));
    let input = format!("{signed}{state}&SigAlg={}", form.algorithm);
    let value = openssl::base64::decode_block(form.signature).map_err(|_| Denial::SignatureValue)?;
    let holds = |certificate: &Certificate| {
        let key = certificate.public_key();
        let verifier = Verifier::new(MessageDigest::sha256(), &key);
        verifier.is_ok_and(|mut verifier| verifier.verify_oneshot(&value, input.as_bytes()).unwrap_or(false))
    };
    if tenant.certificates.iter().any(holds) {
        Ok(())
    } else {
        Err(Denial::SignatureValue)
    }
}

/// Whom the Response is from. It must say so, since nothing else binds the key.
fn issuer(response: &str, flaws: Flaws) -> Result<String, Denial> {
    let message = Message::parse(response, flaws)?;
    let response: Node<'_, '_> = message.response()?;
    child(response, ns::SAML, "Issuer")
        .map(text)
        .ok_or(Denial::NoIssuer)
}
