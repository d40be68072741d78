//! What people read first, collected result by result: what deviates, the worst first; why what does not apply does not; and
//! what is new.

use std::collections::BTreeMap;

use scenarios::{Property, Scenario, Severity};

use super::words::{attacker, page, sentence, severity};
use crate::{
    event::{RunInfo, ScenarioResult, SnapshotState},
    judge::{FailOn, VerdictKind, outcome::Outcome},
    text::visible,
};

/// The most names in a sentence about what is new.
const NAMES: usize = 4;

/// What people read first.
#[derive(Clone, Debug, Default)]
pub(super) struct Digest {
    /// From which deviation on the run fails.
    fail_on: FailOn,
    /// What is told of the last run is told of a baseline.
    baseline: bool,
    rows: Vec<Row>,
    reasons: BTreeMap<String, usize>,
    accepted: Since,
    last: Since,
}

/// What deviates or could not be judged, with all bases for which the same is to be said.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) verdict: VerdictKind,
    pub(super) severity: Severity,
    /// The scenario's id, with the variant that decided.
    pub(super) name: String,
    /// The base of the first, where a report shows it.
    pub(super) anchor: String,
    /// The bases; none where no message is sent.
    pub(super) bases: Vec<String>,
    /// What of the SP it is about then.
    about: &'static str,
    pub(super) title: String,
    pub(super) outcome: Outcome,
    /// How it compares with what was accepted, or else with the last run; empty where it is known.
    pub(super) news: &'static str,
    /// The reason, what it takes, what the page says.
    pub(super) lines: Vec<String>,
    /// `--fail-on` let it pass.
    pub(super) passed: bool,
    reason: String,
}

/// What differs from an earlier state.
#[derive(Clone, Debug, Default)]
struct Since {
    /// Something was compared.
    compared: bool,
    failing: Vec<String>,
    healed: Vec<String>,
    otherwise: Vec<String>,
    still: Vec<String>,
    unapplied: Vec<String>,
    unknown: usize,
}

impl Digest {
    /// Takes in what is known before the first result.
    pub(super) fn begin(&mut self, info: &RunInfo) {
        self.fail_on = info.fail_on;
        self.baseline = info.baseline.is_some();
    }

    /// Whether `--fail-on` lets this pass.
    pub(super) fn lets_pass(&self, result: &ScenarioResult) -> bool {
        self.fail_on.lets_pass(result.verdict, result.severity)
    }

    /// Takes a result in.
    pub(super) fn add(&mut self, result: &ScenarioResult) {
        self.compare(result);
        match result.verdict {
            VerdictKind::NotApplicable => {
                *self.reasons.entry(sentence(&result.reason)).or_default() += 1;
            }
            VerdictKind::Fail | VerdictKind::Inconclusive | VerdictKind::Warn => self.row(result),
            _ => {}
        }
    }

    /// Failures from the worst on, what could not be judged, warnings.
    pub(super) fn rows(&self) -> Vec<&Row> {
        let mut rows: Vec<&Row> = self.rows.iter().collect();
        rows.sort_by(|a, b| {
            let key = |row: &Row| (rank(row.verdict), std::cmp::Reverse(row.severity));
            key(a).cmp(&key(b)).then_with(|| a.name.cmp(&b.name))
        });
        rows
    }

    /// The failures alone.
    pub(super) fn failures(&self) -> Vec<&Row> {
        let mut rows = self.rows();
        rows.retain(|row| row.verdict == VerdictKind::Fail);
        rows
    }

    /// Why scenarios do not apply, and to how many each reason; the largest first.
    pub(super) fn reasons(&self) -> Vec<(&str, usize)> {
        let mut reasons: Vec<(&str, usize)> = self
            .reasons
            .iter()
            .map(|(reason, count)| (reason.as_str(), *count))
            .collect();
        reasons.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        reasons
    }

    /// What is new since snapshots were accepted, and since the last run: a sentence each, where there is something to say.
    pub(super) fn news(&self) -> Vec<String> {
        let since = match self.baseline {
            true => "since the baseline",
            false => "since they were last fired",
        };
        let since = [
            (
                &self.accepted,
                "since the accepted snapshots",
                "changed and failing",
            ),
            (&self.last, since, "newly failing"),
        ];
        since
            .into_iter()
            .filter_map(|(since, when, failing)| since.told(when, failing))
            .collect()
    }

