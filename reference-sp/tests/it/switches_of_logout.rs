//! Single logout by HTTP-POST and SOAP, and the switches of logout messages. Each switch lets in what is refused without it.

use reference_sp::{Config, Flaw, ReferenceSp};
use saml::assertion::NameId;
use saml::binding::{encode_post, percent_encode, redirect_query, sign_query, verify_query};
use saml::document::splice;
use saml::logout::{LogoutRequest, LogoutResponse};
use saml::signature::{Template, sign};
use saml::soap::{unwrap, wrap};

use crate::kit::browser::{Browser, location};
use crate::kit::*;
use crate::logout::{request, send, sign_in, with_slo};

async fn with(flaw: Option<Flaw>) -> ReferenceSp {
    with_slo(Config {
        flaws: flaw.into_iter().collect(),
        ..Config::default()
    })
    .await
}

/// The message with a signature of its own.
fn signed(xml: &str, id: &str, idp: &Idp) -> String {
    let at = xml.find("</Issuer>").unwrap() + "</Issuer>".len();
    let template = Template::azure(id, idp.key.certificate(), false);
    sign(&splice(xml, at..at, &template.to_xml()), at, &idp.key).unwrap()
}

async fn post(browser: &Browser<'_>, field: &str, xml: &str) -> reqwest::Response {
    let value = percent_encode(&encode_post(xml.as_bytes()));
    let address = browser.sp.metadata().slo[1].location.clone();
    browser.post_form_to(&address, format!("{field}={value}")).await
}

/// Whether the form that `make` makes of a LogoutRequest about her session signs alice out.
async fn ends(flaw: Option<Flaw>, make: impl Fn(LogoutRequest) -> String) -> bool {
    let sp = with(flaw).await;
    let browser = Browser::new(&sp);
    let index = sign_in(&browser, ALICE).await;
    post(&browser, "SAMLRequest", &make(request(&sp, &[&index]))).await;
    browser.whoami().await.is_none()
}

#[tokio::test]
async fn a_form_that_the_idp_signed_ends_the_session_and_no_other_does() {
    let genuine = |asked: LogoutRequest| signed(&asked.to_xml(), &asked.id, tenant());
    assert!(ends(None, genuine).await);
    for xml in [
        (|asked| asked.to_xml()) as fn(LogoutRequest) -> String,
        |asked| signed(&asked.to_xml(), &asked.id, rogue()),
        |asked| signed(&asked.to_xml(), &asked.id, other_tenant()),
        |asked| signed(&asked.to_xml(), &asked.id, tenant()).replace("_", "_x"),
    ] {
        assert!(!ends(None, xml).await);
    }
    assert!(ends(Some(Flaw::SloUnsigned), |asked| asked.to_xml()).await);
    let rogue = |asked: LogoutRequest| signed(&asked.to_xml(), &asked.id, rogue());
    assert!(ends(Some(Flaw::KeyInfoTrust), rogue).await);
}

/// Whether an envelope with what `make` makes of a LogoutRequest about her session signs alice out, and what is answered.
async fn ends_by_soap(flaw: Option<Flaw>, make: impl Fn(LogoutRequest) -> String) -> (bool, u16, String) {
    let sp = with(flaw).await;
    let browser = Browser::new(&sp);
    let index = sign_in(&browser, ALICE).await;
    let address = sp.metadata().slo[2].location.clone();
    let asked = LogoutRequest {
        destination: Some(address.clone()),
        ..request(&sp, &[&index])
    };
    // The IdP comes itself, without a cookie.
    let request = browser.client.post(address).header("Content-Type", "text/xml");
    let answer = request.body(make(asked)).send().await.unwrap();
    let status = answer.status().as_u16();
    let body = answer.text().await.unwrap();
    (browser.whoami().await.is_none(), status, body)
}

#[tokio::test]
async fn an_envelope_that_the_idp_signed_ends_the_session_and_no_other_does() {
    let genuine = |asked: LogoutRequest| wrap(&signed(&asked.to_xml(), &asked.id, tenant()));
    let (ended, status, body) = ends_by_soap(None, genuine).await;
    assert_eq!((ended, status), (true, 200));
    assert!(
        LogoutResponse::parse(&unwrap(&body).unwrap())
            .unwrap()
            .is_success()
    );
    for envelope in [
        (|asked| wrap(&asked.to_xml())) as fn(LogoutRequest) -> String,
        |asked| wrap(&signed(&asked.to_xml(), &asked.id, rogue())),
        |asked| signed(&asked.to_xml(), &asked.id, tenant()),
        |_| String::new(),
    ] {
        let (ended, status, _) = ends_by_soap(None, envelope).await;
        assert_eq!((ended, status), (false, 403));
    }
    let unsigned = |asked: LogoutRequest| wrap(&asked.to_xml());
    assert!(ends_by_soap(Some(Flaw::SloUnsigned), unsigned).await.0);
    let elsewhere = |asked: LogoutRequest| {
        let asked = LogoutRequest {
            destination: Some("https://elsewhere.example/".to_owned()),
            ..asked
        };
        wrap(&signed(&asked.to_xml(), &asked.id, tenant()))
    };
    assert!(
        !ends_by_soap(None, elsewhere).await.0 && ends_by_soap(Some(Flaw::NoDestination), elsewhere).await.0
    );
}

