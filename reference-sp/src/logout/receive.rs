//! The single logout service: LogoutRequests of the IdP, and its answers to ours.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::header::HeaderMap;
use axum::response::{Html, IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use saml::logout::{LogoutRequest, LogoutResponse};
use saml::names::status;

use crate::account::same_name;
use crate::clock::{SKEW, after, before};
use crate::denial::Denial;
use crate::http::{SESSION_COOKIE, by_redirect, cookie, drop_cookie, see_other};
use crate::identity::Identity;
use crate::logout::query::{Delivered, Kind};
use crate::memory::secret;
use crate::pages;
use crate::refuse::refuse;
use crate::state::Sp;

/// How old a LogoutRequest may be. Nothing in it needs to say when it ends.
const LIFETIME: SignedDuration = SignedDuration::from_mins(10);

/// `GET /singlesignon/saml/SLO`.
pub(crate) async fn receive(
    State(sp): State<Arc<Sp>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let settings = sp.settings();
    let query = query.unwrap_or_default();
    let answer = Delivered::read_with(&query, &settings.trust, settings.flaws).and_then(|delivered| {
        match delivered.kind {
            Kind::Request => requested(&sp, &delivered),
            Kind::Response => answered(&sp, &delivered),
        }
    });
    let answer = match answer {
        Ok(answer) => answer,
        Err(denial) => return refuse(&sp, &denial).await,
    };
    match cookie(&headers, SESSION_COOKIE) {
        Some(name) if sp.session(name).is_none() => {
            ([drop_cookie(&sp, SESSION_COOKIE)], answer).into_response()
        }
        _ => answer,
    }
}

/// The IdP ends sessions of ours. Only a tenant that we trust may, and it must have signed what it sends (Profiles
/// 4.4.3.1). The answer is the same whether there was a session or not: there is none now.
fn requested(sp: &Sp, delivered: &Delivered<'_>) -> Result<Response, Denial> {
    let request =
        LogoutRequest::parse(&delivered.xml).map_err(|why| Denial::LogoutMessage(why.to_string()))?;
    request
        .complete()
        .map_err(|why| Denial::LogoutMessage(why.to_string()))?;
    let issuer = request.issuer.clone().unwrap_or_default();
    let trust = sp.settings().trust;
    let tenant = trust
        .tenant(&issuer)
        .ok_or_else(|| Denial::UntrustedIssuer(issuer.clone()))?;
    delivered.is_signed_by(tenant)?;
    for_us(sp, request.destination.as_deref())?;
    if request.version != "2.0" {
        return Err(Denial::Version("the LogoutRequest"));
    }
    let now = sp.clock.now();
    let until = timely(&request, now)?;
    sp.memory.use_once(&issuer, &request.id, until, now)?;
    sp.memory
        .close_sessions(|identity| identity.issuer == issuer && is_meant(&request, identity));
    let Some(sign_out) = &tenant.sign_out else {
        return Ok(Html(pages::signed_out(None)).into_response());
    };
    let response = LogoutResponse {
        id: format!("_{}", &secret()[..40]),
        in_response_to: Some(request.id),
        issue_instant: Some(saml::instant::format(now)),
        destination: Some(sign_out.responses.clone()),
        issuer: Some(sp.entity_id.clone()),
        status: vec![status::SUCCESS.to_owned()],
        status_message: None,
    };
    Ok(see_other(&by_redirect(
        sp,
        &sign_out.responses,
        "SAMLResponse",
        &response.to_xml(),
        delivered.relay_state.as_deref(),
    )))
}

/// Whether the session is one that the request ends. Where it names sessions, these and no others: Azure AD sends as
/// NameID a value of its own, whatever the Assertion had. Where it names none, all of the user (Core 3.7.1).
fn is_meant(request: &LogoutRequest, identity: &Identity) -> bool {
    if request.session_indexes.is_empty() {
        let is_mail = identity.name_id_format.as_deref() == Some(saml::names::name_id::EMAIL);
        return request
            .name_id
            .as_ref()
            .is_some_and(|name| same_name(&name.value, &identity.name_id, is_mail));
    }
    let index = identity.session_index.as_ref();
    index.is_some_and(|index| request.session_indexes.contains(index))
}

/// Until when the request is remembered, if it is neither old nor of the future.
fn timely(request: &LogoutRequest, now: Timestamp) -> Result<Timestamp, Denial> {
    let instant = |what: &'static str, value: &Option<String>| {
        let value = value.as_deref();
        value
            .map(|value| {
                saml::instant::parse(value).map_err(|_| Denial::InstantMalformed {
                    what,
                    value: value.to_owned(),
                })
            })
            .transpose()
    };
    let issued =
        instant("IssueInstant", &request.issue_instant)?.ok_or(Denial::InstantMissing("IssueInstant"))?;
    if issued > after(now, SKEW) {
        return Err(Denial::Future {
            what: "IssueInstant",
            value: issued.to_string(),
        });
    }
    let end = after(issued, LIFETIME);
    let end = instant("NotOnOrAfter", &request.not_on_or_after)?.map_or(end, |stated| stated.min(end));
    if end <= before(now, SKEW) {
        return Err(Denial::Expired {
            what: "the LogoutRequest",
            value: end.to_string(),
        });
    }
    Ok(after(end, SKEW))
}

/// The IdP answers a request of ours. The session here ended when that was sent; this tells how it went there. It must
/// be signed by whom we asked. Azure AD's documents disagree on what it calls itself here, so that its Issuer decides
/// nothing, unless it is another tenant's.
fn answered(sp: &Sp, delivered: &Delivered<'_>) -> Result<Response, Denial> {
    let response =
        LogoutResponse::parse(&delivered.xml).map_err(|why| Denial::LogoutMessage(why.to_string()))?;
    let id = response.in_response_to.clone().unwrap_or_default();
    let now = sp.clock.now();
    let asked = sp
        .memory
        .logout(&id, now)
        .ok_or_else(|| Denial::UnknownRequest(id.clone()))?;
    let trust = sp.settings().trust;
    let tenant = trust
        .tenant(&asked)
        .ok_or_else(|| Denial::UntrustedIssuer(asked.clone()))?;
    delivered.is_signed_by(tenant)?;
    for_us(sp, response.destination.as_deref())?;
    let issuer = response.issuer.clone().unwrap_or_default();
    if issuer != asked && trust.tenant(&issuer).is_some() {
        return Err(Denial::OtherIdp {
            request: id,
            sent_to: asked,
            issuer,
        });
    }
    sp.memory.consume_logout(&id);
    let failed = (!response.is_success()).then(|| response.status.last().cloned().unwrap_or_default());
    Ok(Html(pages::signed_out(failed.as_deref())).into_response())
}

/// A message that names its Destination names us (Bindings 3.4.5.2).
fn for_us(sp: &Sp, destination: Option<&str>) -> Result<(), Denial> {
    match destination {
        Some(destination) if destination != sp.slo_url() => Err(Denial::Destination(destination.to_owned())),
        _ => Ok(()),
    }
}
