//! The start page: whom and what this mock knows.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};

use super::caller::Caller;
use super::idp::Idp;
use super::page;
use super::urls::{launch_url, metadata_url, sso_url};
use crate::{Application, Tenant};

/// Tenants, users, applications, and the links that an administrator needs.
pub(super) async fn show(State(idp): State<Arc<Idp>>, caller: Caller) -> Response {
    let directory = idp.directory();
    let sessions = caller.sessions(&idp);
    let people: Vec<_> = sessions
        .iter()
        .filter_map(|who| who.account(&directory))
        .collect();
    let body = html! {
        main.wide {
            h1 { "Mock identity provider" }
            p.muted {
                "It answers as Azure AD (Microsoft Entra ID) does and signs whatever it is asked to sign. "
                "Trust its keys in tests only."
            }
            p.actions {
                a.button href="/portal" { "Portal" }
                a.button href="/myapps" { "My Apps" }
                a href="/error" { "Look up an error code" }
            }
            @if !people.is_empty() {
                form.session method="post" action="/sign-out" {
                    (caller.browser.field())
                    span {
                        "Signed in as "
                        @for (at, (_, user)) in people.iter().enumerate() {
                            @if at > 0 { ", " }
                            strong { (user.user_principal_name) }
                        }
                    }
                    button.quiet type="submit" { "Sign out" }
                }
            }
            @for tenant in &directory.tenants { (card(&idp.origin, tenant)) }
        }
    };
    page::document("Mock identity provider", &body)
}

fn card(origin: &str, tenant: &Tenant) -> Markup {
    let metadata = metadata_url(origin, &tenant.id);
    html! {
        section.card aria-labelledby=(tenant.domain) {
            h2 id=(tenant.domain) { (tenant.display_name) " " span.muted { (tenant.domain) } }
            dl {
                dt { "Identifier" } dd { code { (tenant.entity_id()) } }
                dt { "Login and logout URL" } dd { code { (sso_url(origin, &tenant.id)) } }
                dt { "Federation metadata" } dd { a href=(metadata) { code { (metadata) } } }
            }
            h3 { "Users" }
            div.scroll tabindex="0" role="region" aria-label={ "Users of " (tenant.display_name) } {
                table {
                    thead { tr { th scope="col" { "Name" } th scope="col" { "Account" } th scope="col" { "Password" } } }
                    tbody {
                        @for user in &tenant.users {
                            tr {
                                td { (user.display_name) }
                                td { code { (user.user_principal_name) } }
                                td { code { (user.password) } }
                            }
                        }
                    }
                }
            }
            h3 { "Applications" }
            @if tenant.applications.is_empty() {
                p.muted { "None yet." }
            }
            @for application in &tenant.applications { (row(origin, tenant, application)) }
        }
    }
}

fn row(origin: &str, tenant: &Tenant, application: &Application) -> Markup {
    html! {
        article {
            h4 { (application.display_name) }
            dl {
                dt { "Application ID" } dd { code { (application.app_id) } }
                @for identifier in &application.identifiers {
                    dt { "Identifier" } dd { code { (identifier) } }
                }
                @for reply in &application.reply_urls {
                    dt { "Reply URL" } dd { code { (reply.url) } @if reply.is_default { " " span.tag { "default" } } }
                }
            }
            p.actions {
                a.button href=(launch_url(origin, &application.app_id, &tenant.id)) { "Sign in" }
                a href={ (metadata_url(origin, &tenant.id)) "?appid=" (application.app_id) } { "Metadata of this application" }
            }
        }
    }
}
