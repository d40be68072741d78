//! The assertion consumer service: where messages arrive.

use std::sync::Arc;

use axum::Form;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Query, RawQuery, State};
use axum::http::header::HeaderMap;
use axum::response::{AppendHeaders, Html, IntoResponse, Response};
use percent_encoding::percent_decode_str;
use saml::binding::{decode_redirect, encode_post};
use serde::Deserialize;

use crate::config::Manner;
use crate::denial::Denial;
use crate::flaw::Flaw;
use crate::http::{BROWSER_COOKIE, SESSION_COOKIE, cookie, local, see_anywhere, see_other, set_cookie};
use crate::identity::Identity;
use crate::memory::Ticket;
use crate::message::decode_again;
use crate::profile::Accepted;
use crate::refuse::refuse;
use crate::state::Sp;
use crate::{anything, artifact, confused, pages, simple_sign};

/// Where a sign-in ends when nobody said where.
const HOME: &str = "/account";

type Fields = Vec<(String, String)>;

/// What a message comes to: who is signed in, and whither its RelayState would lead.
type Judged = Result<(Accepted, Option<String>), Denial>;

/// `POST /singlesignon/saml/SSO`.
///
/// An unsolicited message signs its user in at once. An answer to a request of ours takes one more step: this POST
/// comes from the IdP's site, so a SameSite cookie does not come with it. The browser is sent to [`finish`] by a
/// redirect, which brings the cookie, and there must prove that the request was its own.
pub(crate) async fn post(
    State(sp): State<Arc<Sp>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    form: Result<Form<Fields>, FormRejection>,
) -> Response {
    let accepted = in_its_manner(&sp, form, |form| {
        match sp.settings().flaws.has(Flaw::TwoParsers) {
            true => judged_twice(&sp, query, form),
            false => judged(&sp, form),
        }
    });
    answer(&sp, &headers, accepted).await
}

/// `GET /singlesignon/saml/SSO`: never, since a Response must not come in a query (Profiles 4.1.2). A switch reads one.
pub(crate) async fn get(
    State(sp): State<Arc<Sp>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let settings = sp.settings();
    let query = query.unwrap_or_default();
    if sp.manner == Manner::AcceptEverything {
        let fields: Fields = query.split('&').filter_map(anything::parameter).collect();
        return answer(&sp, &headers, Ok(anything(&sp, &fields))).await;
    }
    let confused = match settings.flaws.has(Flaw::RedirectConfusion) {
        true => confused::read(&query, settings.trust.tenants()),
        false => None,
    };
    let judged = match confused {
        None => Err(Denial::ByQuery),
        Some((_, value)) => {
            let value = percent_decode_str(value).decode_utf8_lossy();
            let text = decode_redirect(&value).map_err(|_| Denial::Encoding);
            let accepted =
                text.and_then(|text| sp.judge_at(&sp.acs_url, true, &encode_post(text.as_bytes()), None));
            accepted.map(|accepted| (accepted, None))
        }
    };
    answer(&sp, &headers, judged).await
}

/// `POST /singlesignon/saml/SimpleSign`: as [`post`], for a form that is signed itself.
pub(crate) async fn simple_sign(
    State(sp): State<Arc<Sp>>,
    headers: HeaderMap,
    form: Result<Form<Fields>, FormRejection>,
) -> Response {
    let accepted = in_its_manner(&sp, form, |form| signed(&sp, form));
    answer(&sp, &headers, accepted).await
}

/// `GET` and `POST /singlesignon/saml/Artifact`: as [`post`], for a browser that brings what stands for the message.
pub(crate) async fn artifact(
    State(sp): State<Arc<Sp>>,
    headers: HeaderMap,
    form: Result<Form<Fields>, FormRejection>,
) -> Response {
    let judged = match sp.manner {
        Manner::Normal => exchanged(&sp, form).await,
        Manner::RefuseEverything => Err(Denial::Everything),
        Manner::AcceptEverything => {
            let Form(mut fields) = form.unwrap_or_default();
            let artifact = one(&fields, "SAMLart").ok().flatten().unwrap_or_default();
            let envelope = artifact::anything(&sp, artifact).await.unwrap_or_default();
            fields.push(("SAMLResponse".to_owned(), encode_post(envelope.as_bytes())));
            Ok(anything(&sp, &fields))
        }
    };
    answer(&sp, &headers, judged).await
}

