//! Pages that never come to rest.

use std::time::{Duration, Instant};

use samlitmus::{driver::Visit, judge::observation::Ended};

use crate::{
    driver_support::{body, peer, silent, steps, trickling},
    stage::{IMPATIENCE, on_stage},
};

#[test]
fn a_page_that_never_answers_ends_by_the_time_limit() {
    on_stage(|stage| async move {
        let mut session = stage.impatient().await;
        for address in [silent().await, trickling().await] {
            let begun = Instant::now();
            let journey = session.travel(Visit::Get(&format!("http://{address}/"))).await;
            assert_eq!(journey.ended, Ended::TimedOut);
            let took = begun.elapsed();
            assert!(took > IMPATIENCE - Duration::from_millis(100), "{took:?}");
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

/// What a page's scripts do after its answer has come is no silence of the SP.
#[test]
fn a_page_whose_scripts_let_nobody_in_has_answered_as_the_network_told_it() {
    on_stage(|stage| async move {
        for path in ["/spins", "/spins-at-once", "/alerts", "/alerts-later"] {
            let mut session = stage.impatient().await;
            let journey = session.travel(Visit::Get(&format!("{}{path}", stage.sp))).await;
            assert_eq!(journey.ended, Ended::Answered, "{path}");
            assert_eq!(steps(&journey), [format!("GET {path} 200")]);
            let page = journey.page.as_ref().unwrap();
            assert_eq!(
                (page.status, page.title.as_str(), page.content_type.as_str()),
                (200, "Stuck", "text/html"),
                "{path}"
            );
            assert!(page.body.contains("<p>before<script>"), "{path}: {}", page.body);
            // The same cookies in a page that lets one in.
            let echoed = session.peek(&format!("{}/echo", stage.sp)).await;
            assert!(body(&echoed).contains("cookie: stuck=1\n"), "{path}: {echoed:?}");
            session.close().await;
        }
    });
}

#[test]
fn a_page_whose_process_dies_has_answered() {
    on_stage(|stage| async move {
        let mut session = stage.impatient().await;
        let journey = session.travel(Visit::Get(&format!("{}/eats", stage.sp))).await;
        assert_eq!(journey.ended, Ended::Answered);
        assert_eq!(steps(&journey), ["GET /eats 200"]);
        let echoed = session.peek(&format!("{}/echo", stage.sp)).await;
        assert!(body(&echoed).contains("cookie: stuck=1\n"), "{echoed:?}");
        session.close().await;
    });
}

#[test]
fn a_page_that_closes_itself_has_answered() {
    on_stage(|stage| async move {
        let mut session = stage.session().await;
        let journey = session.travel(Visit::Get(&format!("{}/closes", stage.sp))).await;
        assert_eq!(journey.ended, Ended::Answered);
        assert_eq!(steps(&journey), ["GET /closes 200"]);
        let echoed = session.peek(&format!("{}/echo", stage.sp)).await;
        assert!(body(&echoed).contains("cookie: stuck=1\n"), "{echoed:?}");
        session.close().await;
    });
}

/// The page is there, only something in it is not.
#[test]
fn a_page_that_waits_for_a_picture_for_ever_has_answered() {
    on_stage(|stage| async move {
        let (address, _) = peer("127.0.0.1", |mut stream| async move {
            let asked = crate::driver_support::head(&mut stream).await;
            if asked.starts_with("GET /picture") {
                tokio::time::sleep(Duration::from_secs(600)).await;
            }
            let answer = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n\
                          <p>here<img src=/picture>";
            let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, answer.as_bytes()).await;
        })
        .await;
        let mut session = stage.impatient().await;
        let journey = session.travel(Visit::Get(&format!("http://{address}/"))).await;
        assert_eq!(journey.ended, Ended::Answered);
        assert!(body(&journey).contains("here"));
        session.close().await;
    });
}
