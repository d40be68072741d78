//! Signing in, page by page: account, credentials, second factor, "Stay signed in?".
//!
//! What is known so far waits on a shelf; each page carries a key to it that works once, in one browser.

pub(super) mod account;
mod pages;

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::Response;

use self::account::Account;
pub(super) use self::pages::initial;
use super::arrival::{Arrival, Goal};
use super::caller::Caller;
use super::finish::{self, Credentials};
use super::session::SignedIn;
use super::{Idp, csrf, decide, page, sso};
use crate::{Aadsts, Directory, Tenant, User};

/// A sign-in that waits for its next page to be filled in.
pub(super) struct Pending {
    arrival: Arc<Arrival>,
    /// The browser that was shown the page; only it may fill the page in.
    browser: String,
    stage: Stage,
}

/// What the page asks for.
enum Stage {
    /// Which of those who are signed in.
    Picker,
    /// An account name.
    Account,
    /// A password, or what else this account signs in with.
    Credentials(Account),
    /// A second factor; the first was right.
    SecondFactor(Box<SignedIn>),
    /// Whether the session outlives the browser.
    StaySignedIn(Box<SignedIn>),
}

/// Shows the first page that is needed.
pub(super) fn begin(idp: &Idp, caller: &Caller, arrival: &Arc<Arrival>) -> Response {
    let directory = idp.directory();
    let at = at(&directory, arrival);
    if let Some(hint) = &arrival.login_hint {
        return match account::find(&directory, at, hint) {
            Ok(account) => credentials(idp, caller, arrival, account, None),
            Err(_) => ask_account(idp, caller, arrival, hint, None),
        };
    }
    let sessions = caller.sessions(idp);
    let fit: Vec<_> = sessions
        .iter()
        .filter(|who| sso::fits(&directory, arrival, who))
        .collect();
    match (sessions.is_empty(), fit.as_slice()) {
        (true, _) => ask_account(idp, caller, arrival, "", None),
        // Only whoever must sign in anew comes here with a session that would do.
        (_, [one]) if sessions.len() == 1 => credentials(idp, caller, arrival, home(one), None),
        _ => pick(idp, caller, arrival),
    }
}

/// Whatever page was filled in.
pub(super) async fn submit(
    State(idp): State<Arc<Idp>>,
    caller: Caller,
    csrf::Form(fields): csrf::Form,
) -> Result<Response, Aadsts> {
    let key = required(&fields, "ctx")?;
    let pending = idp
        .pending
        .take(key, |pending| pending.browser == caller.browser.id())
        .ok_or_else(stale)?;
    Ok(go_on(&idp, caller, pending, &fields))
}

/// The error for a page that was filled in already, or too late, or elsewhere.
pub(super) fn stale() -> Aadsts {
    Aadsts::InvalidRequest {
        detail: "this page was used already, has expired, or belongs to another browser; go back to the application and start \
                 again"
            .to_owned(),
    }
}

/// Asks somebody who is signed in for credentials anew.
pub(super) fn again(idp: &Idp, caller: &Caller, arrival: &Arc<Arrival>, who: &SignedIn) -> Response {
    credentials(idp, caller, arrival, home(who), None)
}

/// Asks for a second factor, the first being given.
pub(super) fn second_factor(idp: &Idp, caller: &Caller, arrival: &Arc<Arrival>, who: SignedIn) -> Response {
    let directory = idp.directory();
    let Some((tenant, user)) = who.account(&directory) else {
        return begin(idp, caller, arrival);
    };
    let form = form(idp, caller, arrival, Stage::SecondFactor(Box::new(who.clone())));
    pages::second_factor(&form, tenant, user)
}

fn go_on(idp: &Idp, caller: Caller, pending: Pending, fields: &[(String, String)]) -> Response {
    let Pending { arrival, stage, .. } = pending;
    let action = page::field(fields, "action").unwrap_or_default();
    if action == "other" {
        return ask_account(idp, &caller, &arrival, "", None);
    }
    let directory = idp.directory();
    let refused = |error, who| finish::refuse(idp, &caller, &arrival, who, error);
    match stage {
        Stage::Picker => {
            let chosen = page::field(fields, "account").unwrap_or_default();
            let sessions = caller.sessions(idp);
            let forced = arrival.authn_request().is_some_and(|request| request.force_authn);
            match sessions.into_iter().find(|who| who.object_id == chosen) {
                None => ask_account(idp, &caller, &arrival, "", None),
                Some(who) if forced => credentials(idp, &caller, &arrival, home(&who), None),
                Some(who) => finish::go_on_as(idp, &caller, &arrival, &who, Credentials::Remembered),
            }
        }
        Stage::Account => {
            let typed = match required(fields, "loginfmt") {
                Ok(typed) => typed.trim(),
                Err(error) => return refused(error, None),
            };
            match account::find(&directory, at(&directory, &arrival), typed) {
                Ok(account) => {
                    // At no tenant, only now is it known whose applications are meant.
                    match finish::checked_at(idp, &arrival, &account.tenant_id) {
                        Ok(()) => credentials(idp, &caller, &arrival, account, None),
                        Err(error) => refused(error, None),
                    }
                }
                Err(error) => {
                    finish::log_failure(idp, &caller, &arrival, Some(typed), &error);
                    ask_account(idp, &caller, &arrival, typed, Some(&error))
                }
            }
        }
        Stage::Credentials(account) => {
            let Some((tenant, user)) = known(&directory, &account) else {
                return ask_account(idp, &caller, &arrival, "", None);
            };
            let password = match account::wants_password(user.method) {
                true => match required(fields, "passwd") {
                    Ok(password) => Some(password),
                    Err(error) => return refused(error, None),
                },
                false => None,
            };
            match account::check(user, password) {
                Ok(()) => authenticated(idp, caller, &arrival, SignedIn::new(tenant, user)),
                Err(error) => {
                    let name = user.user_principal_name.as_str();
                    finish::log_failure(idp, &caller, &arrival, Some(name), &error);
                    credentials(idp, &caller, &arrival, account, Some(&error))
                }
            }
        }
        Stage::SecondFactor(who) => match action {
            "approve" => {
                let who = SignedIn {
                    second_factor: Some(jiff::Timestamp::now()),
                    ..*who
                };
                authenticated(idp, caller, &arrival, who)
            }
            _ => refused(Aadsts::MfaFailed, Some(&who)),
        },
        Stage::StaySignedIn(who) => {
            let who = SignedIn {
                persistent: action == "yes",
                ..*who
            };
            let mut caller = caller;
            let cookie = caller.begin_session(idp, who.clone());
            with_cookie(finish::finish(idp, &caller, &arrival, &who), cookie)
        }
    }
}

