//! An SP that is open to wrapping is never green, however difficult it is.

use crate::{
    modes::{self, Flawed, Mode},
    run::{Ran, WRAPPING, run},
    table::{Row, all_hold},
};

/// What an SP refuses that is right; all other baselines are flawless logins.
const REFUSED: [&str; 2] = [
    "baseline/unsigned-rejected",
    "baseline/no-session-without-response",
];

/// What is wrong with how a flawed SP was judged.
pub(crate) fn faults(expected: &Flawed, ran: &Ran) -> Vec<String> {
    let mut faults = Vec::new();
    if !ran.exit.is_some_and(|exit| expected.exits.contains(&exit)) {
        faults.push(format!("exit {:?}, not {:?}", ran.exit, expected.exits));
    }
    // A flawless login that was refused for a lock or a limit is a false red: not green, but by accident.
    let accidents = ran
        .scenarios("baseline/")
        .find(|(id, verdict)| *verdict == "fail" && !REFUSED.contains(id));
    if let Some((id, _)) = accidents {
        faults.push(format!("{id} is red and should not be"));
    }
    let wrappings = |wanted: &str| {
        ran.scenarios(WRAPPING)
            .filter(|(_, verdict)| *verdict == wanted)
            .count()
    };
    let reds = wrappings("fail");
    if reds < expected.reds {
        faults.push(format!("{reds} wrappings are red, not {}", expected.reds));
    }
    if reds > 0
        && ran.results["summary"]["fail_by_severity"]["critical"]
            .as_u64()
            .unwrap_or_default()
            == 0
    {
        faults.push("none of them is critical".to_owned());
    }
    let passed = wrappings("pass");
    if !expected.passes && passed > 0 {
        faults.push(format!(
            "{passed} wrappings passed, and nobody could see the victim"
        ));
    }
    if !ran.says(expected.says) {
        faults.push(format!(
            "it does not say {:?}, but {:?}",
            expected.says,
            ran.unjudged()
        ));
    }
    faults
}

/// The row of a mode, if it is expected of a flawed SP.
pub(crate) fn row(mode: &Mode) -> Option<Row> {
    let expected = mode.flawed.as_ref()?;
    let ran = run(mode, true);
    Some(Row {
        mode: mode.name,
        open: true,
        what: mode.what,
        faults: faults(expected, &ran),
        expected: expected.exits,
        ran,
    })
}

#[test]
#[ignore = "it takes minutes: ci/nightly runs it"]
fn whatever_it_takes_as_identity() {
    all_hold(modes::identity, row);
}

#[test]
fn though_the_victim_cannot_be_seen() {
    all_hold(modes::victim, row);
}

#[test]
fn whatever_it_limits() {
    all_hold(modes::limits, row);
}

#[test]
#[ignore = "it takes minutes: ci/nightly runs it"]
fn however_it_refuses() {
    all_hold(modes::refusals, row);
}

#[test]
#[ignore = "it takes minutes: ci/nightly runs it"]
fn however_its_page_answers() {
    all_hold(modes::probe, row);
}

#[test]
#[ignore = "it takes minutes: ci/nightly runs it"]
fn wherever_it_leads() {
    all_hold(modes::journey, row);
}

#[test]
#[ignore = "it takes minutes in the browser: ci/nightly runs it"]
fn though_its_pages_do_to_a_browser_what_they_can() {
    all_hold(modes::hostile, row);
}
