//! What follows from each page that was filled in.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;

use super::account::{self, Account};
use super::ask::{ask_account, at, credentials, form, home, known, second_factor};
use super::pages;
use super::pending::{Pending, Stage, stale};
use crate::Aadsts;
use crate::server::arrival::Arrival;
use crate::server::caller::Caller;
use crate::server::finish::{self, Credentials};
use crate::server::idp::Idp;
use crate::server::refuse::{log_failure, refuse};
use crate::server::session::SignedIn;
use crate::server::{csrf, page};

type Fields = [(String, String)];

/// Whatever page was filled in.
pub(in crate::server) async fn submit(
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

/// Goes on with a page that was filled in.
fn go_on(idp: &Idp, caller: Caller, pending: Pending, fields: &Fields) -> Response {
    let Pending { arrival, stage, .. } = pending;
    let mut step = Step { idp, caller, arrival };
    let action = page::field(fields, "action").unwrap_or_default();
    let next = match stage {
        _ if action == "other" => Ok(step.ask_account("", None)),
        Stage::Picker => Ok(step.picked(page::field(fields, "account").unwrap_or_default())),
        Stage::Account => required(fields, "loginfmt").and_then(|typed| step.account(typed.trim())),
        Stage::Credentials(account) => step.credentials(account, fields),
        Stage::SecondFactor(who) if action == "approve" => {
            let second_factor = Some(jiff::Timestamp::now());
            Ok(step.authenticated(SignedIn {
                second_factor,
                ..*who
            }))
        }
        Stage::SecondFactor(who) => Ok(refuse(
            idp,
            &step.caller,
            &step.arrival,
            Some(&who),
            Aadsts::MfaFailed,
        )),
        Stage::StaySignedIn(who) => Ok(step.stay(SignedIn {
            persistent: action == "yes",
            ..*who
        })),
    };
    next.unwrap_or_else(|error| refuse(idp, &step.caller, &step.arrival, None, error))
}

/// One page of a sign-in, filled in.
struct Step<'a> {
    idp: &'a Idp,
    caller: Caller,
    arrival: Arc<Arrival>,
}

impl Step<'_> {
    /// One of those who are signed in was chosen; who must sign in anew gives the password again.
    fn picked(&self, object_id: &str) -> Response {
        let sessions = self.caller.sessions(self.idp);
        let request = self.arrival.authn_request();
        let forced = request.is_some_and(|request| request.force_authn);
        match sessions.into_iter().find(|who| who.object_id == object_id) {
            None => self.ask_account("", None),
            Some(who) if forced => credentials(self.idp, &self.caller, &self.arrival, home(&who), None),
            Some(who) => finish::go_on_as(
                self.idp,
                &self.caller,
                &self.arrival,
                &who,
                Credentials::Remembered,
            ),
        }
    }

    fn account(&self, typed: &str) -> Result<Response, Aadsts> {
        let directory = self.idp.directory();
        match account::find(&directory, at(&directory, &self.arrival), typed) {
            Ok(account) => {
                // At no tenant, only now is it known whose applications are meant.
                finish::checked_at(self.idp, &self.arrival, &account.tenant_id)?;
                Ok(credentials(self.idp, &self.caller, &self.arrival, account, None))
            }
            Err(error) => {
                log_failure(self.idp, &self.caller, &self.arrival, Some(typed), &error);
                Ok(self.ask_account(typed, Some(&error)))
            }
        }
    }

    fn credentials(&mut self, account: Account, fields: &Fields) -> Result<Response, Aadsts> {
        let directory = self.idp.directory();
        let Some((tenant, user)) = known(&directory, &account) else {
            return Ok(self.ask_account("", None));
        };
        let password = match account::wants_password(user.method) {
            true => Some(required(fields, "passwd")?),
            false => None,
        };
        match account::check(user, password) {
            Ok(()) => Ok(self.authenticated(SignedIn::new(tenant, user))),
            Err(error) => {
                let name = user.user_principal_name.as_str();
                log_failure(self.idp, &self.caller, &self.arrival, Some(name), &error);
                Ok(credentials(
                    self.idp,
                    &self.caller,
                    &self.arrival,
                    account,
                    Some(&error),
                ))
            }
        }
    }

    /// The credentials were right: a session begins, whatever becomes of the sign-in.
    fn authenticated(&mut self, who: SignedIn) -> Response {
        let directory = self.idp.directory();
        let method = who.account(&directory).map(|(_, user)| user.method);
        if who.second_factor.is_none() && method.is_some_and(account::has_two_factors) {
            return second_factor(self.idp, &self.caller, &self.arrival, who);
        }
        let persistent = self
            .caller
            .sessions(self.idp)
            .iter()
            .any(|known| known.persistent);
        let cookie = self.caller.begin_session(self.idp, who.clone());
        let response = match finish::admit(self.idp, &self.caller, &self.arrival, &who, Credentials::Given) {
            Some(response) => response,
            None if persistent => finish::finish(self.idp, &self.caller, &self.arrival, &who),
            None => {
                let stage = Stage::StaySignedIn(Box::new(who));
                pages::stay_signed_in(&form(self.idp, &self.caller, &self.arrival, stage))
            }
        };
        with_cookie(response, cookie)
    }

    /// "Stay signed in?" was answered.
    fn stay(&mut self, who: SignedIn) -> Response {
        let cookie = self.caller.begin_session(self.idp, who.clone());
        let response = finish::finish(self.idp, &self.caller, &self.arrival, &who);
        with_cookie(response, cookie)
    }

    fn ask_account(&self, typed: &str, error: Option<&Aadsts>) -> Response {
        ask_account(self.idp, &self.caller, &self.arrival, typed, error)
    }
}

fn with_cookie(mut response: Response, cookie: HeaderValue) -> Response {
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}

fn required<'a>(fields: &'a [(String, String)], name: &str) -> Result<&'a str, Aadsts> {
    page::field(fields, name).ok_or_else(|| Aadsts::FieldMissing {
        field: name.to_owned(),
    })
}
