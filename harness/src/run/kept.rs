//! What is kept of a run while it is under way, so that another can go on with it; and what an earlier one kept.

use std::collections::{BTreeMap, BTreeSet};

use scenarios::{Base, Scenario};

use crate::{
    event::ScenarioResult,
    judge::{VerdictKind, request::Requests},
};

/// Keeps what a run comes to, as it comes.
pub trait Keep: Send {
    /// A result, before waivers and snapshots had their say; `seen` is the text that its snapshot would have.
    fn result(&mut self, result: &ScenarioResult, seen: &str);

    /// The SP's own AuthnRequests so far.
    fn requests(&mut self, requests: &Requests);
}

/// A result that was kept, and the text that its snapshot would have.
#[derive(Debug)]
pub struct KeptResult {
    /// As it was judged, without secrets.
    pub result: ScenarioResult,
    /// The text of its snapshot.
    pub seen: String,
}

/// What an earlier run of the same came to.
#[derive(Debug, Default)]
pub struct Before {
    /// Its results, each scenario and base once.
    pub results: Vec<KeptResult>,
    /// The SP's own AuthnRequests.
    pub requests: Requests,
}

impl Before {
    /// Leaves out what says nothing for good: what could not be judged, and what does not apply to this SP, which calibration finds
    /// out anew.
    pub(super) fn decided(self) -> Self {
        let decided = |kept: &KeptResult| {
            let kind = kept.result.verdict;
            !matches!(kind, VerdictKind::Inconclusive | VerdictKind::NotApplicable)
        };
        Self {
            results: self.results.into_iter().filter(decided).collect(),
            ..self
        }
    }

    /// How everything had come out before that run, which it may have forgotten since.
    pub(super) fn lasts(&self) -> BTreeMap<(String, String), Option<VerdictKind>> {
        let all = self.results.iter().map(|kept| &kept.result);
        all.map(|result| (key(result), result.last)).collect()
    }

    /// What need not be fired again.
    pub(super) fn done(&self) -> Done {
        Done(self.results.iter().map(|kept| key(&kept.result)).collect())
    }
}

/// What a result is known by in a run.
pub(super) fn key(result: &ScenarioResult) -> (String, String) {
    (result.scenario.id.clone(), result.base.clone())
}

/// Scenarios with bases that need not be fired.
#[derive(Debug, Default)]
pub(super) struct Done(BTreeSet<(String, String)>);

impl Done {
    pub(super) fn has(&self, scenario: &Scenario, base: Base) -> bool {
        !self.0.is_empty() && self.0.contains(&(scenario.id.clone(), base.letter().to_owned()))
    }
}
