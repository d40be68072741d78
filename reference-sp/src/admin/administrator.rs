//! Who is signed in as the administrator, by his cookies.

use std::sync::Arc;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::header::{self, HeaderMap, HeaderName};
use axum::http::request::Parts;
use axum::response::Response;

use crate::http::{cookie, see_other};
use crate::state::Sp;

/// Names the administrator's session. It never comes with a request from another site.
pub(crate) const SESSION_COOKIE: &str = "sp_admin";
/// Binds the sign-in form to its browser.
pub(crate) const LOGIN_COOKIE: &str = "sp_admin_login";

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
