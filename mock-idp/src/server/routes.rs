//! Which path is served by whom.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};

use super::idp::Idp;
use super::own_hosts::{self, OwnHosts};
use super::{
    artifact, caller, csrf, error_lookup, graph, index, launch, metadata, my_apps, peer, portal, sign_in,
    sign_ins, slo, sso, test_sso,
};

/// The largest request body that is read.
const MAX_BODY: usize = 1024 * 1024;

/// All of them, for those who ask for one of these hosts.
pub(super) fn all(idp: Arc<Idp>, own: OwnHosts) -> Router {
    Router::new()
        .route("/", get(index::show))
        .route("/error", get(error_lookup::show))
        .route("/{tenant}/saml2", get(sso::redirect).post(sso::post))
        .route(
            "/{tenant}/saml2/{service_principal}",
            get(sso::redirect).post(sso::post),
        )
        .route("/{tenant}/artifact", post(artifact::resolve))
        .route("/{tenant}/resume", get(sso::resume))
        .route("/{tenant}/login", post(sign_in::submit))
        .route("/{tenant}/wsfederation", get(slo::ws_federation))
        .route("/sign-out", get(slo::ask).post(slo::sign_out))
        .route("/signed-out", get(slo::next))
        .route("/api/signin/{app_id}", get(launch::by_id))
        .route("/signin/{name}/{id}", get(launch::by_name))
        .route("/applications/signin/{name}/{id}", get(launch::by_name))
        .route("/myapps", get(my_apps::show))
        .route("/{tenant}/test/{app_id}", get(test_sso::show))
        .route("/{tenant}/test/{app_id}/sign-in", get(test_sso::start))
        .route("/{tenant}/test/{app_id}/fix", post(test_sso::fix))
        .route("/portal/{tenant}/sign-ins", get(sign_ins::list))
        .route("/portal/{tenant}/sign-ins/{id}", get(sign_ins::one))
        .nest("/portal", portal::router())
        .fallback(metadata::show)
        .layer(from_fn_with_state(idp.clone(), csrf::keep))
        .merge(graph::router())
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn_with_state(Arc::new(own), own_hosts::only_own))
        .layer(from_fn(caller::label))
        .layer(from_fn(peer::take_turns))
        .with_state(idp)
}
