//! The shapes of a sign-in, driver by driver.

use samlitmus::run::options::DriverKind;

use crate::{
    rows::{Expected, Row, all},
    table::{all_hold, faults_of_turn},
};

fn rows(pick: impl Fn(&Row) -> bool) -> Vec<Row> {
    all().into_iter().filter(|row| pick(row)).collect()
}

fn does(row: &Row) -> bool {
    matches!(row.http, Expected::Judged(_))
}

#[test]
fn what_needs_no_script_is_judged_over_http() {
    // Each login waits as long as the page asks; the longest wait of all is the nightly run's.
    all_hold(
        &rows(|row| does(row) && row.name != "refresh-3"),
        DriverKind::Http,
    );
}

#[test]
#[ignore = "it takes minutes: ci/nightly runs it"]
fn every_shape_that_needs_no_script_is_judged_over_http() {
    all_hold(&rows(does), DriverKind::Http);
}

#[test]
fn what_needs_a_script_is_not_judged_over_http_and_that_is_said() {
    all_hold(&rows(|row| !does(row)), DriverKind::Http);
}

#[test]
fn where_a_script_is_needed_the_browser_is_taken_by_itself() {
    // One that is found to need it, and one that says so at its step.
    let few = ["script-300", "popup", "redirect"];
    all_hold(&rows(|row| few.contains(&row.name)), DriverKind::Auto);
}

#[test]
#[ignore = "it takes minutes: ci/nightly runs it"]
fn every_shape_is_judged_in_the_browser() {
    all_hold(&all(), DriverKind::Browser);
}

/// 20 turns of each shape say the same under each driver. `SHAPE=name`: that one alone; `SHAPE_RUNS=n`: so many.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it takes hours of a processor: by hand"]
async fn twenty_turns_of_each_shape_say_the_same() {
    let only = std::env::var("SHAPE").ok();
    let turns = std::env::var("SHAPE_RUNS").ok();
    let turns = turns.and_then(|turns| turns.parse().ok()).unwrap_or(20);
    for row in rows(|row| only.as_deref().is_none_or(|only| only == row.name)) {
        for driver in [DriverKind::Http, DriverKind::Browser] {
            for turn in 0..turns {
                let faults = faults_of_turn(&row, driver, turn).await;
                assert_eq!(
                    faults,
                    Vec::<String>::new(),
                    "{} {driver:?}, turn {turn}",
                    row.name
                );
            }
            println!("{} {driver:?}: {turns} turns the same", row.name);
        }
    }
}
