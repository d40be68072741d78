//! `/{tenant}/saml2`: a request arrives, by Redirect or by POST.

use std::sync::Arc;

use axum::extract::{Path, Query, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use saml::AuthnRequest;
use saml::binding;
use saml::document;

use super::answer::{Binding, Live, Reply, TICKET_COOKIE};
use super::page::{self, Fields};
use super::{Idp, auto_post, cookies, csrf, session, sign_in};
use crate::issuance::{
    By, Received, SignIn, check_launch, check_request, check_user, no_passive, reply_url, respond,
};
use crate::{Aadsts, Application, Azure, Directory, Tenant, User};

/// A sign-in as it arrived: decoded as far as it goes, judged not at all.
#[derive(Clone)]
pub(super) struct Arrival {
    /// The tenant as the path, or the launch link, names it.
    pub(super) tenant: String,
    pub(super) binding: Binding,
    /// None for IdP-initiated sign-in; the error that Azure shows for what is no request.
    pub(super) request: Result<Option<AuthnRequest>, Aadsts>,
    pub(super) request_xml: Option<String>,
    /// The application of a launch link.
    pub(super) app_id: Option<String>,
    pub(super) relay_state: Option<String>,
    pub(super) raw_query: Option<String>,
    /// `login_hint`: the account to fill in.
    pub(super) login_hint: Option<String>,
}

/// The longest query string that is looked at.
const MAX_QUERY: usize = 32 * 1024;

/// HTTP-Redirect.
pub(super) async fn redirect(
    State(idp): State<Arc<Idp>>,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
    uri: Uri,
    browser: csrf::Browser,
    headers: HeaderMap,
) -> Response {
    let query = query.unwrap_or_default();
    if query.len() > MAX_QUERY {
        return Aadsts::QueryTooLong.into_response();
    }
    let fields = Query::<Vec<(String, String)>>::try_from_uri(&uri)
        .map(|Query(fields)| fields)
        .unwrap_or_default();
    let arrival = Arrival {
        raw_query: Some(query),
        ..read(tenant, Binding::Redirect, &fields)
    };
    handle(&idp, arrival, &headers, &browser).await
}

/// HTTP-POST. A form that another site posts brings no `Lax` cookie, so neither ticket nor session: it rests here
/// while the browser comes back by GET, which brings them.
pub(super) async fn post(
    State(idp): State<Arc<Idp>>,
    Path(tenant): Path<String>,
    browser: csrf::Browser,
    headers: HeaderMap,
    Fields(fields): Fields,
) -> Response {
    let arrival = read(tenant, Binding::Post, &fields);
    if [TICKET_COOKIE, session::COOKIE]
        .iter()
        .any(|name| cookies::cookie(&headers, name).is_some())
    {
        return handle(&idp, arrival, &headers, &browser).await;
    }
    let tenant = page::path_segment(&arrival.tenant);
    let location = format!("/{tenant}/resume?ctx={}", idp.resting.put(arrival));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

/// The GET after a POST.
pub(super) async fn resume(
    State(idp): State<Arc<Idp>>,
    Query(query): Query<Vec<(String, String)>>,
    browser: csrf::Browser,
    headers: HeaderMap,
) -> Response {
    match page::field(&query, "ctx").and_then(|key| idp.resting.get(key)) {
        Some(arrival) => handle(&idp, arrival, &headers, &browser).await,
        None => Aadsts::InvalidRequest {
            detail: "this sign-in has expired; go back to the application and start again".to_owned(),
        }
        .into_response(),
    }
}

/// Answers a sign-in: the harness where it carries a ticket, else Azure.
pub(super) async fn handle(
    idp: &Idp,
    arrival: Arrival,
    headers: &HeaderMap,
    browser: &csrf::Browser,
) -> Response {
    if let (Some(answer), Some(ticket)) = (&idp.answer, cookies::cookie(headers, TICKET_COOKIE)) {
        let live = live(&idp.directory(), &arrival);
        match answer.answer(ticket, live).await {
            Reply::SignIn => {}
            Reply::Post { action, fields } => return auto_post::respond(&action, &fields),
            Reply::Redirect(url) => return page::found(&url),
            Reply::Page { status, html } => return page::raw(status, html),
        }
    }
    azure(idp, arrival, headers, browser).into_response()
}

/// Answers with the response for this person, by Azure's page that posts it.
pub(super) fn sign_in_as(
    idp: &Idp,
    tenant: &Tenant,
    application: &Application,
    user: &User,
    arrival: &Arrival,
    since: Timestamp,
) -> Result<Response, Aadsts> {
    let request = arrival.request.clone()?;
    let now = Timestamp::now();
    let sign_in = SignIn {
        request: request.as_ref(),
        authn_instant: since,
        azure: idp.azure,
        ..SignIn::new(tenant, application, user, now)
    };
    check_user(&sign_in)?;
    let issued = respond(&sign_in)?;
    let reply = issued.reply_url.as_str();
    tracing::debug!(user = user.name, reply, "signed in");
    let relay_state = match request {
        Some(_) => arrival.relay_state.as_deref(),
        None => application.relay_state.as_deref(),
    };
    Ok(post_response(reply, &issued.xml, relay_state))
}

/// The application that this arrival may go on with.
pub(super) fn application<'a>(
    tenant: &'a Tenant,
    arrival: &Arrival,
    azure: &Azure,
) -> Result<&'a Application, Aadsts> {
    match &arrival.request {
        Err(error) => Err(error.clone()),
        Ok(None) => check_launch(tenant, arrival.app_id.as_deref().unwrap_or_default()),
        Ok(Some(request)) => {
            let text = |text: &'_ Option<String>| text.clone().unwrap_or_default();
            let (query, xml) = (text(&arrival.raw_query), text(&arrival.request_xml));
            let received = Received {
                request,
                by: match arrival.binding {
                    Binding::Post => By::Post(&xml),
                    _ => By::Redirect(&query),
                },
                url: request.destination.as_deref().unwrap_or_default(),
                service_principal: None,
            };
            check_request(tenant, &received, azure, Timestamp::now())
        }
    }
}

