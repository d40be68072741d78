//! The endpoint for tests: changing what the service provider gets wrong while it runs.

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use serde_json::{Value, json};

use crate::flaw::Flaws;
use crate::refresh;
use crate::state::Sp;

/// `/test/…`, mounted only where the configuration asks for it.
pub(crate) fn routes() -> Router<Arc<Sp>> {
    Router::new()
        .route("/test/flaws", get(flaws).put(set_flaws))
        .route("/test/refuse-with", put(set_refusal))
        .route("/test/denials", get(denials))
        .route("/test/reset", post(reset))
        .route("/test/refresh", get(refresh::now).post(refresh::now))
}

/// The switches that are on, as a JSON list of names.
async fn flaws(State(sp): State<Arc<Sp>>) -> Json<Flaws> {
    Json(sp.settings().flaws)
}

async fn set_flaws(State(sp): State<Arc<Sp>>, Json(names): Json<Vec<String>>) -> Response {
    answer(Flaws::try_from(names), |flaws| {
        sp.change(|settings| settings.flaws = flaws)
    })
}

/// A JSON string: `"403"`, `"page"`, …
async fn set_refusal(State(sp): State<Arc<Sp>>, Json(name): Json<String>) -> Response {
    answer(name.parse(), |refusal| {
        sp.change(|settings| settings.refuse_with = refusal)
    })
}

/// Why the latest messages were refused, oldest first.
async fn denials(State(sp): State<Arc<Sp>>) -> Json<Vec<String>> {
    Json(sp.denials())
}

/// Forgets sessions, requests and used Assertions. Accounts and trust stay as they are.
async fn reset(State(sp): State<Arc<Sp>>) -> StatusCode {
    sp.forget();
    StatusCode::NO_CONTENT
}

fn answer<T, E: std::error::Error>(parsed: Result<T, E>, apply: impl FnOnce(T)) -> Response {
    match parsed {
        Ok(value) => {
            apply(value);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => (
            StatusCode::BAD_REQUEST,
            Json::<Value>(json!({"error": error.to_string()})),
        )
            .into_response(),
    }
}
