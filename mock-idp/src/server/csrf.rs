//! Every form that changes something carries a token bound to the browser that was shown it, so that no other site can send it.
//!
//! A handler takes [`Browser`], writes [`Browser::field`] into its forms, and takes [`Form`] where they are sent to. The cookie
//! comes by itself: [`keep`] adds it to each answer whose handler asked for the token.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Request, State};
use axum::http::header;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

pub(super) use super::browser::{Browser, FIELD};

use super::browser::COOKIE;
use super::form_fields::Fields;
use super::idp::{Idp, secure};
use super::{cookies, page};

impl FromRequestParts<Arc<Idp>> for Browser {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, idp: &Arc<Idp>) -> Result<Self, Infallible> {
        let known = parts.extensions.get::<Self>().cloned();
        Ok(known.unwrap_or_else(|| Self::of(&parts.headers, &idp.csrf)))
    }
}

/// The fields of a form whose token was this browser's, in their order.
pub(super) struct Form(pub(crate) Vec<(String, String)>);

impl FromRequest<Arc<Idp>> for Form {
    type Rejection = Response;

    async fn from_request(request: Request, idp: &Arc<Idp>) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let Ok(browser) = Browser::from_request_parts(&mut parts, idp).await;
        let request = Request::from_parts(parts, body);
        let Fields(fields) = Fields::from_request(request, idp)
            .await
            .map_err(IntoResponse::into_response)?;
        browser
            .check(page::field(&fields, FIELD))
            .map_err(IntoResponse::into_response)?;
        Ok(Self(fields))
    }
}

/// Gives each request its browser, and the browser its cookie where a page needs it.
pub(super) async fn keep(State(idp): State<Arc<Idp>>, mut request: Request, next: Next) -> Response {
    let browser = Browser::of(request.headers(), &idp.csrf);
    request.extensions_mut().insert(browser.clone());
    let mut response = next.run(request).await;
    if let Some(id) = browser.news() {
        let cookie = cookies::set(COOKIE, id, secure(&idp));
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
