//! The sign-in page, and what it sends.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::Response;
use jiff::Timestamp;
use maud::{Markup, html};

use super::page;
use super::session::Session;
use super::sso::{self, Arrival};
use super::{Idp, csrf, secure};
use crate::{Aadsts, Application, Tenant};

/// A sign-in that waits for an account and a password.
#[derive(Clone)]
pub(super) struct Pending {
    arrival: Arrival,
    /// The browser that was shown the page; only it may fill the page in.
    browser: String,
}

/// Shows the page.
pub(super) fn begin(
    idp: &Idp,
    tenant: &Tenant,
    application: &Application,
    arrival: &Arrival,
    browser: &csrf::Browser,
) -> Response {
    let key = idp.pending.put(Pending {
        arrival: arrival.clone(),
        browser: browser.id().to_owned(),
    });
    let hint = arrival.login_hint.as_deref().unwrap_or_default();
    page::document("Sign in", &form(tenant, application, &key, hint, None, browser))
}

/// Account and password arrive.
pub(super) async fn submit(
    State(idp): State<Arc<Idp>>,
    browser: csrf::Browser,
    csrf::Form(fields): csrf::Form,
) -> Result<Response, Aadsts> {
    let field = |name: &str| {
        page::field(&fields, name).ok_or_else(|| Aadsts::FieldMissing {
            field: name.to_owned(),
        })
    };
    let (key, account, password) = (field("ctx")?, field("loginfmt")?.trim(), field("passwd")?);
    let pending = idp
        .pending
        .get(key)
        .filter(|pending| browser.id() == pending.browser)
        .ok_or_else(|| Aadsts::InvalidRequest {
            detail: "this sign-in has expired or belongs to another browser; go back to the application and start \
                     again"
                .to_owned(),
        })?;
    let directory = idp.directory();
    let tenant = sso::tenant(&directory, &pending.arrival.tenant)?;
    let application = sso::application(tenant, &pending.arrival, &idp.azure)?;
    let user = match tenant.account(account) {
        Some(user) if user.password == password => user,
        found => {
            let error = match found {
                Some(_) => Aadsts::InvalidCredentials,
                None => Aadsts::UserNotFound {
                    account: account.to_owned(),
                    tenant: tenant.display_name.clone(),
                },
            };
            let form = form(tenant, application, key, account, Some(&error), &browser);
            return Ok(page::document("Sign in", &form));
        }
    };
    let since = Timestamp::now();
    let mut response = sso::sign_in_as(&idp, tenant, application, user, &pending.arrival, since)?;
    idp.pending.remove(key);
    let session = Session {
        tenant_id: tenant.id.clone(),
        user: user.name.clone(),
        since,
    };
    response
        .headers_mut()
        .append(header::SET_COOKIE, idp.sessions.begin(session, secure(&idp)));
    Ok(response)
}

fn form(
    tenant: &Tenant,
    application: &Application,
    key: &str,
    account: &str,
    error: Option<&Aadsts>,
    browser: &csrf::Browser,
) -> Markup {
    html! {
        main.card.narrow {
            p.organisation { (tenant.display_name) }
            h1 { "Sign in" }
            p.muted { "to continue to " strong { (application.display_name) } }
            @if let Some(error) = error {
                p.alert #error role="alert" { (error) }
            }
            form method="post" action={ "/" (tenant.id) "/login" } {
                (browser.field())
                input type="hidden" name="ctx" value=(key);
                label for="loginfmt" { "Account" }
                input #loginfmt type="email" name="loginfmt" value=(account) placeholder={ "someone@" (tenant.domain) }
                    autocomplete="username" autocapitalize="none" spellcheck="false" required
                    aria-describedby=[error.map(|_| "error")] autofocus[account.is_empty()];
                label for="passwd" { "Password" }
                input #passwd type="password" name="passwd" autocomplete="current-password" required
                    autofocus[!account.is_empty()];
                button type="submit" { "Sign in" }
            }
            p.hint { "Accounts and passwords are listed on the " a href="/" { "start page" } " of this mock." }
        }
    }
}
