//! What one result means for whoever gates on it alone. Pure.

use crate::{
    event::{ScenarioResult, SnapshotState},
    judge::{FailOn, VerdictKind},
};

/// What one result comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Gate {
    /// It may pass.
    Open,
    /// It may pass, and says why nothing was proven.
    Beside(String),
    /// It may not pass, and why where its verdict does not say that.
    Shut(Option<String>),
}

/// What a result comes to, as a run of it alone would end.
pub(crate) fn gate(result: &ScenarioResult, fail_on: FailOn, locked: bool) -> Gate {
    let (verdict, severity) = (result.verdict, result.severity);
    if fail_on.fails(verdict, severity) {
        let warned = verdict == VerdictKind::Warn;
        return Gate::Shut(warned.then(|| "a warning fails here, by --fail-on warn".to_owned()));
    }
    if verdict == VerdictKind::Inconclusive {
        return Gate::Shut(None);
    }
    let snapshot = match &result.snapshot {
        SnapshotState::OutcomeDrift => {
            Some("it changed since its snapshot was accepted: see `samlitmus review`")
        }
        SnapshotState::New if locked => Some("it has no accepted snapshot, and snapshots are locked"),
        SnapshotState::Unapplied if locked => {
            Some("it no longer applies, though an accepted snapshot of it is there, and snapshots are locked")
        }
        _ => None,
    };
    if let Some(why) = snapshot {
        return Gate::Shut(Some(why.to_owned()));
    }
    match verdict {
        VerdictKind::NotApplicable => Gate::Beside(format!("not applicable: {}", result.reason)),
        VerdictKind::Waived => Gate::Beside(result.reason.clone()),
        _ if fail_on.lets_pass(verdict, severity) => Gate::Beside(format!(
            "let pass, being below --fail-on {}: {}",
            fail_on.word(),
            result.reason
        )),
        _ => Gate::Open,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use scenarios::{Base, Catalogue, Severity};

    use super::*;
    use crate::judge::outcome::Outcome;

    fn result(verdict: VerdictKind, snapshot: SnapshotState) -> ScenarioResult {
        let scenario = Catalogue::embedded().get("signature/xsw-3").unwrap();
        ScenarioResult {
            severity: Severity::Medium,
            outcome: Outcome::Rejected,
            verdict,
            reason: "so it is".to_owned(),
            snapshot,
            ..ScenarioResult::blank(Arc::clone(scenario), Base::A)
        }
    }

    #[test]
    fn what_ends_a_run_with_a_failure_shuts_the_gate_and_nothing_else() {
        use SnapshotState as S;
        use VerdictKind as V;
        for (verdict, snapshot, fail_on, locked, open) in [
            (V::Pass, S::Same, FailOn::Fail, true, true),
            (V::PassInert, S::PresentationDrift, FailOn::Fail, true, true),
            (V::Pass, S::OutcomeDrift, FailOn::Critical, false, false),
            (V::Pass, S::New, FailOn::Fail, false, true),
            (V::Pass, S::New, FailOn::Fail, true, false),
            (V::NotApplicable, S::Unapplied, FailOn::Fail, false, true),
            (V::NotApplicable, S::Unapplied, FailOn::Fail, true, false),
            (V::Fail, S::Off, FailOn::Fail, false, false),
            (V::Fail, S::Off, FailOn::Medium, false, false),
            (V::Fail, S::Off, FailOn::High, false, true),
            (V::Warn, S::Off, FailOn::Fail, false, true),
            (V::Warn, S::Off, FailOn::Warn, false, false),
            (V::Inconclusive, S::Off, FailOn::Critical, false, false),
            (V::Waived, S::Off, FailOn::Warn, false, true),
        ] {
            let came = gate(&result(verdict, snapshot.clone()), fail_on, locked);
            assert_eq!(
                !matches!(came, Gate::Shut(_)),
                open,
                "{verdict:?} {snapshot:?} {fail_on:?} {locked}: {came:?}"
            );
        }
    }

    #[test]
    fn what_passes_without_a_proof_says_why() {
        use VerdictKind as V;
        for (verdict, words) in [
            (V::NotApplicable, "not applicable: so it is"),
            (V::Waived, "so it is"),
            (V::Fail, "let pass, being below --fail-on high: so it is"),
        ] {
            let came = gate(&result(verdict, SnapshotState::Off), FailOn::High, false);
            assert_eq!(came, Gate::Beside(words.to_owned()));
        }
        assert_eq!(
            gate(&result(V::Pass, SnapshotState::Off), FailOn::Fail, false),
            Gate::Open
        );
    }
}
