//! Each kind of page, as it is seen.

use samlitmus::{driver::Visit, judge::observation::Ended};

use crate::{
    driver_support::{body, steps},
    stage::on_stage,
};

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
        for path in ["/later", "/hides", "/refreshes", "/refreshes-by-header"] {
            let to = [format!("GET {path} 200"), "GET /json 200".to_owned()];
            assert_eq!(steps(&stage.get(path).await), to);
        }
        assert_eq!(
            steps(&stage.get("/refreshes-later").await),
            ["GET /refreshes-later 200"]
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
