//! "Guided setup": an application from the gallery to its test, one page after the other.
//!
//! Each step saves by the same functions as the page that it stands for, so that both ways end in the same state. What is typed
//! into a step that is left by "Back" is kept for this browser until it is saved.

mod add;
mod people;
mod roles;
mod sign_on;
mod step;
mod test;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use crate::server::idp::Idp;

pub(crate) fn routes() -> Router<Arc<Idp>> {
    Router::new()
        .route("/{tenant}/guided", get(add::show).post(add::create))
        .route("/{tenant}/guided/{app}/add", get(add::again).post(add::rename))
        .route(
            "/{tenant}/guided/{app}/users",
            get(people::show).post(people::save),
        )
        .route("/{tenant}/guided/{app}/roles", get(roles::show).post(roles::save))
        .route(
            "/{tenant}/guided/{app}/single-sign-on",
            get(sign_on::show).post(sign_on::save),
        )
        .route("/{tenant}/guided/{app}/test", get(test::show))
}
