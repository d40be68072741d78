//! What a person does on a page, over HTTP: the page that rests is remembered, and what goes out is a browser's.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set up its stage has failed"
)]

mod driver_support;

use std::time::Duration;

use axum::{
    Router,
    http::{HeaderMap, Method, Uri, header},
    response::{Html, IntoResponse, Redirect},
    routing::{any as on_any, get as on_get},
};
use driver_support::*;
use samlitmus::{
    driver::{Act, ActError, Session, Target, Visit},
    judge::observation::Ended,
};

fn target(text: &str) -> Target {
    text.parse().unwrap()
}

async fn echo(method: Method, uri: Uri, headers: HeaderMap, body: String) -> Html<String> {
    let header = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or("-")
            .to_owned()
    };
    Html(format!(
        "{method} {uri} {body} cookie={} origin={} referer={} type={}",
        header("cookie"),
        header("origin"),
        header("referer"),
        header("content-type")
    ))
}

async fn site() -> String {
    let form = "<form method=post action='/go?a=1'><input type=hidden name=csrf value=t><input id=mail name=mail type=email required>\
                <button name=b value=1>Next</button></form><a href=/echo>Elsewhere</a>";
    let router = Router::new()
        .route(
            "/form",
            on_get(
                move || async move { ([(header::SET_COOKIE, "s=1; Path=/")], Html(form)).into_response() },
            ),
        )
        .route("/go", on_any(|| async { Redirect::temporary("/echo") }))
        .route("/echo", on_any(echo))
        .route(
            "/json",
            on_get(|| async { axum::Json(serde_json::json!({"a": "<a href=/echo>Elsewhere</a>"})) }),
        )
        .route(
            "/slowly",
            on_get(|| async { Html("<meta http-equiv=refresh content='5;url=/then'>") }),
        )
        .route(
            "/then",
            on_get(|| async { ([("refresh", "0;url=/echo")], "").into_response() }),
        );
    format!("http://{}", serve("127.0.0.1", router).await)
}

#[tokio::test]
async fn a_form_is_filled_in_and_sent_from_the_page_that_rests() {
    let sp = site().await;
    let mut session = http(&sp);
    let click = Act::Click(target("text:Next"));
    let nowhere = session.act(&click).await.unwrap_err();
    assert_eq!(nowhere, ActError::Missing("no page is open".to_owned()));
    session.travel(Visit::Get(&format!("{sp}/form"))).await;
    let empty = session.act(&click).await.unwrap_err();
    assert!(
        matches!(&empty, ActError::Missing(why) if why.contains("`mail` must be filled in")),
        "{empty:?}"
    );
    let filled = session
        .act(&Act::Fill(target("#mail"), "a@b.example".to_owned()))
        .await
        .unwrap();
    assert!(filled.hops.is_empty() && filled.page.is_none(), "the page stays");
    let journey = session.act(&click).await.unwrap();
    assert_eq!(
        steps(&journey),
        ["POST /go 307", "POST /echo 200"],
        "only what came of it"
    );
    assert_eq!(journey.hops[0].fields, ["csrf", "mail", "b"]);
    assert_eq!(
        body(&journey),
        format!(
            "POST /echo csrf=t&mail=a%40b.example&b=1 cookie=s=1 origin={sp} referer={sp}/form type=application/x-www-form-urlencoded"
        )
    );
    let gone = session.act(&click).await.unwrap_err();
    assert!(
        matches!(&gone, ActError::Missing(why) if why.contains("text:Next")),
        "the page is another now"
    );
}

#[tokio::test]
async fn each_tab_has_its_page_and_a_failed_journey_has_none() {
    let sp = site().await;
    let mut session = http(&sp);
    let link = Act::Click(target("text:Elsewhere"));
    session.peek(&format!("{sp}/form")).await;
    let mut tab = session.tab().await.unwrap();
    assert!(tab.act(&link).await.is_err(), "nothing is open in a new tab");
    tab.travel(Visit::Get(&format!("{sp}/json"))).await;
    assert!(tab.act(&link).await.is_err(), "JSON has no links");
    let journey = session.act(&link).await.unwrap();
    assert!(
        body(&journey).starts_with("GET /echo  cookie=s=1"),
        "{}",
        body(&journey)
    );
    session.travel(Visit::Get(&format!("{sp}/form"))).await;
    let journey = session.travel(Visit::Get("http://127.0.0.1:1/")).await;
    assert!(matches!(journey.ended, Ended::Unreachable(_)));
    assert!(session.act(&link).await.is_err(), "an error page has no links");
}

#[tokio::test]
async fn what_a_page_lets_one_wait_for_is_no_time_of_the_sp() {
    let sp = site().await;
    let mut setup = setup(&sp, "http://localhost:1");
    // Less than the page asks to wait.
    setup.limits.request = Duration::from_secs(60);
    setup.limits.journey = Duration::from_millis(4900);
    let mut session = Session::Http(http_session(setup));
    let journey = session.travel(Visit::Get(&format!("{sp}/slowly"))).await;
    assert_eq!(journey.ended, Ended::Answered);
    assert_eq!(
        steps(&journey),
        ["GET /slowly 200", "GET /then 200", "GET /echo 200"]
    );
}
