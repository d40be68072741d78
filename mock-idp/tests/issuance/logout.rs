//! Single logout.

use mock_idp::issuance::{
    Participant, check_logout, logout_request, logout_request_url, logout_response, logout_response_url,
    pairwise,
};
use mock_idp::{Azure, LogoutIssuer};
use proptest::prelude::*;
use saml::binding::{decode_redirect, verify_query};
use saml::{LogoutRequest, LogoutResponse};

use super::{changed, now, tenant};

fn request() -> LogoutRequest {
    LogoutRequest {
        id: "_lo".to_owned(),
        version: "2.0".to_owned(),
        issue_instant: Some("2026-01-05T10:00:00Z".to_owned()),
        issuer: Some("https://sp.example/metadata".to_owned()),
        name_id: Some(saml::assertion::NameId::default()),
        session_indexes: vec!["_s1".to_owned()],
        ..LogoutRequest::default()
    }
}

/// The code for a request that is changed so, in a session of this application with `_s1` and of another.
fn code(change: impl FnOnce(&mut LogoutRequest)) -> Option<u32> {
    let app_id = tenant().applications[0].app_id.clone();
    in_session(change, &[("other", "_s0"), (&app_id, "_s1")])
}

fn in_session(change: impl FnOnce(&mut LogoutRequest), session: &[(&str, &str)]) -> Option<u32> {
    let mut request = request();
    change(&mut request);
    let session: Vec<_> = session
        .iter()
        .map(|(app_id, session_index)| Participant {
            app_id,
            session_index,
        })
        .collect();
    let found = check_logout(
        tenant(),
        &request,
        "SAMLRequest=x",
        &session,
        &Azure::default(),
        now(),
    );
    found.err().map(|error| error.code())
}

#[test]
fn a_logout_request_is_refused_as_azure_refuses_it() {
    assert_eq!(code(|_| {}), None);
    assert_eq!(code(|request| request.id.clear()), Some(75005));
    assert_eq!(code(|request| request.id = "1".to_owned()), Some(7500529));
    assert_eq!(code(|request| request.version.clear()), Some(75005));
    assert_eq!(code(|request| request.issue_instant = None), Some(75005));
    assert_eq!(code(|request| request.issuer = None), Some(75005));
    assert_eq!(code(|request| request.name_id = None), Some(7500530));
    assert_eq!(
        code(|request| request.issuer = Some("x".to_owned())),
        Some(700016)
    );
    assert_eq!(
        code(|request| request.session_indexes = vec!["_s0".to_owned()]),
        Some(50070)
    );
    assert_eq!(code(|request| request.session_indexes.clear()), None);
    let ignored = |request: &mut LogoutRequest| {
        request.destination = Some("x".to_owned());
        request.not_on_or_after = Some("1999-01-01T00:00:00Z".to_owned());
        request.reason = Some("x".to_owned());
    };
    assert_eq!(code(ignored), None);
}

#[test]
fn who_asks_must_be_part_of_the_session_unless_nobody_is_signed_in() {
    assert_eq!(in_session(|_| {}, &[("other", "_s1")]), Some(50068));
    assert_eq!(in_session(|_| {}, &[]), None);
}

#[test]
fn an_application_without_a_logout_url_cannot_sign_out() {
    let tenant = changed(|application| application.logout_url = None);
    let error = check_logout(&tenant, &request(), "", &[], &Azure::default(), now());
    assert_eq!(error.err().map(|error| error.code()), Some(50061));
}

#[test]
fn a_signed_logout_request_grows_old_where_a_switch_says_so() {
    let strict = Azure {
        signed_request_max_age: 3,
        ..Azure::default()
    };
    let with = |query, azure| {
        let found = check_logout(tenant(), &request(), query, &[], &azure, now());
        found.err().map(|error| error.code())
    };
    let signed = "SAMLRequest=x&SigAlg=y&Signature=z";
    assert_eq!(with(signed, strict), Some(50071));
    assert_eq!(with(signed, Azure::default()), None);
    assert_eq!(with("SAMLRequest=x", strict), None);
}

#[test]
fn the_answer_is_signed_in_small_percent_letters_and_echoes_the_relay_state() {
    let application = &tenant().applications[0];
    let response = logout_response(tenant(), application, &request(), &Azure::default(), now());
    let key = &tenant().keys.active;
    let url = logout_response_url("https://sp.example/slo?a=b", &response, Some("Zurück/?"), key).unwrap();
    let query = url.strip_prefix("https://sp.example/slo?a=b&").unwrap();
    assert!(verify_query(query, key.certificate()).unwrap());
    assert!(query.contains("&RelayState=Zur%c3%bcck%2f%3f&SigAlg=http%3a%2f%2fwww.w3.org%2f2001%2f04%2fxmldsig-more%23rsa-sha256&Signature="), "{query}");
    let upper = query
        .as_bytes()
        .windows(3)
        .any(|three| three[0] == b'%' && three[1..].iter().any(u8::is_ascii_uppercase));
    assert!(!upper, "{query}");
    let message = query["SAMLResponse=".len()..].split('&').next().unwrap();
    let decoded = message
        .replace("%2b", "+")
        .replace("%2f", "/")
        .replace("%3d", "=");
    let read = LogoutResponse::parse(&decode_redirect(&decoded).unwrap()).unwrap();
    assert_eq!(read, response);
    assert!(read.is_success());
    assert_eq!(read.in_response_to.as_deref(), Some("_lo"));
    assert_eq!(read.issuer.as_deref(), Some(tenant().entity_id().as_str()));
    let login = Azure {
        logout_issuer: LogoutIssuer::Login,
        ..Azure::default()
    };
    let other = logout_response(tenant(), application, &request(), &login, now());
    assert_eq!(
        other.issuer,
        Some(format!("https://login.microsoftonline.com/{}/", tenant().id))
    );
}

#[test]
fn other_applications_are_told_of_the_pairwise_name_without_a_format() {
    let application = &tenant().applications[0];
    let user = tenant().user("alice").unwrap();
    let request = logout_request(tenant(), application, user, "_s1", now());
    let name = request.name_id.clone().unwrap();
    assert_eq!(name.value, pairwise(tenant(), application, user));
    assert_eq!(name.format, None);
    assert_eq!(request.session_indexes, ["_s1"]);
    assert_eq!(request.complete(), Ok(()));
    let key = &tenant().keys.active;
    let url = logout_request_url("https://sp.example/slo", &request, key).unwrap();
    let query = url.strip_prefix("https://sp.example/slo?SAMLRequest=").unwrap();
    assert!(!query.contains("RelayState"));
    assert!(verify_query(&format!("SAMLRequest={query}"), key.certificate()).unwrap());
}

proptest! {
    #[test]
    fn whatever_an_id_or_an_index_is_it_is_judged(id in "\\PC{0,20}", index in "\\PC{0,20}") {
        let code = code(|request| {
            request.id = id;
            request.session_indexes = vec![index];
        });
        prop_assert!(matches!(code, None | Some(75005 | 7500529 | 50070)), "{code:?}");
    }
}
