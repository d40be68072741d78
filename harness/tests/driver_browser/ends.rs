//! Pages that never come to rest.

use std::time::{Duration, Instant};

use samlitmus::{driver::Visit, judge::observation::Ended};

use crate::{
    driver_support::{body, silent, trickling},
    stage::{PATIENCE, on_stage},
};

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
