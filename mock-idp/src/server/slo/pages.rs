//! The pages of signing out.

use axum::response::Response;
use maud::{Markup, html};

use super::leaving::Other;
use crate::server::caller::Caller;
use crate::server::page;
use crate::{Tenant, User};

/// "Sign out?"
pub(super) fn ask(caller: &Caller, people: &[(&Tenant, &User)]) -> Response {
    let content = html! {
        main.card.narrow {
            @if people.is_empty() {
                h1 { "Nobody is signed in" }
                p { "There is nothing to sign out of in this browser." }
                p { a href="/" { "To the start page" } }
            } @else {
                h1 { "Sign out?" }
                p { "In this browser are signed in:" }
                ul {
                    @for (_, user) in people { li { (user.user_principal_name) } }
                }
                form method="post" action="/sign-out" {
                    (caller.browser.field())
                    div.buttons { button type="submit" autofocus { "Sign out" } }
                }
            }
        }
    };
    page::document("Sign out", &content)
}

/// Tells the applications: each in a frame that nobody sees, and by a link for those whose cookies need a page of their own.
pub(super) fn telling(key: &str, others: &[Other]) -> Response {
    let content = html! {
        (status(key, others))
        @for other in others {
            iframe.unseen src=(other.url) title={ "Sign-out at " (other.name) } tabindex="-1" aria-hidden="true" {}
        }
    };
    page::document_with(
        "Signing out",
        &refresh(key, 2),
        "; frame-src http: https:",
        &content,
    )
}

/// The same, while some have not answered.
pub(super) fn waiting(key: &str, others: &[Other]) -> Response {
    page::document_with("Signing out", &refresh(key, 1), "", &status(key, others))
}

/// The end of a sign-out that no application asked for.
pub(super) fn signed_out() -> Response {
    let content = html! {
        main.card.narrow {
            h1 { "You signed out of your account" }
            p { "It’s a good idea to close all browser windows." }
            p.actions {
                a.button href="/myapps" { "Sign in again" }
                a href="/" { "Start page" }
            }
        }
    };
    page::document("Signed out", &content)
}

/// What an application's LogoutResponse is answered.
pub(super) fn application_left(key: Option<&str>) -> Response {
    let content = html! {
        main.card.narrow {
            h1 { "The application has ended its session" }
            @match key {
                Some(key) => p { a.button href={ "/signed-out?ctx=" (key) } { "Go on" } },
                None => p { "You may close this page." },
            }
        }
    };
    page::document("Signed out", &content)
}

fn status(key: &str, others: &[Other]) -> Markup {
    html! {
        main.card.medium {
            h1 { "Signing you out" }
            p { "Your session here has ended. These applications are being told:" }
            ul.people role="status" {
                @for other in others {
                    li.told {
                        a href=(other.url) { (other.name) }
                        span.muted { @if other.answered { "signed out" } @else { "asked" } }
                    }
                }
            }
            p.hint { "An application that answers only on a page of its own is signed out by its link." }
            p.actions { a.button href={ "/signed-out?ctx=" (key) "&now=1" } { "Go on" } }
        }
    }
}

fn refresh(key: &str, seconds: u8) -> Markup {
    html! { meta http-equiv="refresh" content={ (seconds) ";url=/signed-out?ctx=" (key) }; }
}
