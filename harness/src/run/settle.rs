//! What becomes of a result before it is told: kept, compared with what was accepted, waived.

use std::collections::BTreeMap;

use super::{
    kept::{KeptResult, key},
    options::Options,
};
use crate::{
    event::{Flawless, ScenarioResult},
    judge::{VerdictKind, request::Requests},
    snapshot::{Snapshots, text},
};

/// Settles results, one by one.
pub(super) struct Settling<'a> {
    pub(super) options: &'a mut Options,
    pub(super) snapshots: Option<Snapshots>,
    /// How what is gone on with had come out before, by id and base.
    pub(super) lasts: BTreeMap<(String, String), Option<VerdictKind>>,
}

impl Settling<'_> {
    /// One that was fired just now, with what could not be done about it.
    pub(super) fn fired(
        &mut self,
        mut result: ScenarioResult,
        requests: impl FnOnce() -> Requests,
    ) -> (ScenarioResult, Option<String>) {
        let known = self.lasts.get(&key(&result));
        let last = || self.options.last.verdict(&result.scenario.id, &result.base);
        result.last = known.copied().unwrap_or_else(last);
        let seen = text(&result);
        if let Some(keep) = &mut self.options.keep {
            // Every report needs it from here on: the two are held against each other once.
            result.flawless = result.changes().map(Flawless::Held);
            keep.requests(&requests());
            keep.result(&result, &seen);
        }
        self.kept(KeptResult { result, seen })
    }

    /// One that an earlier run kept.
    pub(super) fn kept(&mut self, kept: KeptResult) -> (ScenarioResult, Option<String>) {
        let KeptResult { mut result, seen } = kept;
        let mut trouble = None;
        let compared = self
            .snapshots
            .as_ref()
            .map(|kept| kept.compare_as(&result, &seen));
        match compared {
            None => {}
            Some(Ok(state)) => result.snapshot = state,
            Some(Err(error)) => trouble = Some(error.to_string()),
        }
        let waivers = &mut self.options.waivers;
        if let Some(reason) = waivers.apply(&result.scenario.id, result.verdict) {
            result.verdict = VerdictKind::Waived;
            result.reason = format!("{}; waived: {reason}", result.reason);
        }
        (result, trouble)
    }
}
