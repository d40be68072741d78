//! The page in place of a sign-in, and the public page on which a code is looked up.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use maud::{Markup, html};

use super::page;
use crate::{Aadsts, guid};

/// A refusal with all that its page tells.
pub(super) struct Refusal<'a> {
    pub(super) error: &'a Aadsts,
    pub(super) request_id: &'a str,
    pub(super) correlation_id: &'a str,
    pub(super) at: Timestamp,
    /// Application id and name, where the application is known.
    pub(super) application: Option<(&'a str, &'a str)>,
    pub(super) ip: Option<String>,
    pub(super) user_agent: Option<&'a str>,
    /// Whether somebody is signed in whom another account might take the place of.
    pub(super) signed_in: bool,
    /// Where an administrator mends it: the page "Test single sign-on" of the application.
    pub(super) resolve: Option<String>,
}

impl IntoResponse for Refusal<'_> {
    fn into_response(self) -> Response {
        tracing::debug!(error = %self.error, "sign-in refused");
        let status = StatusCode::from_u16(self.error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let content = match self.error.code() {
            53000..=53003 => self.blocked(),
            _ => self.refused(),
        };
        (status, page::document("Sign in", &content)).into_response()
    }
}

/// A refusal outside any sign-in.
impl IntoResponse for Aadsts {
    fn into_response(self) -> Response {
        let (request_id, correlation_id) = (guid::fresh(), guid::fresh());
        let refusal = Refusal {
            error: &self,
            request_id: &request_id,
            correlation_id: &correlation_id,
            at: Timestamp::now(),
            application: None,
            ip: None,
            user_agent: None,
            signed_in: false,
            resolve: None,
        };
        let mut response = refusal.into_response();
        if let Ok(id) = request_id.parse() {
            response.headers_mut().insert("x-ms-request-id", id);
        }
        response
    }
}

impl Refusal<'_> {
    fn refused(&self) -> Markup {
        let message = self.error.to_string();
        html! {
            main.card.medium {
                h1 { "Sign in" }
                p.lead { "Sorry, but we’re having trouble signing you in." }
                p.alert role="alert" { (message) }
                @if let Some((_, name)) = self.application {
                    p.muted { "Application: " strong { (name) } }
                }
                @if let Some(resolve) = &self.resolve {
                    p.actions { a.button.plain href=(resolve) { "Resolve this error" } }
                }
                (details(&[
                    ("Request Id", self.request_id),
                    ("Correlation Id", self.correlation_id),
                    ("Timestamp", &timestamp(self.at)),
                    ("Message", &message),
                ]))
                (self.another_account())
                p.hint {
                    "What this code means: " a href={ "/error?code=" (self.error.code()) } { "look up " (self.error.code()) } "."
                }
            }
        }
    }

    fn another_account(&self) -> Markup {
        html! {
            @if self.signed_in {
                p.hint { a href="/sign-out" { "Sign out and sign in with a different account" } }
            }
        }
    }

    /// Conditional access has a page of its own, which tells about the device.
    fn blocked(&self) -> Markup {
        let (app_id, name) = self.application.unwrap_or(("", ""));
        let code = self.error.code().to_string();
        html! {
            main.card.medium {
                h1 { "You cannot access this right now" }
                p.lead {
                    "Your sign-in was successful, but it does not meet what the administrator asks for in order to open this resource."
                }
                p.alert role="alert" { (self.error) }
                (details(&[
                    ("Error Code", &code),
                    ("Request Id", self.request_id),
                    ("Correlation Id", self.correlation_id),
                    ("Timestamp", &timestamp(self.at)),
                    ("App name", name),
                    ("App id", app_id),
                    ("IP address", self.ip.as_deref().unwrap_or("unknown")),
                    ("Device identifier", "not available"),
                    ("Device platform", platform(self.user_agent.unwrap_or_default())),
                    ("Device state", "Unregistered"),
                ]))
                @if let Some(resolve) = &self.resolve {
                    p.actions { a.button.plain href=(resolve) { "Resolve this error" } }
                }
                (self.another_account())
            }
        }
    }
}

/// What an administrator is sent: to read, and as one text to select.
fn details(lines: &[(&str, &str)]) -> Markup {
    let text: String = lines
        .iter()
        .map(|(name, value)| format!("{name}: {value}\n"))
        .collect();
    html! {
        section.trouble aria-labelledby="trouble" {
            h2 #trouble { "Troubleshooting details" }
            p.muted { "If you contact your administrator, send this info to them." }
            dl.details {
                @for (name, value) in lines {
                    dt { (name) ":" } dd { (value) }
                }
            }
            details.copy {
                summary { "Copy info" }
                label for="info" { "Select all of it and copy" }
                textarea #info readonly rows=(lines.len() + 1) spellcheck="false" { (text) }
            }
        }
    }
}

/// As Azure's pages write it: UTC, to the second.
pub(super) fn timestamp(at: Timestamp) -> String {
    let text = saml::instant::format(at);
    format!("{}Z", text.split('.').next().unwrap_or_default())
}

fn platform(user_agent: &str) -> &'static str {
    let known = [
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "iOS"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ];
    let found = known.iter().find(|(part, _)| user_agent.contains(part));
    found.map_or("unknown", |(_, name)| name)
}