/// Judges a form, unless this service provider refuses, or accepts, whatever comes.
fn in_its_manner(
    sp: &Sp,
    form: Result<Form<Fields>, FormRejection>,
    judge: impl FnOnce(Result<Form<Fields>, FormRejection>) -> Judged,
) -> Judged {
    match sp.manner {
        Manner::RefuseEverything => Err(Denial::Everything),
        Manner::AcceptEverything => Ok(anything(sp, form.as_ref().map_or(&[][..], |Form(fields)| fields))),
        Manner::Normal => judge(form),
    }
}

/// Signs the user in, or sends his browser to finish what it began.
async fn answer(sp: &Arc<Sp>, headers: &HeaderMap, judged: Judged) -> Response {
    let (Accepted { identity, request }, to) = match judged {
        Ok(accepted) => accepted,
        Err(denial) => return refuse(sp, &denial).await,
    };
    match request {
        None => sign_in(sp, headers, identity, to.as_deref().unwrap_or(HOME)).await,
        Some(request) => {
            // Where the sign-in leads was said when it began, and the RelayState is not asked.
            let led = to.filter(|_| is_led(sp));
            let ticket = Ticket {
                identity,
                browser: request.browser,
                to: led.unwrap_or(request.to),
            };
            let ticket = sp.memory.issue_ticket(ticket, sp.clock.now());
            see_other(&format!("/singlesignon/saml/finish?ticket={ticket}"))
        }
    }
}

/// The ticket that the ACS handed out.
#[derive(Debug, Deserialize)]
pub(crate) struct Finish {
    ticket: String,
}

/// `GET /singlesignon/saml/finish`: the browser that began the sign-in ends it. A captured answer does nothing in
/// another browser, and nobody is signed in as somebody else unawares (login CSRF).
pub(crate) async fn finish(
    State(sp): State<Arc<Sp>>,
    headers: HeaderMap,
    query: Result<Query<Finish>, QueryRejection>,
) -> Response {
    let ticket = query
        .ok()
        .and_then(|Query(Finish { ticket })| sp.memory.consume_ticket(&ticket, sp.clock.now()));
    match ticket {
        None => refuse(&sp, &Denial::Ticket).await,
        Some(ticket) if cookie(&headers, BROWSER_COOKIE) != Some(&ticket.browser) => {
            refuse(&sp, &Denial::OtherBrowser).await
        }
        Some(ticket) => sign_in(&sp, &headers, ticket.identity, &ticket.to).await,
    }
}

/// The message, judged, and the path that its RelayState asks for.
fn judged(sp: &Sp, form: Result<Form<Fields>, FormRejection>) -> Judged {
    let Form(fields) = form.map_err(|_| Denial::Form)?;
    let field = one(&fields, "SAMLResponse")?.ok_or(Denial::Parameters)?;
    let relay_state = one(&fields, "RelayState")?;
    if fields.iter().any(|(name, _)| name == "SAMLRequest") {
        return Err(Denial::Parameters);
    }
    let accepted = sp.judge(field, None)?;
    Ok((accepted, wherever(sp, relay_state)))
}

/// The same of a form that is signed: the signature first.
fn signed(sp: &Sp, form: Result<Form<Fields>, FormRejection>) -> Judged {
    let Form(fields) = form.map_err(|_| Denial::Form)?;
    let needed = |name| one(&fields, name)?.ok_or(Denial::Parameters);
    let (response, relay_state) = (needed("SAMLResponse")?, one(&fields, "RelayState")?);
    let form = simple_sign::Signed {
        request: one(&fields, "SAMLRequest")?,
        response,
        relay_state,
        algorithm: needed("SigAlg")?,
        signature: needed("Signature")?,
    };
    let settings = sp.settings();
    simple_sign::verify(form, &settings.trust, settings.flaws)?;
    let address = sp.simple_sign_url.as_deref().unwrap_or_default();
    let accepted = sp.judge_at(address, true, response, None)?;
    Ok((accepted, wherever(sp, relay_state)))
}

