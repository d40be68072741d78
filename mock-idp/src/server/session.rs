//! Who is signed in to the mock in which browser.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue};
use jiff::Timestamp;

use super::cookies;
use super::shelf::Shelf;

/// The cookie of a signed-in browser.
pub(super) const COOKIE: &str = "mock-idp-session";

/// One signed-in person.
#[derive(Clone)]
pub(super) struct Session {
    pub(super) tenant_id: String,
    /// The user's name in the directory.
    pub(super) user: String,
    /// When the password was given.
    pub(super) since: Timestamp,
}

pub(super) struct Sessions(Shelf<Session>);

impl Default for Sessions {
    fn default() -> Self {
        Self(Shelf::new(4096, Duration::from_secs(24 * 60 * 60)))
    }
}

impl Sessions {
    /// Begins a session and gives the cookie for it.
    pub(super) fn begin(&self, session: Session, secure: bool) -> HeaderValue {
        cookies::set(COOKIE, &self.0.put(session), secure)
    }

    /// The session of the browser that sent these headers.
    pub(super) fn of(&self, headers: &HeaderMap) -> Option<Session> {
        self.0.get(cookies::cookie(headers, COOKIE)?)
    }

    /// Ends it.
    pub(super) fn end(&self, headers: &HeaderMap) {
        if let Some(key) = cookies::cookie(headers, COOKIE) {
            self.0.remove(key);
        }
    }
}