/// The tenant of a path, or Azure's error for one that is none.
pub(super) fn tenant<'a>(directory: &'a Directory, named: &str) -> Result<&'a Tenant, Aadsts> {
    let could_be = crate::guid::is_guid(named) || named.contains('.');
    directory.tenant(named).ok_or_else(|| match could_be {
        true => Aadsts::TenantNotFound {
            tenant: named.to_owned(),
        },
        false => Aadsts::InvalidTenantIdentifier {
            tenant: named.to_owned(),
        },
    })
}

fn azure(
    idp: &Idp,
    arrival: Arrival,
    headers: &HeaderMap,
    browser: &csrf::Browser,
) -> Result<Response, Aadsts> {
    let directory = idp.directory();
    let tenant = tenant(&directory, &arrival.tenant)?;
    let application = application(tenant, &arrival, &idp.azure)?;
    let request = arrival.request.as_ref().ok().and_then(Option::as_ref);
    if let (None, Some(url)) = (request, &application.sign_on_url) {
        return Ok(page::found(url));
    }
    let session = idp
        .sessions
        .of(headers)
        .filter(|session| session.tenant_id == tenant.id);
    let user = session.and_then(|session| Some((tenant.user(&session.user)?, session.since)));
    let forced = request.is_some_and(|request| request.force_authn);
    match (user, request) {
        (Some((user, since)), _) if !forced => sign_in_as(idp, tenant, application, user, &arrival, since),
        (_, Some(request)) if request.is_passive => {
            let response = no_passive(tenant, request, Timestamp::now()).to_xml();
            Ok(post_response(
                reply_url(application, Some(request), &idp.azure)?,
                &response,
                arrival.relay_state.as_deref(),
            ))
        }
        _ => Ok(sign_in::begin(idp, tenant, application, &arrival, browser)),
    }
}

fn post_response(reply: &str, response: &str, relay_state: Option<&str>) -> Response {
    let mut fields = vec![("SAMLResponse", binding::encode_post(response.as_bytes()))];
    fields.extend(relay_state.map(|relay_state| ("RelayState", relay_state.to_owned())));
    auto_post::respond(reply, &fields)
}

fn live(directory: &Directory, arrival: &Arrival) -> Live {
    let tenant = directory.tenant(&arrival.tenant);
    let request = arrival.request.as_ref().ok().cloned().flatten();
    let issuer = request.as_ref().and_then(|request| request.issuer.as_deref());
    let named = issuer.or(arrival.app_id.as_deref());
    let application = tenant
        .zip(named)
        .and_then(|(tenant, named)| tenant.application(named));
    Live {
        tenant_id: tenant.map_or_else(|| arrival.tenant.clone(), |tenant| tenant.id.clone()),
        application: application.map(|application| application.app_id.clone()),
        request,
        request_xml: arrival.request_xml.clone(),
        relay_state: arrival.relay_state.clone(),
        raw_query: arrival.raw_query.clone(),
        binding: arrival.binding,
    }
}

fn read(tenant: String, binding: Binding, fields: &[(String, String)]) -> Arrival {
    let message = page::field(fields, "SAMLRequest");
    let xml = match (message, binding) {
        (None, _) => Err(Aadsts::MessageMissing),
        (Some(message), Binding::Post) => binding::decode_post(message).map_err(Aadsts::from),
        (Some(message), _) => binding::decode_redirect(message).map_err(Aadsts::from),
    };
    let owned = |name| page::field(fields, name).map(ToOwned::to_owned);
    Arrival {
        tenant,
        binding,
        request: xml.as_deref().map_err(Clone::clone).and_then(parse).map(Some),
        request_xml: xml.ok(),
        app_id: None,
        relay_state: owned("RelayState"),
        raw_query: None,
        login_hint: owned("login_hint"),
    }
}

fn parse(xml: &str) -> Result<AuthnRequest, Aadsts> {
    let view = document::parse(xml).map_err(|error| Aadsts::MalformedXml {
        detail: error.to_string(),
    })?;
    match view.root_element().tag_name().name() {
        "LogoutRequest" | "LogoutResponse" => Err(Aadsts::SignOutFailed),
        _ => AuthnRequest::parse(xml).map_err(|error| Aadsts::InvalidMessage {
            detail: error.to_string(),
        }),
    }
}
