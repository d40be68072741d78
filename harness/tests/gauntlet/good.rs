//! An SP that is right is never red for being difficult.

use crate::{
    modes::{self, Good, Mode},
    run::{Ran, WRAPPING, run},
    table::{Row, all_hold},
};

/// What is wrong with how a good SP was judged.
pub(crate) fn faults(expected: &Good, login: bool, ran: &Ran) -> Vec<String> {
    let mut faults = Vec::new();
    let exit = ran.exit;
    if !exit.is_some_and(|exit| expected.exits.contains(&exit)) {
        faults.push(format!("exit {exit:?}, not {:?}", expected.exits));
    }
    let deserved = |id: &str| expected.reds.iter().any(|beginning| id.starts_with(beginning));
    let reds: Vec<_> = ran
        .scenarios("")
        .filter(|(_, verdict)| *verdict == "fail")
        .collect();
    if let Some((id, _)) = reds.iter().find(|(id, _)| !deserved(id)) {
        faults.push(format!("{id} is red and should not be"));
    }
    if exit == Some(1) && reds.is_empty() {
        faults.push("it deviates, and nothing is red".to_owned());
    }
    if exit != Some(0) && !ran.says(expected.says) {
        faults.push(format!(
            "it does not say {:?}, but {:?}",
            expected.says,
            ran.unjudged()
        ));
    }
    let ambers = ran.count("warn");
    let too_many = exit == Some(0) && expected.ambers == 0 && ambers > 0;
    if ambers < expected.ambers || too_many {
        faults.push(format!("{ambers} ambers, not {}", expected.ambers));
    }
    if exit == Some(0) {
        conforming(ran, login, &mut faults);
    }
    faults
}

/// What 0 promises: every wrapping was fired and did no harm, every flawless login was tried, nothing is left open.
fn conforming(ran: &Ran, login: bool, faults: &mut Vec<String>) {
    let harmless = |verdict: &str| verdict == "pass" || verdict == "pass-inert";
    let wrappings: Vec<_> = ran.scenarios(WRAPPING).collect();
    if wrappings.len() < 15 {
        faults.push(format!("only {} wrappings are there", wrappings.len()));
    }
    if let Some((id, verdict)) = wrappings.iter().find(|(_, verdict)| !harmless(verdict)) {
        faults.push(format!("{id} is {verdict}, and the run conforms"));
    }
    let tried = |verdict: &str| harmless(verdict) || (!login && verdict == "not-applicable");
    if let Some((id, verdict)) = ran.scenarios("baseline/").find(|(_, verdict)| !tried(verdict)) {
        faults.push(format!("{id} is {verdict}, and the run conforms"));
    }
    if ran.count("inconclusive") > 0 {
        faults.push("some are inconclusive, and the run conforms".to_owned());
    }
}

/// The row of a mode, if it is expected of a good SP.
pub(crate) fn row(mode: &Mode) -> Option<Row> {
    let expected = mode.good.as_ref()?;
    let ran = run(mode, false);
    Some(Row {
        mode: mode.name,
        open: false,
        what: mode.what,
        faults: faults(expected, mode.login, &ran),
        expected: expected.exits,
        ran,
    })
}

#[test]
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
fn however_it_refuses() {
    all_hold(modes::refusals, row);
}

#[test]
fn however_its_page_answers() {
    all_hold(modes::probe, row);
}

#[test]
fn wherever_it_leads() {
    all_hold(modes::journey, row);
}

#[test]
#[ignore = "it takes minutes in the browser: ci/nightly runs it"]
fn though_its_pages_do_to_a_browser_what_they_can() {
    all_hold(modes::hostile, row);
}