#[tokio::test]
async fn whom_it_names_and_when_it_ends_is_looked_at() {
    type Change = fn(&mut LogoutRequest);
    let changes: [(Flaw, Change); 4] = [
        (Flaw::NoDestination, |asked| {
            asked.destination = Some("https://other.example".to_owned())
        }),
        (Flaw::NoTime, |asked| {
            asked.not_on_or_after = Some(in_seconds(-3600))
        }),
        (Flaw::IssuerUnbound, |asked| {
            asked.issuer = Some("https://other.example".to_owned())
        }),
        (Flaw::TextFirstNode, |asked| {
            asked.session_indexes.clear();
            let value = format!("{ALICE}<!---->.evil.example");
            asked.name_id = Some(NameId {
                value,
                ..NameId::default()
            });
        }),
    ];
    for (flaw, change) in changes {
        let make = |mut asked: LogoutRequest| {
            change(&mut asked);
            let xml = asked.to_xml().replace("&lt;!----&gt;", "<!---->");
            signed(&xml, &asked.id, tenant())
        };
        assert!(!ends(None, make).await, "{flaw}");
        assert!(ends(Some(flaw), make).await, "{flaw}");
    }
}

#[tokio::test]
async fn a_session_that_is_not_named_goes_on_whatever_browser_brings_the_request() {
    for (flaw, over) in [(None, false), (Some(Flaw::SloUnbound), true)] {
        let sp = with(flaw).await;
        let browser = Browser::new(&sp);
        sign_in(&browser, ALICE).await;
        let query = redirect_query("SAMLRequest", &request(&sp, &["_other"]).to_xml(), None);
        send(&browser, &sign_query(&query, &tenant().key).unwrap()).await;
        assert_eq!(browser.whoami().await.is_none(), over);
    }
}

#[tokio::test]
async fn an_answer_to_nothing_ends_no_session() {
    let ends = async |flaw: Option<Flaw>, sign: bool| {
        let sp = with(flaw).await;
        let browser = Browser::new(&sp);
        sign_in(&browser, ALICE).await;
        let answer = LogoutResponse {
            id: fresh_id(),
            in_response_to: Some(fresh_id()),
            issue_instant: Some(in_seconds(0)),
            issuer: Some(ISSUER.to_owned()),
            ..LogoutResponse::default()
        };
        let query = redirect_query("SAMLResponse", &answer.to_xml(), None);
        let signed = sign_query(&query, &tenant().key).unwrap();
        send(&browser, if sign { &signed } else { &query }).await;
        browser.whoami().await.is_none()
    };
    assert!(!ends(None, true).await && !ends(None, false).await);
    assert!(ends(Some(Flaw::NoInResponseTo), true).await && !ends(Some(Flaw::NoInResponseTo), false).await);
    assert!(ends(Some(Flaw::SloUnbound), true).await && ends(Some(Flaw::SloUnsigned), false).await);
}

#[tokio::test]
async fn a_request_is_used_once() {
    for (flaw, again) in [(None, false), (Some(Flaw::NoReplay), true)] {
        let sp = with(flaw).await;
        let browser = Browser::new(&sp);
        sign_in(&browser, ALICE).await;
        let mut asked = request(&sp, &[]);
        asked.name_id = Some(NameId {
            value: ALICE.to_owned(),
            ..NameId::default()
        });
        let xml = signed(&asked.to_xml(), &asked.id, tenant());
        post(&browser, "SAMLRequest", &xml).await;
        assert_eq!(browser.whoami().await, None);
        sign_in(&browser, ALICE).await;
        post(&browser, "SAMLRequest", &xml).await;
        assert_eq!(browser.whoami().await.is_none(), again);
    }
}

#[tokio::test]
async fn whoever_has_a_key_signs_unless_a_switch_forgets_it() {
    for (flaw, signs) in [(None, true), (Some(Flaw::RequestUnsigned), false)] {
        let sp = with_slo(Config {
            flaws: flaw.into_iter().collect(),
            sign_requests: true,
            ..Config::default()
        })
        .await;
        let browser = Browser::new(&sp);
        sign_in(&browser, ALICE).await;
        let address = location(&browser.get("/logout").await);
        let (_, query) = address.split_once('?').unwrap();
        assert_eq!(
            verify_query(query, &sp.metadata().signing[0]).unwrap_or(false),
            signs
        );
    }
}
