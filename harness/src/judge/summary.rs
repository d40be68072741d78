//! What a run comes to: counts, causes, exit code. Pure.

use std::collections::BTreeMap;

use scenarios::Severity;

use crate::{
    event::{RunSummary, ScenarioResult, SnapshotState},
    judge::outcome::Outcome,
    judge::{FailOn, VerdictKind, circumstances::Circumstances},
    text::counted,
};

/// Adds up results as they come.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    summary: RunSummary,
    by_kind: BTreeMap<VerdictKind, Vec<String>>,
    failed: Vec<(Severity, String)>,
    drifted: Vec<String>,
    new: Vec<String>,
    unapplied: Vec<String>,
    by_server_error: usize,
    /// Attacks that were fired, and those of them that ended in a crash or without an answer.
    attacks: usize,
    unanswered: usize,
}

impl Tally {
    /// Adds one result.
    pub(crate) fn add(&mut self, result: &ScenarioResult) {
        *self.summary.counts.entry(result.verdict).or_default() += 1;
        if result.verdict == VerdictKind::Fail {
            *self.summary.fail_by_severity.entry(result.severity).or_default() += 1;
        }
        let name = format!("{} ({})", result.scenario.id, result.base);
        if result.verdict == VerdictKind::Fail {
            self.failed.push((result.severity, name.clone()));
        }
        match result.snapshot {
            SnapshotState::OutcomeDrift => self.drifted.push(name.clone()),
            SnapshotState::New => self.new.push(name.clone()),
            SnapshotState::Unapplied => self.unapplied.push(name.clone()),
            SnapshotState::PresentationDrift => {
                self.summary.warnings.push(format!(
                    "{name}: the same outcome by other pages or cookies than accepted"
                ));
            }
            SnapshotState::Off | SnapshotState::Same => {}
        }
        self.by_kind.entry(result.verdict).or_default().push(name);
        self.by_server_error += usize::from(result.by_server_error);
        if result.expected.is_negative() && result.verdict != VerdictKind::NotApplicable {
            self.attacks += 1;
            self.unanswered += usize::from(matches!(result.outcome, Outcome::ServerError | Outcome::Hang));
        }
    }

    /// Whether there is a result with this verdict.
    pub(crate) fn has(&self, verdict: VerdictKind) -> bool {
        self.by_kind.contains_key(&verdict)
    }

