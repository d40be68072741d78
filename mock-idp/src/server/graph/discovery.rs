//! What clients read before they ask for a token, and what they check one with.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use base64::prelude::*;
use serde_json::json;

use super::super::idp::Idp;
use super::super::page;
use super::jwt;
use super::oauth_error::{OAuthError, unknown_tenant};
use super::wire::Origin;

/// `/{tenant}/v2.0/.well-known/openid-configuration`
pub(super) async fn configuration(
    State(idp): State<Arc<Idp>>,
    Path(named): Path<String>,
    origin: Origin,
) -> Response {
    let directory = idp.directory();
    let Some(tenant) = directory.tenant(&named) else {
        return unknown_tenant(&named).into_response();
    };
    let base = format!("{}/{}", origin.0, tenant.id);
    Json(json!({
        "issuer": format!("{base}/v2.0"),
        "token_endpoint": format!("{base}/oauth2/v2.0/token"),
        "authorization_endpoint": format!("{base}/oauth2/v2.0/authorize"),
        "jwks_uri": format!("{base}/discovery/v2.0/keys"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code"],
        "scopes_supported": ["openid"],
        "grant_types_supported": ["client_credentials"],
        "tenant_region_scope": tenant.country,
        "cloud_instance_name": origin.host(),
        "cloud_graph_host_name": "graph.windows.net",
        "msgraph_host": origin.host(),
    }))
    .into_response()
}

/// `/{tenant}/discovery/v2.0/keys`
pub(super) async fn keys(State(idp): State<Arc<Idp>>, Path(named): Path<String>) -> Response {
    let directory = idp.directory();
    let Some(tenant) = directory.tenant(&named) else {
        return unknown_tenant(&named).into_response();
    };
    let keys = jwt::keys(tenant).into_iter().filter_map(|key| {
        let certificate = key.certificate();
        let rsa = certificate.public_key().rsa().ok()?;
        let id = jwt::key_id(certificate);
        Some(json!({
            "kty": "RSA", "use": "sig", "alg": "RS256", "kid": id, "x5t": id,
            "n": BASE64_URL_SAFE_NO_PAD.encode(rsa.n().to_vec()),
            "e": BASE64_URL_SAFE_NO_PAD.encode(rsa.e().to_vec()),
            "x5c": [certificate.base64()],
        }))
    });
    Json(json!({ "keys": keys.collect::<Vec<_>>() })).into_response()
}

/// `/common/discovery/instance`: whether an authority is one, as MSAL asks it.
pub(super) async fn instance(
    State(idp): State<Arc<Idp>>,
    Query(query): Query<Vec<(String, String)>>,
    origin: Origin,
) -> Response {
    let asked = page::field(&query, "authorization_endpoint").unwrap_or_default();
    let path = asked
        .split_once("://")
        .and_then(|(_, rest)| rest.split_once('/'))
        .map_or("", |(_, path)| path);
    let named = path.split('/').next().unwrap_or_default();
    let Some(tenant) = idp.directory().tenant(named).map(|tenant| tenant.id.clone()) else {
        return OAuthError::new(50_049, "invalid_instance", 400, "Unknown or invalid instance.")
            .into_response();
    };
    let host = origin.host();
    Json(json!({
        "tenant_discovery_endpoint": format!("{}/{tenant}/v2.0/.well-known/openid-configuration", origin.0),
        "api-version": "1.1",
        "metadata": [{ "preferred_network": host, "preferred_cache": host, "aliases": [host] }],
    }))
    .into_response()
}
