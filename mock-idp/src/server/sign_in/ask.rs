//! Which page is shown next, and what it needs.

use std::sync::Arc;

use axum::response::Response;

use super::account::{self, Account};
use super::pages;
use super::pending::{Pending, Stage};
use crate::server::arrival::{Arrival, Goal};
use crate::server::caller::Caller;
use crate::server::idp::Idp;
use crate::server::named::fits;
use crate::server::session::SignedIn;
use crate::server::{decide, page};
use crate::{Aadsts, Directory, Tenant, User};

/// Shows the first page that is needed.
pub(in crate::server) fn begin(idp: &Idp, caller: &Caller, arrival: &Arc<Arrival>) -> Response {
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
        .filter(|who| fits(&directory, arrival, who))
        .collect();
    match (sessions.is_empty(), fit.as_slice()) {
        (true, _) => ask_account(idp, caller, arrival, "", None),
        // Only whoever must sign in anew comes here with a session that would do.
        (_, [one]) if sessions.len() == 1 => credentials(idp, caller, arrival, home(one), None),
        _ => pick(idp, caller, arrival),
    }
}

/// Asks somebody who is signed in for credentials anew.
pub(in crate::server) fn again(
    idp: &Idp,
    caller: &Caller,
    arrival: &Arc<Arrival>,
    who: &SignedIn,
) -> Response {
    credentials(idp, caller, arrival, home(who), None)
}

/// Asks for a second factor, the first being given.
pub(in crate::server) fn second_factor(
    idp: &Idp,
    caller: &Caller,
    arrival: &Arc<Arrival>,
    who: SignedIn,
) -> Response {
    let directory = idp.directory();
    let Some((tenant, user)) = who.account(&directory) else {
        return begin(idp, caller, arrival);
    };
    let form = form(idp, caller, arrival, Stage::SecondFactor(Box::new(who.clone())));
    pages::second_factor(&form, tenant, user)
}

/// Asks which of those who are signed in.
pub(in crate::server) fn pick(idp: &Idp, caller: &Caller, arrival: &Arc<Arrival>) -> Response {
    let directory = idp.directory();
    let sessions = caller.sessions(idp);
    let people: Vec<_> = sessions
        .iter()
        .filter_map(|who| who.account(&directory))
        .collect();
    let form = form(idp, caller, arrival, Stage::Picker);
    pages::picker(&form, &people)
}

pub(super) fn ask_account(
    idp: &Idp,
    caller: &Caller,
    arrival: &Arc<Arrival>,
    typed: &str,
    error: Option<&Aadsts>,
) -> Response {
    let form = form(idp, caller, arrival, Stage::Account);
    pages::account(&form, typed, error)
}

pub(super) fn credentials(
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
pub(super) fn form(idp: &Idp, caller: &Caller, arrival: &Arc<Arrival>, stage: Stage) -> pages::Form {
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

pub(super) fn at<'a>(directory: &'a Directory, arrival: &Arrival) -> Option<&'a Tenant> {
    match arrival.is_common() {
        true => arrival
            .domain_hint
            .as_deref()
            .and_then(|domain| directory.tenant(domain)),
        false => directory.tenant(&arrival.tenant),
    }
}

pub(super) fn known<'a>(directory: &'a Directory, account: &Account) -> Option<(&'a Tenant, &'a User)> {
    let tenant = directory.tenant(&account.tenant_id)?;
    Some((tenant, tenant.user_by_id(&account.object_id)?))
}

pub(super) fn home(who: &SignedIn) -> Account {
    Account {
        tenant_id: who.tenant_id.clone(),
        object_id: who.object_id.clone(),
    }
}
