//! "Enterprise applications": the list, the gallery, and what an application is apart from its sign-on.

mod gallery;
mod list;
mod offer;
mod overview;
mod properties;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

pub(crate) use gallery::{choose, create};
pub(crate) use list::search;
pub(crate) use offer::offer_of;

use crate::server::idp::Idp;

pub(crate) fn routes() -> Router<Arc<Idp>> {
    Router::new()
        .route("/{tenant}/applications", get(list::show))
        .route(
            "/{tenant}/applications/new",
            get(gallery::show).post(gallery::submit),
        )
        .route("/{tenant}/applications/{app}", get(overview::show))
        .route(
            "/{tenant}/applications/{app}/properties",
            get(properties::show).post(properties::save),
        )
        .route(
            "/{tenant}/applications/{app}/delete",
            get(properties::ask).post(properties::delete),
        )
}
