//! What all pages have in common, and the error page.

use std::time::Duration;

use axum::RequestExt as _;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, FromRequest, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::Aadsts;

/// The fields of a form, in order.
pub(super) struct Fields(pub(super) Vec<(String, String)>);

/// How long a browser may take to send a form.
const BODY_TIME: Duration = Duration::from_secs(30);

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Aadsts;

    async fn from_request(request: Request, _: &S) -> Result<Self, Aadsts> {
        let invalid = |detail: &str| Aadsts::InvalidRequest {
            detail: detail.to_owned(),
        };
        let form = request.extract::<Form<Vec<(String, String)>>, _>();
        match tokio::time::timeout(BODY_TIME, form).await {
            Err(_) => Err(invalid("its body did not arrive within 30 seconds")),
            Ok(Ok(Form(fields))) => Ok(Self(fields)),
            Ok(Err(FormRejection::InvalidFormContentType(_))) => Err(invalid(
                "a form must be sent as application/x-www-form-urlencoded",
            )),
            Ok(Err(rejection)) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                Err(invalid("it is larger than 1 MiB"))
            }
            Ok(Err(rejection)) => Err(invalid(&rejection.body_text())),
        }
    }
}

/// The first field of that name.
pub(super) fn field<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    fields
        .iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.as_str())
}

/// Text as one segment of a path.
pub(super) fn path_segment(text: &str) -> String {
    saml::binding::percent_encode(text)
}

/// 302, as Azure redirects.
pub(super) fn found(url: &str) -> Response {
    match HeaderValue::from_bytes(url.as_bytes()) {
        Ok(location) => (StatusCode::FOUND, [(header::LOCATION, location)]).into_response(),
        Err(_) => Aadsts::ServiceFailed {
            detail: "the URL to go on with has characters that no header can carry".to_owned(),
        }
        .into_response(),
    }
}

/// 303, after a form.
pub(super) fn see_other(path: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, path)]).into_response()
}

/// Somebody else's page.
pub(super) fn raw(status: u16, html: String) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, Html(html)).into_response()
}

/// A whole document around this content.
pub(super) fn document(title: &str, content: &Markup) -> Response {
    document_with(title, &html! {}, "", content)
}

/// The same, with more in its head, and more that it may load than our own style.
pub(super) fn document_with(title: &str, head: &Markup, may_load: &str, content: &Markup) -> Response {
    let html = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title { (title) " – mock identity provider" }
                (head)
                style { (PreEscaped(STYLE)) }
            }
            body {
                header.banner { strong { "Mock identity provider" } " – for tests only" }
                (content)
            }
        }
    };
    let policy = format!(
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'{may_load}"
    );
    let headers = [
        (header::X_FRAME_OPTIONS, "DENY".to_owned()),
        (header::CONTENT_SECURITY_POLICY, policy),
    ];
    (headers, Html(html.into_string())).into_response()
}

/// The page for a path that nobody serves.
pub(super) fn not_found(path: &str) -> Response {
    let content = html! {
        main.card.narrow {
            h1 { "Nothing here" }
            p { "This mock serves nothing at " code { (path) } "." }
            p { a href="/" { "To the start page" } }
        }
    };
    (StatusCode::NOT_FOUND, document("Nothing here", &content)).into_response()
}

const STYLE: &str = include_str!("style.css");
