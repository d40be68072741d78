//! The end of a sign-in that does not go on: a page or a Response, and a line in the log.

use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use saml::binding;

use super::arrival::Arrival;
use super::caller::Caller;
use super::error_page::Refusal;
use super::idp::Idp;
use super::session::SignedIn;
use super::sign_in_log::{Attempt, Kind, Outcome};
use super::{auto_post, decide, named, test_sso};
use crate::{Aadsts, Directory, Tenant};

/// The end of a sign-in that Azure does not go on with: its page, or the Response that says so, and a line in the log.
pub(super) fn refuse(
    idp: &Idp,
    caller: &Caller,
    arrival: &Arrival,
    who: Option<&SignedIn>,
    error: Aadsts,
) -> Response {
    let directory = idp.directory();
    let tenant = resource(&directory, arrival, who).ok();
    let application = tenant.and_then(|tenant| decide::application_of(tenant, arrival));
    let user = who.and_then(|who| who.account(&directory)).map(|(_, user)| user);
    let told = tenant
        .zip(application)
        .and_then(|(tenant, application)| decide::error_response(idp, tenant, application, arrival, &error));
    let (response, response_xml, destination) = match told {
        Some(told) => {
            let page = post(&told.reply_url, &told.xml, arrival.relay_state.as_deref());
            (page, Some(told.xml.into()), Some(told.reply_url))
        }
        None => {
            let refusal = Refusal {
                error: &error,
                request_id: &caller.request_id,
                correlation_id: &arrival.correlation_id,
                at: Timestamp::now(),
                application: application.map(|known| (known.app_id.as_str(), known.display_name.as_str())),
                ip: caller.ip.map(|ip| ip.to_string()),
                user_agent: caller.user_agent(),
                signed_in: who.is_some(),
                resolve: test_sso::resolve_link(caller, tenant),
            };
            (refusal.into_response(), None, None)
        }
    };
    idp.log.record(Attempt {
        tenant_id: tenant.map(|tenant| tenant.id.clone()),
        user: user.map(|user| (user.object_id.clone(), user.user_principal_name.clone())),
        application: application.map(|known| (known.app_id.clone(), known.display_name.clone())),
        response_xml,
        destination,
        relay_state: arrival.relay_state.clone(),
        ..attempt(caller, arrival, Outcome::Failure(error))
    });
    response
}

/// A line in the log for what was refused on a page that may be filled in again.
pub(super) fn log_failure(idp: &Idp, caller: &Caller, arrival: &Arrival, name: Option<&str>, error: &Aadsts) {
    let directory = idp.directory();
    let tenant = resource(&directory, arrival, None).ok();
    let application = tenant.and_then(|tenant| decide::application_of(tenant, arrival));
    idp.log.record(Attempt {
        tenant_id: tenant.map(|tenant| tenant.id.clone()),
        user: name.map(|name| (String::new(), name.chars().take(256).collect())),
        application: application.map(|known| (known.app_id.clone(), known.display_name.clone())),
        ..attempt(caller, arrival, Outcome::Failure(error.clone()))
    });
}

/// The tenant whose application it is: of the path, or, where that leaves it open, of the account.
pub(super) fn resource<'a>(
    directory: &'a Directory,
    arrival: &Arrival,
    who: Option<&SignedIn>,
) -> Result<&'a Tenant, Aadsts> {
    match (arrival.is_common(), who) {
        (false, _) => named::tenant(directory, &arrival.tenant),
        (true, Some(who)) => named::tenant(directory, &who.tenant_id),
        (true, None) => Err(Aadsts::TenantUnknown),
    }
}

/// A line in the log, with what is known of every sign-in.
pub(super) fn attempt(caller: &Caller, arrival: &Arrival, outcome: Outcome) -> Attempt {
    Attempt {
        request_id: caller.request_id.clone(),
        correlation_id: arrival.correlation_id.clone(),
        at: Timestamp::now(),
        tenant_id: None,
        user: None,
        application: None,
        issuer: arrival.authn_request().and_then(|request| request.issuer.clone()),
        kind: Kind::SignIn,
        binding: arrival.binding,
        query_signature: arrival.has_query_signature(),
        outcome,
        ip: caller.ip,
        browser: caller.browser.known().map(ToOwned::to_owned),
        request_xml: arrival.request_xml.clone(),
        response_xml: None,
        destination: None,
        relay_state: arrival.relay_state.clone(),
    }
}

/// Azure's page that posts a response.
pub(super) fn post(reply: &str, response: &str, relay_state: Option<&str>) -> Response {
    let mut fields = vec![("SAMLResponse", binding::encode_post(response.as_bytes()))];
    fields.extend(relay_state.map(|relay_state| ("RelayState", relay_state.to_owned())));
    auto_post::respond(reply, &fields)
}
