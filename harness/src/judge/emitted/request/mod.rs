//! The SP's AuthnRequests. `head` is who asks whom and when, `wants` what is asked for, `carried` how it travels, `signed` the
//! signature, `ids` all IDs together.

mod carried;
mod head;
mod ids;
mod signed;
mod text;
mod wants;

#[cfg(test)]
pub(super) mod tests;

use mock_idp::server::Live;
use saml::AuthnRequest;
use scenarios::RequestProperty;

use super::{
    seen::{Emitted, Held},
    shape,
};

use text::text;

const NONE: &str = "the SP sent no AuthnRequest";

pub(super) fn holds(property: RequestProperty, emitted: &Emitted) -> Held {
    use RequestProperty as P;
    let texts = |judge: fn(&str) -> Held| each(emitted, |live| judge(text(live)));
    let read = |judge: fn(&AuthnRequest, &Live) -> Held| each_read(emitted, judge);
    let known = |judge: fn(&AuthnRequest, &Emitted) -> Held| each_read(emitted, |one, _| judge(one, emitted));
    match property {
        P::RequestSchema => texts(|xml| match shape::request(xml) {
            Ok(()) => Held::Holds,
            Err(why) => Held::Lacks(why),
        }),
        P::RequestNoDoctype => texts(head::doctype),
        P::RequestIdName => read(|one, _| head::id(&one.id)),
        P::RequestIdUnique => ids::unique(&ids(emitted)),
        P::RequestIdEntropy => ids::entropy(&ids(emitted)),
        P::RequestVersion => read(|one, _| head::version(&one.version)),
        P::RequestInstant => read(|one, live| head::instant(one.issue_instant.as_deref(), live.came)),
        P::RequestDestination => each_read(emitted, |one, live| {
            head::destination(
                one.destination.as_deref(),
                signed::is_signed(live),
                &emitted.sso,
                &emitted.also,
            )
        }),
        P::RequestIssuer => texts(head::issuer),
        P::RequestIssuerPublished => known(head::issuer_published),
        P::RequestAcsPublished => known(wants::acs_published),
        P::RequestAcsFixed => known(wants::acs_fixed),
        P::RequestAcsOneWay => read(|one, _| wants::acs_one_way(one)),
        P::RequestResponseBinding => read(|one, _| wants::response_binding(one.protocol_binding.as_deref())),
        P::RequestNameIdPolicy => known(wants::name_id_policy),
        P::RequestContext => read(|one, _| wants::context(one.requested_context.as_ref())),
        P::RequestForcePassive => read(|one, _| wants::force_passive(one)),
        P::RequestSubject => texts(wants::subject),
        P::RequestEncoding => each(emitted, carried::encoding),
        P::RequestRelayState => each(emitted, |live| carried::relay_state(live.relay_state.as_deref())),
        P::RequestRelayStateOpaque => each(emitted, |live| {
            carried::opaque(live.relay_state.as_deref(), &emitted.people)
        }),
        P::RequestTopLevel => each(emitted, |live| carried::top_level(live.fetched_for.as_deref())),
        P::RequestNoUserData => each(emitted, |live| {
            carried::user_data(
                live.raw_query.as_deref(),
                live.relay_state.as_deref(),
                &emitted.people,
            )
        }),
        P::RequestLocation => carried::location(emitted),
        P::LoginStays => carried::stays(emitted),
        P::RequestSigned => each(emitted, |live| {
            signed::as_said(live, emitted.sp.authn_requests_signed)
        }),
        P::RequestSignedWhereAsked => each(emitted, |live| signed::as_asked(live, &emitted.sp.signing)),
        P::RequestSignature => each(emitted, |live| signed::valid(live, &emitted.sp.signing)),
        P::RequestSignatureAlgorithm => each(emitted, signed::algorithm),
        P::RequestSignatureRelayState => each(emitted, |live| {
            signed::over_relay_state(live, &emitted.sp.signing)
        }),
    }
}

/// All that came.
fn each(emitted: &Emitted, judge: impl FnMut(&Live) -> Held) -> Held {
    Held::all(emitted.requests.iter().map(judge), NONE)
}

/// All that could be read.
fn each_read(emitted: &Emitted, judge: impl Fn(&AuthnRequest, &Live) -> Held) -> Held {
    each(emitted, |live| match &live.request {
        Some(request) => judge(request, live),
        None => Held::CannotTell("the SP's AuthnRequest cannot be read".to_owned()),
    })
}

fn ids(emitted: &Emitted) -> Vec<&str> {
    let read = emitted.requests.iter().filter_map(|live| live.request.as_ref());
    read.map(|request| request.id.as_str()).collect()
}

/// Whether the metadata says of signatures what the requests do.
pub(super) fn signed_as_said(emitted: &Emitted) -> Held {
    let said = emitted.sp.authn_requests_signed;
    each(emitted, |live| match (said, signed::is_signed(live)) {
        (true, false) => {
            Held::Lacks("it says AuthnRequestsSigned, and an AuthnRequest is not signed".to_owned())
        }
        (false, true) => {
            Held::Lacks("it does not say AuthnRequestsSigned, and AuthnRequests are signed".to_owned())
        }
        _ => Held::Holds,
    })
}
