//! The document around every page, its style and script, and the pages that stand alone.

use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};

/// The page for what is not there, with the way `back`.
pub(crate) fn gone(back: &str, what: &str) -> Response {
    let body = html! {
        main #main.alone {
            h1 { "Not found" }
            p { (what) " is not here, or not any more. Somebody may have deleted it meanwhile; nothing was changed." }
            p { a.button href=(back) { "To the overview" } }
        }
    };
    document("Not found", &body)
}

/// One sentence on a page.
pub(crate) fn plain(title: &str, text: &str) -> Response {
    let body = html! {
        main #main.alone { h1 { (title) } p role="alert" { (text) } p { a.button href="/portal" { "To the overview" } } }
    };
    document(title, &body)
}

/// A whole document around this body.
pub(crate) fn document(title: &str, body: &Markup) -> Response {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title { (title) " – mock identity provider" }
                link rel="stylesheet" href="/portal/portal.css";
                script src="/portal/portal.js" defer {}
            }
            body {
                a.skip href="#main" { "Skip to the content" }
                p.mock role="note" { strong { "Mock identity provider" } " – for tests only, no real directory" }
                (body)
            }
        }
    };
    let headers = [
        (header::X_FRAME_OPTIONS, "DENY"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        ),
    ];
    (headers, Html(page.into_string())).into_response()
}

/// The style of every page of the portal.
pub(crate) async fn style() -> Response {
    (
        [(header::CONTENT_TYPE, "text/css; charset=utf-8")],
        include_str!("portal.css"),
    )
        .into_response()
}

/// What the copy buttons do; everything else works without.
pub(crate) async fn script() -> Response {
    (
        [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")],
        include_str!("portal.js"),
    )
        .into_response()
}

/// A value to take along, with a button that copies it where scripts run.
pub(crate) fn copied(id: &str, label: &str, value: &str) -> Markup {
    html! {
        div.copied {
            label for=(id) { (label) }
            div.row {
                input #(id) type="text" readonly value=(value);
                button.quiet.copy type="button" data-copy=(id) aria-label={ "Copy " (label) } hidden { "Copy" }
            }
        }
    }
}