/// The credentials were right: a session begins, whatever becomes of the sign-in.
fn authenticated(idp: &Idp, mut caller: Caller, arrival: &Arc<Arrival>, who: SignedIn) -> Response {
    let directory = idp.directory();
    if who.second_factor.is_none()
        && who
            .account(&directory)
            .is_some_and(|(_, user)| account::has_two_factors(user.method))
    {
        return second_factor(idp, &caller, arrival, who);
    }
    let persistent = caller.sessions(idp).iter().any(|known| known.persistent);
    let cookie = caller.begin_session(idp, who.clone());
    let response = match finish::admit(idp, &caller, arrival, &who, Credentials::Given) {
        Some(response) => response,
        None if persistent => finish::finish(idp, &caller, arrival, &who),
        None => {
            let form = form(idp, &caller, arrival, Stage::StaySignedIn(Box::new(who)));
            pages::stay_signed_in(&form)
        }
    };
    with_cookie(response, cookie)
}

/// Asks which of those who are signed in.
pub(super) fn pick(idp: &Idp, caller: &Caller, arrival: &Arc<Arrival>) -> Response {
    let directory = idp.directory();
    let sessions = caller.sessions(idp);
    let people: Vec<_> = sessions
        .iter()
        .filter_map(|who| who.account(&directory))
        .collect();
    let form = form(idp, caller, arrival, Stage::Picker);
    pages::picker(&form, &people)
}

fn ask_account(
    idp: &Idp,
    caller: &Caller,
    arrival: &Arc<Arrival>,
    typed: &str,
    error: Option<&Aadsts>,
) -> Response {
    let form = form(idp, caller, arrival, Stage::Account);
    pages::account(&form, typed, error)
}

fn credentials(
    idp: &Idp,
    caller: &Caller,
    arrival: &Arc<Arrival>,
    account: Account,
    error: Option<&Aadsts>,
) -> Response {
    let directory = idp.directory();
    match known(&directory, &account) {
        Some((tenant, user)) => {
            let form = form(idp, caller, arrival, Stage::Credentials(account));
            pages::credentials(&form, tenant, user, error)
        }
        None => ask_account(idp, caller, arrival, "", error),
    }
}

/// What all pages of a sign-in need: where they are sent, with which hidden fields, and what the sign-in is to.
fn form(idp: &Idp, caller: &Caller, arrival: &Arc<Arrival>, stage: Stage) -> pages::Form {
    let directory = idp.directory();
    let tenant = at(&directory, arrival);
    let application = tenant.and_then(|tenant| decide::application_of(tenant, arrival));
    let key = idp.pending.put(
        Pending {
            arrival: arrival.clone(),
            browser: caller.browser.id().to_owned(),
            stage,
        },
        arrival.weight(),
    );
    pages::Form {
        action: format!("/{}/login", page::path_segment(&arrival.tenant)),
        token: caller.browser.field(),
        key,
        organisation: tenant.map(|tenant| tenant.display_name.clone()),
        domain: tenant.map(|tenant| tenant.domain.clone()),
        target: match arrival.goal {
            Goal::MyApps => Some("My Apps".to_owned()),
            Goal::Application => application.map(|application| application.display_name.clone()),
        },
    }
}

fn at<'a>(directory: &'a Directory, arrival: &Arrival) -> Option<&'a Tenant> {
    match arrival.is_common() {
        true => arrival
            .domain_hint
            .as_deref()
            .and_then(|domain| directory.tenant(domain)),
        false => directory.tenant(&arrival.tenant),
    }
}

fn known<'a>(directory: &'a Directory, account: &Account) -> Option<(&'a Tenant, &'a User)> {
    let tenant = directory.tenant(&account.tenant_id)?;
    Some((tenant, tenant.user_by_id(&account.object_id)?))
}

fn home(who: &SignedIn) -> Account {
    Account {
        tenant_id: who.tenant_id.clone(),
        object_id: who.object_id.clone(),
    }
}

fn required<'a>(fields: &'a [(String, String)], name: &str) -> Result<&'a str, Aadsts> {
    page::field(fields, name).ok_or_else(|| Aadsts::FieldMissing {
        field: name.to_owned(),
    })
}

fn with_cookie(mut response: Response, cookie: axum::http::HeaderValue) -> Response {
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}
