//! Who may use an application, and as what: "Users and groups" and "App roles".

mod add;
mod assignments;
mod roles;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

pub(crate) use add::{check_role, role_choices};
pub(crate) use roles::{fields as role_fields, put as put_role};

use crate::server::idp::Idp;

pub(crate) fn routes() -> Router<Arc<Idp>> {
    let at = |below: &str| format!("/{{tenant}}/applications/{{app}}/{below}");
    Router::new()
        .route(&at("users-and-groups"), get(assignments::show))
        .route(&at("users-and-groups/add"), get(add::show).post(add::submit))
        .route(&at("users-and-groups/add/select"), get(add::select))
        .route(
            &at("users-and-groups/{assignment}"),
            get(assignments::edit).post(assignments::save),
        )
        .route(
            &at("users-and-groups/{assignment}/remove"),
            post(assignments::remove),
        )
        .route(&at("app-roles"), get(roles::show))
        .route(&at("app-roles/{role}"), get(roles::edit).post(roles::save))
        .route(&at("app-roles/{role}/delete"), post(roles::delete))
}