/// The message that an artifact stands for, judged as any other.
async fn exchanged(sp: &Sp, form: Result<Form<Fields>, FormRejection>) -> Judged {
    let Form(fields) = form.map_err(|_| Denial::Form)?;
    let one = |name| one(&fields, name).map_err(|_| Denial::ArtifactParameters);
    let artifact = one("SAMLart")?.ok_or(Denial::ArtifactParameters)?;
    let relay_state = one("RelayState")?;
    let message = artifact::resolved(sp, artifact).await?;
    let address = sp.artifact_url.as_deref().unwrap_or_default();
    let accepted = sp.judge_at(address, false, &encode_post(message.as_bytes()), None)?;
    Ok((accepted, wherever(sp, relay_state)))
}

/// Where a RelayState leads: to a path of ours, if anywhere.
fn wherever(sp: &Sp, relay_state: Option<&str>) -> Option<String> {
    match is_led(sp) {
        true => relay_state.map(str::to_owned),
        false => relay_state.and_then(local),
    }
}

/// Whether it follows any RelayState: by a switch, or since it believes everything.
fn is_led(sp: &Sp) -> bool {
    let flaws = sp.settings().flaws;
    flaws.has(Flaw::OpenRedirect) || flaws.has(Flaw::ReflectedMarkup) || sp.manner == Manner::AcceptEverything
}

/// Verifier and reader ask for the field each for itself: for a switch. The one finds whichever verifies, the other whichever
/// else there is, in query or body; of a field that stands alone they have two readings.
fn judged_twice(sp: &Sp, query: Option<String>, form: Result<Form<Fields>, FormRejection>) -> Judged {
    let Form(mut fields) = form.map_err(|_| Denial::Form)?;
    let asked: Fields = query
        .and_then(|query| Query::try_from_uri(&format!("/?{query}").parse().ok()?).ok())
        .map(|Query(fields)| fields)
        .unwrap_or_default();
    fields.extend(asked);
    let named = |(name, _): &&(String, String)| name == "SAMLResponse";
    let values: Vec<&str> = fields
        .iter()
        .filter(named)
        .map(|(_, value)| value.as_str())
        .collect();
    let mut denied = Denial::Parameters;
    for value in &values {
        let other = values.iter().find(|other| other != &value).unwrap_or(value);
        match decode_again(other).and_then(|again| sp.judge(value, Some(&again))) {
            Ok(accepted) => return Ok((accepted, None)),
            Err(denial) => denied = denial,
        }
    }
    Err(denied)
}

/// The field of that name, of which there is one at most: two readers of a repeated field read different ones.
fn one<'a>(fields: &'a [(String, String)], name: &str) -> Result<Option<&'a str>, Denial> {
    let mut values = fields
        .iter()
        .filter(|(key, _)| key == name)
        .map(|(_, value)| value.as_str());
    let value = values.next();
    if values.next().is_some() {
        Err(Denial::Parameters)
    } else {
        Ok(value)
    }
}

/// A new session under a new name, for who has an account; the old one, if the browser had one, is over.
async fn sign_in(sp: &Sp, headers: &HeaderMap, identity: Identity, to: &str) -> Response {
    let who = identity.name_id.clone();
    let flaws = sp.settings().flaws;
    let old = cookie(headers, SESSION_COOKIE);
    let kept = old.filter(|_| flaws.has(Flaw::SessionFixation));
    let session = match sp.open_session(identity, kept) {
        Ok(session) => session,
        Err(denial) => return refuse(sp, &denial).await,
    };
    tracing::info!(name_id = who, "signed in");
    if let Some(old) = old.filter(|old| *old != session) {
        sp.memory.close_session(old);
    }
    let onward = if flaws.has(Flaw::ReflectedMarkup) {
        Html(pages::going_on(to, flaws)).into_response()
    } else if is_led(sp) {
        see_anywhere(to)
    } else {
        see_other(to)
    };
    let (name, cookie) = set_cookie(sp, SESSION_COOKIE, &session);
    (AppendHeaders([(name, cookie)]), onward).into_response()
}

/// For the service provider that verifies nothing.
fn anything(sp: &Sp, fields: &[(String, String)]) -> (Accepted, Option<String>) {
    let identity = anything::identity(fields, &sp.entity_id);
    (
        Accepted {
            identity,
            request: None,
        },
        one(fields, "RelayState").ok().flatten().map(str::to_owned),
    )
}
