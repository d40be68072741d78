//! The manners of refusing, the two service providers that do not judge, and the endpoint for tests.

use std::time::Duration;

use reference_sp::{Config, Flaw, Manner, ReferenceSp, Refusal, ServeError};
use reqwest::Method;

use crate::kit::browser::{Browser, deliver, location};
use crate::kit::*;

async fn refusing(refuse_with: Refusal) -> ReferenceSp {
    start(Config {
        refuse_with,
        ..Config::default()
    })
    .await
}

/// Status and page of two refusals for different reasons.
async fn twice(sp: &ReferenceSp) -> [(u16, String); 2] {
    let browser = Browser::new(sp);
    let mut seen = Vec::new();
    for xml in ["<no/>".to_owned(), response(sp, tenant(), ALICE).to_xml()] {
        let answer = browser.post(&xml, None).await;
        assert!(answer.headers().get("set-cookie").is_none());
        seen.push((answer.status().as_u16(), answer.text().await.unwrap()));
    }
    seen.try_into().unwrap()
}

#[tokio::test]
async fn a_refusal_says_the_same_whatever_the_reason() {
    for (refusal, status) in [
        (Refusal::Forbidden, 403),
        (Refusal::ServerErrorConstant, 500),
        (Refusal::Page, 200),
    ] {
        let sp = refusing(refusal).await;
        let [first, second] = twice(&sp).await;
        assert_eq!(first.0, status);
        assert_eq!(first, second);
        assert!(first.1.contains("You were not signed in"));
    }
}

#[tokio::test]
async fn a_varying_error_is_never_twice_the_same() {
    let [first, second] = twice(&refusing(Refusal::ServerErrorVarying).await).await;
    assert_eq!((first.0, second.0), (500, 500));
    assert_ne!(first.1, second.1);
}

#[tokio::test]
async fn a_refusal_may_lead_to_an_error_page() {
    let sp = refusing(Refusal::Redirect).await;
    let browser = Browser::new(&sp);
    let answer = browser.post("<no/>", None).await;
    assert_eq!(
        (answer.status().as_u16(), location(&answer)),
        (302, "/error".to_owned())
    );
    let page = browser.get("/error").await;
    assert_eq!(page.status(), 200);
    assert!(page.text().await.unwrap().contains("You were not signed in"));
}

