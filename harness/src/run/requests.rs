//! Rows for what Azure would refuse of the SP's own AuthnRequests: told once all have come.

use std::sync::Arc;

use scenarios::{Base, Scenario};

use super::{options::Options, stage::Stage};
use crate::{
    event::ScenarioResult,
    judge::{VerdictKind, outcome::Outcome, request},
};

/// The rows of the scenarios that watch, waived where a waiver says so. Where Azure takes everything there is none, and a waiver
/// that means it has healed.
pub(super) fn rows(stage: &Stage, scenarios: &[Arc<Scenario>], options: &mut Options) -> Vec<ScenarioResult> {
    let requests = stage.answers.requests();
    let mut rows = Vec::new();
    for scenario in scenarios.iter().filter(|scenario| scenario.watches()) {
        let Some(verdict) = request::judge(scenario, &requests, stage.requires_signed) else {
            if requests.checked > 0 {
                let _ = options.waivers.apply(&scenario.id, VerdictKind::Pass);
            }
            continue;
        };
        let waived = options.waivers.apply(&scenario.id, verdict.kind);
        let (verdict, severity, reason) = match waived {
            Some(why) => (
                VerdictKind::Waived,
                verdict.severity,
                format!("{}; waived: {why}", verdict.reason),
            ),
            None => (verdict.kind, verdict.severity, verdict.reason),
        };
        rows.push(ScenarioResult {
            severity,
            outcome: Outcome::Violated,
            verdict,
            reason,
            driver: stage.driver.name().to_owned(),
            refused: requests.of(scenario).into_iter().cloned().collect(),
            ..ScenarioResult::blank(scenario.clone(), Base::N)
        });
    }
    rows
}
