//! Single logout: from here, and from the identity provider.

use percent_encoding::percent_decode_str;
use reference_sp::{Config, ReferenceSp, Trusted};
use saml::assertion::NameId;
use saml::binding::{Percent, QueryAlgorithm, redirect_query_with, sign_query_with, verify_query};
use saml::logout::{LogoutRequest, LogoutResponse};
use saml::metadata::{Endpoint, IdpMetadata};
use saml::names::{binding, name_id, status};

use crate::kit::browser::{Browser, location};
use crate::kit::*;

const IDP_SLO: &str = "https://sts.example/tenant-a/saml2";
const STATE: &str = "a state+with/all=sorts";

/// A service provider with single logout, which trusts both tenants, of which the first takes part.
pub(crate) async fn with_slo(config: Config) -> ReferenceSp {
    let slo = Endpoint {
        binding: binding::REDIRECT.to_owned(),
        location: IDP_SLO.to_owned(),
        response_location: None,
    };
    let of = |idp: &Idp, slo: Option<&Endpoint>| Trusted {
        metadata: IdpMetadata {
            slo: slo.cloned().into_iter().collect(),
            ..idp.metadata()
        },
        domains: Vec::new(),
    };
    ReferenceSp::start(Config {
        trust: vec![of(tenant(), Some(&slo)), of(other_tenant(), None)],
        create_users: true,
        slo: true,
        ..config
    })
    .await
    .unwrap()
}

/// Signs in, and answers the SessionIndex.
pub(crate) async fn sign_in(browser: &Browser<'_>, user: &str) -> String {
    let message = response(browser.sp, tenant(), user);
    let authn = message.assertions[0].authn.clone().unwrap();
    browser
        .deliver(&sign_assertion(&message.to_xml(), tenant()))
        .await
        .is(user);
    authn.session_index.unwrap()
}

fn slo_url(sp: &ReferenceSp) -> String {
    sp.metadata().slo[0].location.clone()
}

/// A LogoutRequest as Azure AD sends it: a NameID of its own, without Format.
pub(crate) fn request(sp: &ReferenceSp, sessions: &[&str]) -> LogoutRequest {
    LogoutRequest {
        id: fresh_id(),
        version: "2.0".to_owned(),
        issue_instant: Some(in_seconds(0)),
        destination: Some(slo_url(sp)),
        issuer: Some(ISSUER.to_owned()),
        name_id: Some(NameId {
            value: "pairwise-and-unknown-here".to_owned(),
            ..NameId::default()
        }),
        session_indexes: sessions.iter().map(|index| (*index).to_owned()).collect(),
        ..LogoutRequest::default()
    }
}

/// The query, signed and percent-encoded in lower case, as Azure AD sends it.
fn signed(kind: &str, xml: &str, idp: &Idp) -> String {
    let query = redirect_query_with(kind, xml, Some(STATE), Percent::Lower);
    sign_query_with(&query, &idp.key, QueryAlgorithm::RsaSha256, Percent::Lower).unwrap()
}

pub(crate) async fn send(browser: &Browser<'_>, query: &str) -> reqwest::Response {
    browser.get(&format!("/singlesignon/saml/SLO?{query}")).await
}

/// Begins a logout here: the LogoutRequest, and where it went.
async fn begin(browser: &Browser<'_>) -> (LogoutRequest, String) {
    let address = location(&browser.get("/logout").await);
    let message = message_in(&address, "SAMLRequest");
    (LogoutRequest::parse(&message).unwrap(), address)
}

/// The message that an address carries.
fn message_in(address: &str, kind: &str) -> String {
    let (_, rest) = address.split_once(&format!("{kind}=")).unwrap();
    let value = percent_decode_str(rest.split('&').next().unwrap());
    saml::binding::decode_redirect(&value.decode_utf8().unwrap()).unwrap()
}

fn answer_to(request: &LogoutRequest, sp: &ReferenceSp) -> LogoutResponse {
    LogoutResponse {
        id: fresh_id(),
        in_response_to: Some(request.id.clone()),
        issue_instant: Some(in_seconds(0)),
        destination: Some(slo_url(sp)),
        issuer: Some(ISSUER.to_owned()),
        status: vec![status::SUCCESS.to_owned()],
        status_message: None,
    }
}

