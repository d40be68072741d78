//! The HTTP driver walks as a browser does, and survives whatever it meets.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set up its stage has failed"
)]

mod driver_support;

use std::{
    collections::BTreeMap,
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::{any as on_any, get as on_get, post},
};
use driver_support::*;
use proptest::prelude::*;
use samlitmus::{
    driver::{Driver, Guard, HttpDriver, Session, Visit},
    judge::observation::{Ended, Party},
};

/// Answers with what it was asked.
async fn echo(method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Html<String> {
    let header = |name: &str| {
        headers
            .get(name)
            .and_then(|v| v.to_str().ok())
            .unwrap_or("-")
            .to_owned()
    };
    Html(format!(
        "{method} {uri}\ncookie: {}\norigin: {}\nreferer: {}\nsite: {}\ntype: {}\nx-test: {}\n\n{}",
        header("cookie"),
        header("origin"),
        header("referer"),
        header("sec-fetch-site"),
        header("content-type"),
        header("x-test"),
        String::from_utf8_lossy(&body),
    ))
}

fn to(status: u16, location: impl Into<String>) -> Response {
    (
        StatusCode::from_u16(status).unwrap(),
        [(header::LOCATION, location.into())],
    )
        .into_response()
}

fn sets(cookies: &[&str], body: &str) -> Response {
    let headers: HeaderMap = cookies
        .iter()
        .map(|line| (header::SET_COOKIE, line.parse().unwrap()))
        .collect();
    (headers, Html(body.to_owned())).into_response()
}

#[tokio::test]
async fn redirects_are_followed_with_the_method_that_a_browser_would_use() {
    let mut router = Router::new().route("/end", on_any(echo));
    for status in [301, 302, 303, 307, 308] {
        router = router.route(
            &format!("/{status}"),
            on_any(move || async move { to(status, "/end?x=1") }),
        );
    }
    let sp = format!("http://{}", serve("127.0.0.1", router).await);
    for (status, method, sent) in [
        (301, "GET", ""),
        (302, "GET", ""),
        (303, "GET", ""),
        (307, "POST", "a=1&a=2"),
        (308, "POST", "a=1&a=2"),
    ] {
        let url = format!("{sp}/{status}");
        let fields = fields(&[("a", "1"), ("a", "2")]);
        let visit = Visit::Post {
            url: &url,
            fields: &fields,
            from: None,
            headers: &[],
        };
        let journey = http(&sp).travel(visit).await;
        assert_eq!(
            steps(&journey),
            [format!("POST /{status} {status}"), format!("{method} /end 200")]
        );
        let (head, received) = body(&journey).split_once("\n\n").unwrap();
        assert_eq!(received, sent);
        assert_eq!(
            head.contains("type: application/x-www-form-urlencoded"),
            method == "POST"
        );
        assert_eq!(journey.hops[0].location.as_deref(), Some("/end?x=1"));
        let kept = if method == "POST" { vec!["a", "a"] } else { vec![] };
        assert_eq!(journey.hops[1].fields, kept);
    }
}

#[tokio::test]
async fn a_redirect_status_without_an_address_is_a_page() {
    let sp = serve(
        "127.0.0.1",
        Router::new().route("/", on_get(|| async { StatusCode::FOUND })),
    )
    .await;
    let journey = get(&format!("http://{sp}/")).await;
    assert_eq!(
        (journey.ended, journey.page.unwrap().status),
        (Ended::Answered, 302)
    );
}

/// An SP that sets a cookie of each kind when a sign-in begins, and an IdP on another site that posts back to it.
async fn sign_in(idp_host: &str) -> (String, samlitmus::judge::observation::Journey) {
    let sp = Router::new()
        .route(
            "/login",
            on_get(|headers: HeaderMap| async move {
                let idp = headers["x-idp"].to_str().unwrap().to_owned();
                let cookies = [
                    "strict=1; SameSite=Strict; Path=/",
                    "lax=1; SameSite=Lax; Path=/",
                    "none=1; SameSite=None; Secure; Path=/",
                    "plain=1; Path=/",
                ];
                let mut answer = sets(&cookies, "");
                *answer.status_mut() = StatusCode::FOUND;
                answer.headers_mut().insert(
                    header::LOCATION,
                    format!("{idp}/sso?SAMLRequest=x").parse().unwrap(),
                );
                answer
            }),
        )
        .route(
            "/acs",
            post(|headers: HeaderMap, body: String| async move {
                let seen = headers
                    .get(header::COOKIE)
                    .map(|c| c.to_str().unwrap().to_owned())
                    .unwrap_or_default();
                let origin = headers[header::ORIGIN].to_str().unwrap().to_owned();
                let location = format!(
                    "/account?posted={}&origin={origin}&{body}",
                    seen.replace("; ", ",")
                );
                to(302, location)
            }),
        )
        .route("/account", on_any(echo));
    let sp = format!("http://{}", serve("127.0.0.1", sp).await);
    let acs = format!("{sp}/acs");
    let idp = Router::new().route("/sso", on_get(move || async move {
        Html(format!(
            "<body onload='document.forms[0].submit()'><form method=post action='{acs}'>\
             <input type=hidden name=SAMLResponse value=PHg+><input type=hidden name=RelayState value=/account></form>"
        ))
    }));
    let port = serve("127.0.0.1", idp).await.port();
    let idp = format!("http://{idp_host}:{port}");
    let mut setup = setup(&sp, &idp);
    setup.headers = vec![("X-Idp".to_owned(), idp.clone())];
    let mut session = Session::Http(http_session(setup));
    let journey = session.travel(Visit::Get(&format!("{sp}/login"))).await;
    (idp, journey)
}

#[tokio::test]
async fn a_cross_site_sign_in_carries_the_cookies_that_chromium_would_send() {
    let (idp, journey) = sign_in("localhost").await;
    assert_eq!(
        steps(&journey),
        [
            "GET /login 302",
            "GET /sso 200",
            "POST /acs 302",
            "GET /account 200"
        ]
    );
    assert_eq!(
        journey.hops.iter().map(|hop| hop.party).collect::<Vec<_>>(),
        [Party::Sp, Party::Idp, Party::Sp, Party::Sp]
    );
    assert_eq!(journey.hops[2].fields, ["SAMLResponse", "RelayState"]);
    let seen = body(&journey);
    // The POST comes from another site: no Strict, no Lax. What follows it is a GET, still begun by that site.
    assert!(seen.contains("posted=none=1,plain=1&"), "{seen}");
    assert!(
        seen.contains(&format!(
            "&origin={idp}&SAMLResponse=PHg%2B&RelayState=%2Faccount"
        )),
        "{seen}"
    );
    assert!(seen.contains("\ncookie: lax=1; none=1; plain=1\n"), "{seen}");
    assert!(seen.contains("\nsite: cross-site\n"), "{seen}");
    let set: Vec<_> = journey.hops[0]
        .set_cookies
        .iter()
        .map(|c| (c.name.as_str(), c.same_site.as_deref(), c.secure))
        .collect();
    assert_eq!(
        set,
        [
            ("strict", Some("Strict"), false),
            ("lax", Some("Lax"), false),
            ("none", Some("None"), true),
            ("plain", None, false)
        ]
    );
}

#[tokio::test]
async fn a_same_site_sign_in_carries_every_cookie() {
    let (_, journey) = sign_in("127.0.0.1").await;
    let seen = body(&journey);
    assert!(seen.contains("posted=strict=1,lax=1,none=1,plain=1&"), "{seen}");
    assert!(
        seen.contains("\ncookie: strict=1; lax=1; none=1; plain=1\n"),
        "{seen}"
    );
}

#[tokio::test]
async fn sessions_share_no_cookie_and_tabs_share_all() {
    let router = Router::new()
        .route("/set", on_get(|| async { sets(&["a=1; Path=/"], "") }))
        .route("/", on_get(echo));
    let sp = format!("http://{}", serve("127.0.0.1", router).await);
    let driver = Driver::Http(HttpDriver::new(setup(&sp, "http://localhost:1")).unwrap());
    let (mut one, mut other) = (driver.session().await.unwrap(), driver.session().await.unwrap());
    one.travel(Visit::Get(&format!("{sp}/set"))).await;
    let mut tab = one.tab().await.unwrap();
    assert!(body(&tab.travel(Visit::Get(&sp)).await).contains("cookie: a=1\n"));
    assert!(body(&other.travel(Visit::Get(&sp)).await).contains("cookie: -\n"));
}

#[tokio::test]
async fn a_planted_cookie_reaches_its_origin_alone_even_by_cross_site_post() {
    let sp = format!(
        "http://{}",
        serve("127.0.0.1", Router::new().route("/", on_any(echo))).await
    );
    let port = sp.rsplit_once(':').unwrap().1;
    let idp = format!("http://localhost:{port}");
    let mut session = Session::Http(http_session(setup(&sp, &idp)));
    session.plant(&idp, "ticket", "t1").await.unwrap();
    assert!(body(&session.travel(Visit::Get(&idp)).await).contains("cookie: ticket=t1\n"));
    let crossing = Visit::Post {
        url: &idp,
        fields: &[],
        from: Some(&sp),
        headers: &[],
    };
    assert!(body(&session.travel(crossing).await).contains("cookie: ticket=t1\n"));
    assert!(body(&session.travel(Visit::Get(&sp)).await).contains("cookie: -\n"));
    assert!(
        session
            .plant("nonsense", "a", "b")
            .await
            .unwrap_err()
            .to_string()
            .contains("http://localhost:8400")
    );
}

#[tokio::test]
async fn a_question_is_never_carried_to_the_idp() {
    let (idp, asked) = peer("127.0.0.1", |_| async {}).await;
    let idp = format!("http://localhost:{}", idp.port());
    let there = idp.clone();
    let router = Router::new().route(
        "/me",
        on_get(move || async move { to(302, format!("{there}/sso")) }),
    );
    let sp = format!("http://{}", serve("127.0.0.1", router).await);
    let mut session = Session::Http(http_session(setup(&sp, &idp)));
    let journey = session.peek(&format!("{sp}/me")).await;
    assert_eq!(journey.ended, Ended::Answered);
    assert_eq!(steps(&journey), ["GET /me 302", "GET /sso -"]);
    assert_eq!(journey.hops[1].party, Party::Idp);
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn forms_submit_themselves_in_order_with_every_character_and_duplicate() {
    let router = Router::new()
        .route("/first", on_get(|| async {
            Html("<base href='/deep/'><form method=POST action='two?q=1'>\
                  <input type=hidden name=SAMLRequest value='&lt;a b=\"c\"&gt;&amp;amp; +%20'>\
                  <input type=hidden name='x&quot;y' value='\u{e4}\u{1f600}&#13;&#10;line'>\
                  <input type=hidden name=x value=1><input type=hidden name=x value=2><input type=hidden name=x>\
                  <input type=hidden value=nameless><input type=hidden name=off value=1 disabled>\
                  <input type=submit name=go value=Go></form><script>document.forms[0].submit()</script>")
        }))
        .route("/deep/two", post(|body: String| async move {
            Html(format!("<form action=/end><input type=hidden name=SAMLResponse value='{body}'></form><script>document.forms[0].submit()</script>"))
        }))
        .route("/end", on_get(|uri: Uri| async move { uri.query().unwrap_or_default().to_owned() }));
    let sp = format!("http://{}", serve("127.0.0.1", router).await);
    let journey = get(&format!("{sp}/first")).await;
    assert_eq!(
        steps(&journey),
        ["GET /first 200", "POST /deep/two 200", "GET /end 200"]
    );
    assert_eq!(journey.hops[1].fields, ["SAMLRequest", "x\"y", "x", "x", "x"]);
    let carried: Vec<_> = url::form_urlencoded::parse(body(&journey).as_bytes()).collect();
    assert_eq!(
        carried[0].1,
        "SAMLRequest=%3Ca+b%3D%22c%22%3E%26amp%3B+%2B%2520&x%22y=%C3%A4%F0%9F%98%80%0D%0Aline&x=1&x=2&x="
    );
}

#[tokio::test]
async fn refreshes_that_come_soon_are_followed_and_later_ones_are_pages() {
    let router = Router::new()
        .route(
            "/meta",
            on_get(|| async { Html("<meta http-equiv=refresh content='0; url=header'>") }),
        )
        .route(
            "/header",
            on_get(|| async { ([("refresh", "1;url=/later")], "").into_response() }),
        )
        .route(
            "/later",
            on_get(|| async { Html("<meta http-equiv=refresh content='6; url=/never'>") }),
        );
    let sp = serve("127.0.0.1", router).await;
    let journey = get(&format!("http://{sp}/meta")).await;
    assert_eq!(
        steps(&journey),
        ["GET /meta 200", "GET /header 200", "GET /later 200"]
    );
    assert_eq!(journey.ended, Ended::Answered);
}

/// The limit, and not something else, has ended it; a machine that has much to do may be late.
fn waited(begun: Instant, least: f64) {
    let took = begun.elapsed().as_secs_f64();
    assert!((least..60.0).contains(&took), "{took} s");
}

#[tokio::test]
async fn silence_ends_at_the_time_limit() {
    let begun = Instant::now();
    let journey = get(&format!("http://{}/", silent().await)).await;
    assert_eq!(journey.ended, Ended::TimedOut);
    assert_eq!(journey.hops[0].status, None);
    waited(begun, 1.9);
}

#[tokio::test]
async fn a_trickle_ends_at_the_time_limit_too() {
    let begun = Instant::now();
    let journey = get(&format!("http://{}/", trickling().await)).await;
    assert_eq!(journey.ended, Ended::TimedOut);
    assert_eq!(journey.hops[0].status, Some(200));
    waited(begun, 1.9);
}

#[tokio::test]
async fn many_slow_answers_end_at_the_journeys_limit() {
    let slow = on_get(|| async {
        tokio::time::sleep(Duration::from_millis(1500)).await;
        Redirect::to("/")
    });
    let sp = serve("127.0.0.1", Router::new().route("/", slow)).await;
    let begun = Instant::now();
    let journey = get(&format!("http://{sp}/")).await;
    assert_eq!(journey.ended, Ended::TimedOut);
    waited(begun, 5.9);
}

#[tokio::test]
async fn each_way_to_give_no_answer_has_its_name() {
    let closing = says(b"").await;
    let half = says(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf").await;
    let nonsense = says(b"\x00\x01 this is no HTTP \xff\r\n\r\n").await;
    for (what, address) in [("closed", closing), ("half a page", half), ("no HTTP", nonsense)] {
        let journey = get(&format!("http://{address}/")).await;
        assert!(
            matches!(journey.ended, Ended::Reset(_)),
            "{what}: {:?}",
            journey.ended
        );
    }
    let (gone, _) = peer(
        "127.0.0.1",
        |stream| async move { stream.set_zero_linger().unwrap() },
    )
    .await;
    assert!(matches!(
        get(&format!("http://{gone}/")).await.ended,
        Ended::Reset(_)
    ));
    assert!(matches!(
        get("http://127.0.0.1:1/").await.ended,
        Ended::Unreachable(_)
    ));
    let allowed = Guard::new(&["no-such-host.invalid".to_owned()], &BTreeMap::new()).unwrap();
    let mut setup = setup("http://no-such-host.invalid", "http://localhost:1");
    setup.guard = allowed;
    let journey = Session::Http(http_session(setup))
        .travel(Visit::Get("http://no-such-host.invalid/"))
        .await;
    assert!(
        matches!(journey.ended, Ended::Unreachable(_)),
        "{:?}",
        journey.ended
    );
}

#[tokio::test]
async fn a_huge_page_is_cut_and_does_not_fill_memory() {
    let router = Router::new()
        .route(
            "/long",
            on_get(|| async { Html(format!("<title>long</title>{}", "ä".repeat(400_000))) }),
        )
        .route("/endless", on_get(|| async { "x".repeat(30 << 20) }));
    let sp = format!("http://{}", serve("127.0.0.1", router).await);
    let long = get(&format!("{sp}/long")).await;
    assert_eq!(long.ended, Ended::Answered);
    assert_eq!(long.page.as_ref().unwrap().title, "long");
    assert!(
        (262_000..=262_144).contains(&body(&long).len()),
        "{}",
        body(&long).len()
    );
    let endless = get(&format!("{sp}/endless")).await;
    assert_eq!(
        endless.ended,
        Ended::Limit("the answer is longer than 2097152 bytes".to_owned())
    );
    assert_eq!(body(&endless).len(), 256 << 10);
}

#[tokio::test]
async fn a_form_at_the_end_of_a_long_page_is_still_submitted() {
    let router = Router::new()
        .route("/", on_get(|| async {
            let long = "A".repeat(600_000);
            Html(format!("<form method=post action=/acs><input type=hidden name=SAMLResponse value={long}></form><script>document.forms[0].submit()</script>"))
        }))
        .route("/acs", post(|body: String| async move { body.len().to_string() }));
    let sp = serve("127.0.0.1", router).await;
    assert_eq!(body(&get(&format!("http://{sp}/")).await), "600013");
}

#[tokio::test]
async fn going_round_in_circles_ends() {
    let router = Router::new()
        .route("/", on_get(|| async { Redirect::to("/") }))
        .route(
            "/form",
            on_any(|| async {
                Html("<form method=post><input type=hidden name=SAMLRequest value=x></form><script>document.forms[0].submit()</script>")
            }),
        );
    let sp = serve("127.0.0.1", router).await;
    for path in ["", "form"] {
        let journey = get(&format!("http://{sp}/{path}")).await;
        assert_eq!(
            journey.ended,
            Ended::Limit("the way goes on after 20 requests".to_owned())
        );
        assert_eq!(journey.hops.len(), 20);
    }
}

#[tokio::test]
async fn nothing_is_ever_sent_to_a_host_that_is_not_allowed() {
    let (elsewhere, visits) = peer("127.0.0.2", |_| async {}).await;
    let out = format!("http://{elsewhere}/x");
    let (a, b, c) = (out.clone(), out.clone(), out.clone());
    let router = Router::new()
        .route("/redirect", on_get(move || async move { to(302, a) }))
        .route(
            "/form",
            on_get(move || async move {
                Html(format!(
                    "<form action='{b}'><input type=hidden name=SAMLResponse value=x></form><script>document.forms[0].submit()</script>"
                ))
            }),
        )
        .route(
            "/refresh",
            on_get(move || async move { Html(format!("<meta http-equiv=refresh content='0;{c}'>")) }),
        )
        .route(
            "/userinfo",
            on_get(
                move || async move { to(302, format!("http://127.0.0.1@127.0.0.2:{}/", elsewhere.port())) },
            ),
        )
        .route("/scheme", on_get(|| async { to(302, "file:///etc/passwd") }))
        .route("/script", on_get(|| async { to(302, "javascript:alert(1)") }));
    let sp = format!("http://{}", serve("127.0.0.1", router).await);
    for path in ["redirect", "form", "refresh", "userinfo"] {
        let journey = get(&format!("{sp}/{path}")).await;
        assert_eq!(journey.ended, Ended::NotAllowed("127.0.0.2".to_owned()), "{path}");
        assert_eq!(journey.hops.len(), 1, "{path}");
    }
    assert_eq!(
        get(&format!("{sp}/scheme")).await.ended,
        Ended::NotAllowed("file:".to_owned())
    );
    let script = get(&format!("{sp}/script")).await;
    assert_eq!((script.hops.len(), script.ended), (1, Ended::Answered));
    assert!(script.rules[0].contains("javascript:"), "{:?}", script.rules);
    let journey = http(&sp).travel(Visit::Get(&out)).await;
    assert_eq!(
        (journey.ended, journey.hops.len()),
        (Ended::NotAllowed("127.0.0.2".to_owned()), 0)
    );
    assert_eq!(visits.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn names_that_no_dns_knows_go_where_the_configuration_says() {
    let address = serve("127.0.0.1", Router::new().route("/", on_get(echo))).await;
    let resolve = BTreeMap::from([("acme.backup.example".to_owned(), address.to_string())]);
    let mut setup = setup("http://acme.backup.example/", "http://localhost:1");
    setup.guard = Guard::new(&[], &resolve).unwrap();
    setup.headers = vec![("X-Test".to_owned(), "yes".to_owned())];
    let journey = Session::Http(http_session(setup))
        .travel(Visit::Get("http://acme.backup.example/"))
        .await;
    assert!(body(&journey).contains("x-test: yes"), "{:?}", journey.ended);
    assert_eq!(journey.hops[0].party, Party::Sp);
}

#[tokio::test]
async fn headers_of_the_configuration_go_to_the_sp_alone() {
    let sp = format!(
        "http://{}",
        serve("127.0.0.1", Router::new().route("/", on_any(echo))).await
    );
    let other = format!(
        "http://{}",
        serve("127.0.0.1", Router::new().route("/", on_any(echo))).await
    );
    let mut setup = setup(&sp, "http://localhost:1");
    setup.headers = vec![("X-Test".to_owned(), "secret".to_owned())];
    let mut session = Session::Http(http_session(setup));
    assert!(body(&session.travel(Visit::Get(&sp)).await).contains("x-test: secret"));
    assert!(body(&session.travel(Visit::Get(&other)).await).contains("x-test: -"));
}

#[tokio::test]
async fn a_raw_request_is_sent_as_it_stands() {
    let sp = format!(
        "http://{}",
        serve("127.0.0.1", Router::new().route("/", on_any(echo))).await
    );
    let url = format!("{sp}/?b=2&a=1&a=%2b&c=|{{x}}");
    let headers = fields(&[("Content-Type", "text/xml"), ("Origin", "null")]);
    let visit = Visit::Raw {
        method: "PUT",
        url: &url,
        headers: &headers,
        body: b"<x>\n</x>",
        from: None,
    };
    let seen = http(&sp).travel(visit).await;
    let seen = body(&seen);
    assert!(seen.starts_with("PUT /?b=2&a=1&a=%2b&c=|{x}\n"), "{seen}");
    assert!(
        seen.contains("origin: null\n")
            && seen.contains("type: text/xml\n")
            && seen.ends_with("\n\n<x>\n</x>"),
        "{seen}"
    );
}

#[tokio::test]
async fn what_cannot_be_visited_is_the_harnesss_own_fault() {
    let bad_method = Visit::Raw {
        method: "B A D",
        url: "http://127.0.0.1/",
        headers: &[],
        body: b"",
        from: None,
    };
    let bad_header = fields(&[("X", "a\nb")]);
    let bad_header = Visit::Post {
        url: "http://127.0.0.1:2/",
        fields: &[],
        from: None,
        headers: &bad_header,
    };
    for visit in [Visit::Get("nonsense"), bad_method, bad_header] {
        let journey = http("http://127.0.0.1/").travel(visit).await;
        assert!(matches!(journey.ended, Ended::Harness(_)), "{:?}", journey.ended);
    }
}

#[tokio::test]
async fn garbage_for_a_page_is_a_page() {
    let garbage: &'static [u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nSet-Cookie: \xff\xfe; =;;\r\nSet-Cookie: ok=1\r\n\
        Connection: close\r\n\r\n<form><<script SAMLResponse <input \xff type=hidden name=SAMLResponse <form><table><title>\x00&#xD800;";
    let sp = says(garbage).await;
    let journey = get(&format!("http://{sp}/")).await;
    assert_eq!(journey.ended, Ended::Answered);
    assert!(
        journey.hops[0]
            .set_cookies
            .iter()
            .any(|cookie| cookie.name == "ok")
    );
}

#[tokio::test]
async fn a_compressed_bomb_fills_no_memory() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut packed, &vec![b'x'; 30 << 20]).unwrap();
    let packed = packed.finish().unwrap();
    let router = Router::new().route(
        "/",
        on_get(move || async move { ([(header::CONTENT_ENCODING, "gzip")], packed) }),
    );
    let sp = serve("127.0.0.1", router).await;
    let journey = get(&format!("http://{sp}/")).await;
    assert_eq!(
        journey.ended,
        Ended::Limit("the answer is longer than 2097152 bytes".to_owned())
    );
}

#[tokio::test]
async fn latin_1_pages_are_read_as_such() {
    let sp = says(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=ISO-8859-1\r\nContent-Length: 1\r\n\r\n\xe4",
    )
    .await;
    assert_eq!(body(&get(&format!("http://{sp}/")).await), "ä");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_server_says_the_journey_ends(
        answer in prop::collection::vec(any::<u8>(), 0..300),
        location in "[ -~]{0,40}",
        page in "(<(form|input|meta|script|base|title)( (method|action|type|name|value|http-equiv|content|href)=[a-zA-Z0-9:;/'\"]{0,12}){0,3}>|SAMLResponse){0,12}",
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let driver = Driver::Http(HttpDriver::new(setup("http://127.0.0.1", "http://localhost:1")).unwrap());
            let redirect = format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
            let html = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\r\n{page}", page.len());
            for bytes in [answer, redirect.into_bytes(), html.into_bytes()] {
                let (sp, _) = peer("127.0.0.1", move |mut stream| {
                    let bytes = bytes.clone();
                    async move {
                        head(&mut stream).await;
                        let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, &bytes).await;
                    }
                }).await;
                let mut session = driver.session().await.unwrap();
                let journey = session.travel(Visit::Get(&format!("http://{sp}/"))).await;
                assert!(
                    journey.hops.len() <= 20 && !matches!(journey.ended, Ended::TimedOut), "{journey:?}");
            }
        });
    }
}
