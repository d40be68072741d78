//! Single logout, by HTTP-Redirect in both directions, and the pages of signing out.

mod leaving;
mod pages;
mod telling;

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use saml::logout::{LogoutRequest, LogoutResponse};

pub(super) use self::leaving::Leaving;
pub(super) use self::telling::next;
use super::answer::Binding;
use super::caller::Caller;
use super::error_page::Refusal;
use super::idp::{Idp, secure};
use super::session::{self, Participant, SignedIn};
use super::sign_in_log::{Attempt, Kind, Outcome};
use super::{cookies, csrf, decide, named, page};
use crate::{Aadsts, Application, Tenant, guid};

/// An application asks to sign its user out: the session ends, the other applications of it are told, then the one that asked.
pub(super) fn request(
    idp: &Idp,
    caller: &Caller,
    tenant: &str,
    xml: Arc<str>,
    raw_query: &str,
    relay_state: Option<&str>,
) -> Response {
    let directory = idp.directory();
    let asked = Asked {
        caller,
        xml: Some(xml.clone()),
        issuer: None,
        query_signature: raw_query.split('&').any(|part| part.starts_with("Signature=")),
        relay_state: relay_state.map(Into::into),
    };
    let tenant = match named::tenant(&directory, tenant) {
        Ok(tenant) => tenant,
        Err(error) => return asked.refused(idp, None, None, error),
    };
    let request = match LogoutRequest::parse(&xml) {
        Ok(request) => request,
        Err(error) => {
            let detail = error.to_string();
            return asked.refused(idp, Some(tenant), None, Aadsts::InvalidMessage { detail });
        }
    };
    let asked = Asked {
        issuer: request.issuer.clone(),
        ..asked
    };
    let sessions = caller.sessions(idp);
    let application = match decide::logout(idp, tenant, &request, raw_query, &sessions) {
        Ok(application) => application,
        Err(error) => {
            let issuer = request.issuer.as_deref().unwrap_or_default();
            return asked.refused(idp, Some(tenant), tenant.application(issuer), error);
        }
    };
    let ended = idp.sessions.end(caller.session.as_deref(), |who| {
        takes_part(who, tenant, application)
    });
    let then = match decide::logout_response(idp, tenant, application, &request, relay_state) {
        Ok(url) => url,
        Err(error) => return asked.refused(idp, Some(tenant), Some(application), error),
    };
    asked.record(
        idp,
        Some(tenant),
        Some(application),
        ended.first(),
        Outcome::Success,
    );
    let initiator = (tenant.id.as_str(), application.app_id.as_str());
    tell_others(idp, &ended, Some(initiator), Some(then))
}

/// An application answers that its session has ended.
pub(super) fn response(idp: &Idp, xml: &str) -> Response {
    let read = LogoutResponse::parse(xml).map_err(|error| Aadsts::InvalidMessage {
        detail: error.to_string(),
    });
    let answered = match read {
        Ok(answered) => answered,
        Err(error) => return error.into_response(),
    };
    let asked = answered.in_response_to.as_deref().unwrap_or_default();
    let key = idp.told.get(asked);
    if let Some(key) = &key {
        idp.leaving.change(key, |leaving| leaving.answered(asked));
    }
    pages::application_left(key.as_deref())
}

/// Sign-out goes by HTTP-Redirect only.
pub(super) fn by_post(idp: &Idp, caller: &Caller, tenant: &str, xml: Arc<str>) -> Response {
    let directory = idp.directory();
    let asked = Asked {
        caller,
        xml: Some(xml),
        issuer: None,
        query_signature: false,
        relay_state: None,
    };
    let binding = saml::names::binding::POST.to_owned();
    let error = Aadsts::BindingNotSupported { binding };
    asked.refused(idp, directory.tenant(tenant), None, error)
}

/// `/{tenant}/wsfederation?wa=wsignout1.0`: Azure's link that signs out of everything.
pub(super) async fn ws_federation(
    State(idp): State<Arc<Idp>>,
    Query(query): Query<Vec<(String, String)>>,
    caller: Caller,
) -> Response {
    match page::field(&query, "wa") {
        Some("wsignout1.0" | "wsignoutcleanup1.0") => everybody(&idp, &caller),
        _ => Aadsts::InvalidRequest {
            detail: "by WS-Federation this mock signs out only (wa=wsignout1.0); sign-in is by SAML"
                .to_owned(),
        }
        .into_response(),
    }
}

/// The page that asks before signing out.
pub(super) async fn ask(State(idp): State<Arc<Idp>>, caller: Caller) -> Response {
    let directory = idp.directory();
    let sessions = caller.sessions(&idp);
    let people: Vec<_> = sessions
        .iter()
        .filter_map(|who| who.account(&directory))
        .collect();
    pages::ask(&caller, &people)
}

