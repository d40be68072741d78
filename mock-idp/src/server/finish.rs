//! The end of a sign-in: the person is known, and a response is issued, unless something stands between.

use std::sync::Arc;

use axum::response::Response;

use super::arrival::{Arrival, Goal};
use super::caller::Caller;
use super::idp::Idp;
use super::refuse::{attempt, post, refuse, resource};
use super::session::{Participant, SignedIn};
use super::sign_in::{self, account};
use super::sign_in_log::{Attempt, Outcome};
use super::{decide, named, redirect};
use crate::directory::StrongAuthentication;
use crate::{Aadsts, Application, Directory, Tenant, User};

/// Whether the person gave credentials just now.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Credentials {
    Given,
    Remembered,
}

/// Who signs in to what.
struct Parties<'a> {
    tenant: &'a Tenant,
    application: &'a Application,
    user: &'a User,
}

impl<'a> Parties<'a> {
    fn all(&self) -> (&'a Tenant, &'a Application, &'a User) {
        (self.tenant, self.application, self.user)
    }
}

/// Goes on with somebody who is signed in, as far as it goes.
pub(super) fn go_on_as(
    idp: &Idp,
    caller: &Caller,
    arrival: &Arc<Arrival>,
    who: &SignedIn,
    credentials: Credentials,
) -> Response {
    admit(idp, caller, arrival, who, credentials).unwrap_or_else(|| finish(idp, caller, arrival, who))
}

/// What stands between this person and a response: a refusal, or another page; none where nothing does.
pub(super) fn admit(
    idp: &Idp,
    caller: &Caller,
    arrival: &Arc<Arrival>,
    who: &SignedIn,
    credentials: Credentials,
) -> Option<Response> {
    let directory = idp.directory();
    let refused = |error| Some(refuse(idp, caller, arrival, Some(who), error));
    let passive = arrival.authn_request().is_some_and(|request| request.is_passive);
    let (_, account) = who.account(&directory)?;
    if !account.enabled {
        return refused(Aadsts::UserDisabled);
    }
    if !who.knows_password_of(account) {
        return match passive {
            true => refused(Aadsts::SessionRevoked),
            false => Some(sign_in::again(idp, caller, arrival, who)),
        };
    }
    if arrival.goal != Goal::Application {
        return None;
    }
    let parties = match parties(idp, &directory, arrival, who, credentials) {
        Ok(parties) => parties,
        Err(error) => return refused(error),
    };
    let who = with_fresh_factor(who, account, credentials);
    match decide::user(idp, parties.all(), account, arrival, &who) {
        Ok(_) => None,
        Err(Aadsts::MfaRequired) if !passive => Some(sign_in::second_factor(idp, caller, arrival, who)),
        Err(Aadsts::SessionRevoked) if !passive && credentials == Credentials::Remembered => {
            Some(sign_in::again(idp, caller, arrival, &who))
        }
        Err(error) => refused(error),
    }
}

/// A second factor that has expired does not count where it is only remembered.
fn with_fresh_factor(who: &SignedIn, account: &User, credentials: Credentials) -> SignedIn {
    let expired = account.strong_authentication == StrongAuthentication::Expired
        && credentials == Credentials::Remembered;
    SignedIn {
        second_factor: who.second_factor.filter(|_| !expired),
        ..who.clone()
    }
}

/// Answers with the response for this person, by Azure's page that posts it. Whoever calls this has asked [`admit`].
pub(super) fn finish(idp: &Idp, caller: &Caller, arrival: &Arc<Arrival>, who: &SignedIn) -> Response {
    let directory = idp.directory();
    if arrival.goal == Goal::MyApps {
        let account = who.account(&directory);
        idp.log.record(Attempt {
            tenant_id: Some(who.tenant_id.clone()),
            user: account.map(|(_, user)| (user.object_id.clone(), user.user_principal_name.clone())),
            application: Some((String::new(), "My Apps".to_owned())),
            ..attempt(caller, arrival, Outcome::Success)
        });
        return redirect::see_other("/myapps");
    }
    let issued = parties(idp, &directory, arrival, who, Credentials::Remembered).and_then(|parties| {
        let (_, account) = who.account(&directory).ok_or(Aadsts::NoSession)?;
        let issued = decide::user(idp, parties.all(), account, arrival, who)?.respond()?;
        Ok((parties, issued))
    });
    let (parties, issued) = match issued {
        Ok(issued) => issued,
        Err(error) => return refuse(idp, caller, arrival, Some(who), error),
    };
    let (tenant, application, user) = parties.all();
    idp.sessions.joined(
        caller.session.as_deref(),
        who,
        Participant {
            tenant_id: tenant.id.clone(),
            app_id: application.app_id.clone(),
            object_id: user.object_id.clone(),
            session_indexes: vec![issued.session_index],
        },
    );
    tracing::debug!(user = user.name, reply = issued.reply_url, "signed in");
    let relay_state = match arrival.authn_request() {
        Some(_) => arrival.relay_state.clone(),
        None => application.relay_state.as_deref().map(Into::into),
    };
    let page = post(&issued.reply_url, &issued.xml, relay_state.as_deref());
    idp.log.record(Attempt {
        tenant_id: Some(tenant.id.clone()),
        user: Some((user.object_id.clone(), user.user_principal_name.clone())),
        application: Some((application.app_id.clone(), application.display_name.clone())),
        response_xml: Some(issued.xml.into()),
        destination: Some(issued.reply_url),
        relay_state,
        ..attempt(caller, arrival, Outcome::Success)
    });
    page
}

/// Whether the request stands in the tenant that the account decided for, where the path did not.
pub(super) fn checked_at(idp: &Idp, arrival: &Arrival, tenant_id: &str) -> Result<(), Aadsts> {
    if !arrival.is_common() || arrival.goal != Goal::Application {
        return Ok(());
    }
    let directory = idp.directory();
    decide::request(idp, named::tenant(&directory, tenant_id)?, arrival).map(|_| ())
}

fn parties<'a>(
    idp: &Idp,
    directory: &'a Directory,
    arrival: &Arrival,
    who: &SignedIn,
    credentials: Credentials,
) -> Result<Parties<'a>, Aadsts> {
    let tenant = resource(directory, arrival, Some(who))?;
    let application = decide::request(idp, tenant, arrival)?;
    let (home, account) = who.account(directory).ok_or(Aadsts::NoSession)?;
    match account::seen_from(tenant, home, account) {
        Some(user) => Ok(Parties {
            tenant,
            application,
            user,
        }),
        None => Err(foreign(tenant, application, home, account, credentials)),
    }
}

/// 50020 for somebody who signed in just now, 90072 for a session of another tenant.
fn foreign(
    tenant: &Tenant,
    application: &Application,
    home: &Tenant,
    account: &User,
    credentials: Credentials,
) -> Aadsts {
    let (account, identity_provider) = (account.user_principal_name.clone(), home.entity_id());
    let (tenant, app_id) = (tenant.display_name.clone(), application.app_id.clone());
    let application = application.display_name.clone();
    match credentials {
        Credentials::Given => Aadsts::UserUnauthorized {
            account,
            identity_provider,
            tenant,
            app_id,
            application,
        },
        Credentials::Remembered => Aadsts::ForeignAccount {
            account,
            identity_provider,
            tenant,
            app_id,
            application,
        },
    }
}
