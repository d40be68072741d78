//! Microsoft Graph, as far as provisioning single sign-on asks it (Microsoft: "configure SAML-based single sign-on using the Microsoft
//! Graph API"), and the endpoint that gives tokens for it.
//!
//! A call is authenticated, read whole, and answered on a thread that may wait: each change is on the disk before it is acknowledged.

mod app_role;
mod application;
mod assignment;
mod body;
mod call;
mod claims_policy;
mod client;
mod credential;
mod definition;
mod discovery;
mod either_side;
mod error;
mod group;
mod group_claims;
mod jwt;
mod kept;
mod list;
mod membership;
mod oauth;
mod oauth_error;
mod odata;
mod organization;
mod policy;
mod policy_names;
mod query;
mod receive;
mod route;
mod secret;
mod service_principal;
mod signing;
mod template;
mod template_id;
mod transformation;
mod user;
mod user_patch;
mod view;
mod wire;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use axum::routing::{any, get};
use jiff::Timestamp;

pub use client::Client;
pub(super) use wire::Encrypted;

use super::idp::Idp;
use call::{Call, Version};
use error::GraphError;
use query::Query;
use receive::{object, query_of, received};
use wire::{Ids, Origin, written};

/// The paths of Graph and of its tokens.
pub(super) fn router() -> Router<Arc<Idp>> {
    Router::new()
        .route("/{tenant}/oauth2/v2.0/token", any(oauth::token))
        .route(
            "/{tenant}/v2.0/.well-known/openid-configuration",
            get(discovery::configuration),
        )
        .route("/{tenant}/discovery/v2.0/keys", get(discovery::keys))
        .route("/common/discovery/instance", get(discovery::instance))
        .route("/v1.0/{*path}", any(v1))
        .route("/beta/{*path}", any(beta))
}

/// The largest body, as Graph has it: 4 MB.
const LARGEST: usize = 4 * 1024 * 1024;
async fn v1(state: State<Arc<Idp>>, origin: Origin, request: axum::extract::Request) -> Response {
    answer(state, Version::V1, origin, request).await
}

async fn beta(state: State<Arc<Idp>>, origin: Origin, request: axum::extract::Request) -> Response {
    answer(state, Version::Beta, origin, request).await
}

async fn answer(
    State(idp): State<Arc<Idp>>,
    version: Version,
    origin: Origin,
    request: axum::extract::Request,
) -> Response {
    let ids = Ids::of(request.headers());
    let base = format!("{}/{}", origin.0, version.path());
    let answered = match read(&idp, version, &base, request).await {
        // Writing waits for the disk, and making a key takes its time.
        Ok(call) => tokio::task::spawn_blocking(move || route::answer(&call))
            .await
            .unwrap_or_else(|_| {
                Err(GraphError::failed(
                    "The call ended before its time; look at the log.",
                ))
            }),
        Err(error) => Err(error),
    };
    ids.on(written(answered, &base, &ids))
}

/// The call, where it is one and its token allows it.
async fn read(
    idp: &Idp,
    version: Version,
    base: &str,
    request: axum::extract::Request,
) -> Result<Call, GraphError> {
    let (parts, body) = request.into_parts();
    let bearer = bearer(idp, &parts.headers)?;
    let path = parts
        .uri
        .path()
        .get(version.path().len() + 1..)
        .unwrap_or_default();
    let path = call::segments(path).ok_or_else(|| GraphError::segment(path))?;
    if !route::is_allowed(&bearer.roles, &path, &parts.method) {
        return Err(GraphError::denied());
    }
    let eventual = parts
        .headers
        .get("consistencylevel")
        .is_some_and(|level| level.as_bytes().eq_ignore_ascii_case(b"eventual"));
    let query = Query::read(&query_of(&parts.uri)?, eventual)?;
    let body = received(body, LARGEST, idp.patience.body()).await?;
    Ok(Call {
        body: object(&parts.method, &parts.headers, &body)?,
        method: parts.method,
        version,
        base: base.to_owned(),
        tenant: bearer.tenant,
        path,
        query,
        directory: idp.directory.clone(),
    })
}

fn bearer(idp: &Idp, headers: &HeaderMap) -> Result<jwt::Bearer, GraphError> {
    let value = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let token = value
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let (_, token) = token.ok_or_else(|| GraphError::unauthenticated("Access token is empty."))?;
    jwt::verify(&idp.directory(), token.trim(), Timestamp::now()).map_err(GraphError::unauthenticated)
}
