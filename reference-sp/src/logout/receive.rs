//! The single logout service: LogoutRequests of the IdP, and its answers to ours.

use std::sync::Arc;

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{RawQuery, State};
use axum::http::header::HeaderMap;
use axum::response::{Html, IntoResponse, Response};
use saml::logout::{LogoutResponse, Missing};
use saml::names::status;

use crate::denial::Denial;
use crate::flaw::{Flaw, Flaws};
use crate::http::{SESSION_COOKIE, by_redirect, cookie, drop_cookie, see_anywhere, see_other};
use crate::logout::kind::Kind;
use crate::logout::query::Delivered;
use crate::logout::request;
use crate::memory::secret;
use crate::pages;
use crate::refuse::refuse;
use crate::state::{Settings, Sp};

/// `GET /singlesignon/saml/SLO`: HTTP-Redirect.
pub(crate) async fn receive(
    State(sp): State<Arc<Sp>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let settings = sp.settings();
    let query = query.unwrap_or_default();
    let delivered = Delivered::read_with(&query, &settings.trust, settings.flaws);
    answer(&sp, &headers, delivered).await
}

/// `POST /singlesignon/saml/SLO`: HTTP-POST.
pub(crate) async fn receive_form(
    State(sp): State<Arc<Sp>>,
    headers: HeaderMap,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Response {
    let delivered = match form {
        Ok(Form(fields)) => Delivered::read_form(&fields, sp.settings().flaws),
        Err(_) => Err(Denial::Form),
    };
    answer(&sp, &headers, delivered).await
}

async fn answer(sp: &Sp, headers: &HeaderMap, delivered: Result<Delivered<'_>, Denial>) -> Response {
    let session = cookie(headers, SESSION_COOKIE);
    let answer = delivered.and_then(|delivered| match delivered.kind {
        Kind::Request => requested(sp, &delivered, session),
        Kind::Response => answered(sp, &delivered, session),
    });
    let answer = match answer {
        Ok(answer) => answer,
        Err(denial) => return refuse(sp, &denial).await,
    };
    match session {
        Some(name) if sp.session(name).is_none() => {
            ([drop_cookie(sp, SESSION_COOKIE)], answer).into_response()
        }
        _ => answer,
    }
}

/// The IdP ends sessions of ours. Only a tenant that we trust may, and it must have signed what it sends (Profiles
/// 4.4.3.1). The answer is the same whether there was a session or not: there is none now.
fn requested(sp: &Sp, delivered: &Delivered<'_>, session: Option<&str>) -> Result<Response, Denial> {
    let Settings { trust, flaws, .. } = sp.settings();
    let any_issuer = flaws.has(Flaw::IssuerUnbound);
    let sent = request::parse(&delivered.xml)?;
    let issuer = sent.issuer.clone().unwrap_or_default();
    let tenant = trust
        .tenant(&issuer)
        .or_else(|| trust.first().filter(|_| any_issuer))
        .ok_or_else(|| Denial::UntrustedIssuer(issuer.clone()))?;
    delivered.is_signed_by(&issuer, &trust)?;
    let request = request::opened(&delivered.xml, flaws, &sp.keys.encryption)?;
    match request.complete() {
        Err(Missing::Issuer) if any_issuer => {}
        complete => complete.map_err(|why| Denial::LogoutMessage(why.to_string()))?,
    }
    for_us(sp, flaws, request.destination.as_deref())?;
    if request.version != "2.0" {
        return Err(Denial::Version("the LogoutRequest"));
    }
    let now = sp.clock.now();
    let until = request::timely(&request, now, flaws)?;
    if !flaws.has(Flaw::NoReplay) {
        sp.memory.use_once(&issuer, &request.id, until, now)?;
    }
    sp.memory.close_sessions(|identity| {
        (identity.issuer == issuer || any_issuer) && request::is_meant(&request, identity)
    });
    if let Some(name) = session.filter(|_| flaws.has(Flaw::SloUnbound)) {
        sp.memory.close_session(name);
    }
    if let Some(to) = led(delivered, flaws) {
        return Ok(see_anywhere(to));
    }
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

/// The IdP answers a request of ours. The session here ended when that was sent; this tells how it went there. It must
/// be signed by whom we asked. Azure AD's documents disagree on what it calls itself here, so that its Issuer decides
/// nothing, unless it is another tenant's.
fn answered(sp: &Sp, delivered: &Delivered<'_>, session: Option<&str>) -> Result<Response, Denial> {
    let Settings { trust, flaws, .. } = sp.settings();
    let response =
        LogoutResponse::parse(&delivered.xml).map_err(|why| Denial::LogoutMessage(why.to_string()))?;
    let id = response.in_response_to.clone().unwrap_or_default();
    let now = sp.clock.now();
    let issuer = response.issuer.clone().unwrap_or_default();
    let asked = match sp.memory.logout(&id, now) {
        Some(asked) => asked,
        None if answers_anything(delivered, flaws) => {
            // Whoever takes it for the end of a sign-out of his ends the session that he still finds.
            delivered.is_signed_by(&issuer, &trust)?;
            session.into_iter().for_each(|name| sp.memory.close_session(name));
            return Ok(Html(pages::signed_out(None)).into_response());
        }
        None => return Err(Denial::UnknownRequest(id)),
    };
    trust
        .tenant(&asked)
        .ok_or_else(|| Denial::UntrustedIssuer(asked.clone()))?;
    delivered.is_signed_by(&asked, &trust)?;
    for_us(sp, flaws, response.destination.as_deref())?;
    if issuer != asked && trust.tenant(&issuer).is_some() {
        return Err(Denial::OtherIdp {
            request: id,
            sent_to: asked,
            issuer,
        });
    }
    sp.memory.consume_logout(&id);
    if let Some(to) = led(delivered, flaws) {
        return Ok(see_anywhere(to));
    }
    let failed = (!response.is_success()).then(|| response.status.last().cloned().unwrap_or_default());
    Ok(Html(pages::signed_out(failed.as_deref())).into_response())
}

/// Whether a switch takes an answer that answers nothing.
fn answers_anything(delivered: &Delivered<'_>, flaws: Flaws) -> bool {
    flaws.has(Flaw::NoInResponseTo) || flaws.has(Flaw::SloUnbound) || delivered.is_believed()
}

/// Where the RelayState leads, for a switch: nobody asks it here.
fn led<'a>(delivered: &'a Delivered<'_>, flaws: Flaws) -> Option<&'a str> {
    delivered
        .relay_state
        .as_deref()
        .filter(|_| flaws.has(Flaw::OpenRedirect))
}

/// A message that names its Destination names us (Bindings 3.4.5.2).
fn for_us(sp: &Sp, flaws: Flaws, destination: Option<&str>) -> Result<(), Denial> {
    match destination {
        Some(destination) if !flaws.has(Flaw::NoDestination) && !flaws.same(destination, &sp.slo_url()) => {
            Err(Denial::Destination(destination.to_owned()))
        }
        _ => Ok(()),
    }
}
