//! The errors of the endpoint that gives tokens.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::json;

use crate::guid;

pub(super) fn unknown_tenant(named: &str) -> OAuthError {
    let named = super::error::shortened(named);
    match guid::is_guid(&named) || named.contains('.') {
        true => OAuthError::new(
            90_002,
            "invalid_request",
            400,
            format!(
                "Tenant '{named}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant."
            ),
        ),
        false => OAuthError::new(
            900_023,
            "invalid_request",
            400,
            format!(
                "Specified tenant identifier '{named}' is neither a valid DNS name, nor a valid external domain."
            ),
        ),
    }
}

/// An error of the token endpoint, as JSON.
pub(super) struct OAuthError {
    code: u32,
    error: &'static str,
    status: u16,
    message: String,
}

impl OAuthError {
    pub(super) fn new(code: u32, error: &'static str, status: u16, message: impl Into<String>) -> Self {
        Self {
            code,
            error,
            status,
            message: message.into(),
        }
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let (trace, correlation) = (guid::fresh(), guid::fresh());
        let now = Timestamp::now().strftime("%Y-%m-%d %H:%M:%SZ").to_string();
        let body = json!({
            "error": self.error,
            "error_description": format!(
                "AADSTS{}: {}\r\nTrace ID: {trace}\r\nCorrelation ID: {correlation}\r\nTimestamp: {now}",
                self.code, self.message
            ),
            "error_codes": [self.code],
            "timestamp": now,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": format!("https://login.microsoftonline.com/error?code={}", self.code),
        });
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        (status, Json(body)).into_response()
    }
}
