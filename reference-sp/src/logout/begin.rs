//! The user signs out here.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::HeaderMap;
use axum::response::{IntoResponse, Response};
use saml::assertion::NameId;
use saml::logout::LogoutRequest;

use crate::flaw::Flaw;
use crate::http::{SESSION_COOKIE, by_redirect, cookie, drop_cookie, see_other};
use crate::identity::Identity;
use crate::memory::secret;
use crate::state::Sp;

/// `GET` and `POST /logout`: ends the session here. Where single logout is on and the IdP takes part, the browser goes
/// on to the IdP with a LogoutRequest; otherwise the IdP's own session goes on.
pub(crate) async fn logout(State(sp): State<Arc<Sp>>, headers: HeaderMap) -> Response {
    if sp.settings().flaws.has(Flaw::LogoutKept) {
        return see_other("/");
    }
    let mut to = None;
    if let Some(name) = cookie(&headers, SESSION_COOKIE) {
        to = sp.session(name).and_then(|identity| at_the_idp(&sp, &identity));
        sp.memory.close_session(name);
    }
    let to = to.unwrap_or_else(|| "/".to_owned());
    ([drop_cookie(&sp, SESSION_COOKIE)], see_other(&to)).into_response()
}

/// Where the browser goes to end the IdP's session too: with the NameID and the SessionIndex of the Assertion, which is
/// what the IdP knows the session by (Core 3.7.1).
fn at_the_idp(sp: &Sp, identity: &Identity) -> Option<String> {
    if !sp.slo {
        return None;
    }
    let trust = sp.settings().trust;
    let address = &trust.tenant(&identity.issuer)?.sign_out.as_ref()?.requests;
    let now = sp.clock.now();
    let id = format!("_{}", &secret()[..40]);
    let request = LogoutRequest {
        id: id.clone(),
        version: "2.0".to_owned(),
        issue_instant: Some(saml::instant::format(now)),
        destination: Some(address.clone()),
        issuer: Some(sp.entity_id.clone()),
        name_id: Some(NameId {
            value: identity.name_id.clone(),
            format: identity.name_id_format.clone(),
            ..NameId::default()
        }),
        session_indexes: identity.session_index.iter().cloned().collect(),
        ..LogoutRequest::default()
    };
    sp.memory.remember_logout(id, identity.issuer.clone(), now);
    Some(by_redirect(sp, address, "SAMLRequest", &request.to_xml(), None))
}
