//! Single logout, both ways (Microsoft: "single sign-out SAML protocol").

use jiff::Timestamp;
use saml::assertion::NameId;
use saml::binding::{self, BindingError, Percent, QueryAlgorithm};
use saml::instant;
use saml::key::SigningKey;
use saml::names::status;
use saml::{LogoutRequest, LogoutResponse};

use super::name_id::pairwise;
use super::received::shown;
use super::request::{check_head, issuer as issuer_of, named};
use super::response::{fresh_id, issuer};
use super::verification::{has_query_signature, is_old};
use crate::{Aadsts, Application, Azure, LogoutIssuer, Tenant, User};

/// One sign-in of the browser's session: to which application, by which assertion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Participant<'a> {
    /// The application id.
    pub app_id: &'a str,
    /// The SessionIndex of the assertion.
    pub session_index: &'a str,
}

/// The application that asks for the sign-out, if Azure does it.
///
/// `query` is that of the redirect, as it was sent. Not checked, as in Azure: Destination, NotOnOrAfter, Reason, Consent, the
/// value of the NameID, and a signature. A browser in which nobody is signed in has nothing to sign out of, and that is no
/// error.
///
/// # Errors
///
/// 75005, 7500529, 7500530, 700016, 50061 without a Logout URL, 50071 by the switch for signed messages, 50068, 50070.
pub fn check_logout<'a>(
    tenant: &'a Tenant,
    request: &LogoutRequest,
    query: &str,
    session: &[Participant<'_>],
    azure: &Azure,
    now: Timestamp,
) -> Result<&'a Application, Aadsts> {
    let issued = request.issue_instant.as_deref();
    check_head(&request.id, &request.version, issued)?;
    let issuer = issuer_of(request.issuer.as_deref())?;
    if request.name_id.is_none() {
        return Err(Aadsts::LogoutNameIdMissing);
    }
    let application = named(tenant, issuer)?;
    if application.logout_url.is_none() {
        return Err(Aadsts::SignOutFailed);
    }
    if has_query_signature(query) && is_old(issued, azure, now) {
        return Err(Aadsts::SignOutExpired {
            issued: shown(issued.unwrap_or_default()),
        });
    }
    let mut own = session
        .iter()
        .filter(|one| one.app_id.eq_ignore_ascii_case(&application.app_id))
        .peekable();
    if own.peek().is_none() && !session.is_empty() {
        return Err(Aadsts::SignOutNotParticipant {
            identifier: shown(issuer),
        });
    }
    let known: Vec<&str> = own.map(|one| one.session_index).collect();
    let unknown = request
        .session_indexes
        .iter()
        .find(|index| !known.contains(&index.as_str()));
    match unknown.filter(|_| !session.is_empty()) {
        Some(index) => Err(Aadsts::SignOutUnknownSession {
            session: shown(index),
        }),
        None => Ok(application),
    }
}

/// The answer to a LogoutRequest that was done.
pub fn logout_response(
    tenant: &Tenant,
    application: &Application,
    request: &LogoutRequest,
    azure: &Azure,
    now: Timestamp,
) -> LogoutResponse {
    LogoutResponse {
        id: fresh_id(),
        in_response_to: Some(request.id.clone()),
        issue_instant: Some(instant::format(now)),
        destination: application.logout_url.clone(),
        issuer: Some(match azure.logout_issuer {
            LogoutIssuer::Sts => issuer(tenant, Some(application)).value,
            LogoutIssuer::Login => format!("https://login.microsoftonline.com/{}/", tenant.id),
        }),
        status: vec![status::SUCCESS.to_owned()],
        status_message: None,
    }
}

/// What another application of the session is told, in the browser. The person is called by the pairwise value without a
/// Format, whatever NameID the application knows.
pub fn logout_request(
    tenant: &Tenant,
    application: &Application,
    user: &User,
    session_index: &str,
    now: Timestamp,
) -> LogoutRequest {
    LogoutRequest {
        id: fresh_id(),
        version: "2.0".to_owned(),
        issue_instant: Some(instant::format(now)),
        destination: application.logout_url.clone(),
        not_on_or_after: None,
        reason: None,
        issuer: Some(issuer(tenant, Some(application)).value),
        name_id: Some(NameId {
            value: pairwise(tenant, application, user),
            ..NameId::default()
        }),
        session_indexes: vec![session_index.to_owned()],
    }
}

/// Where to send the browser with a LogoutResponse.
///
/// # Errors
///
/// OpenSSL does not sign.
pub fn logout_response_url(
    to: &str,
    response: &LogoutResponse,
    relay_state: Option<&str>,
    key: &SigningKey,
) -> Result<String, BindingError> {
    url(to, "SAMLResponse", &response.to_xml(), relay_state, key)
}

/// Where to send the browser, or a frame of it, with a LogoutRequest.
///
/// # Errors
///
/// OpenSSL does not sign.
pub fn logout_request_url(
    to: &str,
    request: &LogoutRequest,
    key: &SigningKey,
) -> Result<String, BindingError> {
    url(to, "SAMLRequest", &request.to_xml(), None, key)
}

/// Signed, and percent-encoded in small letters, in what is signed too.
fn url(
    to: &str,
    kind: &str,
    xml: &str,
    relay_state: Option<&str>,
    key: &SigningKey,
) -> Result<String, BindingError> {
    let query = binding::redirect_query_with(kind, xml, relay_state, Percent::Lower);
    let query = binding::sign_query_with(&query, key, QueryAlgorithm::RsaSha256, Percent::Lower)?;
    let mark = if to.contains('?') { '&' } else { '?' };
    Ok(format!("{to}{mark}{query}"))
}
