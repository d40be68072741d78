//! Query, form and body of a request as they arrive.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Query as Pairs;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use serde_json::{Map, Value};

use super::error::{self, GraphError};

pub(super) fn query_of(uri: &Uri) -> Result<Vec<(String, String)>, GraphError> {
    let pairs = Pairs::<Vec<(String, String)>>::try_from_uri(uri);
    pairs
        .map(|Pairs(pairs)| pairs)
        .map_err(|_| GraphError::bad("The query of the URL is not encoded as it should be."))
}

/// All of a body, or the error that it is too large or too slow.
pub(super) async fn received(body: Body, largest: usize, time: Duration) -> Result<Bytes, GraphError> {
    match tokio::time::timeout(time, to_bytes(body, largest)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => Err(GraphError::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "RequestEntityTooLarge",
            format!("The request body is larger than {largest} bytes, or it broke off."),
        )),
        Err(_) => Err(GraphError::new(
            StatusCode::REQUEST_TIMEOUT,
            "Request_Timeout",
            format!(
                "The request body did not arrive within {} seconds.",
                time.as_secs_f32()
            ),
        )),
    }
}

/// The JSON object in a body; any `…/json` is taken, since samples write several.
pub(super) fn object(
    method: &Method,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<Map<String, Value>, GraphError> {
    if body.is_empty() || matches!(*method, Method::GET | Method::HEAD | Method::DELETE) {
        return Ok(Map::new());
    }
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .ok_or_else(|| {
            GraphError::bad(
                "Write requests (excluding DELETE) must contain the Content-Type header declaration.",
            )
        })?;
    let essence = kind
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    if !essence.ends_with("/json") && !essence.ends_with("+json") {
        return Err(GraphError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "Request_BadRequest",
            format!(
                "The content type '{}' is not supported; send application/json.",
                error::shortened(&essence)
            ),
        ));
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(GraphError::bad("The request body must be a JSON object.")),
        Err(error) => Err(GraphError::bad(format!(
            "Unable to read JSON request payload: {error}."
        ))),
    }
}

/// The pairs of a form or a query.
pub(super) fn pairs(text: &str) -> Vec<(String, String)> {
    let uri = Uri::builder()
        .path_and_query(format!("/?{}", text.replace(' ', "+")))
        .build();
    let pairs = uri.ok().and_then(|uri| query_of(&uri).ok());
    pairs.unwrap_or_default()
}
