//! Pages that go elsewhere by themselves after a while, and those that only seem to.

use axum::{
    Router,
    extract::Path,
    http::{Uri, header},
    response::{Html, IntoResponse},
    routing::get,
};
use samlitmus::{
    driver::{Session, Visit},
    judge::observation::{Ended, Journey},
};

use crate::{
    driver_support::{body, serve, steps},
    stage::{Stage, on_stage},
};

fn pages() -> Router {
    let page = |html: &'static str| get(move || async move { Html(html) });
    let script =
        |code: &'static str| get(move || async move { Html(format!("<p>wait<script>{code}</script>")) });
    Router::new()
        .route("/end", page("<title>End</title><p>here"))
        .route("/after/{wait}", get(|Path(wait): Path<u32>| async move {
            Html(format!("<p>wait<script>setTimeout(() => location.href = '/end', {wait})</script>"))
        }))
        .route("/chain", script("setTimeout(() => setTimeout('location.href = \"/end\"', '900'), 900)"))
        .route("/fetches", script("setTimeout(() => fetch('/end').then(r => r.text()).then(() => setTimeout(() => location.replace('/end'), 400)), 700)"))
        .route("/counts", script("let left = 3; setInterval(() => { if (!left--) location.href = '/end' }, 600)"))
        .route("/counts-on", script("let left = 5; (function tick() { if (left--) setTimeout(tick, 500); else location.href = '/end' })()"))
        .route("/ticks", script("setInterval(() => window.n = (window.n || 0) + 1, 200)"))
        .route("/never", script("clearTimeout(setTimeout(() => location.href = '/end', 400)); setTimeout(() => location.href = '/end', 60000)"))
        .route("/sometimes", get(|uri: Uri| async move {
            let go = uri.query() == Some("go");
            Html(format!("<p>wait<script>setTimeout(() => {{ if ({}) location.href = '/end' }}, 1000)</script>", if go { "!0" } else { "!1" }))
        }))
        .route("/refreshes/{wait}", get(|Path(wait): Path<u32>| async move {
            Html(format!("<meta http-equiv=refresh content='{wait};url=/end'><p>wait"))
        }))
        .route("/by-header", get(|| async { ([(header::REFRESH, "2; url=/end")], Html("<p>wait")).into_response() }))
        .route("/news", page("<meta http-equiv=refresh content=1><p>news"))
        .route("/looks", page(LOOKS))
        .route("/rewrites", script(
            "setTimeout(() => { document.open(); document.write('<p>new<script>setTimeout(() => location.href = \"/end\", 700)<\\/script>'); document.close() }, 300)",
        ))
}

/// Finds out what a page can find out about the functions that it is given.
const LOOKS: &str = "<p id=said></p><script>\
    const said = []; const say = (what, holds) => holds || said.push(what);\
    for (const name of ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval', 'open']) {\
      const one = window[name], own = Object.getOwnPropertyDescriptor(window, name);\
      say(name + ' text', /\\[native code\\]/.test(Function.prototype.toString.call(one)) && /\\[native code\\]/.test(one + ''));\
      say(name + ' name', one.name === name && !('prototype' in one));\
      say(name + ' own', own.writable && own.enumerable && own.configurable);\
      say(name + ' new', (() => { try { new one(); return false } catch (e) { return e instanceof TypeError } })());\
      say(name + ' this', (() => { try { one.call({}); return false } catch (e) { return e instanceof TypeError } })());\
    }\
    say('length', setTimeout.length === 1);\
    for (const name of Object.getOwnPropertyNames(window)) say('global ' + name, !/samlitmus/i.test(name));\
    say('opened', window.open('/end') === null);\
    const id = setTimeout((a, b) => say('arguments', a === 1 && b === 2), 1, 1, 2);\
    say('id', typeof id === 'number' && id > 0);\
    setTimeout('say(\"string\", this === window)', 5);\
    const every = setInterval(() => clearInterval(every), 5);\
    Array.prototype.push = Map.prototype.set = Object.values = JSON.stringify = () => { throw 1 };\
    performance.dispatchEvent = performance.addEventListener = CustomEvent = Proxy = Reflect = null;\
    setTimeout(() => { document.getElementById('said').textContent = 'said:' + said.join(';') + '.'; }, 300);\
    setTimeout(() => location.hash = 'later', 900);</script>";

async fn sp() -> String {
    format!("http://{}", serve("127.0.0.1", pages()).await)
}

async fn goes(stage: &Stage, sp: &str, path: &str) -> Journey {
    let mut session: Session = stage.session().await;
    let journey = session.travel(Visit::Get(&format!("{sp}{path}"))).await;
    session.close().await;
    assert_eq!(journey.ended, Ended::Answered, "{path}");
    journey
}

#[test]
fn what_goes_elsewhere_within_five_seconds_is_waited_for() {
    on_stage(|stage| async move {
        let sp = sp().await;
        for path in [
            "/after/300",
            "/after/1500",
            "/after/5000",
            "/chain",
            "/fetches",
            "/counts",
            "/counts-on",
            "/rewrites",
            "/refreshes/1",
            "/refreshes/5",
            "/by-header",
        ] {
            // Not learned away either.
            for _ in 0..2 {
                let journey = goes(stage, &sp, path).await;
                assert_eq!(
                    steps(&journey),
                    [format!("GET {path} 200"), "GET /end 200".to_owned()]
                );
            }
        }
    });
}

#[test]
fn what_stays_comes_to_rest() {
    on_stage(|stage| async move {
        let sp = sp().await;
        for path in ["/after/5001", "/ticks", "/never", "/refreshes/6", "/news"] {
            assert_eq!(steps(&goes(stage, &sp, path).await), [format!("GET {path} 200")]);
        }
    });
}

/// What was waited for in vain on such a page is not waited for again: a run visits it hundreds of times.
#[test]
fn a_timer_that_came_to_nothing_is_not_waited_for_again() {
    on_stage(|stage| async move {
        let sp = sp().await;
        for _ in 0..2 {
            assert_eq!(goes(stage, &sp, "/sometimes?go").await.hops.len(), 2);
        }
        assert_eq!(goes(stage, &sp, "/sometimes").await.hops.len(), 1);
        // It is another code that goes.
        assert_eq!(goes(stage, &sp, "/sometimes?go").await.hops.len(), 2);
    });
}

/// A question waits for what is about to go, and not for clocks: nobody is on his way to the IdP.
#[test]
fn a_question_waits_for_what_goes_and_for_no_clock() {
    on_stage(|stage| async move {
        let sp = sp().await;
        let mut session = stage.session().await;
        let asked = session.peek(&format!("{sp}/after/1500")).await;
        assert_eq!(steps(&asked), ["GET /after/1500 200", "GET /end 200"]);
        let asked = session.peek(&format!("{sp}/counts")).await;
        assert_eq!(steps(&asked), ["GET /counts 200"]);
        session.close().await;
    });
}

#[test]
fn a_page_finds_nothing_and_breaks_nothing() {
    on_stage(|stage| async move {
        let journey = goes(stage, &sp().await, "/looks").await;
        assert!(body(&journey).contains("said:."), "{}", body(&journey));
        assert!(journey.page.unwrap().url.ends_with("#later"));
        assert_eq!(journey.console, Vec::<String>::new());
    });
}
