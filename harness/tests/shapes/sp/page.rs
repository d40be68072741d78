//! What the SP answers with.

use axum::{
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use saml::document::escape_attribute;

/// A page.
pub(super) fn page(status: u16, title: &str, body: &str) -> Response {
    let html = format!("<!doctype html><html lang=\"en\"><title>{title}</title><body>{body}</body></html>");
    (StatusCode::from_u16(status).unwrap(), Html(html)).into_response()
}

/// A redirect.
pub(super) fn redirect(status: u16, to: &str) -> Response {
    (
        StatusCode::from_u16(status).unwrap(),
        [(header::LOCATION, to.to_owned())],
    )
        .into_response()
}

/// JSON.
pub(super) fn json(status: u16, value: &serde_json::Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    (
        status,
        [(header::CONTENT_TYPE, "application/json")],
        value.to_string(),
    )
        .into_response()
}

/// The same answer with a cookie.
pub(super) fn with_cookie(mut response: Response, cookie: &str) -> Response {
    response
        .headers_mut()
        .append(header::SET_COOKIE, cookie.parse().unwrap());
    response
}

/// What stands in an attribute.
pub(super) fn attribute(text: &str) -> String {
    escape_attribute(text).into_owned()
}

/// A request, as the SP looks at it.
pub(super) struct Asked {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Asked {
    /// A field of the form that was posted.
    pub(super) fn field(&self, name: &str) -> Option<String> {
        value(&self.body, name)
    }

    /// A parameter of the query.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        value(self.query.as_bytes(), name)
    }

    /// A cookie.
    pub(super) fn cookie(&self, name: &str) -> Option<&str> {
        let all = self.headers.get(header::COOKIE)?.to_str().ok()?;
        all.split("; ")
            .filter_map(|one| one.split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }
}

fn value(form: &[u8], name: &str) -> Option<String> {
    let mut pairs = url::form_urlencoded::parse(form);
    pairs
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}
