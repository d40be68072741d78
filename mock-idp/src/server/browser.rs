//! Which browser it is, and the token that only its forms carry.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use super::{cookies, page};
use crate::guid;

/// The cookie that tells browsers apart before anybody is signed in.
pub(super) const COOKIE: &str = "mock-idp-browser";
/// The hidden field.
pub(super) const FIELD: &str = "csrf";

/// What the tokens of this process are made with. Another process takes none of them.
pub(super) struct Secret([u8; 32]);

impl Default for Secret {
    fn default() -> Self {
        Self(guid::random())
    }
}

/// The browser that sent a request.
#[derive(Clone)]
pub(super) struct Browser {
    id: String,
    token: String,
    /// Whether the browser has not been told its id yet.
    fresh: bool,
    /// Whether somebody has asked for the token, so that the browser must keep its id.
    needed: Arc<AtomicBool>,
}

impl Browser {
    pub(super) fn of(headers: &HeaderMap, secret: &Secret) -> Self {
        let is_ours = |value: &&str| value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit());
        let known = cookies::cookie(headers, COOKIE).filter(is_ours);
        let id = known.map_or_else(|| guid::hex(&guid::random::<32>()), ToOwned::to_owned);
        // Both have a fixed length, so that a plain hash cannot be extended.
        let text = [&secret.0, id.as_bytes()].concat();
        Self {
            fresh: known.is_none(),
            token: guid::hex(&openssl::sha::sha256(&text)),
            id,
            needed: Arc::default(),
        }
    }

    /// A value that is the same for all tabs of the browser, and no other browser's.
    pub(super) fn id(&self) -> &str {
        self.needed.store(true, Ordering::Relaxed);
        &self.id
    }

    /// The same, where the browser has it already.
    pub(super) fn known(&self) -> Option<&str> {
        let known = !self.fresh || self.needed.load(Ordering::Relaxed);
        known.then_some(self.id.as_str())
    }

    /// The id, where the browser is still to be told it.
    pub(super) fn news(&self) -> Option<&str> {
        let news = self.fresh && self.needed.load(Ordering::Relaxed);
        news.then_some(self.id.as_str())
    }

    /// The token, for what is no plain form.
    pub(super) fn token(&self) -> &str {
        self.needed.store(true, Ordering::Relaxed);
        &self.token
    }

    /// The hidden field of a form.
    pub(super) fn field(&self) -> Markup {
        html! { input type="hidden" name=(FIELD) value=(self.token()); }
    }

    /// Whether this is the token of this browser; for bodies that [`Form`](super::csrf::Form) does not read, such as uploads.
    ///
    /// # Errors
    ///
    /// The page that says so.
    pub(super) fn check(&self, token: Option<&str>) -> Result<(), Forged> {
        let given = token.unwrap_or_default().as_bytes();
        let known = self.token.as_bytes();
        match given.len() == known.len() && openssl::memcmp::eq(given, known) {
            true => Ok(()),
            false => Err(Forged),
        }
    }
}

/// A form that this browser was not shown, or that an earlier process showed it.
#[derive(Debug)]
pub(super) struct Forged;

impl IntoResponse for Forged {
    fn into_response(self) -> Response {
        let content = html! {
            main.card.medium {
                h1 { "Nothing was changed" }
                p role="alert" {
                    "The form came without the token that it was shown with: it is older than this run of the mock, cookies are off, or "
                    "another site sent it. Go back, load the page again and send it once more."
                }
                p { a href="/" { "To the start page" } }
            }
        };
        let page = page::document("Nothing was changed", &content);
        (StatusCode::FORBIDDEN, page).into_response()
    }
}
