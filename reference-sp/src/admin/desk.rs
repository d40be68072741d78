//! The administrator's own sign-in: a password, a session, and a secret in each form.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::header::{self, HeaderMap, HeaderName};
use axum::http::request::Parts;
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use openssl::{memcmp, sha::sha256};

use crate::clock::after;
use crate::http::{cookie, see_other};
use crate::memory::secret;
use crate::state::Sp;
use crate::store::Store;

/// Names the administrator's session. It never comes with a request from another site.
pub(crate) const SESSION_COOKIE: &str = "sp_admin";
/// Binds the sign-in form to its browser.
pub(crate) const LOGIN_COOKIE: &str = "sp_admin_login";

const SESSION: SignedDuration = SignedDuration::from_hours(8);
const SESSIONS: usize = 100;

/// Where the administrator sits.
#[derive(Debug)]
pub(crate) struct Desk {
    password: String,
    sessions: Mutex<Store<String, Session>>,
}

#[derive(Debug, Clone)]
struct Session {
    csrf: String,
    /// What the next page begins with.
    notice: Option<Notice>,
}

/// What came of the form before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Notice {
    pub(crate) done: String,
    /// What the administrator should still look at.
    pub(crate) warnings: Vec<String>,
}

impl Desk {
    pub(crate) fn new(password: Option<String>) -> Self {
        Desk {
            password: password.unwrap_or_else(|| secret()[..16].to_owned()),
            sessions: Mutex::new(Store::new(SESSIONS)),
        }
    }

    pub(crate) fn password(&self) -> &str {
        &self.password
    }

    /// Whether this is the password, in a time that does not tell how much of it.
    pub(crate) fn opens_with(&self, given: &str) -> bool {
        memcmp::eq(&sha256(given.as_bytes()), &sha256(self.password.as_bytes()))
    }

    /// Begins a session and answers its name.
    pub(crate) fn sit_down(&self, now: Timestamp) -> String {
        let name = secret();
        let session = Session {
            csrf: secret(),
            notice: None,
        };
        self.lock().put(name.clone(), session, after(now, SESSION), now);
        name
    }

    pub(crate) fn stand_up(&self, session: &str) {
        self.lock().take(session);
    }

    /// Keeps what the next page begins with.
    pub(crate) fn leave_notice(&self, session: &str, notice: Notice) {
        if let Some(session) = self.lock().look_up_mut(session) {
            session.notice = Some(notice);
        }
    }

    pub(crate) fn take_notice(&self, session: &str) -> Option<Notice> {
        self.lock().look_up_mut(session)?.notice.take()
    }

    fn csrf(&self, session: &str, now: Timestamp) -> Option<String> {
        self.lock()
            .look_up(session, now)
            .map(|session| session.csrf.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Store<String, Session>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The administrator who is signed in. Where nobody is, the request leads to the sign-in page.
#[derive(Debug)]
pub(crate) struct Admin {
    pub(crate) session: String,
    /// What each of his forms carries.
    pub(crate) csrf: String,
}

impl Admin {
    pub(crate) fn of(sp: &Sp, headers: &HeaderMap) -> Option<Self> {
        let session = cookie(headers, SESSION_COOKIE)?;
        Some(Admin {
            csrf: sp.desk.csrf(session, sp.clock.now())?,
            session: session.to_owned(),
        })
    }
}

impl FromRequestParts<Arc<Sp>> for Admin {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, sp: &Arc<Sp>) -> Result<Self, Response> {
        Admin::of(sp, &parts.headers).ok_or_else(|| see_other("/admin/sign-in"))
    }
}

impl OptionalFromRequestParts<Arc<Sp>> for Admin {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, sp: &Arc<Sp>) -> Result<Option<Self>, Response> {
        Ok(Admin::of(sp, &parts.headers))
    }
}

/// Whether the browser says that another site sent the request (Fetch Metadata); Origin says nothing here, as the pages
/// send no referrer.
pub(crate) fn is_cross_site(headers: &HeaderMap) -> bool {
    headers
        .get("sec-fetch-site")
        .is_some_and(|site| site != "same-origin" && site != "none")
}

pub(crate) fn set_cookie(sp: &Sp, name: &str, value: &str) -> (HeaderName, String) {
    let secure = if sp.is_https() { "; Secure" } else { "" };
    (
        header::SET_COOKIE,
        format!("{name}={value}; Path=/admin; HttpOnly; SameSite=Strict{secure}"),
    )
}

pub(crate) fn drop_cookie(sp: &Sp, name: &str) -> (HeaderName, String) {
    let (header, kept) = set_cookie(sp, name, "");
    (header, format!("{kept}; Max-Age=0"))
}

impl From<String> for Notice {
    fn from(done: String) -> Self {
        Notice {
            done,
            warnings: Vec::new(),
        }
    }
}
