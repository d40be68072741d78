//! The response to a sign-in, in the exact shape that Azure gives it.

use jiff::{SignedDuration, Timestamp};
use saml::assertion::{Assertion, Authn, Conditions, Confirmation, Subject};
use saml::key::SigningKey;
use saml::names::{context, method, status};
use saml::response::{Issuer, Response};
use saml::signature::{self, Template};
use saml::{AuthnRequest, instant};

use super::{IssueError, attributes, name_id_for, reply_url};
use crate::{Aadsts, Application, Azure, Signing, SigningOption, Tenant, User, guid};

/// One person who signs in to one application: all that a response depends on.
#[derive(Clone, Copy)]
pub struct SignIn<'a> {
    /// Whose directory it is.
    pub tenant: &'a Tenant,
    /// The application that is signed in to.
    pub application: &'a Application,
    /// Who signs in.
    pub user: &'a User,
    /// What asked for it; none for IdP-initiated sign-in.
    pub request: Option<&'a AuthnRequest>,
    /// When the response is issued.
    pub now: Timestamp,
    /// When the person last gave a password: hours before `now` in a session of that age.
    pub authn_instant: Timestamp,
    /// The NameID format, whatever request and application say.
    pub name_id_format: Option<&'a str>,
    /// What the documentation leaves open.
    pub azure: Azure,
}

/// How far before its issuance an assertion becomes valid.
const EARLIER: SignedDuration = SignedDuration::from_mins(5);
/// How long after its issuance it is.
const LATER: SignedDuration = SignedDuration::from_mins(60);

/// The unsigned response. A request is taken as checked (see [`super::check_request`]): where its reply URL is none of
/// the application's, the default one is used, and the empty text where there is none.
pub fn draft(sign_in: &SignIn<'_>) -> Response {
    let SignIn {
        tenant,
        application,
        request,
        now,
        authn_instant,
        ..
    } = *sign_in;
    let issued = instant::format(now);
    let in_response_to = request.map(|request| request.id.clone());
    let reply = reply_url(application, request)
        .ok()
        .or(application.default_reply_url())
        .unwrap_or_default();
    let id = fresh_id();
    let until = instant::format(now + LATER);
    let assertion = Assertion {
        id: id.clone(),
        issue_instant: issued.clone(),
        issuer: Some(issuer(tenant)),
        subject: Subject {
            name_id: Some(name_id_for(sign_in)),
            confirmations: vec![Confirmation {
                method: method::BEARER.to_owned(),
                in_response_to: in_response_to.clone(),
                not_before: None,
                not_on_or_after: Some(until.clone()),
                recipient: Some(reply.to_owned()),
                address: None,
            }],
        },
        conditions: Some(Conditions {
            not_before: Some(instant::format(now - EARLIER)),
            not_on_or_after: Some(until),
            audiences: vec![vec![audience(application, request)]],
        }),
        attributes: attributes(sign_in),
        authn: Some(Authn {
            instant: instant::format(authn_instant),
            session_index: Some(id),
            class: Some(context::PASSWORD.to_owned()),
        }),
    };
    Response {
        id: fresh_id(),
        in_response_to,
        issue_instant: Some(issued),
        destination: Some(reply.to_owned()),
        issuer: Some(issuer(tenant)),
        status: vec![status::SUCCESS.to_owned()],
        status_message: None,
        assertions: vec![assertion],
    }
}

/// The response, signed by this key as `signing` says: the assertion first, then the response around it.
///
/// # Errors
///
/// Where libxmlsec1 refuses to sign.
pub fn issue(sign_in: &SignIn<'_>, signing: &Signing, key: &SigningKey) -> Result<String, IssueError> {
    let draft = draft(sign_in);
    let mut text = draft.to_xml();
    if matches!(signing.option, SigningOption::Assertion | SigningOption::Both)
        && let Some(assertion) = draft.assertions.first()
    {
        text = sign_after_issuer(&text, "<Assertion ", &assertion.id, signing, key).map_err(|source| {
            IssueError {
                what: "assertion",
                source,
            }
        })?;
    }
    if matches!(signing.option, SigningOption::Response | SigningOption::Both) {
        text = sign_after_issuer(&text, "<samlp:Response ", &draft.id, signing, key).map_err(|source| {
            IssueError {
                what: "response",
                source,
            }
        })?;
    }
    Ok(text)
}

/// The answer to `IsPassive` where nobody is signed in: no assertion, and in Azure's shape for errors, without a
/// Destination and without a signature.
pub fn no_passive(tenant: &Tenant, request: &AuthnRequest, now: Timestamp) -> Response {
    let trace = guid::fresh();
    let seconds = instant::format(now).replace('T', " ");
    let seconds = seconds.split('.').next().unwrap_or_default();
    Response {
        id: fresh_id(),
        in_response_to: Some(request.id.clone()),
        issue_instant: Some(instant::format(now)),
        destination: None,
        issuer: Some(issuer(tenant)),
        status: vec![status::RESPONDER.to_owned(), status::NO_PASSIVE.to_owned()],
        status_message: Some(format!(
            "{}\nTrace ID: {trace}\nTimestamp: {seconds}Z",
            Aadsts::NoSession
        )),
        assertions: Vec::new(),
    }
}

fn fresh_id() -> String {
    format!("_{}", guid::fresh())
}

fn issuer(tenant: &Tenant) -> Issuer {
    Issuer {
        value: tenant.entity_id(),
        format: None,
    }
}

/// The request's Issuer, else the default Identifier: without a `#` suffix, and with `spn:` before an application
/// id.
fn audience(application: &Application, request: Option<&AuthnRequest>) -> String {
    let asked = request.and_then(|request| request.issuer.as_deref());
    let identifier = asked
        .or(application.identifiers.first().map(String::as_str))
        .unwrap_or(&application.app_id);
    let identifier = identifier
        .split_once('#')
        .map_or(identifier, |(before, _)| before);
    match guid::is_guid(identifier) {
        true => format!("spn:{identifier}"),
        false => identifier.to_owned(),
    }
}

/// Signs the element with this start by a Signature right after its Issuer. We wrote the text, and no value in it
/// has a bare `<`, so that searching finds tags and nothing else.
fn sign_after_issuer(
    text: &str,
    start: &str,
    id: &str,
    signing: &Signing,
    key: &SigningKey,
) -> Result<String, signature::SignatureError> {
    const END: &str = "</Issuer>";
    let element = text.find(start).expect("the draft has this element");
    let issuer = text[element..]
        .find(END)
        .expect("each element of the draft has an issuer");
    let at = element + issuer + END.len();
    let template = Template::azure(id, key.certificate(), signing.sha1).to_xml();
    signature::sign(&saml::document::splice(text, at..at, &template), at, key)
}
