//! What must come of a row, and what came of it.

use futures_util::{StreamExt as _, stream};
use samlitmus::{judge::VerdictKind, run::options::DriverKind};

use crate::{
    rows::{Expected, Row, all},
    run::{FEW, FIRED, Ran, WRAPPING, against},
};

/// So many rows at once: over HTTP most of their time is waiting, and in the browser each has one of its own.
fn at_once(driver: DriverKind, rows: usize) -> usize {
    match driver {
        DriverKind::Http => rows.max(1),
        DriverKind::Browser | DriverKind::Auto => 3,
    }
}

/// What is wrong with how a row was judged with a driver; nothing where all is as it must be.
pub(crate) async fn faults(row: &Row, driver: DriverKind) -> Vec<String> {
    let expected = match driver {
        DriverKind::Http => row.http,
        DriverKind::Browser | DriverKind::Auto => row.browser,
    };
    let mut faults = Vec::new();
    let good = against(row, false, driver, FIRED).await;
    match expected {
        Expected::Judged(notes) => {
            judged(&good, notes, &mut faults);
            if driver == DriverKind::Auto {
                by_itself(&good, matches!(row.http, Expected::Judged(_)), &mut faults);
            }
            let open = against(row, true, driver, FIRED).await;
            red(&open, &mut faults);
        }
        Expected::Cannot(cause) => unjudged(&good, cause, &mut faults),
    }
    faults
}

/// What is wrong with one of many runs of a row: where it can be judged, the SP is right in every other turn, and open in those between.
pub(crate) async fn faults_of_turn(row: &Row, driver: DriverKind, turn: usize) -> Vec<String> {
    let expected = if driver == DriverKind::Http {
        row.http
    } else {
        row.browser
    };
    let mut faults = Vec::new();
    match expected {
        Expected::Judged(_) if turn % 2 == 1 => red(&against(row, true, driver, FEW).await, &mut faults),
        Expected::Judged(notes) => judged(&against(row, false, driver, FEW).await, notes, &mut faults),
        Expected::Cannot(cause) => unjudged(&against(row, false, driver, FEW).await, cause, &mut faults),
    }
    faults
}

/// The SP that is right conforms, and everything was fired.
fn judged(ran: &Ran, notes: &[&str], faults: &mut Vec<String>) {
    if ran.summary.exit != 0 {
        faults.push(format!(
            "exit {}: {}",
            ran.summary.exit,
            ran.summary.causes.join("; ")
        ));
    }
    let right = |verdict: &VerdictKind| matches!(verdict, VerdictKind::Pass | VerdictKind::PassInert);
    let wrong = ran.verdicts.iter().filter(|(_, (verdict, _))| !right(verdict));
    faults.extend(wrong.map(|(name, (verdict, _))| format!("{name} is {verdict:?}")));
    let told = ran
        .calibration
        .as_ref()
        .map(|told| told.notes.join("\n"))
        .unwrap_or_default();
    let untold = notes.iter().filter(|note| !told.contains(**note));
    faults.extend(untold.map(|note| format!("{note:?} is not noted, but {told:?}")));
    if ran
        .calibration
        .as_ref()
        .is_none_or(|told| !told.sp_initiated || !told.idp_initiated)
    {
        faults.push("it is not signed in to from both sides".to_owned());
    }
}

/// The browser was taken where plain HTTP does not do, for everything, and that is told once; and nowhere else.
fn by_itself(ran: &Ran, over_http: bool, faults: &mut Vec<String>) {
    let wanted = if over_http { "http" } else { "browser" };
    let other = ran.verdicts.iter().find(|(_, (_, driver))| driver != wanted);
    faults.extend(other.map(|(name, (_, driver))| format!("{name} was fired by {driver}, not {wanted}")));
    let notes = ran.calibration.iter().flat_map(|told| &told.notes);
    let said = notes
        .filter(|note| note.contains("the browser does everything here"))
        .count();
    if said != usize::from(!over_http) {
        faults.push(format!("it says {said} times that the browser does everything"));
    }
}

/// The one that is open to wrapping is red by every wrapping.
fn red(ran: &Ran, faults: &mut Vec<String>) {
    let wrappings: Vec<_> = ran
        .verdicts
        .iter()
        .filter(|(name, _)| name.starts_with(WRAPPING))
        .collect();
    if ran.summary.exit != 1 || wrappings.is_empty() {
        faults.push(format!(
            "open: exit {}: {}",
            ran.summary.exit,
            ran.summary.causes.join("; ")
        ));
    }
    let green = wrappings
        .iter()
        .filter(|(_, (verdict, _))| *verdict != VerdictKind::Fail);
    faults.extend(green.map(|(name, (verdict, _))| format!("open: {name} is {verdict:?}")));
}

/// Nothing was fired, and the cause is told.
fn unjudged(ran: &Ran, cause: &[&str], faults: &mut Vec<String>) {
    let causes = ran.summary.causes.join("; ");
    if ran.summary.exit != 3 || !ran.verdicts.is_empty() {
        faults.push(format!(
            "exit {} after {} verdicts: {causes}",
            ran.summary.exit,
            ran.verdicts.len()
        ));
    }
    let untold = cause.iter().filter(|word| !causes.contains(**word));
    faults.extend(untold.map(|word| format!("{word:?} is not said, but {causes:?}")));
    if causes.contains("trust") {
        faults.push(format!("it guesses: {causes}"));
    }
}

/// Runs rows with a driver, and fails with what is wrong.
#[track_caller]
pub(crate) fn all_hold(rows: &[Row], driver: DriverKind) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let wrong: Vec<String> = runtime.block_on(async {
        let running = rows.iter().map(|row| async move {
            let faults = faults(row, driver).await;
            (!faults.is_empty()).then(|| format!("{} ({}): {}", row.name, row.what, faults.join("; ")))
        });
        let all = stream::iter(running)
            .buffered(at_once(driver, rows.len()))
            .collect::<Vec<_>>()
            .await;
        all.into_iter().flatten().collect()
    });
    assert!(
        wrong.is_empty(),
        "{} of {} shapes:\n{}",
        wrong.len(),
        rows.len(),
        wrong.join("\n")
    );
}

/// Prints the rows that `SHAPES_ONLY` names, each so often as `SHAPES_TIMES` says, with `SHAPES_DRIVER`.
pub(crate) fn print() {
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let (only, times) = (
        variable("SHAPES_ONLY"),
        variable("SHAPES_TIMES").parse().unwrap_or(1),
    );
    let drivers = match variable("SHAPES_DRIVER").as_str() {
        "http" => vec![DriverKind::Http],
        "browser" => vec![DriverKind::Browser],
        "auto" => vec![DriverKind::Auto],
        _ => vec![DriverKind::Http, DriverKind::Auto],
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for row in all()
        .iter()
        .filter(|row| only.split(',').any(|part| row.name.contains(part)))
    {
        for driver in &drivers {
            let mut held = 0;
            for _ in 0..times {
                let faults = runtime.block_on(faults(row, *driver));
                held += usize::from(faults.is_empty());
                faults
                    .iter()
                    .for_each(|fault| println!("     ✗ {}: {fault}", row.name));
            }
            println!(
                "{:<16} {driver:?}: {held} of {times} as it must be: {}",
                row.name, row.what
            );
        }
    }
}
