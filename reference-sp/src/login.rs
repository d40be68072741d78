//! SP-initiated sign-in, the session, and the pages around it.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::{self, HeaderMap};
use axum::response::{AppendHeaders, Html, IntoResponse, Response};
use saml::AuthnRequest;
use saml::names::binding;
use serde::Deserialize;
use serde_json::json;

use crate::flaw::Flaw;
use crate::http::{BROWSER_COOKIE, SESSION_COOKIE, by_redirect, cookie, local, see_other, set_cookie};
use crate::identity::Identity;
use crate::memory::{Request, secret};
use crate::pages;
use crate::published;
use crate::state::Sp;

/// The longest RelayState that is sent, in bytes (Bindings 3.4.3). Longer paths stay here, with the request.
const RELAY_STATE: usize = 80;

/// How a sign-in is asked for.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Login {
    /// Where to go afterwards: a path of ours.
    to: Option<String>,
    /// The entity ID of the IdP; the first trusted one otherwise.
    idp: Option<String>,
    /// Ask for a fresh sign-in (ForceAuthn).
    #[serde(default)]
    force: bool,
}

/// `GET /singlesignon/saml/login`: sends the browser to its IdP with an AuthnRequest (Profiles 4.1.4.1).
pub(crate) async fn login(
    State(sp): State<Arc<Sp>>,
    headers: HeaderMap,
    query: Result<Query<Login>, QueryRejection>,
) -> Response {
    let Query(login) = query.unwrap_or_default();
    let trust = sp.settings().trust;
    let tenant = login
        .idp
        .as_deref()
        .map_or_else(|| trust.first(), |idp| trust.tenant(idp));
    let Some((tenant, sign_in)) = tenant.and_then(|tenant| Some((tenant, tenant.sign_in.as_deref()?))) else {
        return (StatusCode::SERVICE_UNAVAILABLE, Html(pages::no_idp())).into_response();
    };
    let force = login.force || sp.force_authn;
    let flaws = sp.settings().flaws;
    let wished = login
        .to
        .as_deref()
        .and_then(|to| match flaws.has(Flaw::OpenRedirect) {
            true => Some(to.to_owned()),
            false => local(to),
        });
    let to = wished.unwrap_or_else(|| "/account".to_owned());
    let browser = browser(&headers);
    let now = sp.clock.now();
    let id = match flaws.has(Flaw::WeakRequestId) {
        true => format!("_{}", now.as_second() / 3_600),
        false => format!("_{}", &secret()[..40]),
    };
    let xml = authn_request(&sp, &id, sign_in, force, &saml::instant::format(now));
    let relay_state = (to.len() <= RELAY_STATE).then_some(to.as_str());
    let location = by_redirect(&sp, sign_in, "SAMLRequest", &xml, relay_state);
    let request = Request {
        idp: tenant.entity_id.clone(),
        browser: browser.clone(),
        to: to.clone(),
        sent: now,
        force,
        context: sp.requested_context.clone(),
    };
    sp.memory.remember_request(id, request);
    let known = set_cookie(&sp, BROWSER_COOKIE, &browser);
    let early = (flaws.has(Flaw::SessionFixation) && cookie(&headers, SESSION_COOKIE).is_none())
        .then(|| AppendHeaders([set_cookie(&sp, SESSION_COOKIE, &secret())]));
    (
        StatusCode::FOUND,
        early,
        AppendHeaders([known, (header::LOCATION, location)]),
    )
        .into_response()
}

/// `GET /`.
pub(crate) async fn home(State(sp): State<Arc<Sp>>, headers: HeaderMap) -> Html<String> {
    let settings = sp.settings();
    Html(pages::home(&sp, &settings, session(&sp, &headers).as_ref()))
}

/// `GET /account`: protected. Who is not signed in is sent to sign in.
pub(crate) async fn account(State(sp): State<Arc<Sp>>, headers: HeaderMap) -> Response {
    match session(&sp, &headers) {
        Some(identity) => {
            let account = identity.account.and_then(|id| sp.accounts.active(id));
            Html(pages::account(&identity, account.as_ref(), sp.settings().flaws)).into_response()
        }
        None => see_other("/singlesignon/saml/login?to=/account"),
    }
}

/// `GET /whoami`: the session for programs.
pub(crate) async fn whoami(State(sp): State<Arc<Sp>>, headers: HeaderMap) -> Response {
    match session(&sp, &headers) {
        Some(identity) => Json(identity).into_response(),
        None => (StatusCode::UNAUTHORIZED, Json(json!({"error": "not signed in"}))).into_response(),
    }
}

/// `GET /singlesignon/saml/metadata`.
pub(crate) async fn metadata(State(sp): State<Arc<Sp>>) -> Response {
    match published::document(&sp) {
        Ok(xml) => ([(header::CONTENT_TYPE, "application/samlmetadata+xml")], xml).into_response(),
        Err(error) => {
            tracing::error!(%error, "metadata cannot be signed");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// About whom an error page is.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct ErrorPage {
    notice: Option<String>,
}

/// `GET /error`: where a refusal may redirect to.
pub(crate) async fn error(
    State(sp): State<Arc<Sp>>,
    query: Result<Query<ErrorPage>, QueryRejection>,
) -> Html<String> {
    let Query(page) = query.unwrap_or_default();
    let about = page
        .notice
        .and_then(|notice| sp.memory.notice(&notice, sp.clock.now()));
    Html(pages::refused(about.as_ref(), None, None))
}

fn session(sp: &Sp, headers: &HeaderMap) -> Option<Identity> {
    if sp.settings().flaws.has(Flaw::IdentityHeader)
        && let Some(identity) = named_by_a_header(headers)
    {
        return Some(identity);
    }
    sp.session(cookie(headers, SESSION_COOKIE)?)
}

/// Whom a header names that a proxy in front of an application sets, and that anybody else may set as well: for a switch.
fn named_by_a_header(headers: &HeaderMap) -> Option<Identity> {
    let named = ["x-remote-user", "remote-user", "remote_user", "x-forwarded-user"];
    let name = named.iter().find_map(|name| headers.get(*name)?.to_str().ok())?;
    Some(Identity {
        name_id: name.to_owned(),
        ..Identity::default()
    })
}

/// The secret of this browser: the one it has, or a new one. Several tabs share it.
fn browser(headers: &HeaderMap) -> String {
    let known = cookie(headers, BROWSER_COOKIE);
    let ours = known.filter(|value| value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit()));
    ours.map_or_else(secret, str::to_owned)
}

fn authn_request(sp: &Sp, id: &str, destination: &str, force: bool, now: &str) -> String {
    AuthnRequest {
        id: id.to_owned(),
        version: "2.0".to_owned(),
        issue_instant: Some(now.to_owned()),
        issuer: Some(sp.entity_id.clone()),
        destination: Some(destination.to_owned()),
        acs_url: Some(sp.acs_url.clone()),
        protocol_binding: Some(binding::POST.to_owned()),
        force_authn: force,
        requested_context: sp.requested_context.clone(),
        ..AuthnRequest::default()
    }
    .to_xml()
}
