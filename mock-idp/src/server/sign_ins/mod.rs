//! The portal's pages "Sign-in logs": `/portal/{tenant}/sign-ins`, and one attempt with its messages.

mod message;

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use maud::{Markup, html};

use super::answer::Binding;
use super::error_page::timestamp;
use super::idp::Idp;
use super::sign_in_log::{Attempt, Kind, Outcome};
use super::{error_lookup, named, page};
use crate::{Aadsts, Tenant};

/// The latest attempts; `app` (an application id), `user`, `status` (`success`, `failure`) narrow them.
pub(super) async fn list(
    State(idp): State<Arc<Idp>>,
    Path(tenant): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, Aadsts> {
    let directory = idp.directory();
    let tenant = named::tenant(&directory, &tenant)?;
    let field = |name| page::field(&query, name).unwrap_or_default().trim();
    let (app, user, status) = (field("app"), field("user"), field("status"));
    let attempts: Vec<_> = idp
        .log
        .of(&tenant.id)
        .into_iter()
        .filter(|attempt| matches(attempt, app, user, status))
        .collect();
    let content = html! {
        main.wide {
            p.crumbs { a href={ "/portal/" (tenant.id) } { (tenant.display_name) } }
            h1 { "Sign-in logs" }
            p.muted { "The last 500 attempts since this mock was started, the latest first." }
            (filters(tenant, app, user, status))
            @if attempts.is_empty() {
                p.card.empty { "No sign-ins yet that fit." }
            } @else {
                (table(tenant, &attempts))
            }
        }
    };
    Ok(page::document("Sign-in logs", &content))
}

/// One attempt.
pub(super) async fn one(
    State(idp): State<Arc<Idp>>,
    Path((tenant, id)): Path<(String, String)>,
) -> Result<Response, Aadsts> {
    let directory = idp.directory();
    let tenant = named::tenant(&directory, &tenant)?;
    let found = idp
        .log
        .of(&tenant.id)
        .into_iter()
        .find(|attempt| attempt.request_id == id);
    let Some(attempt) = found else {
        return Ok(page::not_found(&format!("/portal/{}/sign-ins/{id}", tenant.id)));
    };
    let content = html! {
        main.wide {
            p.crumbs {
                a href={ "/portal/" (tenant.id) } { (tenant.display_name) } " / "
                a href={ "/portal/" (tenant.id) "/sign-ins" } { "Sign-in logs" }
            }
            h1 { (kind(&attempt)) ", " (timestamp(attempt.at)) }
            (facts(&attempt))
            (message::shown("request", "What was asked", attempt.request_xml.as_deref(), attempt.query_signature, no_request(&attempt)))
            (message::shown("response", "What was answered", attempt.response_xml.as_deref(), false, no_response(&attempt)))
            @if let Some(relay_state) = &attempt.relay_state {
                section.card aria-labelledby="relay" {
                    h2 #relay { "RelayState" }
                    pre.xml tabindex="0" { (relay_state) }
                }
            }
        }
    };
    Ok(page::document("Sign-in", &content))
}

fn matches(attempt: &Attempt, app: &str, user: &str, status: &str) -> bool {
    let names = |wanted: &str, known: Option<&(String, String)>| {
        wanted.is_empty()
            || known.is_some_and(|(id, name)| {
                id.eq_ignore_ascii_case(wanted) || name.to_lowercase().contains(&wanted.to_lowercase())
            })
    };
    let ended = match status {
        "success" => attempt.outcome == Outcome::Success,
        "failure" => attempt.outcome != Outcome::Success,
        _ => true,
    };
    ended && names(app, attempt.application.as_ref()) && names(user, attempt.user.as_ref())
}

fn filters(tenant: &Tenant, app: &str, user: &str, status: &str) -> Markup {
    html! {
        form.filters method="get" action={ "/portal/" (tenant.id) "/sign-ins" } {
            div { label for="app" { "Application" } input #app name="app" value=(app) maxlength="256"; }
            div { label for="user" { "User" } input #user name="user" value=(user) maxlength="256"; }
            div {
                label for="status" { "Status" }
                select #status name="status" {
                    @for (value, text) in [("", "All"), ("success", "Success"), ("failure", "Failure")] {
                        option value=(value) selected[value == status] { (text) }
                    }
                }
            }
            button type="submit" { "Filter" }
        }
    }
}

fn table(tenant: &Tenant, attempts: &[Arc<Attempt>]) -> Markup {
    html! {
        div.scroll.card tabindex="0" role="region" aria-label="Sign-ins" {
            table {
                thead { tr {
                    @for title in ["Date", "User", "Application", "Status", "Error", "IP address"] { th scope="col" { (title) } }
                } }
                tbody {
                    @for attempt in attempts {
                        tr {
                            td { a href={ "/portal/" (tenant.id) "/sign-ins/" (attempt.request_id) } { (timestamp(attempt.at)) } }
                            td { (named(attempt.user.as_ref())) }
                            td { (application(attempt)) }
                            td { (status_of(attempt)) @if attempt.kind == Kind::SignOut { " (sign-out)" } }
                            td { @if let Some(code) = attempt.code() { a href={ "/error?code=" (code) } { (code) } } @else { "–" } }
                            td { @match attempt.ip { Some(ip) => (ip), None => "–" } }
                        }
                    }
                }
            }
        }
    }
}

fn facts(attempt: &Attempt) -> Markup {
    html! {
        section.card aria-label="Facts" {
            dl {
                dt { "Status" } dd { (status_of(attempt)) }
                @if let Outcome::Failure(error) = &attempt.outcome {
                    dt { "Sign-in error code" } dd { (error.code()) }
                    dt { "Failure reason" } dd { (error.message()) }
                    dt { "What to do" } dd { (error_lookup::advice(error.code())) }
                }
                dt { "User" } dd { (named(attempt.user.as_ref())) }
                dt { "Application" } dd { (application(attempt)) }
                @if let Some((app_id, _)) = attempt.application.as_ref().filter(|(app_id, _)| !app_id.is_empty()) { dt { "Application ID" } dd { code { (app_id) } } }
                dt { "Binding" } dd { (attempt.binding.as_str()) }
                @if let Some(destination) = &attempt.destination { dt { "Answer sent to" } dd { (destination) } }
                dt { "Request ID" } dd { code { (attempt.request_id) } }
                dt { "Correlation ID" } dd { code { (attempt.correlation_id) } }
                dt { "IP address" } dd { @match attempt.ip { Some(ip) => (ip), None => "unknown" } }
            }
        }
    }
}

fn no_request(attempt: &Attempt) -> &'static str {
    match (attempt.binding, attempt.kind) {
        (Binding::IdpInitiated, Kind::SignIn) => "No request: it began at a link or a tile.",
        (_, Kind::SignOut) => "No request: the person signed out here.",
        _ => "Nothing that could be decoded.",
    }
}

fn no_response(attempt: &Attempt) -> &'static str {
    match (&attempt.outcome, attempt.kind) {
        (Outcome::Failure(_), _) => "A page with the error. The application was told nothing.",
        (Outcome::Success, Kind::SignOut) => "The session ended; whoever asked was told so by a redirect.",
        (Outcome::Success, Kind::SignIn) => "No message.",
    }
}

fn kind(attempt: &Attempt) -> &'static str {
    match attempt.kind {
        Kind::SignIn => "Sign-in",
        Kind::SignOut => "Sign-out",
    }
}

fn status_of(attempt: &Attempt) -> Markup {
    match attempt.outcome {
        Outcome::Success => html! { span.status.good { "Success" } },
        Outcome::Failure(_) => html! { span.status.bad { "Failure" } },
    }
}

fn named(known: Option<&(String, String)>) -> &str {
    known.map_or("–", |(_, name)| name.as_str())
}

/// Its name; of an unknown one what the request calls it.
fn application(attempt: &Attempt) -> Markup {
    match (&attempt.application, &attempt.issuer) {
        (Some((_, name)), _) => html! { (name) },
        (None, Some(issuer)) => html! { span.muted { (issuer.chars().take(256).collect::<String>()) } },
        (None, None) => html! { "–" },
    }
}
