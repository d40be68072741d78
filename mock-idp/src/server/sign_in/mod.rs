//! Signing in, page by page: account, credentials, second factor, "Stay signed in?".
//!
//! What is known so far waits on a shelf; each page carries a key to it that works once, in one browser.

pub(super) mod account;
mod pages;
mod steps;

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use self::account::Account;
pub(super) use self::pages::initial;
use super::arrival::{Arrival, Goal};
use super::caller::Caller;
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
    Ok(steps::go_on(&idp, caller, pending, &fields))
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
