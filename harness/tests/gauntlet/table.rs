//! What came of the modes, as a table for people.

use std::{
    fmt::{self, Display, Formatter},
    thread,
};

use crate::{
    modes::{Kind, Mode},
    run::Ran,
};

/// One mode that was run.
pub(crate) struct Row {
    pub(crate) mode: &'static str,
    pub(crate) open: bool,
    pub(crate) what: &'static str,
    pub(crate) expected: &'static [i32],
    /// What did not come as it must; nothing where all did.
    pub(crate) faults: Vec<String>,
    pub(crate) ran: Ran,
}

impl Display for Row {
    /// Mode, exit, counts and causes in one line; below it what was expected, where that did not come.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Ran { exit, took, .. } = &self.ran;
        let counts = [
            "pass",
            "pass-inert",
            "warn",
            "fail",
            "inconclusive",
            "not-applicable",
        ];
        let counts: Vec<_> = counts
            .iter()
            .map(|kind| self.ran.count(kind).to_string())
            .collect();
        let causes: Vec<_> = self.ran.causes().iter().map(|cause| cut(cause)).collect();
        write!(
            f,
            "{} {:<6} {:<24} | exit {:<4} of {:<6} | {:<18} | {:>5.1} s | {}",
            if self.faults.is_empty() { "  " } else { "✗ " },
            if self.open { "flawed" } else { "good" },
            self.mode,
            exit.map_or("none".to_owned(), |code| code.to_string()),
            format!("{:?}", self.expected),
            counts.join(" "),
            took.as_secs_f64(),
            causes.join(" ; "),
        )?;
        if !self.faults.is_empty() {
            write!(f, "\n     ✗ {}: {}", self.what, self.faults.join("; "))?;
        }
        Ok(())
    }
}

fn cut(cause: &str) -> String {
    let mut short: String = cause.chars().take(260).collect();
    if short.len() < cause.len() {
        short.push('…');
    }
    short
}

/// What the numbers of a row are.
pub(crate) const HEAD: &str = "counts: pass, pass-inert, warn, fail, inconclusive, not-applicable";

/// Runs the modes that `GAUNTLET_ONLY` names, parts of names with commas between them, or all.
pub(crate) fn rows(
    modes: &[Mode],
    row: impl Fn(&Mode) -> Option<Row> + Sync,
    tell: impl Fn(&Row) + Sync,
) -> Vec<Row> {
    let only = std::env::var("GAUNTLET_ONLY").unwrap_or_default();
    let wanted = |mode: &&Mode| only.split(',').any(|part| mode.name.contains(part));
    thread::scope(|scope| {
        let (row, tell) = (&row, &tell);
        let running: Vec<_> = modes
            .iter()
            .filter(wanted)
            .map(|mode| {
                scope.spawn(move || {
                    let row = row(mode);
                    row.iter().for_each(tell);
                    row
                })
            })
            .collect();
        running
            .into_iter()
            .filter_map(|row| row.join().unwrap())
            .collect()
    })
}

/// Whether all modes of a kind come out as they must.
#[track_caller]
pub(crate) fn all_hold(kind: Kind, row: impl Fn(&Mode) -> Option<Row> + Sync) {
    let rows = rows(&kind(), row, |_| ());
    let wrong: Vec<_> = rows
        .iter()
        .filter(|row| !row.faults.is_empty())
        .map(ToString::to_string)
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {} modes; {HEAD}\n{}",
        wrong.len(),
        rows.len(),
        wrong.join("\n")
    );
}
