//! Rows for what Azure would refuse of the SP's own AuthnRequests: told once all have come.

use std::{sync::Arc, time::Duration};

use scenarios::Scenario;

use super::{options::Options, stage::Stage};
use crate::{
    event::{ScenarioResult, SnapshotState},
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
            scenario: scenario.clone(),
            base: scenarios::Base::N.letter().to_owned(),
            variant: None,
            firing: 0,
            expected: scenario.verdict,
            severity,
            outcome: Outcome::Violated,
            verdict,
            reason,
            control: None,
            duration: Duration::ZERO,
            driver: stage.driver.name().to_owned(),
            recipe: serde_json::Value::Null,
            message: None,
            kept: None,
            by_server_error: false,
            observation: Arc::default(),
            identity: "nobody".to_owned(),
            snapshot: SnapshotState::Off,
            last: None,
            variants: Vec::new(),
            refused: requests.of(scenario).into_iter().cloned().collect(),
        });
    }
    rows
}