/// Its form, and that of My Apps.
pub(super) async fn sign_out(State(idp): State<Arc<Idp>>, caller: Caller, _: csrf::Form) -> Response {
    everybody(&idp, &caller)
}

/// Signs everybody out who is signed in in this browser.
fn everybody(idp: &Idp, caller: &Caller) -> Response {
    let ended = idp.sessions.end(caller.session.as_deref(), |_| true);
    let asked = Asked {
        caller,
        xml: None,
        issuer: None,
        query_signature: false,
        relay_state: None,
    };
    let directory = idp.directory();
    for who in &ended {
        let tenant = directory.tenant(&who.tenant_id);
        asked.record(idp, tenant, None, Some(who), Outcome::Success);
    }
    let mut response = tell_others(idp, &ended, None, None);
    let gone = cookies::remove(session::COOKIE, secure(idp));
    response.headers_mut().append(header::SET_COOKIE, gone);
    response
}

/// Tells the applications of these sessions, but for the one that knows, and goes on to `then`.
fn tell_others(
    idp: &Idp,
    ended: &[SignedIn],
    initiator: Option<(&str, &str)>,
    then: Option<String>,
) -> Response {
    let directory = idp.directory();
    let mut leaving = Leaving::new(then);
    let participants = ended.iter().flat_map(|who| &who.participants);
    for participant in participants {
        let Participant {
            tenant_id, app_id, ..
        } = participant;
        if initiator == Some((tenant_id, app_id)) {
            continue;
        }
        let parties = directory.tenant(tenant_id).and_then(|tenant| {
            let application = tenant.application_by_id(app_id)?;
            let user = tenant.user_by_id(&participant.object_id)?;
            Some((tenant, application, user))
        });
        if let Some((tenant, application, user)) = parties
            && let Some(url) = &application.logout_url
        {
            let index = participant.session_indexes.last().map_or("", String::as_str);
            match decide::logout_request(tenant, application, user, index, url) {
                Ok((id, url)) => leaving.tell(id, application, url),
                // Its own session goes on, as with an application that does not answer.
                Err(error) => tracing::warn!(%error, "an application cannot be told of a sign-out"),
            }
        }
    }
    telling::begin(leaving, idp)
}

fn takes_part(who: &SignedIn, tenant: &Tenant, application: &Application) -> bool {
    who.participants
        .iter()
        .any(|known| known.tenant_id == tenant.id && known.app_id == application.app_id)
}

/// A sign-out that was asked for.
struct Asked<'a> {
    caller: &'a Caller,
    xml: Option<Arc<str>>,
    issuer: Option<String>,
    query_signature: bool,
    relay_state: Option<Arc<str>>,
}

impl Asked<'_> {
    fn record(
        &self,
        idp: &Idp,
        tenant: Option<&Tenant>,
        application: Option<&Application>,
        who: Option<&SignedIn>,
        outcome: Outcome,
    ) {
        let directory = idp.directory();
        let account = who.and_then(|who| who.account(&directory));
        idp.log.record(Attempt {
            request_id: self.caller.request_id.clone(),
            correlation_id: guid::fresh(),
            at: Timestamp::now(),
            tenant_id: tenant.map(|tenant| tenant.id.clone()),
            user: account.map(|(_, user)| (user.object_id.clone(), user.user_principal_name.clone())),
            application: application.map(|known| (known.app_id.clone(), known.display_name.clone())),
            issuer: self.issuer.clone(),
            kind: Kind::SignOut,
            binding: Binding::Redirect,
            query_signature: self.query_signature,
            outcome,
            ip: self.caller.ip,
            browser: self.caller.browser.known().map(ToOwned::to_owned),
            request_xml: self.xml.clone(),
            response_xml: None,
            destination: None,
            relay_state: self.relay_state.clone(),
        });
    }

    fn refused(
        &self,
        idp: &Idp,
        tenant: Option<&Tenant>,
        application: Option<&Application>,
        error: Aadsts,
    ) -> Response {
        let refusal = Refusal {
            error: &error,
            request_id: &self.caller.request_id,
            correlation_id: &guid::fresh(),
            at: Timestamp::now(),
            application: application.map(|known| (known.app_id.as_str(), known.display_name.as_str())),
            ip: self.caller.ip.map(|ip| ip.to_string()),
            user_agent: self.caller.user_agent(),
            signed_in: false,
            resolve: None,
        };
        let response = refusal.into_response();
        self.record(idp, tenant, application, None, Outcome::Failure(error));
        response
    }
}