#[track_caller]
fn is_refused(sp: &ReferenceSp, answer: &reqwest::Response, because: &str) {
    assert_eq!(answer.status(), 403);
    let reason = sp.denials().pop().unwrap();
    assert!(reason.contains(because), "{reason}");
}

#[tokio::test]
async fn there_is_no_single_logout_unless_it_is_asked_for() {
    let sp = hardened().await;
    let browser = Browser::new(&sp);
    sign_in(&browser, ALICE).await;
    assert!(sp.metadata().slo.is_empty());
    assert_eq!(browser.get("/singlesignon/saml/SLO").await.status(), 404);
    assert_eq!(location(&browser.get("/logout").await), "/");
    assert_eq!(browser.whoami().await, None);
}

#[tokio::test]
async fn who_signs_out_here_is_sent_to_sign_out_at_the_idp() {
    let sp = with_slo(Config::default()).await;
    let browser = Browser::new(&sp);
    let index = sign_in(&browser, ALICE).await;
    let (request, address) = begin(&browser).await;
    assert_eq!(
        browser.whoami().await,
        None,
        "the session ends whatever the IdP answers"
    );
    assert!(
        address.starts_with(&format!("{IDP_SLO}?SAMLRequest=")),
        "{address}"
    );
    assert!(!address.contains("Signature="), "there is no key to sign with");
    request.complete().unwrap();
    assert_eq!(request.issuer.as_deref(), Some(&*sp.metadata_url()));
    assert_eq!(request.destination.as_deref(), Some(IDP_SLO));
    assert_eq!(request.session_indexes, [index]);
    let name = request.name_id.clone().unwrap();
    assert_eq!(
        (name.value.as_str(), name.format.as_deref()),
        (ALICE, Some(name_id::EMAIL))
    );

    let answer = signed("SAMLResponse", &answer_to(&request, &sp).to_xml(), tenant());
    let page = send(&browser, &answer).await;
    assert_eq!(page.status(), 200);
    assert!(
        page.text()
            .await
            .unwrap()
            .contains("so has the one at your identity provider")
    );
    is_refused(&sp, &send(&browser, &answer).await, "is outstanding");
}

#[tokio::test]
async fn requests_are_signed_where_that_is_asked_for() {
    let sp = with_slo(Config {
        sign_requests: true,
        ..Config::default()
    })
    .await;
    let metadata = sp.metadata();
    assert!(metadata.authn_requests_signed && metadata.signing.len() == 1);
    let browser = Browser::new(&sp);
    let (_, address) = browser.request("?to=/account").await;
    sign_in(&browser, ALICE).await;
    for address in [address, begin(&browser).await.1] {
        let (_, query) = address.split_once('?').unwrap();
        assert!(verify_query(query, &metadata.signing[0]).unwrap(), "{query}");
    }
}

#[tokio::test]
async fn a_tenant_without_single_logout_is_left_alone() {
    let sp = with_slo(Config::default()).await;
    let browser = Browser::new(&sp);
    let message = response(&sp, other_tenant(), "bob@other.example");
    let message = sign_assertion(&message.to_xml(), other_tenant());
    browser.deliver(&message).await.is("bob@other.example");
    assert_eq!(location(&browser.get("/logout").await), "/");
    assert_eq!(browser.whoami().await, None);
}

#[tokio::test]
async fn an_answer_must_be_signed_by_whom_we_asked_and_answer_what_we_asked() {
    let sp = with_slo(Config::default()).await;
    let browser = Browser::new(&sp);
    sign_in(&browser, ALICE).await;
    let (request, _) = begin(&browser).await;
    let genuine = answer_to(&request, &sp);
    let unsigned = redirect_query_with("SAMLResponse", &genuine.to_xml(), None, Percent::Lower);
    is_refused(&sp, &send(&browser, &unsigned).await, "is not signed");
    for idp in [rogue(), other_tenant()] {
        let query = signed("SAMLResponse", &genuine.to_xml(), idp);
        is_refused(&sp, &send(&browser, &query).await, "no key of this Issuer");
    }
    for (wrong, because) in [
        (
            LogoutResponse {
                in_response_to: Some("_never".to_owned()),
                ..genuine.clone()
            },
            "is outstanding",
        ),
        (
            LogoutResponse {
                in_response_to: None,
                ..genuine.clone()
            },
            "is outstanding",
        ),
        (
            LogoutResponse {
                destination: Some("https://another.example/".to_owned()),
                ..genuine.clone()
            },
            "was sent to",
        ),
        (
            LogoutResponse {
                issuer: Some(OTHER_ISSUER.to_owned()),
                ..genuine.clone()
            },
            "was sent to",
        ),
    ] {
        let query = signed("SAMLResponse", &wrong.to_xml(), tenant());
        is_refused(&sp, &send(&browser, &query).await, because);
    }
    // Azure AD may call itself by its sign-in address here.
    let renamed = LogoutResponse {
        issuer: Some("https://login.example/tenant-a/".to_owned()),
        ..genuine
    };
    let query = signed("SAMLResponse", &renamed.to_xml(), tenant());
    assert_eq!(send(&browser, &query).await.status(), 200);
}

