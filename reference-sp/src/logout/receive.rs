//! The single logout service: LogoutRequests of the IdP, and its answers to ours.

use std::sync::Arc;

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{RawQuery, State};
use axum::http::header::{self, HeaderMap};
use axum::response::{Html, IntoResponse, Response};
use saml::logout::{LogoutRequest, LogoutResponse, Missing};
use saml::names::status;
use saml::soap;

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
use crate::trust::SignOut;

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

/// `POST /singlesignon/saml/SLO/soap`: SOAP. The IdP comes itself, so there is no browser and no cookie; whoever has not signed what
/// he sends is told no more than that he is refused (Bindings 3.2.3.3).
pub(crate) async fn receive_soap(State(sp): State<Arc<Sp>>, body: String) -> Response {
    let delivered = Delivered::read_soap(&body, sp.settings().flaws);
    let address = sp.slo_soap_url();
    let ended = delivered.and_then(|delivered| ended(&sp, &delivered, None, &address));
    match ended {
        Ok(Ended { request, .. }) => {
            let response = success(&sp, request, None);
            let kind = [(header::CONTENT_TYPE, soap::CONTENT_TYPE)];
            (kind, soap::wrap(&response.to_xml())).into_response()
        }
        Err(denial) => refuse(&sp, &denial).await,
    }
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

/// A LogoutRequest that was followed.
struct Ended {
    request: LogoutRequest,
    /// Where the IdP takes answers by HTTP-Redirect.
    sign_out: Option<SignOut>,
}

/// The IdP ends sessions of ours. Only a tenant that we trust may, and it must have signed what it sends (Profiles
/// 4.4.3.1). The answer is the same whether there was a session or not: there is none now.
fn ended(sp: &Sp, delivered: &Delivered<'_>, session: Option<&str>, address: &str) -> Result<Ended, Denial> {
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
    for_us(address, flaws, request.destination.as_deref())?;
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
    Ok(Ended {
        request,
        sign_out: tenant.sign_out.clone(),
    })
}

/// The same for a request that a browser brought, and carries on the answer to.
fn requested(sp: &Sp, delivered: &Delivered<'_>, session: Option<&str>) -> Result<Response, Denial> {
    let Ended { request, sign_out } = ended(sp, delivered, session, &sp.slo_url())?;
    if let Some(to) = led(delivered, sp.settings().flaws) {
        return Ok(see_anywhere(to));
    }
    let Some(sign_out) = sign_out else {
        return Ok(Html(pages::signed_out(None)).into_response());
    };
    let response = success(sp, request, Some(sign_out.responses.clone()));
    Ok(see_other(&by_redirect(
        sp,
        &sign_out.responses,
        "SAMLResponse",
        &response.to_xml(),
        delivered.relay_state.as_deref(),
    )))
}

/// What a request is answered.
fn success(sp: &Sp, request: LogoutRequest, destination: Option<String>) -> LogoutResponse {
    LogoutResponse {
        id: format!("_{}", &secret()[..40]),
        in_response_to: Some(request.id),
        issue_instant: Some(saml::instant::format(sp.clock.now())),
        destination,
        issuer: Some(sp.entity_id.clone()),
        status: vec![status::SUCCESS.to_owned()],
        status_message: None,
    }
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
    for_us(&sp.slo_url(), flaws, response.destination.as_deref())?;
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

/// A message that names its Destination names this address of ours (Bindings 3.4.5.2).
fn for_us(address: &str, flaws: Flaws, destination: Option<&str>) -> Result<(), Denial> {
    match destination {
        Some(destination) if !flaws.has(Flaw::NoDestination) && !flaws.same(destination, address) => {
            Err(Denial::Destination(destination.to_owned()))
        }
        _ => Ok(()),
    }
}
