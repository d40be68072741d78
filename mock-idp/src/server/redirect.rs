//! Sending a browser elsewhere.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::Aadsts;

/// 302, as Azure redirects.
pub(super) fn found(url: &str) -> Response {
    match HeaderValue::from_bytes(url.as_bytes()) {
        Ok(location) => (StatusCode::FOUND, [(header::LOCATION, location)]).into_response(),
        Err(_) => Aadsts::ServiceFailed {
            detail: "the URL to go on with has characters that no header can carry".to_owned(),
        }
        .into_response(),
    }
}

/// 303, after a form.
pub(super) fn see_other(path: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, path)]).into_response()
}