#[tokio::test]
async fn an_idp_that_could_not_do_its_part_is_believed() {
    let sp = with_slo(Config::default()).await;
    let browser = Browser::new(&sp);
    sign_in(&browser, ALICE).await;
    let (request, _) = begin(&browser).await;
    let partial = "urn:oasis:names:tc:SAML:2.0:status:PartialLogout";
    let failed = LogoutResponse {
        status: vec![
            "urn:oasis:names:tc:SAML:2.0:status:Responder".to_owned(),
            partial.to_owned(),
        ],
        ..answer_to(&request, &sp)
    };
    let page = send(&browser, &signed("SAMLResponse", &failed.to_xml(), tenant())).await;
    let page = page.text().await.unwrap();
    assert!(
        page.contains("could not end its own") && page.contains(partial),
        "{page}"
    );
}

#[tokio::test]
async fn the_idp_ends_the_session_that_it_names_and_no_other() {
    let sp = with_slo(Config {
        sign_requests: true,
        ..Config::default()
    })
    .await;
    let (browser, elsewhere, bob) = (Browser::new(&sp), Browser::new(&sp), Browser::new(&sp));
    let index = sign_in(&browser, ALICE).await;
    sign_in(&elsewhere, ALICE).await;
    sign_in(&bob, "bob@corp.example").await;

    let asked = request(&sp, &[&index]);
    let query = signed("SAMLRequest", &asked.to_xml(), tenant());
    assert!(query.contains("%2b") || query.contains("%2f") || query.contains("%3d"));
    let answer = send(&browser, &query).await;
    assert_eq!(answer.status(), 303);
    assert_eq!(browser.cookies.borrow()["sp_session"], "");
    assert_eq!(browser.whoami().await, None);
    assert_eq!(elsewhere.whoami().await.as_deref(), Some(ALICE));
    assert_eq!(bob.whoami().await.as_deref(), Some("bob@corp.example"));

    let address = location(&answer);
    let (place, query) = address.split_once('?').unwrap();
    assert_eq!(place, IDP_SLO);
    assert!(verify_query(query, &sp.metadata().signing[0]).unwrap());
    let state = query.split('&').find_map(|part| part.strip_prefix("RelayState="));
    let state = percent_decode_str(state.unwrap()).decode_utf8().unwrap();
    assert_eq!(state, STATE);
    let response = LogoutResponse::parse(&message_in(&address, "SAMLResponse")).unwrap();
    assert!(response.is_success());
    assert_eq!(response.in_response_to, Some(asked.id));
    assert_eq!(response.destination.as_deref(), Some(IDP_SLO));
    assert_eq!(response.issuer.as_deref(), Some(&*sp.metadata_url()));
}

#[tokio::test]
async fn a_request_that_names_no_session_means_all_of_the_user() {
    let sp = with_slo(Config::default()).await;
    let (first, second, bob) = (Browser::new(&sp), Browser::new(&sp), Browser::new(&sp));
    sign_in(&first, ALICE).await;
    sign_in(&second, ALICE).await;
    sign_in(&bob, "bob@corp.example").await;
    let asked = LogoutRequest {
        name_id: Some(NameId {
            value: "Alice@corp.example".to_owned(),
            ..NameId::default()
        }),
        ..request(&sp, &[])
    };
    let query = signed("SAMLRequest", &asked.to_xml(), tenant());
    assert_eq!(send(&first, &query).await.status(), 303);
    assert_eq!((first.whoami().await, second.whoami().await), (None, None));
    assert_eq!(bob.whoami().await.as_deref(), Some("bob@corp.example"));
}

