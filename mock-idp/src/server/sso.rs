//! `/{tenant}/saml2`: a message arrives, by Redirect or by POST, and is answered: by the harness, or as Azure would.

use std::sync::Arc;

use axum::extract::{Path, Query, RawQuery, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;

use super::answer::{Binding, Live, LogoutCame, Reply, TICKET_COOKIE};
use super::arrival::{self, Arrival, Message};
use super::caller::Caller;
use super::finish::{self, Credentials};
use super::form_fields::Fields;
use super::idp::Idp;
use super::refuse::refuse;
use super::{auto_post, cookies, decide, named, page, redirect, sign_in, slo};
use crate::Aadsts;

/// The longest query string that is looked at.
const MAX_QUERY: usize = 32 * 1024;

/// What a path names.
#[derive(serde::Deserialize)]
pub(super) struct Named {
    tenant: String,
    service_principal: Option<String>,
}

/// HTTP-Redirect.
pub(super) async fn redirect(
    State(idp): State<Arc<Idp>>,
    Path(named): Path<Named>,
    RawQuery(query): RawQuery,
    uri: Uri,
    caller: Caller,
) -> Response {
    let query = query.unwrap_or_default();
    if query.len() > MAX_QUERY {
        let why = format!("its query is longer than the {MAX_QUERY} bytes that are read");
        let arrival = Arrival::broken(named.tenant, Binding::Redirect, Aadsts::QueryTooLong, &why);
        return handle(&idp, arrival, &caller).await;
    }
    let fields = Query::<Vec<(String, String)>>::try_from_uri(&uri)
        .map(|Query(fields)| fields)
        .unwrap_or_default();
    match arrival::read(
        named.tenant.clone(),
        named.service_principal,
        Binding::Redirect,
        &fields,
    ) {
        Message::SignIn(arrival) => {
            let raw_query = Some(query);
            handle(
                &idp,
                Arrival {
                    raw_query,
                    ..*arrival
                },
                &caller,
            )
            .await
        }
        Message::LogoutRequest(xml) => match sign_out(&idp, &caller, false, &xml, Some(&query)) {
            Some(reply) => reply,
            None => slo::request(
                &idp,
                &caller,
                &named.tenant,
                xml,
                &query,
                page::field(&fields, "RelayState"),
            ),
        },
        Message::LogoutResponse(xml) => {
            let reply = sign_out(&idp, &caller, true, &xml, Some(&query));
            reply.unwrap_or_else(|| slo::response(&idp, &xml))
        }
    }
}

/// HTTP-POST. A form that another site posts brings no `Lax` cookie, so neither ticket nor session: it rests here
/// while the browser comes back by GET, which brings them.
pub(super) async fn post(
    State(idp): State<Arc<Idp>>,
    Path(named): Path<Named>,
    caller: Caller,
    fields: Result<Fields, Aadsts>,
) -> Response {
    let Named {
        tenant,
        service_principal,
    } = named;
    let message =
        fields.map(|Fields(fields)| arrival::read(tenant.clone(), service_principal, Binding::Post, &fields));
    let arrival = match message {
        Ok(Message::SignIn(arrival)) => *arrival,
        Ok(Message::LogoutRequest(xml)) => {
            let reply = sign_out(&idp, &caller, false, &xml, None);
            return reply.unwrap_or_else(|| slo::by_post(&idp, &caller, &tenant, xml));
        }
        Ok(Message::LogoutResponse(xml)) => {
            let reply = sign_out(&idp, &caller, true, &xml, None);
            return reply.unwrap_or_else(|| slo::by_post(&idp, &caller, &tenant, xml));
        }
        Err(error) => {
            let why = match &error {
                Aadsts::InvalidRequest { detail } => detail.clone(),
                other => other.to_string(),
            };
            Arrival::broken(tenant, Binding::Post, error, &why)
        }
    };
    if caller.session.is_some() || cookies::cookie(&caller.headers, TICKET_COOKIE).is_some() {
        return handle(&idp, arrival, &caller).await;
    }
    let tenant = page::path_segment(&arrival.tenant);
    let weight = arrival.weight();
    let location = format!("/{tenant}/resume?ctx={}", idp.resting.put(arrival, weight));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

/// The GET after a POST.
pub(super) async fn resume(
    State(idp): State<Arc<Idp>>,
    Query(query): Query<Vec<(String, String)>>,
    caller: Caller,
) -> Response {
    match page::field(&query, "ctx").and_then(|key| idp.resting.get(key)) {
        Some(arrival) => handle(&idp, arrival, &caller).await,
        None => sign_in::stale().into_response(),
    }
}

/// Answers a sign-in: the harness where it carries a ticket, else Azure.
pub(super) async fn handle(idp: &Idp, arrival: Arrival, caller: &Caller) -> Response {
    if let (Some(answer), Some(ticket)) = (&idp.answer, cookies::cookie(&caller.headers, TICKET_COOKIE)) {
        let live = live(idp, &arrival, caller);
        let reply = answer.answer(ticket, live).await;
        if let Some(response) = respond(reply) {
            return response;
        }
    }
    let arrival = Arc::new(arrival);
    azure(idp, caller, &arrival).unwrap_or_else(|error| refuse(idp, caller, &arrival, None, error))
}

/// What the harness answers a logout message with, where it carries a ticket and the harness wants to.
fn sign_out(
    idp: &Idp,
    caller: &Caller,
    answers: bool,
    xml: &str,
    raw_query: Option<&str>,
) -> Option<Response> {
    let ticket = cookies::cookie(&caller.headers, TICKET_COOKIE)?;
    let came = LogoutCame {
        answers,
        xml: xml.to_owned(),
        raw_query: raw_query.map(str::to_owned),
    };
    respond(idp.answer.as_ref()?.sign_out(ticket, came)?)
}

/// What the harness decided; nothing where Azure is to.
fn respond(reply: Reply) -> Option<Response> {
    match reply {
        Reply::SignIn => None,
        Reply::Post { action, fields } => Some(auto_post::respond(&action, &fields)),
        Reply::Redirect(url) => Some(redirect::found(&url)),
        Reply::Page { status, html } => Some(page::raw(status, html)),
    }
}

/// Before anybody is asked for anything: the request, then who is there already.
fn azure(idp: &Idp, caller: &Caller, arrival: &Arc<Arrival>) -> Result<Response, Aadsts> {
    let directory = idp.directory();
    if let Err(error) = &arrival.request {
        return Err(error.clone());
    }
    let request = arrival.authn_request();
    if !arrival.is_common() {
        let tenant = named::tenant(&directory, &arrival.tenant)?;
        if let Some(url) = decide::sign_on_url(tenant, arrival) {
            return Ok(redirect::found(url));
        }
        decide::request(idp, tenant, arrival)?;
    }
    if arrival.pick_account && !caller.sessions(idp).is_empty() {
        return Ok(sign_in::pick(idp, caller, arrival));
    }
    let forced = request.is_some_and(|request| request.force_authn);
    let passive = request.is_some_and(|request| request.is_passive);
    let sessions = caller.sessions(idp);
    let mut fit = sessions
        .iter()
        .filter(|who| named::fits(&directory, arrival, who));
    match (fit.next(), fit.next()) {
        (Some(_), _) | (None, _) if forced && passive => Err(Aadsts::NoSession),
        (Some(who), None) if !forced => Ok(finish::go_on_as(
            idp,
            caller,
            arrival,
            who,
            Credentials::Remembered,
        )),
        (None, _) if passive && sessions.is_empty() => Err(Aadsts::NoSession),
        _ if passive => Err(Aadsts::SelectAccount),
        _ => Ok(sign_in::begin(idp, caller, arrival)),
    }
}

fn live(idp: &Idp, arrival: &Arrival, caller: &Caller) -> Live {
    let directory = idp.directory();
    let tenant = directory.tenant(&arrival.tenant);
    let request = arrival.authn_request().cloned();
    Live {
        tenant_id: tenant.map_or_else(|| arrival.tenant.clone(), |tenant| tenant.id.clone()),
        application: tenant
            .and_then(|tenant| decide::application_of(tenant, arrival))
            .map(|application| application.app_id.clone()),
        request,
        unreadable: arrival.unreadable.clone(),
        refusals: decide::refusals(idp, &directory, arrival),
        parameter: arrival.parameter.clone(),
        request_xml: arrival.request_xml.as_deref().map(ToOwned::to_owned),
        relay_state: arrival.relay_state.as_deref().map(ToOwned::to_owned),
        raw_query: arrival.raw_query.clone(),
        binding: arrival.binding,
        fetched_for: caller
            .headers
            .get("sec-fetch-dest")
            .and_then(|value| Some(value.to_str().ok()?.to_owned())),
        came: Timestamp::now(),
    }
}
