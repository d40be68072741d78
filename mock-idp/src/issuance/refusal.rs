//! Errors that the service provider hears of: a SAML Response in place of a page.

use jiff::Timestamp;
use saml::AuthnRequest;
use saml::instant;
use saml::names::status;
use saml::response::Response;

use super::response::{fresh_id, issuer};
use crate::{Aadsts, Azure, BindingAnswer, PassiveAnswer, Tenant, guid};

/// The SAML Response by which Azure tells the service provider of this error; none where it shows a page, which is nearly
/// always. It goes to the Reply URL, with the RelayState.
///
/// In Azure's shape for errors: no assertion, no Destination, no signature.
pub fn answer_to(
    tenant: &Tenant,
    request: &AuthnRequest,
    error: &Aadsts,
    azure: &Azure,
    now: Timestamp,
) -> Option<Response> {
    let passive = request.is_passive && azure.passive_without_session == PassiveAnswer::SamlResponse;
    let told = match error {
        Aadsts::SpNameQualifierNotSupported { .. } => [status::REQUESTER, status::REQUEST_UNSUPPORTED],
        Aadsts::UnsupportedBinding { .. } if azure.unsupported_binding == BindingAnswer::SamlResponse => {
            [status::REQUESTER, status::UNSUPPORTED_BINDING]
        }
        error if passive && asks(error) => [status::RESPONDER, status::NO_PASSIVE],
        _ => return None,
    };
    // Documented for RequestUnsupported: one error around the other.
    let text = match error {
        Aadsts::SpNameQualifierNotSupported { .. } => Aadsts::RequestFailed {
            cause: error.to_string(),
        }
        .to_string(),
        other => other.to_string(),
    };
    Some(response(tenant, request, told, &text, now))
}

/// The answer to `IsPassive` where nobody is signed in.
pub fn no_passive(tenant: &Tenant, request: &AuthnRequest, now: Timestamp) -> Response {
    let codes = [status::RESPONDER, status::NO_PASSIVE];
    response(tenant, request, codes, &Aadsts::NoSession.to_string(), now)
}

/// Whether the person would have to be asked something.
fn asks(error: &Aadsts) -> bool {
    matches!(
        error,
        Aadsts::NoSession
            | Aadsts::SelectAccount
            | Aadsts::SessionRevoked
            | Aadsts::MfaEnrollment
            | Aadsts::MfaEnrollmentRequired
            | Aadsts::MfaRequired
            | Aadsts::MfaExpired
    )
}

fn response(
    tenant: &Tenant,
    request: &AuthnRequest,
    codes: [&str; 2],
    text: &str,
    now: Timestamp,
) -> Response {
    let trace = guid::fresh();
    let seconds = instant::format(now).replace('T', " ");
    let seconds = seconds.split('.').next().unwrap_or_default();
    Response {
        id: fresh_id(),
        in_response_to: Some(request.id.clone()),
        issue_instant: Some(instant::format(now)),
        destination: None,
        issuer: Some(issuer(tenant, None)),
        status: codes.map(str::to_owned).to_vec(),
        status_message: Some(format!("{text}\nTrace ID: {trace}\nTimestamp: {seconds}Z")),
        assertions: Vec::new(),
    }
}
