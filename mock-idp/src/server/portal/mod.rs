//! The portal: where an administrator sets up tenants, people, groups, applications and their single sign-on.
//!
//! Pages are forms, rendered here and usable without scripts. A form carries the browser's token and the mark of the state that it
//! shows; what it is sent to changes the directory by [`change`] and answers 303 with a notice, or the same form again with
//! what was typed and why it was not saved. Nobody has to sign in: whoever reaches the mock may change it.

mod access;
mod app;
mod app_scene;
mod change;
mod document;
mod entry;
mod field;
mod frame;
mod guided;
mod memory;
mod overview;
mod people;
mod principals;
mod scene;
mod sso;
mod transfer;
mod upload;
mod words;

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};

use super::idp::Idp;
use super::page;

/// Everything below `/portal`.
pub(super) fn router() -> Router<Arc<Idp>> {
    let memory: Arc<memory::Memory> = Arc::default();
    Router::new()
        .route("/", get(first))
        .route("/portal.css", get(document::style))
        .route("/portal.js", get(document::script))
        .route("/{tenant}", get(overview::show))
        .merge(app::routes())
        .merge(sso::routes())
        .merge(access::routes())
        .merge(people::routes())
        .merge(guided::routes())
        .merge(transfer::routes())
        .layer(Extension(memory))
}

/// To the overview of the first tenant.
async fn first(State(idp): State<Arc<Idp>>) -> Response {
    match idp.directory().tenants.first() {
        Some(tenant) => scene::see_other(&format!("/portal/{}", page::path_segment(&tenant.domain))),
        None => document::plain(
            "No tenant",
            "The directory has no tenant. Import one, or begin with a new state folder.",
        ),
    }
}
