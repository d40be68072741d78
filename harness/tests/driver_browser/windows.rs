//! Windows that a page opens when somebody clicks, and those that nobody clicked for.

use axum::{
    Form, Router,
    http::HeaderMap,
    response::{Html, Redirect},
    routing::{get, post},
};
use samlitmus::{
    driver::{Act, Session, Visit},
    judge::observation::{Ended, Journey, Party},
};

use crate::{
    driver_support::{body, serve, steps},
    site::SIGN_INS,
    stage::{Stage, on_stage},
};

/// An SP that signs in in a window, each way of opening it on a path of its own.
async fn sp(stage: &Stage, name: &'static str) -> String {
    let page = |html: String| get(move || async move { Html(html) });
    let idp = format!("{}/sso?acs=/{name}", stage.idp);
    let button = |code: &str| format!("<title>Opener</title><button onclick=\"{code}\">Go</button>");
    let go = idp.clone();
    let router = Router::new()
        .route("/go", get(move |headers: HeaderMap| async move {
            let host = headers["host"].to_str().unwrap().to_owned();
            Redirect::to(&go.replace("acs=/", &format!("acs=http://{host}/")))
        }))
        .route("/acs", post(|| async { Html("<title>In</title><p>signed in<script>if (window.opener) { opener.location = '/home'; close() }</script>") }))
        .route("/stays", post(|| async { Html("<title>Stays</title><p>signed in here") }))
        .route("/done", post(|| async { Html("<title>Done</title><script>window.close()</script>") }))
        .route("/home", page("<title>Home</title><p>home".to_owned()))
        .route("/echo", post(|Form(fields): Form<Vec<(String, String)>>| async move { Html(format!("<title>Echo</title><p>{fields:?}")) }))
        .route("/opens", page(button("window.open('/go', 'sso', 'width=400,height=400')")))
        .route("/alone", page(button("window.open('go', '_blank', 'noopener,width=400')")))
        .route("/direct", page(button(&format!("window.open('{}', 'sso')", idp.replace("acs=/", "acs=http://' + location.host + '/")))))
        .route("/link", page("<a target=_blank href=/go>Go</a>".to_owned()))
        .route("/form", page("<form method=post action=/echo target=w><input name=a value='1&2'><button name=b value=x>Go</button></form>".to_owned()))
        .route("/writes", page(button("const w = window.open('', 'x'); w.document.write('<title>Own</title><p>written'); w.document.close()")))
        .route("/polls", page(button("const w = window.open('/go'); setInterval(() => { if (w.closed) location = '/home' }, 700)")))
        .route("/self", page(button("window.open('/home', '_self')")))
        .route("/framed", page("<iframe name=f></iframe><a target=f href=/home>Go</a>".to_owned()))
        .route("/unasked", page(format!(
            "<p>here<a id=a target=_blank href='{idp}'>x</a><form id=f target=_blank method=post action='{idp}'></form>\
             <script>said = [window.open('{idp}') === null]; a.click(); f.submit(); f.requestSubmit();\
             setTimeout(() => document.body.append('said ' + said), 10)</script>"
        )));
    format!("http://{}", serve("127.0.0.1", router).await)
}

async fn clicked(stage: &Stage, sp: &str, path: &str) -> (Journey, Session) {
    let mut session = stage.session().await;
    session.plant(&stage.idp, "ticket", "alice").await.unwrap();
    session.travel(Visit::Get(&format!("{sp}{path}"))).await;
    let act = Act::Click("text:Go".parse().unwrap());
    let journey = session.act(&act).await.unwrap();
    assert_eq!(journey.ended, Ended::Answered, "{path}");
    (journey, session)
}

#[test]
fn a_sign_in_in_a_window_is_followed_to_where_its_opener_rests() {
    on_stage(|stage| async move {
        let sp = sp(stage, "acs").await;
        for _ in 0..3 {
            let (journey, session) = clicked(stage, &sp, "/opens").await;
            assert_eq!(
                steps(&journey),
                ["GET /go 303", "GET /sso 200", "POST /acs 200", "GET /home 200"]
            );
            assert_eq!(journey.hops[1].party, Party::Idp);
            assert_eq!(journey.page.unwrap().title, "Home");
            session.close().await;
        }
        let (journey, session) = clicked(stage, &sp, "/direct").await;
        assert_eq!(
            steps(&journey),
            ["GET /sso 200", "POST /acs 200", "GET /home 200"]
        );
        session.close().await;
    });
}

#[test]
fn a_window_that_stays_open_is_the_page_and_is_left_with_the_next_visit() {
    on_stage(|stage| async move {
        let sp = sp(stage, "stays").await;
        for path in ["/opens", "/alone", "/link"] {
            let (journey, mut session) = clicked(stage, &sp, path).await;
            assert_eq!(
                steps(&journey),
                ["GET /go 303", "GET /sso 200", "POST /stays 200"],
                "{path}"
            );
            let page = journey.page.unwrap();
            assert_eq!(
                (page.title.as_str(), page.url.ends_with("/stays")),
                ("Stays", true),
                "{path}"
            );
            let wait = Act::WaitFor("p".parse().unwrap());
            assert!(
                body(&session.act(&wait).await.unwrap()).contains("signed in here"),
                "{path}"
            );
            let home = session.peek(&format!("{sp}/home")).await;
            assert_eq!(steps(&home), ["GET /home 200"], "{path}");
            session.close().await;
        }
    });
}

#[test]
fn an_opener_that_looks_whether_its_window_is_closed_is_waited_for() {
    on_stage(|stage| async move {
        let sp = sp(stage, "done").await;
        for _ in 0..2 {
            let (journey, session) = clicked(stage, &sp, "/polls").await;
            assert_eq!(
                steps(&journey),
                ["GET /go 303", "GET /sso 200", "POST /done 200", "GET /home 200"]
            );
            session.close().await;
        }
    });
}

#[test]
fn whatever_else_opens_a_window_or_none_does_as_ever() {
    on_stage(|stage| async move {
        let sp = sp(stage, "none").await;
        let (sent, session) = clicked(stage, &sp, "/form").await;
        assert_eq!(steps(&sent), ["POST /echo 200"]);
        assert!(
            body(&sent).contains(r#"[("a", "1&2"), ("b", "x")]"#),
            "{}",
            body(&sent)
        );
        session.close().await;
        let (own, session) = clicked(stage, &sp, "/self").await;
        assert_eq!(
            (steps(&own), own.page.unwrap().title.as_str()),
            (vec!["GET /home 200".to_owned()], "Home")
        );
        session.close().await;
        for path in ["/writes", "/framed"] {
            let (stays, session) = clicked(stage, &sp, path).await;
            assert_eq!(steps(&stays), Vec::<String>::new(), "{path}");
            session.close().await;
        }
    });
}

/// Nobody clicked: on no journey, and in no question, does such a window reach the IdP.
#[test]
fn a_window_that_nobody_clicked_for_stays_closed() {
    on_stage(|stage| async move {
        let sp = sp(stage, "unasked").await;
        let url = format!("{sp}/unasked");
        let mut session = stage.session().await;
        let journey = session.travel(Visit::Get(&url)).await;
        let asked = session.peek(&url).await;
        for seen in [&journey, &asked] {
            assert_eq!((&seen.ended, seen.hops.len()), (&Ended::Answered, 1));
            assert!(body(seen).contains("said true"), "{}", body(seen));
        }
        // Another page after it, so that what it began has come to an end.
        session.peek(&format!("{sp}/home")).await;
        session.close().await;
        assert!(!SIGN_INS.lock().unwrap().iter().any(|acs| acs == "/unasked"));
    });
}