    /// The sum.
    pub(crate) fn finish(mut self, around: &Circumstances) -> RunSummary {
        // Results come as they are judged; what is said of them is the same in every run.
        for names in [
            &mut self.drifted,
            &mut self.new,
            &mut self.unapplied,
            &mut self.summary.warnings,
        ] {
            names.sort();
        }
        self.by_kind.values_mut().for_each(|names| names.sort());
        let listed = |names: &[String]| {
            let shown: Vec<&str> = names.iter().take(8).map(String::as_str).collect();
            let more = names.len().saturating_sub(8);
            if more > 0 {
                format!("{} and {more} more", shown.join(", "))
            } else {
                shown.join(", ")
            }
        };
        let mut causes = Vec::new();
        let mut exit = 0;
        let mut because = |code: i32, cause: String| {
            // A deviation outweighs what could not be judged.
            exit = match (exit, code) {
                (0, code) => code,
                (1, _) | (_, 1) => 1,
                (earlier, _) => earlier,
            };
            causes.push(cause);
        };
        let empty = Vec::new();
        let of = |kind| self.by_kind.get(&kind).unwrap_or(&empty);
        // The worst first: a list is cut at its end.
        self.failed
            .sort_by(|(one, a), (other, b)| other.cmp(one).then_with(|| a.cmp(b)));
        let (failed, passed): (Vec<_>, Vec<_>) = self
            .failed
            .iter()
            .partition(|(severity, _)| around.fail_on.fails(VerdictKind::Fail, *severity));
        if !failed.is_empty() {
            let names: Vec<String> = failed.iter().map(|(_, name)| name.clone()).collect();
            let severities = severities(failed.iter().map(|(severity, _)| *severity));
            because(
                1,
                format!("{} failed ({severities}): {}", names.len(), listed(&names)),
            );
        }
        self.summary.let_pass = (!passed.is_empty()).then(|| {
            let names: Vec<String> = passed.iter().map(|(_, name)| name.clone()).collect();
            let severities = severities(passed.iter().map(|(severity, _)| *severity));
            format!(
                "{} let pass, being below --fail-on {} ({severities}): {}",
                counted(names.len(), "failure"),
                around.fail_on.word(),
                listed(&names)
            )
        });
        if around.fail_on == FailOn::Warn && !of(VerdictKind::Warn).is_empty() {
            let names = of(VerdictKind::Warn);
            because(
                1,
                format!("{} warned, and --fail-on warn: {}", names.len(), listed(names)),
            );
        }
        if !self.drifted.is_empty() {
            because(
                1,
                format!(
                    "{} changed since their snapshots were accepted: {}",
                    self.drifted.len(),
                    listed(&self.drifted)
                ),
            );
        }
        if around.locked && !self.new.is_empty() {
            because(
                1,
                format!(
                    "{} have no accepted snapshot, and the run is --locked: {}",
                    self.new.len(),
                    listed(&self.new)
                ),
            );
        }
        if !self.unapplied.is_empty() {
            let cause = format!(
                "{} no longer applied, though accepted snapshots of them are there: {}; look why in the report, or delete those snapshots",
                counted(self.unapplied.len(), "scenario"),
                listed(&self.unapplied)
            );
            match around.locked {
                true => because(1, cause),
                false => self.summary.warnings.push(cause),
            }
        }
        for complaint in around
            .waivers
            .iter()
            .filter_map(|bite| bite.complaint(around.partly))
        {
            because(1, complaint);
        }
        if let Some(why) = &around.hopeless {
            because(3, why.clone());
        }
        for why in &around.unjudged {
            because(3, why.clone());
        }
        if self.unanswered * 10 > self.attacks {
            because(
                3,
                format!(
                    "{} of {} attacks ended in a server error or without an answer, which is no refusal (this SP refuses with {}): whether it would have let somebody in, nobody knows",
                    self.unanswered,
                    self.attacks,
                    around
                        .refuses_with
                        .as_deref()
                        .unwrap_or("nothing that could be seen"),
                ),
            );
        }
        if !of(VerdictKind::Inconclusive).is_empty() {
            let names = of(VerdictKind::Inconclusive);
            because(
                3,
                format!("{} could not be judged: {}", names.len(), listed(names)),
            );
        }
        if around.lost > 0 && !around.interrupted {
            because(
                3,
                format!(
                    "{} came to no verdict, because a worker of the harness broke: please report what stands on standard error",
                    counted(around.lost, "scenario")
                ),
            );
        }
        let ran = around.watched > 0
            || self
                .by_kind
                .iter()
                .any(|(kind, names)| *kind != VerdictKind::NotApplicable && !names.is_empty());
        if !ran && around.hopeless.is_none() && !around.interrupted {
            because(4, "nothing ran".to_owned());
        }
        if around.interrupted {
            causes.push(match around.lost {
                0 => "interrupted".to_owned(),
                lost => format!("interrupted, with {} not judged", counted(lost, "scenario")),
            });
            exit = 130;
        }
        if self.by_server_error > 0 {
            self.summary.warnings.push(format!(
                "{} refusals came as a 5xx: they count, since this SP always refuses so, but a 4xx would tell a refusal from a crash",
                self.by_server_error
            ));
        }
        self.summary.warnings.extend(around.warnings.iter().cloned());
        RunSummary {
            causes,
            exit,
            circumstances: around.clone(),
            ..self.summary
        }
    }
}

