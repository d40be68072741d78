//! Which cookies travel where, beside the HTTP driver.

use samlitmus::{
    driver::{Driver, HttpDriver, Visit},
    judge::observation::Journey,
};

use crate::{
    driver_support::body,
    stage::{Stage, on_stage},
};

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
