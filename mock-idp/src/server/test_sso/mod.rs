//! "Test single sign-on": `/{tenant}/test/{application}` signs in to an application, and resolves the error that came of it.

mod guidance;

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::Response;
use maud::{Markup, html};

use self::guidance::Guidance;
use super::caller::Caller;
use super::idp::{Idp, secure};
use super::urls::sso_url;
use super::{cookies, csrf, error_lookup, named, page, redirect};
use crate::directory::{ChangeError, RuleError, SsoMode};
use crate::issuance::TEST_REQUEST_ID;
use crate::{Aadsts, Application, Tenant};

/// The cookie of a browser in which an application is being tested: its error pages lead back here.
const COOKIE: &str = "mock-idp-test";

/// The page, with guidance for the error in `message`, or for the last one that this browser was shown.
pub(super) async fn show(
    State(idp): State<Arc<Idp>>,
    Path((tenant, app_id)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
    caller: Caller,
) -> Result<Response, Aadsts> {
    let directory = idp.directory();
    let (tenant, application) = named(&directory, &tenant, &app_id)?;
    let message = match page::field(&query, "message") {
        Some(message) => message.to_owned(),
        None => last_error(&idp, &caller, tenant, application).unwrap_or_default(),
    };
    let mut response = pane(&caller, tenant, application, &message, None);
    let value = format!("{}_{}", tenant.id, application.app_id);
    let cookie = cookies::set(COOKIE, &value, secure(&idp));
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

/// The test itself: as Azure's button, a request with an ID of its own; or the Sign on URL, where there is one.
pub(super) async fn start(
    State(idp): State<Arc<Idp>>,
    Path((tenant, app_id)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, Aadsts> {
    let directory = idp.directory();
    let (tenant, application) = named(&directory, &tenant, &app_id)?;
    if application.verification.required {
        return Err(Aadsts::SignatureRequired {
            app_id: application.app_id.clone(),
        });
    }
    if let Some(url) = &application.sign_on_url {
        return Ok(redirect::found(url));
    }
    let request = saml::AuthnRequest {
        id: TEST_REQUEST_ID.to_owned(),
        version: "2.0".to_owned(),
        issue_instant: Some(saml::instant::format(jiff::Timestamp::now())),
        issuer: Some(
            application
                .identifiers
                .first()
                .unwrap_or(&application.app_id)
                .clone(),
        ),
        acs_url: application.default_reply_url().map(ToOwned::to_owned),
        ..saml::AuthnRequest::default()
    };
    let relay_state = application.relay_state.as_deref();
    let message = saml::binding::redirect_query("SAMLRequest", &request.to_xml(), relay_state);
    let prompt = match page::field(&query, "as") {
        Some("other") => "&prompt=select_account",
        _ => "",
    };
    let url = sso_url(&idp.origin, &tenant.id);
    Ok(redirect::found(&format!("{url}?{message}{prompt}")))
}

/// "Fix it": changes the configuration as the message asks for.
pub(super) async fn fix(
    State(idp): State<Arc<Idp>>,
    Path((tenant, app_id)): Path<(String, String)>,
    caller: Caller,
    csrf::Form(fields): csrf::Form,
) -> Result<Response, Aadsts> {
    let message = page::field(&fields, "message").unwrap_or_default();
    let fix = guidance::read(message).and_then(|guidance| guidance.fix);
    let told = match &fix {
        None => Err("this message names nothing that can be mended here; paste it whole".to_owned()),
        Some(fix) => {
            let changed = idp
                .directory
                .change(|directory| fix.apply(directory, &tenant, &app_id));
            match changed {
                Ok(()) => Ok(fix.done()),
                Err(ChangeError::Refused(RuleError { field, problem })) => Err(format!("{field}: {problem}")),
                Err(ChangeError::NotKept(error)) => Err(error.to_string()),
            }
        }
    };
    let directory = idp.directory();
    let (tenant, application) = named(&directory, &tenant, &app_id)?;
    let message = if told.is_ok() { "" } else { message };
    Ok(pane(&caller, tenant, application, message, Some(told)))
}

/// The link of an error page back to the test, in a browser that is testing in this tenant.
pub(super) fn resolve_link(caller: &Caller, tenant: Option<&Tenant>) -> Option<String> {
    let (tenant_id, app_id) = cookies::cookie(&caller.headers, COOKIE)?.split_once('_')?;
    let tenant = tenant.filter(|tenant| tenant.id == tenant_id)?;
    let application = tenant.application_by_id(app_id)?;
    Some(format!("/{}/test/{}", tenant.id, application.app_id))
}

fn named<'a>(
    directory: &'a crate::Directory,
    tenant: &str,
    app_id: &str,
) -> Result<(&'a Tenant, &'a Application), Aadsts> {
    let tenant = named::tenant(directory, tenant)?;
    let application = tenant
        .application_by_id(app_id)
        .ok_or_else(|| Aadsts::ApplicationNotFound {
            identifier: app_id.chars().take(256).collect(),
            tenant: tenant.display_name.clone(),
        })?;
    Ok((tenant, application))
}

/// The latest attempt of this browser, if it failed and was about this application, or about none that is known.
fn last_error(idp: &Idp, caller: &Caller, tenant: &Tenant, application: &Application) -> Option<String> {
    // From now on the browser has an id, by which its attempts are found.
    let browser = caller.browser.id();
    let attempts = idp.log.of(&tenant.id);
    let mine = attempts
        .iter()
        .find(|attempt| attempt.browser.as_deref() == Some(browser))?;
    let about = mine.application.as_ref();
    let meant = about.is_none_or(|(app_id, _)| app_id == &application.app_id);
    meant.then(|| mine.error()).flatten().map(ToString::to_string)
}

fn pane(
    caller: &Caller,
    tenant: &Tenant,
    application: &Application,
    message: &str,
    told: Option<Result<String, String>>,
) -> Response {
    let path = format!("/{}/test/{}", tenant.id, application.app_id);
    let guidance = guidance::read(message);
    let content = html! {
        main.card.medium {
            p.organisation { (tenant.display_name) }
            h1 { "Test single sign-on with " (application.display_name) }
            @match &told {
                Some(Ok(done)) => p.done role="status" { (done) " Test again." },
                Some(Err(problem)) => p.alert role="alert" { "Nothing was changed. " (problem) },
                None => {},
            }
            (start_buttons(application, &path))
            section aria-labelledby="resolve" {
                h2 #resolve { "Resolving errors" }
                p.muted { "If the sign-in page shows an error, its message stands here. If the application shows one, paste it." }
                form method="get" action=(path) {
                    label for="message" { "What does the error say?" }
                    textarea #message name="message" rows="5" maxlength="4000" spellcheck="false" { (message) }
                    button.plain type="submit" { "Get resolution guidance" }
                }
                @if let Some(guidance) = &guidance {
                    (resolution(caller, &path, message, guidance))
                } @else if !message.trim().is_empty() {
                    p role="status" { "There is no AADSTS code in this text. Paste the message of the error page, from “AADSTS” on." }
                }
            }
            p.hint {
                a href={ "/portal/" (tenant.id) "/sign-ins?app=" (application.app_id) } { "Sign-ins to this application" }
                ", with the messages as they were sent."
            }
        }
    };
    page::document("Test single sign-on", &content)
}

fn start_buttons(application: &Application, path: &str) -> Markup {
    html! {
        @if application.sso_mode != Some(SsoMode::Saml) {
            p.alert { "Single sign-on with SAML is not set up for this application. Select it as the method first." }
        } @else if application.verification.required {
            p { "This application takes signed requests only, and a test sends none. Start at the application’s own sign-in page." }
        } @else {
            p {
                @if application.sign_on_url.is_some() {
                    "The test opens the Sign on URL, and the application asks to sign in."
                } @else {
                    "The test posts a response to the Reply URL, as a tile in My Apps does."
                }
            }
            div.buttons {
                a.button href={ (path) "/sign-in" } { "Sign in as current user" }
                a.button.quiet href={ (path) "/sign-in?as=other" } { "Sign in as someone else" }
            }
        }
    }
}

fn resolution(caller: &Caller, path: &str, message: &str, guidance: &Guidance) -> Markup {
    html! {
        section.resolution aria-labelledby="guidance" {
            h3 #guidance { "AADSTS" (guidance.code) }
            p { (error_lookup::advice(guidance.code)) }
            @if let Some(fix) = &guidance.fix {
                form method="post" action={ (path) "/fix" } {
                    (caller.browser.field())
                    input type="hidden" name="message" value=(message);
                    p #fix-does { (fix.sentence()) }
                    button type="submit" aria-describedby="fix-does" { "Fix it" }
                }
            }
        }
    }
}

impl super::sign_in_log::Attempt {
    fn error(&self) -> Option<&Aadsts> {
        match &self.outcome {
            super::sign_in_log::Outcome::Success => None,
            super::sign_in_log::Outcome::Failure(error) => Some(error),
        }
    }
}