/// How many of each severity, the worst first: `3 critical, 1 low`.
pub(crate) fn severities(all: impl Iterator<Item = Severity>) -> String {
    let mut counts = BTreeMap::<Severity, usize>::new();
    for severity in all {
        *counts.entry(severity).or_default() += 1;
    }
    let words = counts
        .iter()
        .rev()
        .map(|(severity, count)| format!("{count} {severity}"));
    words.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::waiver::Bite;

    fn sum(around: &Circumstances) -> (i32, Vec<String>) {
        let summary = Tally::default().finish(around);
        (summary.exit, summary.causes)
    }

    #[test]
    fn what_a_broken_worker_took_along_is_never_green() {
        let (exit, causes) = sum(&Circumstances {
            lost: 3,
            ..Circumstances::default()
        });
        assert_eq!(exit, 3);
        assert!(
            causes[0].starts_with("3 scenarios came to no verdict"),
            "{causes:?}"
        );
    }

    #[test]
    fn what_was_accepted_and_no_longer_applies_is_a_deviation_where_snapshots_are_locked() {
        let of = |locked| {
            let tally = Tally {
                unapplied: vec!["signature/x (A)".to_owned()],
                by_kind: [(VerdictKind::Pass, vec!["time/x (A)".to_owned()])].into(),
                ..Tally::default()
            };
            tally.finish(&Circumstances {
                locked,
                ..Circumstances::default()
            })
        };
        let locked = of(true);
        assert_eq!(locked.exit, 1);
        assert!(
            locked.causes[0].starts_with("1 scenario no longer applied")
                && locked.causes[0].contains("signature/x (A)"),
            "{locked:?}"
        );
        let open = of(false);
        assert_eq!((open.exit, open.causes.len(), open.warnings.len()), (0, 0, 1));
    }

    #[test]
    fn an_interruption_outweighs_everything_and_says_what_is_missing() {
        let (exit, causes) = sum(&Circumstances {
            lost: 1,
            interrupted: true,
            waivers: vec![Bite {
                id: "time/x".to_owned(),
                expired: Some("2026-01-01".to_owned()),
                seen: true,
                bit: false,
                partly: false,
            }],
            ..Circumstances::default()
        });
        assert_eq!(exit, 130);
        assert_eq!(
            causes,
            [
                "the waiver for time/x expired on 2026-01-01: mend the SP, or argue it anew",
                "interrupted, with 1 scenario not judged"
            ]
        );
    }

    #[test]
    fn failures_are_listed_worst_first_and_what_a_threshold_lets_pass_is_said() {
        let of = |fail_on| {
            let failed = [
                (Severity::Low, "a/low (A)"),
                (Severity::Critical, "z/critical (A)"),
                (Severity::High, "m/high (B)"),
            ];
            let names = failed.iter().map(|(_, name)| (*name).to_owned()).collect();
            let tally = Tally {
                by_kind: [(VerdictKind::Fail, names)].into(),
                failed: failed.map(|(severity, name)| (severity, name.to_owned())).into(),
                ..Tally::default()
            };
            tally.finish(&Circumstances {
                fail_on,
                ..Circumstances::default()
            })
        };
        let all = of(FailOn::Fail);
        assert_eq!(
            (all.exit, all.causes, all.let_pass),
            (
                1,
                vec![
                    "3 failed (1 critical, 1 high, 1 low): z/critical (A), m/high (B), a/low (A)".to_owned()
                ],
                None
            )
        );
        let high = of(FailOn::High);
        assert_eq!(
            high.causes,
            ["2 failed (1 critical, 1 high): z/critical (A), m/high (B)"]
        );
        assert_eq!(
            high.let_pass.unwrap(),
            "1 failure let pass, being below --fail-on high (1 low): a/low (A)"
        );
    }

    #[test]
    fn a_threshold_that_lets_everything_pass_conforms_and_says_so() {
        let tally = Tally {
            by_kind: [(VerdictKind::Fail, vec!["a/low (A)".to_owned()])].into(),
            failed: vec![(Severity::Low, "a/low (A)".to_owned())],
            ..Tally::default()
        };
        let summary = tally.finish(&Circumstances {
            fail_on: FailOn::Critical,
            ..Circumstances::default()
        });
        assert_eq!((summary.exit, summary.causes.len()), (0, 0));
        assert!(summary.let_pass.unwrap().contains("a/low (A)"));
    }
}
