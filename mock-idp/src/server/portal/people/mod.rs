//! Users, guests, groups and directory roles of a tenant.

mod group;
mod groups;
mod invite;
mod member_list;
mod members;
mod new_user;
mod picker;
mod profile;
mod roles;
mod user;
mod users;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

pub(crate) use picker::{Offered, picked, selection};

use crate::server::idp::Idp;

pub(crate) fn routes() -> Router<Arc<Idp>> {
    Router::new()
        .route("/{tenant}/users", get(users::show))
        .route("/{tenant}/users/new", get(new_user::show).post(new_user::create))
        .route("/{tenant}/users/invite", get(invite::show).post(invite::create))
        .route("/{tenant}/users/{user}", get(user::show).post(user::save))
        .route("/{tenant}/users/{user}/delete", get(user::ask).post(user::delete))
        .route("/{tenant}/groups", get(groups::show))
        .route("/{tenant}/groups/new", get(groups::form).post(groups::create))
        .route("/{tenant}/groups/{group}", get(group::show).post(group::save))
        .route(
            "/{tenant}/groups/{group}/members",
            get(members::select).post(members::add),
        )
        .route("/{tenant}/groups/{group}/remove", post(members::remove))
        .route(
            "/{tenant}/groups/{group}/delete",
            get(group::ask).post(group::delete),
        )
        .route("/{tenant}/roles", get(roles::show))
        .route("/{tenant}/roles/{role}", get(roles::role))
        .route("/{tenant}/roles/{role}/add", get(roles::select).post(roles::add))
        .route("/{tenant}/roles/{role}/remove", post(roles::remove))
}