#[tokio::test]
async fn silence_lasts_until_the_server_stops() {
    let sp = refusing(Refusal::Silence).await;
    let browser = Browser::new(&sp);
    let waited = tokio::time::timeout(Duration::from_millis(300), browser.post("<no/>", None)).await;
    assert!(waited.is_err());
    deliver(&sp, &flawless(&sp, ALICE)).await.is(ALICE);
    tokio::time::timeout(Duration::from_secs(3), sp.shutdown())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_dead_worker_closes_the_connection_and_the_next_one_lives() {
    let sp = refusing(Refusal::Die).await;
    let client = reqwest::Client::new();
    let dead = client.post(sp.acs_url()).body("").send().await;
    assert!(dead.is_err(), "{dead:?}");
    assert_eq!(
        client
            .get(format!("{}/health", sp.url()))
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap(),
        "ok"
    );
}

#[tokio::test]
async fn the_one_that_accepts_everything_does() {
    let sp = start(Config {
        manner: Manner::AcceptEverything,
        ..Config::default()
    })
    .await;
    deliver(&sp, &response(&sp, rogue(), VICTIM).to_xml())
        .await
        .is(VICTIM);
    deliver(&sp, "not XML at all").await.is("somebody");
    let browser = Browser::new(&sp);
    browser.post_form(String::new()).await;
    assert_eq!(browser.whoami().await.as_deref(), Some("somebody"));
    assert_eq!(Browser::new(&sp).whoami().await, None);
}

#[tokio::test]
async fn the_one_that_refuses_everything_does() {
    let sp = start(Config {
        manner: Manner::RefuseEverything,
        ..Config::default()
    })
    .await;
    deliver(&sp, &flawless(&sp, ALICE))
        .await
        .is_refused("refuses everything");
}

#[tokio::test]
async fn tests_change_it_by_http() {
    let sp = start(Config {
        test_endpoint: true,
        ..Config::default()
    })
    .await;
    let client = reqwest::Client::new();
    let call = async |method: Method, path: &str, body: &str| {
        let request = client
            .request(method, format!("{}/test/{path}", sp.url()))
            .header("Content-Type", "application/json");
        let answer = request.body(body.to_owned()).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    assert_eq!(call(Method::GET, "flaws", "").await, (200, "[]".to_owned()));
    assert_eq!(
        call(Method::PUT, "flaws", r#"["V31","V41-no-replay"]"#).await.0,
        204
    );
    assert_eq!(
        call(Method::GET, "flaws", "").await.1,
        r#"["V31-no-audience","V41-no-replay"]"#
    );
    let (status, error) = call(Method::PUT, "flaws", r#"["V00"]"#).await;
    assert!(status == 400 && error.contains("there is no switch"), "{error}");

    let message = flawless(&sp, ALICE);
    deliver(&sp, &message).await.is(ALICE);
    deliver(&sp, &message).await.is(ALICE);
    assert_eq!(call(Method::PUT, "flaws", "[]").await.0, 204);
    let message = flawless(&sp, ALICE);
    deliver(&sp, &message).await.is(ALICE);
    deliver(&sp, &message).await.is_refused("was used before");
    assert!(
        call(Method::GET, "denials", "")
            .await
            .1
            .contains("was used before")
    );
    assert_eq!(call(Method::POST, "reset", "").await.0, 204);
    deliver(&sp, &message).await.is(ALICE);

    assert_eq!(call(Method::PUT, "refuse-with", "\"page\"").await.0, 204);
    assert_eq!(Browser::new(&sp).post("<no/>", None).await.status(), 200);
    assert_eq!(call(Method::PUT, "refuse-with", "\"nicely\"").await.0, 400);
}

#[tokio::test]
async fn the_test_endpoint_is_not_there_unless_asked_for() {
    let sp = hardened().await;
    for path in ["flaws", "denials"] {
        assert_eq!(
            Browser::new(&sp).get(&format!("/test/{path}")).await.status(),
            404
        );
    }
}

#[tokio::test]
async fn the_vulnerable_one_says_so_on_its_pages() {
    let sp = hardened().await;
    assert!(
        !Browser::new(&sp)
            .get("/")
            .await
            .text()
            .await
            .unwrap()
            .contains("Deliberately vulnerable")
    );
    sp.set_flaws(Flaw::UnboundVerify.into());
    let page = Browser::new(&sp).get("/").await.text().await.unwrap();
    assert!(page.contains("Deliberately vulnerable") && page.contains("V11-unbound-verify"));
    assert!(page.contains("reference SP, for tests only"));
}

#[tokio::test]
async fn an_address_in_use_is_said_in_one_sentence() {
    let sp = hardened().await;
    let error = ReferenceSp::start(Config {
        listen: sp.address(),
        ..Config::default()
    })
    .await
    .unwrap_err();
    assert!(matches!(error, ServeError::Listen { .. }));
    assert!(
        error.to_string().contains("choose another address, or port 0"),
        "{error}"
    );
    for url in [
        "sp.example",
        "https://sp.example/path",
        "ftp://sp.example",
        "https://",
        "https://a@b",
    ] {
        let error = ReferenceSp::start(Config {
            url: Some(url.to_owned()),
            ..Config::default()
        })
        .await
        .unwrap_err();
        assert!(error.to_string().contains("must be an origin"), "{error}");
    }
}

#[tokio::test]
async fn dropping_it_stops_it() {
    let sp = hardened().await;
    let address = sp.address();
    drop(sp);
    for _ in 0..50 {
        if tokio::net::TcpStream::connect(address).await.is_err() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it still listens");
}
