//! Journeys over several parties, sessions beside each other, what is sent with each request.

use std::time::Instant;

use samlitmus::{
    driver::Visit,
    judge::observation::{Ended, Party},
};

use crate::{
    driver_support::{body, steps},
    stage::{RUNTIME, on_stage},
};

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

#[test]
fn headers_of_the_configuration_are_sent() {
    on_stage(|stage| async move {
        assert!(body(&stage.get("/echo").await).contains("x-test: yes"));
    });
}
