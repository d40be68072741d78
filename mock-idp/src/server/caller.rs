//! Who sent a request, and what its answer is called.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use super::idp::{Idp, secure};
use super::peer::Peer;
use super::session::{self, SignedIn};
use super::{cookies, csrf};
use crate::guid;

/// All that a handler may want to know about the other side.
#[derive(Clone)]
pub(super) struct Caller {
    pub(super) browser: csrf::Browser,
    pub(super) headers: HeaderMap,
    /// The key of the browser's session, as its cookie has it.
    pub(super) session: Option<String>,
    pub(super) ip: Option<IpAddr>,
    /// The GUID of this request: in its `x-ms-request-id`, on an error page, in the log.
    pub(super) request_id: String,
}

impl Caller {
    /// Those who are signed in in this browser, the latest first. Whose account is gone is not.
    pub(super) fn sessions(&self, idp: &Idp) -> Vec<SignedIn> {
        let mut sessions = idp.sessions.of(self.session.as_deref());
        if !sessions.is_empty() {
            let directory = idp.directory();
            sessions.retain(|who| who.account(&directory).is_some());
        }
        sessions
    }

    /// The `User-Agent`.
    pub(super) fn user_agent(&self) -> Option<&str> {
        self.headers.get(header::USER_AGENT)?.to_str().ok()
    }

    /// Signs somebody in in this browser and gives the cookie for it.
    pub(super) fn begin_session(&mut self, idp: &Idp, who: SignedIn) -> HeaderValue {
        let (key, persistent) = idp.sessions.begin(self.session.as_deref(), who);
        let cookie = match persistent {
            true => cookies::set_for(session::COOKIE, &key, session::LONG.as_secs(), secure(idp)),
            false => cookies::set(session::COOKIE, &key, secure(idp)),
        };
        self.session = Some(key);
        cookie
    }
}

#[derive(Clone)]
struct RequestId(String);

impl FromRequestParts<Arc<Idp>> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, idp: &Arc<Idp>) -> Result<Self, Infallible> {
        let browser = csrf::Browser::from_request_parts(parts, idp).await?;
        let peer = parts.extensions.get::<ConnectInfo<Peer>>();
        let known = parts.extensions.get::<RequestId>();
        Ok(Self {
            browser,
            session: cookies::cookie(&parts.headers, session::COOKIE).map(ToOwned::to_owned),
            headers: parts.headers.clone(),
            ip: peer.map(|ConnectInfo(peer)| peer.address.ip().to_canonical()),
            request_id: known.map_or_else(guid::fresh, |RequestId(id)| id.clone()),
        })
    }
}

/// Every answer has a request id, says what it is, and that nobody may keep it.
pub(super) async fn label(mut request: Request, next: Next) -> Response {
    let id = guid::fresh();
    request.extensions_mut().insert(RequestId(id.clone()));
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.entry("x-ms-request-id").or_insert(id);
    }
    for (name, value) in [
        (
            HeaderName::from_static("x-mock-idp"),
            "mock identity provider, for tests only",
        ),
        (header::CACHE_CONTROL, "no-store, no-cache"),
        (header::PRAGMA, "no-cache"),
        (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}
