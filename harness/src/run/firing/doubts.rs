//! What is fired again before it is told: what was never answered, where everything is slow; what is not as it was accepted, where
//! that is a matter of chance.

use std::sync::atomic::Ordering;

use scenarios::Take;

use super::{runner::Runner, shot::Shot};
use crate::{
    event::{ScenarioResult, SnapshotState},
    judge::{VerdictKind, verdict::Control},
    run::plan::Unit,
    snapshot::Snapshots,
};

/// So often a recorded result that is not what was accepted is fired again.
const DRAWS: usize = 5;

impl Runner {
    /// Whether the SP or the machine was too slow for what was never answered is told by a flawless login just now. Where that
    /// takes several times as long as it can, it is fired once more, and given as many times as long for an answer.
    pub(super) async fn weighed(
        &self,
        unit: &Unit,
        take: &Take,
        control: Control,
        first: &Shot,
        again: &mut Vec<Shot>,
    ) -> Control {
        let Some(base) = self.learned.control_base(unit.base) else {
            return control;
        };
        if !first.hung() || again.iter().any(|shot| !shot.hung()) {
            return control;
        }
        match self.watch.slower(base).await {
            None => return Control::Failed,
            Some(1) => {}
            Some(times) => {
                let _alone = self.lanes.alone().await;
                let _patient = self.stage.be_patient(times);
                let shot = self.shoot(&unit.scenario, take, unit.base).await;
                if shot.firing > 0 {
                    again.push(shot);
                }
            }
        }
        control
    }

    /// Whether what is only recorded is not what was accepted.
    pub(super) fn differs(&self, result: &ScenarioResult) -> bool {
        let drifts = |accepted: &Snapshots| {
            matches!(
                accepted.compare(result),
                Ok(SnapshotState::OutcomeDrift | SnapshotState::PresentationDrift)
            )
        };
        result.verdict == VerdictKind::Recorded && self.accepted.as_ref().is_some_and(drifts)
    }

    /// What is the SP's affair may be a matter of chance there. Fired again a few times, it is told as it was accepted where it
    /// once comes out so: only what never does has changed.
    pub(super) async fn drawn_again(
        &self,
        unit: &Unit,
        take: &Take,
        first: ScenarioResult,
    ) -> ScenarioResult {
        for _ in 0..DRAWS {
            if self.stop.load(Ordering::Relaxed) {
                break;
            }
            let alone = self.lanes.alone().await;
            let shot = self.shoot(&unit.scenario, take, unit.base).await;
            drop(alone);
            if shot.firing == 0 {
                break;
            }
            let verdict = shot.verdict(unit, Control::NotNeeded, false, &self.learned);
            let mut again = self.result(unit, shot, verdict, first.control, Vec::new());
            if again.verdict == VerdictKind::Recorded && !self.differs(&again) {
                again.reason = format!(
                    "{}; not each time: it came to {} as well",
                    again.reason, first.outcome
                );
                return again;
            }
        }
        first
    }
}
