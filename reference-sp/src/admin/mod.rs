//! The administrator's pages: what a real application leaves to its support team. Whom it trusts, and who its users
//! are, is set here; it lasts until the service provider stops.

mod administrator;
mod desk;
mod draft;
mod form;
mod pages;
mod sso;
mod upload;
mod users;

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::FormRejection;
use axum::extract::{DefaultBodyLimit, Form, State};
use axum::http::StatusCode;
use axum::http::header::HeaderMap;
use axum::response::{AppendHeaders, Html, IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};

pub(crate) use desk::Desk;

use crate::admin::administrator::{
    Admin, LOGIN_COOKIE, SESSION_COOKIE, drop_cookie, is_cross_site, set_cookie,
};
use crate::admin::draft::Draft;
use crate::admin::form::{LARGEST, Posted, field};
use crate::http::{cookie, see_other};
use crate::memory::secret;
use crate::state::Sp;

/// `/admin/…`.
pub(crate) fn routes() -> Router<Arc<Sp>> {
    Router::new()
        .route("/admin", get(|| async { see_other("/admin/sso") }))
        .route("/admin/sign-in", get(sign_in_page).post(sign_in))
        .route("/admin/sign-out", post(sign_out))
        .route("/admin/sso", get(sso::page))
        .route("/admin/sso/metadata", files(post(sso::upload_metadata)))
        .route("/admin/sso/values", files(post(sso::enter_values)))
        .route("/admin/sso/domains", post(sso::assign_domains))
        .route("/admin/sso/certificate/remove", post(sso::remove_certificate))
        .route("/admin/sso/remove", post(sso::remove_tenant))
        .route("/admin/users", get(users::page))
        .route("/admin/users/create", post(users::create))
        .route("/admin/users/activate", post(users::activate))
        .route("/admin/users/deactivate", post(users::deactivate))
        .route("/admin/users/delete", post(users::delete))
}

/// Files are counted while they are read, so that one that is too large is named beside its field.
fn files(upload: MethodRouter<Arc<Sp>>) -> MethodRouter<Arc<Sp>> {
    upload.layer(DefaultBodyLimit::max(LARGEST))
}

/// `GET /admin/sign-in`.
async fn sign_in_page(State(sp): State<Arc<Sp>>, admin: Option<Admin>) -> Response {
    match admin {
        Some(_) => see_other("/admin/sso"),
        None => ask(&sp, StatusCode::OK, &Draft::default()),
    }
}

/// `POST /admin/sign-in`. Its form comes with a cookie of the same secret, which another site cannot plant.
async fn sign_in(
    State(sp): State<Arc<Sp>>,
    headers: HeaderMap,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Response {
    let fields = form.map(|Form(fields)| fields).unwrap_or_default();
    let given = cookie(&headers, LOGIN_COOKIE).filter(|secret| secret.len() == 64);
    let mut draft = Draft::default();
    if is_cross_site(&headers) || given.is_none() || given != field(&fields, "csrf") {
        draft.wrong("password", "This page had expired. Enter the password once more.");
        return ask(&sp, StatusCode::FORBIDDEN, &draft);
    }
    if !sp.desk.opens_with(field(&fields, "password").unwrap_or_default()) {
        draft.wrong("password", "This is not the password. The start page shows it.");
        return ask(&sp, StatusCode::FORBIDDEN, &draft);
    }
    let session = sp.desk.sit_down(sp.clock.now());
    let opened = AppendHeaders([
        set_cookie(&sp, SESSION_COOKIE, &session),
        drop_cookie(&sp, LOGIN_COOKIE),
    ]);
    (opened, see_other("/admin/sso")).into_response()
}

/// `POST /admin/sign-out`.
async fn sign_out(State(sp): State<Arc<Sp>>, posted: Posted) -> Response {
    sp.desk.stand_up(&posted.session);
    ([drop_cookie(&sp, SESSION_COOKIE)], see_other("/")).into_response()
}

/// The sign-in page, with a new secret.
fn ask(sp: &Sp, status: StatusCode, draft: &Draft) -> Response {
    let csrf = secret();
    (
        status,
        [set_cookie(sp, LOGIN_COOKIE, &csrf)],
        Html(pages::sign_in(&csrf, draft, sp.settings().flaws)),
    )
        .into_response()
}
