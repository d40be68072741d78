//! What all pages have in common, and the error page.

use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use maud::{DOCTYPE, Markup, PreEscaped, html};

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
