//! The questions that [`crate::issuance`] answers, asked with what the server knows.

use jiff::Timestamp;
use saml::{AuthnRequest, LogoutRequest};

use super::answer::Binding;
use super::arrival::Arrival;
use super::idp::Idp;
use super::session::SignedIn;
use super::{named, page};
use crate::issuance::{
    self, By, Issued, Participant, Received, SignIn, answer_to, check_launch, check_logout, check_request,
    check_user, respond,
};
use crate::{Aadsts, Application, Directory, Tenant, User};

/// The application that a sign-in may go on with, before anybody is asked for anything.
///
/// # Errors
///
/// What Azure shows in place of its sign-in page.
pub(super) fn request<'a>(
    idp: &Idp,
    tenant: &'a Tenant,
    arrival: &Arrival,
) -> Result<&'a Application, Aadsts> {
    let Some(request) = arrival.request.as_ref().map_err(Clone::clone)? else {
        return check_launch(tenant, arrival.app_id.as_deref().unwrap_or_default());
    };
    with_received(idp, arrival, request, |received| {
        check_request(tenant, received, &idp.azure, Timestamp::now())
    })
}

/// All for which Azure would show an error in place of its sign-in page; empty where it would go on. Where the account decides on
/// the tenant, it is asked of the tenant that has the application.
pub(super) fn refusals(idp: &Idp, directory: &Directory, arrival: &Arrival) -> Vec<Aadsts> {
    let request = match &arrival.request {
        Err(error) => return vec![error.clone()],
        Ok(None) => return Vec::new(),
        Ok(Some(request)) => request,
    };
    let tenant = match arrival.is_common() {
        false => named::tenant(directory, &arrival.tenant),
        true => {
            let mut all = directory.tenants.iter();
            let with = all.find(|tenant| application_of(tenant, arrival).is_some());
            with.or(directory.tenants.first()).ok_or(Aadsts::TenantUnknown)
        }
    };
    match tenant {
        Err(error) => vec![error],
        Ok(tenant) => with_received(idp, arrival, request, |received| {
            issuance::refusals(tenant, received, &idp.azure, Timestamp::now())
        }),
    }
}

/// Calls `ask` with the request as it arrived.
fn with_received<T>(
    idp: &Idp,
    arrival: &Arrival,
    request: &AuthnRequest,
    ask: impl FnOnce(&Received<'_>) -> T,
) -> T {
    let principal = arrival.service_principal.as_deref();
    let more = principal.map_or_else(String::new, |id| format!("/{}", page::path_segment(id)));
    let url = format!(
        "{}/{}/saml2{more}",
        idp.origin,
        page::path_segment(&arrival.tenant)
    );
    let by = match arrival.binding {
        Binding::Post => By::Post(arrival.request_xml.as_deref().unwrap_or_default()),
        Binding::Redirect | Binding::IdpInitiated => {
            By::Redirect(arrival.raw_query.as_deref().unwrap_or_default())
        }
    };
    ask(&Received {
        request,
        by,
        url: &url,
        service_principal: principal,
    })
}

/// Where a launch goes in place of a response: the Sign on URL of an application that is enabled.
pub(super) fn sign_on_url<'a>(tenant: &'a Tenant, arrival: &Arrival) -> Option<&'a str> {
    match arrival.request {
        Ok(None) => application_of(tenant, arrival)
            .filter(|application| application.enabled)?
            .sign_on_url
            .as_deref(),
        _ => None,
    }
}

/// The application that a sign-in means, whatever is wrong with it.
pub(super) fn application_of<'a>(tenant: &'a Tenant, arrival: &Arrival) -> Option<&'a Application> {
    let by_id = arrival.app_id.as_deref().or(arrival.service_principal.as_deref());
    match by_id {
        Some(id) => tenant.application_by_id(id),
        None => tenant.application(arrival.authn_request()?.issuer.as_deref()?),
    }
}