#[tokio::test]
async fn nobody_else_ends_a_session() {
    let sp = with_slo(Config::default()).await;
    let browser = Browser::new(&sp);
    let index = sign_in(&browser, ALICE).await;
    let genuine = request(&sp, &[&index]);
    let xml = genuine.to_xml();
    let unsigned = redirect_query_with("SAMLRequest", &xml, Some(STATE), Percent::Lower);
    is_refused(&sp, &send(&browser, &unsigned).await, "is not signed");
    let forged = signed("SAMLRequest", &xml, rogue());
    is_refused(&sp, &send(&browser, &forged).await, "no key of this Issuer");
    let stranger = LogoutRequest {
        issuer: Some("https://stranger.example/".to_owned()),
        ..genuine.clone()
    };
    let query = signed("SAMLRequest", &stranger.to_xml(), tenant());
    is_refused(&sp, &send(&browser, &query).await, "is not trusted");
    let sha1 = sign_query_with(&unsigned, &tenant().key, QueryAlgorithm::RsaSha1, Percent::Lower).unwrap();
    is_refused(&sp, &send(&browser, &sha1).await, "is not allowed here");
    let query = signed("SAMLRequest", &xml, tenant());
    let other_state = query.replace("RelayState=a", "RelayState=b");
    is_refused(&sp, &send(&browser, &other_state).await, "no key of this Issuer");
    // Encoded anew in upper case, the octets are not those that were signed.
    let upper = query
        .replace("%2f", "%2F")
        .replace("%2b", "%2B")
        .replace("%3d", "%3D");
    is_refused(&sp, &send(&browser, &upper).await, "no key of this Issuer");

    for (wrong, because) in [
        (
            LogoutRequest {
                destination: Some("https://another.example/".to_owned()),
                ..genuine.clone()
            },
            "was sent to",
        ),
        (
            LogoutRequest {
                issue_instant: Some(in_seconds(-3_600)),
                ..genuine.clone()
            },
            "has passed",
        ),
        (
            LogoutRequest {
                issue_instant: Some(in_seconds(3_600)),
                ..genuine.clone()
            },
            "lies in the future",
        ),
        (
            LogoutRequest {
                not_on_or_after: Some(in_seconds(-1_800)),
                ..genuine.clone()
            },
            "has passed",
        ),
        (
            LogoutRequest {
                issue_instant: Some("yesterday".to_owned()),
                ..genuine.clone()
            },
            "is not an instant",
        ),
        (
            LogoutRequest {
                name_id: None,
                ..genuine.clone()
            },
            "has no NameID",
        ),
    ] {
        let query = signed("SAMLRequest", &wrong.to_xml(), tenant());
        is_refused(&sp, &send(&browser, &query).await, because);
    }
    let other = LogoutRequest {
        issuer: Some(OTHER_ISSUER.to_owned()),
        ..genuine
    };
    let query = signed("SAMLRequest", &other.to_xml(), other_tenant());
    assert_eq!(send(&browser, &query).await.status(), 200);
    assert_eq!(
        browser.whoami().await.as_deref(),
        Some(ALICE),
        "not the other tenant's"
    );
}

#[tokio::test]
async fn a_request_is_taken_once() {
    let sp = with_slo(Config::default()).await;
    let browser = Browser::new(&sp);
    let query = signed("SAMLRequest", &request(&sp, &["_unknown"]).to_xml(), tenant());
    let answer = send(&browser, &query).await;
    assert_eq!(
        answer.status(),
        303,
        "a session that has ended already is no mistake"
    );
    is_refused(&sp, &send(&browser, &query).await, "was used before");
}

#[tokio::test]
async fn garbage_is_refused() {
    let long = "A".repeat(20_000);
    let sp = with_slo(Config::default()).await;
    let browser = Browser::new(&sp);
    let bomb = redirect_query_with("SAMLRequest", &" ".repeat(8 << 20), None, Percent::Upper);
    for query in [
        "",
        "SAMLRequest=",
        "SAMLRequest=%ff",
        "SAMLRequest=a&SAMLResponse=b",
        &format!("SAMLResponse={long}"),
        &redirect_query_with("SAMLRequest", "<a/>", None, Percent::Upper),
        &redirect_query_with("SAMLResponse", "not XML", None, Percent::Upper),
        &bomb,
    ] {
        let answer = send(&browser, query).await;
        assert_eq!(answer.status(), 403, "{}", &query[..query.len().min(80)]);
    }
}
