//! What all answers have in common: their form, the ids by which they are found again, and where the client thinks that it is.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::super::idp::Idp;
use super::call::{Answer, Answered};
use crate::guid;

/// Whether a connection is encrypted; the listener says so.
#[derive(Clone, Copy)]
pub(in crate::server) struct Encrypted;

pub(super) fn written(answered: Answered, base: &str, ids: &Ids) -> Response {
    match answered {
        Ok(Answer::Json(status, value)) => json(status, &value),
        Ok(Answer::Created(path, value)) => {
            let mut response = json(StatusCode::CREATED, &value);
            if let Ok(location) = HeaderValue::from_str(&format!("{base}/{path}")) {
                response.headers_mut().insert(header::LOCATION, location);
            }
            response
        }
        Ok(Answer::Count(count)) => {
            ([(header::CONTENT_TYPE, "text/plain")], count.to_string()).into_response()
        }
        Ok(Answer::Done) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => {
            tracing::debug!(
                code = error.code,
                message = error.message,
                "a call to Graph was refused"
            );
            let mut response = json(error.status, &error.body(&ids.request, &ids.client));
            if error.status == StatusCode::UNAUTHORIZED {
                let challenge = HeaderValue::from_static(
                    "Bearer realm=\"\", client_id=\"00000003-0000-0000-c000-000000000000\"",
                );
                response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
            }
            response
        }
    }
}

fn json(status: StatusCode, value: &Value) -> Response {
    const KIND: &str =
        "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";
    (
        status,
        [
            (header::CONTENT_TYPE, KIND),
            (HeaderName::from_static("odata-version"), "4.0"),
        ],
        value.to_string(),
    )
        .into_response()
}

/// By what a call is found again.
pub(super) struct Ids {
    request: String,
    client: String,
}

impl Ids {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let request = guid::fresh();
        let client = headers.get("client-request-id").and_then(|id| id.to_str().ok());
        let client = client
            .filter(|id| id.len() <= 128)
            .map_or_else(|| request.clone(), ToOwned::to_owned);
        Self { request, client }
    }

    pub(super) fn on(&self, mut response: Response) -> Response {
        for (name, id) in [("request-id", &self.request), ("client-request-id", &self.client)] {
            if let Ok(id) = HeaderValue::from_str(id) {
                response.headers_mut().insert(HeaderName::from_static(name), id);
            }
        }
        response
    }
}

/// Where the client thinks that it is: scheme and host as it wrote them.
pub(super) struct Origin(pub(super) String);

impl Origin {
    pub(super) fn host(&self) -> &str {
        self.0.split_once("://").map_or(&self.0, |(_, host)| host)
    }
}

impl FromRequestParts<Arc<Idp>> for Origin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, idp: &Arc<Idp>) -> Result<Self, Infallible> {
        let host = parts
            .headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok());
        let plain = |host: &&str| {
            let of_host =
                |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
            (1..=255).contains(&host.len()) && host.chars().all(of_host)
        };
        let scheme = match parts.extensions.get::<Encrypted>() {
            Some(Encrypted) => "https",
            None => "http",
        };
        Ok(Self(match host.filter(plain) {
            Some(host) => format!("{scheme}://{host}"),
            None => idp.origin.clone(),
        }))
    }
}