    fn row(&mut self, result: &ScenarioResult) {
        let name = name(result);
        let alike = |row: &&mut Row| {
            row.name == name
                && row.verdict == result.verdict
                && row.severity == result.severity
                && row.outcome == result.outcome
                && row.reason == result.reason
                && row.news == news(result)
        };
        // The page of somebody who is signed in says nothing that the reason does not.
        let words = page(result).filter(|_| !result.outcome.is_session());
        let reason = Some(sentence(&result.reason).replace('\n', " "));
        let issuer = (result.severity == Severity::Issuer).then(|| severity(result.severity));
        let lines = [reason, issuer, attacker(result), words];
        let lines: Vec<String> = lines.into_iter().flatten().collect();
        let anchor = format!("{}@{}", result.scenario.id, result.base);
        if let Some(row) = self.rows.iter_mut().find(alike) {
            // The first base speaks for all, whichever was judged first.
            if row.bases.iter().all(|base| *base > result.base) {
                (row.lines, row.anchor) = (lines, anchor);
            }
            row.bases.push(result.base.clone());
            row.bases.sort();
            return;
        }
        self.rows.push(Row {
            verdict: result.verdict,
            severity: result.severity,
            anchor,
            bases: match result.scenario.sends_nothing() {
                true => Vec::new(),
                false => vec![result.base.clone()],
            },
            about: about(&result.scenario),
            title: result.scenario.title.clone(),
            outcome: result.outcome,
            news: news(result),
            lines,
            passed: self.fail_on.lets_pass(result.verdict, result.severity),
            reason: result.reason.clone(),
            name,
        });
    }

    fn compare(&mut self, result: &ScenarioResult) {
        let name = format!("{} ({})", result.scenario.id, result.base);
        let bad = result.verdict == VerdictKind::Fail;
        match result.snapshot {
            SnapshotState::OutcomeDrift => self.accepted.changed(name.clone(), bad, false),
            SnapshotState::New => self.accepted.unknown += 1,
            SnapshotState::Same | SnapshotState::PresentationDrift | SnapshotState::Unapplied => {
                self.accepted.compared = true;
            }
            SnapshotState::Off => {}
        }
        let Some(last) = result.last else { return };
        self.last.compared = true;
        // A waiver mends nothing.
        let deviates = |verdict| matches!(verdict, VerdictKind::Fail | VerdictKind::Waived);
        let says = |verdict| !matches!(verdict, VerdictKind::Inconclusive | VerdictKind::NotApplicable);
        let (now, before) = (deviates(result.verdict), deviates(last));
        if self.baseline && now && before {
            self.last.still.push(name.clone());
        }
        if result.verdict == VerdictKind::NotApplicable && says(last) {
            self.last.unapplied.push(name.clone());
        }
        if now != before && result.verdict != VerdictKind::Waived && says(last) && says(result.verdict) {
            self.last.changed(name, now, before);
        }
    }
}

impl Since {
    fn changed(&mut self, name: String, bad: bool, healed: bool) {
        self.compared = true;
        let list = match (bad, healed) {
            (true, _) => &mut self.failing,
            (false, true) => &mut self.healed,
            (false, false) => &mut self.otherwise,
        };
        list.push(name);
    }

    fn told(&self, when: &str, failing: &str) -> Option<String> {
        if !self.compared {
            return None;
        }
        let mut words = Vec::new();
        for (names, what) in [
            (&self.failing, failing),
            (&self.healed, "healed"),
            (&self.otherwise, "changed and not failing"),
            (&self.still, "still failing"),
            (&self.unapplied, "no longer applicable"),
        ] {
            if !names.is_empty() {
                let mut names = names.clone();
                names.sort();
                let more = names.len().saturating_sub(NAMES);
                let shown = names[..names.len() - more].join(", ");
                let more = if more > 0 {
                    format!(" and {more} more")
                } else {
                    String::new()
                };
                words.push(format!("{} {what}: {shown}{more}", names.len()));
            }
        }
        if self.unknown > 0 {
            words.push(format!("{} that nobody has accepted yet", self.unknown));
        }
        (!words.is_empty()).then(|| format!("{when}: {}", words.join("; ")))
    }
}

impl Row {
    /// Which bases, in words.
    pub(super) fn which(&self) -> String {
        match self.bases.as_slice() {
            [] => self.about.to_owned(),
            [one] => format!("base {one}"),
            many => format!("bases {}", many.join(", ")),
        }
    }
}

/// What of the SP a scenario is about that sends it no message.
fn about(scenario: &Scenario) -> &'static str {
    match scenario.holds {
        Some(Property::Metadata(_)) => "metadata",
        Some(Property::Web(_)) => "cookies and pages",
        Some(_) => "AuthnRequest",
        None if scenario.watches() => "AuthnRequest",
        None => "no message",
    }
}

/// The scenario's id, with the variant that decided.
pub(super) fn name(result: &ScenarioResult) -> String {
    match &result.variant {
        Some(variant) => format!("{}#{}", result.scenario.id, visible(variant)),
        None => result.scenario.id.clone(),
    }
}

/// What is new about a result, in a word or two.
pub(super) fn news(result: &ScenarioResult) -> &'static str {
    let bad = result.verdict == VerdictKind::Fail;
    match (&result.snapshot, result.last) {
        (SnapshotState::OutcomeDrift, _) => "changed since accepted",
        (SnapshotState::Off | SnapshotState::New, Some(last)) if bad && last != VerdictKind::Fail => {
            "newly failing"
        }
        (_, Some(VerdictKind::Fail)) if result.verdict.is_good() => "healed",
        _ => "",
    }
}

fn rank(verdict: VerdictKind) -> u8 {
    match verdict {
        VerdictKind::Fail => 0,
        VerdictKind::Inconclusive => 1,
        _ => 2,
    }
}
