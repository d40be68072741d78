//! The browser driver: a real Chromium, seen hop by hop, isolated by session, and never left behind.
//!
//! Without Chromium or ChromeDriver each test says why it is skipped.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set up its stage has failed"
)]

mod driver_support;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{LazyLock, atomic::Ordering},
    time::{Duration, Instant},
};

use axum::{
    Form, Router,
    body::Bytes,
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::{any as on_any, get as on_get, post},
};
use driver_support::*;
use samlitmus::{
    driver::{BrowserDriver, Driver, DriverError, Guard, HttpDriver, Limits, Session, Setup, Visit},
    judge::observation::{Ended, Journey, Party},
};
use tokio::{runtime::Runtime, sync::OnceCell};

/// More than a busy machine needs to open a page.
const PATIENCE: Duration = Duration::from_secs(12);

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());
static STAGE: OnceCell<Result<Stage, String>> = OnceCell::const_new();

/// An SP, an IdP on another site, and one browser for all tests.
struct Stage {
    browser: Driver,
    setup: Setup,
    sp: String,
    idp: String,
}

/// Runs a test on the stage, or says why not.
fn on_stage<R: Future<Output = ()>>(test: impl FnOnce(&'static Stage) -> R) {
    RUNTIME.block_on(async {
        match STAGE.get_or_init(Stage::build).await {
            Ok(stage) => test(stage).await,
            Err(why) => eprintln!("skipped: {why}"),
        }
    });
}

impl Stage {
    async fn build() -> Result<Self, String> {
        let port = serve("127.0.0.1", idp()).await.port();
        let idp = format!("http://localhost:{port}");
        let address = serve("127.0.0.1", sp(idp.clone())).await;
        let sp = format!("http://{address}");
        let names = [
            "a.sp.example",
            "b.sp.example",
            "sp.example",
            "other.example",
            "sp.co.uk",
        ];
        let resolve: BTreeMap<String, String> = names
            .map(|name| (name.to_owned(), address.to_string()))
            .into_iter()
            .collect();
        let mut setup = setup(&sp, &idp);
        setup.guard = Guard::new(&[], &resolve).unwrap();
        setup.limits = Limits::of(PATIENCE);
        setup.headers = vec![("X-Test".to_owned(), "yes".to_owned())];
        match BrowserDriver::start(setup.clone()).await {
            Ok(browser) => Ok(Self {
                browser: Driver::Browser(browser),
                setup,
                sp,
                idp,
            }),
            Err(DriverError::NoBrowser(why)) => Err(why),
            Err(error) => panic!("{error}"),
        }
    }

    async fn session(&self) -> Session {
        self.browser.session().await.unwrap()
    }

    async fn get(&self, path: &str) -> Journey {
        let mut session = self.session().await;
        let journey = session.travel(Visit::Get(&format!("{}{path}", self.sp))).await;
        session.close().await;
        journey
    }
}

fn idp() -> Router {
    Router::new().route("/sso", on_get(|uri: Uri, headers: HeaderMap| async move {
        let who = cookies(&headers).split("; ").find_map(|c| c.strip_prefix("ticket=").map(str::to_owned));
        let acs = uri.query().and_then(|q| q.strip_prefix("acs=")).unwrap_or_default().to_owned();
        Html(format!(
            "<body onload='document.forms[0].submit()'><form method=post action='{acs}'>\
             <input type=hidden name=SAMLResponse value='{}'><input type=hidden name=RelayState value='&lt;ä&#10;+'></form>",
            who.unwrap_or_default()
        ))
    }))
}

fn sp(idp: String) -> Router {
    let login = move |headers: HeaderMap| async move {
        let host = headers[header::HOST].to_str().unwrap().to_owned();
        let set = [
            "lax=1; SameSite=Lax; Path=/",
            "none=1; SameSite=None; Secure; Path=/; HttpOnly",
        ];
        let mut answer = sets(&set, "");
        *answer.status_mut() = StatusCode::FOUND;
        answer.headers_mut().insert(
            header::LOCATION,
            format!("{idp}/sso?acs=http://{host}/acs").parse().unwrap(),
        );
        answer
    };
    let acs = |headers: HeaderMap, Form(form): Form<BTreeMap<String, String>>| async move {
        let mut answer = sets(
            &[&format!(
                "sid={}; HttpOnly; SameSite=Lax; Path=/",
                form["SAMLResponse"]
            )],
            "",
        );
        *answer.status_mut() = StatusCode::SEE_OTHER;
        let seen = format!(
            "/account?seen={}&relay={:?}",
            cookies(&headers).replace("; ", ","),
            form["RelayState"].as_bytes()
        );
        answer
            .headers_mut()
            .insert(header::LOCATION, seen.replace(' ', "").parse().unwrap());
        answer
    };
    Router::new()
        .route("/login", on_get(login))
        .route("/acs", post(acs))
        .route("/account", on_get(|uri: Uri, headers: HeaderMap| async move {
            Html(format!("<title>Account</title><p id=who>{}</p><p>{uri}</p><script>console.error('boom '+1)</script>", cookies(&headers)))
        }))
        .route("/echo", on_any(echo))
        .route("/set", on_get(|uri: Uri| async move {
            let query = uri.query().unwrap_or_default().to_owned();
            let lines: Vec<String> = url::form_urlencoded::parse(query.as_bytes()).map(|(_, line)| line.into_owned()).collect();
            sets(&lines.iter().map(String::as_str).collect::<Vec<_>>(), "set")
        }))
        .route("/deep/echo", on_any(echo))
        .route("/json", on_get(|| async { ([(header::CONTENT_TYPE, "application/json")], r#"{"nameId": "<alice>"}"#) }))
        .route("/throws", on_get(|| async { Html("<script>nonsense()</script>") }))
        .route("/policy", on_get(|| async {
            let policy = [(header::CONTENT_SECURITY_POLICY, "script-src 'none'")];
            (policy, Html("<body onload='document.forms[0].submit()'><form method=post action=/echo><input type=hidden name=SAMLResponse value=x></form>"))
        }))
        .route("/empty", on_get(|| async { StatusCode::NO_CONTENT }))
        .route("/download", on_get(|| async { ([(header::CONTENT_DISPOSITION, "attachment; filename=x")], "x") }))
        .route("/basic", on_get(|| async { (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Basic realm=x")]) }))
        .route("/alert", on_get(|| async { Html("<script>alert(1); confirm(2); onbeforeunload = () => 'stay'</script><p>after") }))
        .route("/redirects", on_get(|| async { Redirect::to("/redirects") }))
        .route("/wanders", on_get(|| async { Html("<script>location.href = '/wanders?' + Math.random()</script>") }))
        .route("/later", on_get(|| async { Html("<p>wait</p><script>setTimeout(() => location.href = '/json', 80)</script>") }))
        .route("/spins", on_get(|| async { Html("<script>onload = () => { for (;;) {} }</script>") }))
        .route("/polls", on_get(|| async { Html("<p>polling</p><script>fetch('/silent')</script>") }))
        .route("/silent", on_get(|| async { tokio::time::sleep(Duration::from_secs(600)).await }))
        .route("/dies", on_get(dies))
        .route("/spoils", on_get(|| async { Html("<script>document.__defineGetter__('title', () => { throw 1 }); JSON.stringify = () => 'x'</script><p>here") }))
        .route("/huge", on_get(|| async { Html("<p>ä".repeat(200_000)) }))
        .fallback(|| async { StatusCode::NOT_FOUND })
}

async fn echo(method: Method, headers: HeaderMap, body: Bytes) -> Html<String> {
    let header = |name: &str| {
        headers
            .get(name)
            .and_then(|v| v.to_str().ok())
            .unwrap_or("-")
            .to_owned()
    };
    Html(format!(
        "<pre>{method}\ncookie: {}\norigin: {}\nreferer: {}\nsite: {}\ntype: {}\nx-test: {}\nx-own: {}\n\n{}</pre>",
        header("cookie"),
        header("origin"),
        header("referer"),
        header("sec-fetch-site"),
        header("content-type"),
        header("x-test"),
        header("x-own"),
        String::from_utf8_lossy(&body)
            .replace('&', "&amp;")
            .replace('<', "&lt;"),
    ))
}

async fn dies() -> &'static str {
    panic!("a worker dies, as it should here")
}

fn cookies(headers: &HeaderMap) -> String {
    headers
        .get(header::COOKIE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_owned()
}

fn sets(lines: &[&str], body: &str) -> Response {
    let headers: HeaderMap = lines
        .iter()
        .map(|line| (header::SET_COOKIE, line.parse().unwrap()))
        .collect();
    (headers, Html(body.to_owned())).into_response()
}

#[test]
fn a_login_goes_over_the_idps_page_on_another_site_and_back() {
    on_stage(|stage| async move {
        let mut session = stage.session().await;
        session.plant(&stage.idp, "ticket", "alice").await.unwrap();
        let journey = session.travel(Visit::Get(&format!("{}/login", stage.sp))).await;
        session.close().await;
        assert_eq!(journey.ended, Ended::Answered);
        assert_eq!(
            steps(&journey),
            [
                "GET /login 302",
                "GET /sso 200",
                "POST /acs 303",
                "GET /account 200"
            ]
        );
        let parties: Vec<Party> = journey.hops.iter().map(|hop| hop.party).collect();
        assert_eq!(parties, [Party::Sp, Party::Idp, Party::Sp, Party::Sp]);
        assert_eq!(journey.hops[2].fields, ["SAMLResponse", "RelayState"]);
        let set: Vec<_> = journey
            .hops
            .iter()
            .map(|h| h.set_cookies.iter().map(|c| c.name.as_str()).collect::<Vec<_>>())
            .collect();
        assert_eq!(set, [vec!["lax", "none"], vec![], vec!["sid"], vec![]]);
        let none = &journey.hops[0].set_cookies[1];
        assert!(none.secure && none.http_only && none.same_site.as_deref() == Some("None"));
        let page = journey.page.as_ref().unwrap();
        assert_eq!(
            (page.status, page.title.as_str(), page.content_type.as_str()),
            (200, "Account", "text/html")
        );
        assert!(
            page.body.contains("<p id=\"who\">lax=1; none=1; sid=alice</p>"),
            "{}",
            page.body
        );
        assert!(
            page.body.contains("seen=none=1&amp;relay=[60,195,164,13,10,43]"),
            "{}",
            page.body
        );
        assert_eq!(journey.console, ["boom 1"]);
        assert!(journey.screenshot.unwrap().starts_with(b"\x89PNG\r\n\x1a\n"));
    });
}

#[test]
fn eight_sessions_at_once_share_no_cookie() {
    on_stage(|stage| async move {
        let begun = Instant::now();
        let logins = (0..8).map(|n| async move {
            let mut session = stage.session().await;
            session
                .plant(&stage.idp, "ticket", &format!("user{n}"))
                .await
                .unwrap();
            let journey = session.travel(Visit::Get(&format!("{}/login", stage.sp))).await;
            let asked = session.peek(&format!("{}/account", stage.sp)).await;
            session.close().await;
            (n, journey, asked)
        });
        let tasks: Vec<_> = logins.map(|login| RUNTIME.spawn(login)).collect();
        for task in tasks {
            let (n, journey, asked) = task.await.unwrap();
            for seen in [&journey, &asked] {
                assert!(
                    body(seen).contains(&format!("none=1; sid=user{n}</p>")),
                    "{n}: {:?} {}",
                    seen.ended,
                    body(seen)
                );
            }
            assert!(journey.screenshot.is_some_and(|png| png.len() > 1000));
        }
        eprintln!("eight logins and probes at once took {:?}", begun.elapsed());
    });
}

#[test]
fn tabs_share_their_cookies_and_close_one_by_one() {
    on_stage(|stage| async move {
        let mut one = stage.session().await;
        one.travel(Visit::Get(&format!("{}/set?x=a%3D1", stage.sp))).await;
        let mut other = one.tab().await.unwrap();
        one.close().await;
        let url = format!("{}/echo", stage.sp);
        assert!(body(&other.travel(Visit::Get(&url)).await).contains("cookie: a=1\n"));
        other.close().await;
    });
}

/// What both drivers must agree on: who set what, and which cookies then go where.
#[test]
fn the_http_driver_sends_the_very_cookies_that_chromium_sends() {
    const KINDS: &[&str] = &[
        "s=1; SameSite=Strict",
        "l=1; SameSite=Lax",
        "n=1; SameSite=None; Secure",
        "u=1",
        "b=1; SameSite=None",
        "x=1; SameSite=Odd",
    ];
    const DOMAINS: &[&str] = &[
        "a=1",
        "b=1; Domain=sp.example",
        "c=1; Domain=.a.sp.example",
        "d=1; Domain=b.sp.example",
        "e=1; Domain=example",
        "f=1; Domain=other.example",
        "g=1; Domain=",
        "h=1; Domain=co.uk",
        "i=1; Domain=SP.Example",
        "j=1; Domain=.",
    ];
    const PATHS: &[&str] = &[
        "a=1; Path=/",
        "b=1; Path=/deep",
        "c=1; Path=/de",
        "d=1; Path=deep",
        "e=1; Path=",
        "f=1; Path=/deep/",
        "a=2; Path=/deep",
        "z=1",
    ];
    const PREFIXES: &[&str] = &[
        "__Host-a=1; Secure; Path=/",
        "__Host-b=1; Path=/",
        "__Host-c=1; Secure",
        "__Secure-d=1; Secure",
        "__Secure-e=1",
        "__host-f=1; Path=/",
        "__HTTP-g=1; Secure",
        "__Http-h=1; Secure; HttpOnly",
        "=__Host-i",
        "__Host-Http-j=1; Secure; Path=/",
        "__Host-Http-k=1; Secure; Path=/; HttpOnly",
    ];
    const ODD: &[&str] = &[
        "lonely",
        "=value",
        "a=b=c",
        " s = p ",
        "q=\"quoted\"",
        "e=",
        "m=1; Max-Age=0",
        "m2=1; Max-Age=-1",
        "m3=1; Max-Age=60",
        "x=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "y=1; Expires=Fri, 01 Jan 2100 00:00:00 GMT",
        "w=1; Max-Age=soon",
        "d=1",
        "d=2",
        "t=1;Secure;;;=;",
        "p=1; Partitioned",
        "p2=1; Partitioned; Secure",
        "dup=1; Path=/x; Path=/",
        "r=1; Expires=nonsense",
    ];
    on_stage(|stage| async move {
        let port = stage.sp.rsplit_once(':').unwrap().1;
        let local = stage.sp.as_str();
        let localhost = format!("http://localhost:{port}");
        let plays: Vec<(&str, &[&str])> = vec![
            (local, KINDS),
            (&localhost, KINDS),
            ("http://a.sp.example", KINDS),
            ("http://a.sp.example", DOMAINS),
            ("http://sp.co.uk", DOMAINS),
            (
                local,
                &[
                    "a=1; Domain=127.0.0.1",
                    "b=1; Domain=0.0.1",
                    "c=1; Domain=localhost",
                ],
            ),
            (&localhost, &["a=1; Domain=localhost", "b=1; Domain=.localhost"]),
            (local, PATHS),
            (local, PREFIXES),
            ("http://sp.example", PREFIXES),
            (local, ODD),
        ];
        let http = Driver::Http(HttpDriver::new(stage.setup.clone()).unwrap());
        for (origin, lines) in plays {
            let mut sent = Vec::new();
            for driver in [&http, &stage.browser] {
                sent.push(exchange(driver, origin, lines, stage).await);
            }
            let (ours, chromiums) = (sent.remove(0), sent.remove(0));
            assert_eq!(ours, chromiums, "set by {origin}: {lines:#?}");
        }
    });
}

/// Sets cookies, then tells which ones each of several navigations carries.
async fn exchange(driver: &Driver, origin: &str, lines: &[&str], stage: &Stage) -> Vec<String> {
    let mut session = driver.session().await.unwrap();
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(lines.iter().map(|line| ("c", line)));
    session
        .travel(Visit::Get(&format!("{origin}/set?{}", query.finish())))
        .await;
    let mut told = Vec::new();
    let mut tell = |what: String, journey: Journey| {
        let cookie = body(&journey)
            .lines()
            .find_map(|line| line.strip_prefix("cookie: ").map(str::to_owned));
        told.push(format!(
            "{what}: {}",
            cookie.unwrap_or_else(|| format!("{:?}", journey.ended))
        ));
    };
    let (echo, deep) = (format!("{origin}/echo"), format!("{origin}/deep/echo"));
    tell("typed".to_owned(), session.travel(Visit::Get(&echo)).await);
    tell(
        "typed, deeper".to_owned(),
        session.travel(Visit::Get(&deep)).await,
    );
    for from in [
        stage.idp.as_str(),
        "http://b.sp.example",
        "http://other.example",
        origin,
    ] {
        let posted = Visit::Post {
            url: &echo,
            fields: &[],
            from: Some(from),
            headers: &[],
        };
        tell(format!("posted from {from}"), session.travel(posted).await);
        let led = Visit::Raw {
            method: "GET",
            url: &echo,
            headers: &[],
            body: b"",
            from: Some(from),
        };
        tell(format!("led from {from}"), session.travel(led).await);
    }
    for other in [
        "http://b.sp.example/echo",
        "http://sp.example/echo",
        "http://other.example/echo",
    ] {
        tell(other.to_owned(), session.travel(Visit::Get(other)).await);
    }
    session.close().await;
    told
}

#[test]
fn both_drivers_say_the_same_of_where_a_form_comes_from() {
    on_stage(|stage| async move {
        let http = Driver::Http(HttpDriver::new(stage.setup.clone()).unwrap());
        let url = format!("{}/echo", stage.sp);
        let fields = fields(&[("SAMLResponse", "<\"&' +ä"), ("submit", "1"), ("submit", "2")]);
        let own = [("X-Own".to_owned(), "mine".to_owned())];
        let visits = [
            Visit::Post {
                url: &url,
                fields: &fields,
                from: Some(&stage.idp),
                headers: &[],
            },
            Visit::Post {
                url: &url,
                fields: &fields,
                from: Some(&stage.sp),
                headers: &own,
            },
            Visit::Raw {
                method: "POST",
                url: &url,
                headers: &[("Content-Type".to_owned(), "text/xml".to_owned())],
                body: b"<x>&</x>",
                from: Some(&stage.idp),
            },
            Visit::Raw {
                method: "GET",
                url: &url,
                headers: &own,
                body: b"",
                from: None,
            },
        ];
        for visit in visits {
            let mut seen = Vec::new();
            for driver in [&http, &stage.browser] {
                let mut session = driver.session().await.unwrap();
                let journey = session.travel(visit).await;
                session.close().await;
                assert_eq!(journey.hops.len(), 1, "{journey:?}");
                let text = body(&journey)
                    .replace("&amp;", "&")
                    .replace("&lt;", "<")
                    .replace("&gt;", ">");
                let lines = text
                    .split_once("<pre>")
                    .unwrap()
                    .1
                    .split_once("</pre>")
                    .unwrap()
                    .0
                    .to_owned();
                // A page of the target's own origin has an address that only its driver knows.
                seen.push(
                    lines
                        .lines()
                        .filter(|line| !line.starts_with("referer: http://127.0.0.1"))
                        .collect::<Vec<_>>()
                        .join("\n"),
                );
            }
            assert_eq!(seen[0], seen[1]);
        }
    });
}

#[test]
fn nothing_is_sent_to_a_host_that_is_not_allowed() {
    on_stage(|stage| async move {
        let (elsewhere, visits) = peer("127.0.0.2", |_| async {}).await;
        let router = Router::new()
            .route("/redirect", on_get(move || async move { Redirect::to(&format!("http://{elsewhere}/")) }))
            .route("/script", on_get(move || async move { Html(format!("<script>location.href='http://{elsewhere}/'</script>")) }))
            .route("/name", on_get(|| async { Html("<script>location.href='http://evil.example/'</script>") }))
            .route("/image", on_get(move || async move {
                Html(format!("<p>here<img src='http://{elsewhere}/x'><script>fetch('http://{elsewhere}/y', {{mode:'no-cors'}}); new WebSocket('ws://{elsewhere}/z')</script>"))
            }));
        let sp = format!("http://{}", serve("127.0.0.1", router).await);
        let mut session = stage.session().await;
        for (path, place) in [
            ("redirect", "127.0.0.2"),
            ("script", "127.0.0.2"),
            ("name", "evil.example"),
        ] {
            let journey = session.travel(Visit::Get(&format!("{sp}/{path}"))).await;
            assert_eq!(journey.ended, Ended::NotAllowed(place.to_owned()), "{path}");
            assert_eq!(journey.hops.len(), 1, "{path}");
        }
        let journey = session.travel(Visit::Get(&format!("{sp}/image"))).await;
        assert_eq!(journey.ended, Ended::Answered);
        assert!(body(&journey).contains("here"));
        let direct = session.travel(Visit::Get(&format!("http://{elsewhere}/"))).await;
        assert_eq!(direct.ended, Ended::NotAllowed("127.0.0.2".to_owned()));
        session.close().await;
        assert_eq!(visits.load(Ordering::SeqCst), 0);
    });
}

#[test]
fn a_question_is_never_carried_to_the_idp() {
    on_stage(|stage| async move {
        let mut session = stage.session().await;
        session.plant(&stage.idp, "ticket", "alice").await.unwrap();
        let asked = session.peek(&format!("{}/login", stage.sp)).await;
        assert_eq!(steps(&asked), ["GET /login 302", "GET /sso -"]);
        assert_eq!((asked.hops[1].party, asked.ended), (Party::Idp, Ended::Answered));
        let account = session.travel(Visit::Get(&format!("{}/account", stage.sp))).await;
        assert!(!body(&account).contains("sid="), "{}", body(&account));
        session.close().await;
    });
}

#[test]
fn a_page_that_never_answers_ends_by_the_time_limit() {
    on_stage(|stage| async move {
        let mut session = stage.session().await;
        for address in [silent().await, trickling().await] {
            let begun = Instant::now();
            let journey = session.travel(Visit::Get(&format!("http://{address}/"))).await;
            assert_eq!(journey.ended, Ended::TimedOut);
            let took = begun.elapsed();
            let least = PATIENCE - Duration::from_millis(100);
            assert!(
                took > least && took < PATIENCE + Duration::from_secs(20),
                "{took:?}"
            );
        }
        // The session is not lost by it.
        assert!(body(&session.travel(Visit::Get(&format!("{}/json", stage.sp))).await).contains("alice"));
        session.close().await;
    });
}

#[test]
fn a_page_that_navigates_for_ever_ends() {
    on_stage(|stage| async move {
        for path in ["/wanders", "/redirects"] {
            let journey = stage.get(path).await;
            assert_eq!(
                journey.ended,
                Ended::Limit("the way goes on after 20 requests".to_owned()),
                "{path}"
            );
            assert!(journey.hops.len() <= 20, "{path}");
        }
    });
}

#[test]
fn a_page_whose_scripts_spin_ends_and_takes_nobody_along() {
    on_stage(|stage| async move {
        let begun = Instant::now();
        let journey = stage.get("/spins").await;
        assert_eq!(journey.ended, Ended::TimedOut);
        assert!(begun.elapsed() < Duration::from_secs(90), "{:?}", begun.elapsed());
        assert_eq!(stage.get("/json").await.ended, Ended::Answered);
    });
}

#[test]
fn each_kind_of_page_is_seen_as_it_is() {
    on_stage(|stage| async move {
        let json = stage.get("/json").await;
        assert_eq!(body(&json), r#"{"nameId": "<alice>"}"#);
        assert_eq!(json.page.unwrap().content_type, "application/json");
        for (path, status) in [
            ("/empty", 204),
            ("/download", 200),
            ("/basic", 401),
            ("/no-such", 404),
        ] {
            let journey = stage.get(path).await;
            assert_eq!(
                (journey.ended, journey.page.map(|page| page.status)),
                (Ended::Answered, Some(status)),
                "{path}"
            );
        }
        assert!(body(&stage.get("/alert").await).contains("after"));
        assert_eq!(
            steps(&stage.get("/later").await),
            ["GET /later 200", "GET /json 200"]
        );
        assert!(body(&stage.get("/polls").await).contains("polling"));
        assert!(body(&stage.get("/spoils").await).contains("here"));
        let huge = stage.get("/huge").await;
        assert!(
            (200_000..=262_144).contains(&body(&huge).len()),
            "{}",
            body(&huge).len()
        );
        assert!(matches!(stage.get("/dies").await.ended, Ended::Reset(_)));
        let mut session = stage.session().await;
        assert!(matches!(
            session.travel(Visit::Get("http://127.0.0.1:9/")).await.ended,
            Ended::Unreachable(_)
        ));
        assert!(matches!(
            session.travel(Visit::Get("nonsense")).await.ended,
            Ended::Harness(_)
        ));
        session.close().await;
    });
}

#[test]
fn what_goes_wrong_on_a_page_stands_in_the_console() {
    on_stage(|stage| async move {
        let thrown = stage.get("/throws").await;
        assert!(
            thrown
                .console
                .iter()
                .any(|line| line.contains("nonsense is not defined")),
            "{:?}",
            thrown.console
        );
        let forbidden = stage.get("/policy").await;
        assert!(
            forbidden
                .console
                .iter()
                .any(|line| line.contains("Content Security Policy")),
            "{:?}",
            forbidden.console
        );
        assert_eq!(steps(&forbidden), ["GET /policy 200"]);
    });
}

#[test]
fn headers_of_the_configuration_are_sent() {
    on_stage(|stage| async move {
        assert!(body(&stage.get("/echo").await).contains("x-test: yes"));
    });
}

#[test]
fn a_browser_that_died_is_replaced() {
    on_stage(|stage| async move {
        let browser = match BrowserDriver::start(stage.setup.clone()).await {
            Ok(browser) => Driver::Browser(browser),
            Err(error) => panic!("{error}"),
        };
        let mut session = browser.session().await.unwrap();
        let url = format!("{}/json", stage.sp);
        // Another test's browser is not a child of this very call: the newest one is ours.
        let ours = children_of(std::process::id())
            .into_iter()
            .filter(|(_, line)| line.contains("chromedriver"))
            .max();
        kill("KILL", ours.unwrap().0);
        let journey = session.travel(Visit::Get(&url)).await;
        assert!(matches!(journey.ended, Ended::Harness(_)), "{:?}", journey.ended);
        let mut again = browser.session().await.unwrap();
        assert!(body(&again.travel(Visit::Get(&url)).await).contains("alice"));
    });
}

/// Not a test of its own: what `no_process_outlives_the_harness` runs and ends in several ways.
#[test]
#[ignore = "holds a browser open until it is killed"]
fn holds_a_browser_open() {
    RUNTIME.block_on(async {
        let browser = BrowserDriver::start(setup("http://127.0.0.1:1", "http://localhost:1"))
            .await
            .unwrap();
        let _session = browser.session().await.unwrap();
        if std::env::var_os("SAMLITMUS_TEST_DROP").is_some() {
            drop(browser);
            drop(_session);
            std::fs::write(std::env::var_os("SAMLITMUS_TEST_DROP").unwrap(), b"dropped").unwrap();
        }
        tokio::time::sleep(Duration::from_secs(60)).await;
    });
}

#[test]
fn no_process_outlives_the_harness() {
    on_stage(|_| async {
        for signal in ["KILL", "INT", "TERM"] {
            let mut harness = holder(None);
            let profile = profile_below(harness.id());
            kill(signal, harness.id());
            harness.wait().unwrap();
            assert_gone(&profile, signal);
        }
        let told = std::env::temp_dir().join(format!("samlitmus-test-dropped-{}", std::process::id()));
        let mut harness = holder(Some(&told));
        let profile = profile_below(harness.id());
        wait_for(|| told.exists().then_some(()));
        assert!(
            running_with(&profile).is_empty(),
            "dropped, but {:?}",
            running_with(&profile)
        );
        assert!(!profile.exists());
        harness.kill().unwrap();
        harness.wait().unwrap();
        std::fs::remove_file(told).unwrap();
    });
}

fn holder(dropping: Option<&PathBuf>) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--ignored", "--exact", "holds_a_browser_open"])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if let Some(path) = dropping {
        command.env("SAMLITMUS_TEST_DROP", path);
    }
    command.spawn().unwrap()
}

fn profile_below(harness: u32) -> PathBuf {
    wait_for(|| {
        let driver = children_of(harness)
            .into_iter()
            .find(|(_, line)| line.contains("chromedriver"))?;
        let browser = children_of(driver.0)
            .into_iter()
            .find(|(_, line)| line.contains("--user-data-dir="))?;
        let argument = browser
            .1
            .split('\0')
            .find_map(|part| part.strip_prefix("--user-data-dir="))?;
        Some(PathBuf::from(argument))
    })
}

fn assert_gone(profile: &Path, how: &str) {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(10) {
        if running_with(profile).is_empty() && !profile.exists() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("after {how} there is still {:?}", running_with(profile));
}

fn wait_for<T>(look: impl Fn() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "waited for nothing");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Processes with their parents and command lines, arguments apart by NUL.
fn processes() -> Vec<(u32, u32, String)> {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let process = |entry: std::fs::DirEntry| {
        let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
        let line = std::fs::read(entry.path().join("cmdline")).ok()?;
        let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
        let parent = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()?;
        Some((pid, parent, String::from_utf8_lossy(&line).into_owned()))
    };
    entries.filter_map(process).collect()
}

fn children_of(parent: u32) -> Vec<(u32, String)> {
    processes()
        .into_iter()
        .filter(|(_, of, _)| *of == parent)
        .map(|(pid, _, line)| (pid, line))
        .collect()
}

fn running_with(profile: &Path) -> Vec<(u32, u32, String)> {
    let profile = profile.to_str().unwrap();
    processes()
        .into_iter()
        .filter(|(_, _, line)| line.contains(profile))
        .collect()
}

fn kill(signal: &str, process: u32) {
    Command::new("sh")
        .args(["-c", &format!("kill -s {signal} {process}")])
        .status()
        .unwrap();
}
