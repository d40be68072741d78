//! Where a journey begins and where it may not lead: the page of a form, hosts that are not allowed, the IdP.

use std::{
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use axum::{
    Router,
    response::{Html, Redirect},
    routing::get as on_get,
};
use samlitmus::{
    driver::{Driver, HttpDriver, Visit},
    judge::observation::{Ended, Party},
};

use crate::{
    driver_support::{body, fields, peer, serve, steps},
    site::SIGN_INS,
    stage::on_stage,
};

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

/// A page may ask silently, in a frame or in a window. No browser opens a window that nobody clicked for.
#[test]
fn a_question_is_not_carried_to_the_idp_by_a_frame_or_a_window_either() {
    on_stage(|stage| async move {
        let asked = |acs: &str| SIGN_INS.lock().unwrap().iter().any(|seen| seen == acs);
        for (path, acs, journey_may) in [("framed", "/framed", true), ("opens", "/opened", false)] {
            let url = format!("{}/{path}", stage.sp);
            let mut session = stage.session().await;
            let seen = session.peek(&url).await;
            assert_eq!(
                (seen.ended.clone(), seen.hops.len()),
                (Ended::Answered, 1),
                "{path}"
            );
            assert!(body(&seen).contains("<p>"), "{path}: {}", body(&seen));
            // Another page after it, so that what it began has come to an end.
            session.peek(&format!("{}/json", stage.sp)).await;
            assert!(!asked(acs), "{path}");
            session.close().await;
            let mut session = stage.session().await;
            session.travel(Visit::Get(&url)).await;
            let begun = Instant::now();
            while journey_may && !asked(acs) && begun.elapsed() < Duration::from_secs(60) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            session.peek(&format!("{}/json", stage.sp)).await;
            assert_eq!(asked(acs), journey_may, "{path}, on a journey");
            session.close().await;
        }
    });
}