/// A sign-in that may be answered, if all stands well with the person too.
pub(super) struct Admitted<'a>(SignIn<'a>);

/// Whether Azure would issue a response to this person.
///
/// # Errors
///
/// What it shows after sign-in.
pub(super) fn user<'a>(
    idp: &Idp,
    (tenant, application, user): (&'a Tenant, &'a Application, &'a User),
    account: &User,
    arrival: &'a Arrival,
    who: &SignedIn,
) -> Result<Admitted<'a>, Aadsts> {
    let sign_in = SignIn {
        request: arrival.authn_request(),
        authn_instant: who.since,
        method: who.method(account),
        azure: idp.azure,
        ..SignIn::new(tenant, application, user, Timestamp::now())
    };
    check_user(&sign_in)?;
    Ok(Admitted(sign_in))
}

impl Admitted<'_> {
    /// The response, signed.
    ///
    /// # Errors
    ///
    /// 90033 where it cannot be signed or encrypted.
    pub(super) fn respond(&self) -> Result<Issued, Aadsts> {
        respond(&self.0)
    }
}

/// A Response that tells the application of an error.
pub(super) struct Told {
    pub(super) xml: String,
    pub(super) reply_url: String,
}

/// The Response to this error; none where Azure shows a page.
pub(super) fn error_response(
    idp: &Idp,
    tenant: &Tenant,
    application: &Application,
    arrival: &Arrival,
    error: &Aadsts,
) -> Option<Told> {
    let request = arrival.authn_request()?;
    let reply = issuance::reply_url(application, Some(request), &idp.azure).ok()?;
    let response = answer_to(tenant, request, error, &idp.azure, Timestamp::now())?;
    Some(Told {
        xml: response.to_xml(),
        reply_url: reply.to_owned(),
    })
}

/// The application that asks for a sign-out, if Azure does it.
///
/// # Errors
///
/// What it shows in place of signing out.
pub(super) fn logout<'a>(
    idp: &Idp,
    tenant: &'a Tenant,
    request: &LogoutRequest,
    query: &str,
    sessions: &[SignedIn],
) -> Result<&'a Application, Aadsts> {
    let participants = sessions.iter().flat_map(|who| &who.participants);
    let here = participants.filter(|known| known.tenant_id == tenant.id);
    let all: Vec<_> = here
        .flat_map(|known| {
            known.session_indexes.iter().map(|index| Participant {
                app_id: &known.app_id,
                session_index: index,
            })
        })
        .collect();
    check_logout(tenant, request, query, &all, &idp.azure, Timestamp::now())
}

/// Where the browser takes the LogoutResponse.
///
/// # Errors
///
/// 90033 where it cannot be signed.
pub(super) fn logout_response(
    idp: &Idp,
    tenant: &Tenant,
    application: &Application,
    request: &LogoutRequest,
    relay_state: Option<&str>,
) -> Result<String, Aadsts> {
    let response = issuance::logout_response(tenant, application, request, &idp.azure, Timestamp::now());
    let to = application.logout_url.as_deref().unwrap_or_default();
    let key = tenant.keys_of(application).active;
    issuance::logout_response_url(to, &response, relay_state, key).map_err(failed)
}

/// The ID of a LogoutRequest for an application, and where the browser takes it.
///
/// # Errors
///
/// 90033 where it cannot be signed.
pub(super) fn logout_request(
    tenant: &Tenant,
    application: &Application,
    user: &User,
    session_index: &str,
    to: &str,
) -> Result<(String, String), Aadsts> {
    let request = issuance::logout_request(tenant, application, user, session_index, Timestamp::now());
    let key = tenant.keys_of(application).active;
    let url = issuance::logout_request_url(to, &request, key).map_err(failed)?;
    Ok((request.id, url))
}

fn failed(error: saml::binding::BindingError) -> Aadsts {
    Aadsts::ServiceFailed {
        detail: error.to_string(),
    }
}
