//! Tokens for programs: `/{tenant}/oauth2/v2.0/token`.

use std::sync::Arc;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::json;

use super::super::idp::Idp;
use super::super::page;
use super::client::{authenticated, basic};
use super::jwt;
use super::oauth_error::{OAuthError, unknown_tenant};
use super::receive::{pairs, received};
use super::wire::Origin;

/// The largest request for a token, in bytes.
const LARGEST: usize = 64 * 1024;

/// `client_credentials` (RFC 6749, 4.4), as Azure takes them.
pub(super) async fn token(
    State(idp): State<Arc<Idp>>,
    Path(tenant): Path<String>,
    origin: Origin,
    method: Method,
    headers: HeaderMap,
    body: Body,
) -> Response {
    if method != Method::POST {
        let why = format!("The endpoint only accepts POST requests. Received a {method} request.");
        return OAuthError::new(900_561, "invalid_request", 400, why).into_response();
    }
    let fields = match received(body, LARGEST, idp.patience.body()).await {
        Ok(body) => fields(&headers, &body),
        Err(error) => {
            let why = "The request body is too large, or did not arrive in time.";
            return OAuthError::new(90_023, "invalid_request", error.status.as_u16(), why).into_response();
        }
    };
    match granted(&idp, &tenant, &origin, &headers, &fields) {
        Ok(body) => Json(body).into_response(),
        Err(error) => error.into_response(),
    }
}

fn fields(headers: &HeaderMap, body: &Bytes) -> Vec<(String, String)> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let is_form = kind.is_some_and(|kind| {
        kind.to_ascii_lowercase()
            .starts_with("application/x-www-form-urlencoded")
    });
    let text = std::str::from_utf8(body)
        .ok()
        .filter(|_| is_form)
        .unwrap_or_default();
    pairs(text)
}

fn granted(
    idp: &Idp,
    named: &str,
    origin: &Origin,
    headers: &HeaderMap,
    fields: &[(String, String)],
) -> Result<serde_json::Value, OAuthError> {
    let directory = idp.directory();
    let tenant = directory.tenant(named).ok_or_else(|| unknown_tenant(named))?;
    let field = |name: &str| page::field(fields, name).filter(|value| !value.is_empty());
    let required = |name: &str| {
        field(name).ok_or_else(|| {
            OAuthError::new(
                900_144,
                "invalid_request",
                400,
                format!("The request body must contain the following parameter: '{name}'."),
            )
        })
    };
    let grant = required("grant_type")?;
    if grant != "client_credentials" {
        let why = format!(
            "The app requested an unsupported grant type '{}'.",
            super::error::shortened(grant)
        );
        return Err(OAuthError::new(70_003, "unsupported_grant_type", 400, why));
    }
    let basic = basic(headers);
    let client = match &basic {
        Some((client, _)) => client.as_str(),
        None => required("client_id")?,
    };
    let secret = basic
        .as_ref()
        .map(|(_, secret)| secret.as_str())
        .or(field("client_secret"));
    let name = authenticated(tenant, client, secret)?;
    let scope = required("scope")?;
    check_scope(scope, origin)?;
    let token = jwt::issue(tenant, client, &name, Timestamp::now()).map_err(|error| {
        OAuthError::new(
            90_033,
            "temporarily_unavailable",
            503,
            format!("No token can be signed: {error}."),
        )
    })?;
    Ok(json!({
        "token_type": "Bearer",
        "expires_in": jwt::LIFETIME,
        "ext_expires_in": jwt::LIFETIME,
        "access_token": token,
    }))
}

/// One resource, Graph by any of its names, and everything that it allows.
fn check_scope(scope: &str, origin: &Origin) -> Result<(), OAuthError> {
    let resource = scope.trim().strip_suffix("/.default");
    let resource = resource.filter(|resource| !resource.contains(char::is_whitespace)).ok_or_else(|| {
        let why = format!(
            "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope {} is not valid; it must be a resource and /.default.",
            super::error::shortened(scope)
        );
        OAuthError::new(70_011, "invalid_scope", 400, why)
    })?;
    let resource = resource.trim_end_matches('/');
    if [jwt::AUDIENCE, jwt::GRAPH, &origin.0].contains(&resource) {
        return Ok(());
    }
    let why = format!(
        "The resource principal named {} was not found in the tenant.",
        super::error::shortened(resource)
    );
    Err(OAuthError::new(500_011, "invalid_resource", 400, why))
}
