//! What the head of the page says, and what its parts share.

use std::collections::BTreeMap;

use scenarios::Severity;

use crate::{
    event::{Calibration, RunInfo, RunSummary, ScenarioResult},
    judge::VerdictKind,
    report::digest::Digest,
};

/// What the head of the page says.
#[derive(Default)]
pub(super) struct Told {
    pub(super) info: Option<RunInfo>,
    pub(super) calibration: Option<Calibration>,
    pub(super) digest: Digest,
    pub(super) warnings: Vec<String>,
    pub(super) end: Option<RunSummary>,
    pub(super) counts: BTreeMap<VerdictKind, usize>,
    pub(super) namespaces: BTreeMap<String, BTreeMap<VerdictKind, usize>>,
    pub(super) failures: BTreeMap<Severity, usize>,
}

impl Told {
    /// Counts one result.
    pub(super) fn count(&mut self, result: &ScenarioResult) {
        *self.counts.entry(result.verdict).or_default() += 1;
        let namespace = result.scenario.namespace().to_owned();
        let row = self.namespaces.entry(namespace).or_default();
        *row.entry(result.verdict).or_default() += 1;
        if result.verdict == VerdictKind::Fail {
            *self.failures.entry(result.severity).or_default() += 1;
        }
    }

    /// The verdicts that there are, in their order, with how often each came.
    pub(super) fn verdicts(&self) -> Vec<(VerdictKind, usize)> {
        let all = VerdictKind::ALL.into_iter();
        all.filter_map(|verdict| Some((verdict, *self.counts.get(&verdict)?)))
            .collect()
    }
}

/// The name of a result's section, by which it is linked to.
pub(super) fn anchor(result: &ScenarioResult) -> String {
    format!("{}@{}", result.scenario.id, result.base)
}

/// The verdict as a small coloured word; the word itself says it to those who see no colour.
pub(super) fn badge(verdict: VerdictKind) -> maud::Markup {
    maud::html! { span class={ "badge v-" (verdict.word()) } { (verdict.word()) } }
}

/// How bad a failure is, as a small word.
pub(super) fn grade(severity: Severity) -> maud::Markup {
    maud::html! { span class={ "badge s-" (severity) } { (severity) } }
}
