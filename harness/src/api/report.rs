//! What a run came to, as a value.

use std::sync::Arc;

use crate::{
    event::{Calibration, Event, RunSummary, ScenarioResult},
    exit::Exit,
    judge::{
        FailOn,
        gate::{Gate, gate},
    },
    report::in_full::in_full,
};

/// The most scenarios that a failed assertion tells in full.
const IN_FULL: usize = 5;

/// What a run came to. Made by [`Harness::run`](super::Harness::run).
#[derive(Clone, Debug, Default)]
pub struct Report {
    results: Vec<Arc<ScenarioResult>>,
    calibration: Option<Arc<Calibration>>,
    summary: RunSummary,
    fail_on: FailOn,
    locked: bool,
    again: Vec<String>,
}

impl Report {
    /// An empty one; `{id}` in the lines that repeat a scenario is its id.
    pub(crate) fn new(fail_on: FailOn, locked: bool, again: Vec<String>) -> Self {
        Self {
            fail_on,
            locked,
            again,
            ..Self::default()
        }
    }

    pub(crate) fn on(&mut self, event: &Event) {
        match event {
            Event::Calibrated(calibration) => self.calibration = Some(calibration.clone()),
            Event::ScenarioFinished(result) => self.results.push(result.clone()),
            Event::Started(_) | Event::ScenarioStarted { .. } | Event::Warning(_) | Event::Finished(_) => {}
        }
    }

    pub(crate) fn end(mut self, summary: RunSummary) -> Self {
        self.summary = summary;
        self.results
            .sort_by(|a, b| (&a.scenario.id, &a.base).cmp(&(&b.scenario.id, &b.base)));
        self
    }

    pub(crate) fn warn(&mut self, warning: String) {
        self.summary.warnings.push(warning);
    }

    /// Every result: one a scenario and base, by id.
    pub fn results(&self) -> impl Iterator<Item = &ScenarioResult> {
        self.results.iter().map(Arc::as_ref)
    }

    /// The result of a scenario, of its worst base; none where it was not fired.
    pub fn result(&self, id: &str) -> Option<&ScenarioResult> {
        self.of(id).into_iter().max_by_key(|result| result.verdict)
    }

    /// How it ended: the exit code that `samlitmus run` would have.
    pub fn exit(&self) -> Exit {
        let code = self.summary.exit;
        let known = Exit::ALL.into_iter().find(|exit| exit.code() == code);
        known.unwrap_or(Exit::NotJudged)
    }

    /// Every cause of an exit code other than 0, one sentence each.
    pub fn causes(&self) -> &[String] {
        &self.summary.causes
    }

    /// Warnings for the run as a whole.
    pub fn warnings(&self) -> &[String] {
        &self.summary.warnings
    }

    /// The sum.
    pub fn summary(&self) -> &RunSummary {
        &self.summary
    }

    /// What was learned about the SP before anything was fired; none where that failed.
    pub fn calibration(&self) -> Option<&Calibration> {
        self.calibration.as_deref()
    }

    /// That the SP conforms.
    ///
    /// # Panics
    /// It does not, or could not be judged: the message says why, and how each failure is mended and repeated.
    #[track_caller]
    pub fn assert_conforms(&self) {
        assert!(self.exit() == Exit::Conforms, "{}", self.told());
    }

    /// The results of a scenario, a base each.
    pub(crate) fn of(&self, id: &str) -> Vec<&ScenarioResult> {
        self.results().filter(|result| result.scenario.id == id).collect()
    }

    /// What a result comes to in this run.
    pub(crate) fn gate(&self, result: &ScenarioResult) -> Gate {
        gate(result, self.fail_on, self.locked)
    }

    /// Why a scenario may not pass, in full; none where it may.
    pub(crate) fn objection(&self, id: &str) -> Option<String> {
        let results = self.of(id);
        let mut may_pass = true;
        let mut why = Vec::new();
        for result in &results {
            if let Gate::Shut(because) = self.gate(result) {
                may_pass = false;
                why.extend(because.map(|because| format!("base {}: {because}", result.base)));
            }
        }
        let again: Vec<String> = self.again.iter().map(|line| line.replace("{id}", id)).collect();
        (!may_pass).then(|| in_full(&results, &why, &again))
    }

    /// Why the run as a whole does not conform.
    pub(crate) fn whole(&self) -> String {
        let mut told = format!("exit {}: {}\n", self.summary.exit, self.exit().meaning());
        for cause in &self.summary.causes {
            told.push_str(&format!("  {cause}\n"));
        }
        for line in &self.summary.picture {
            told.push_str(&format!("    {line}\n"));
        }
        told
    }

    fn told(&self) -> String {
        let mut told = format!("the SP does not conform, {}", self.whole());
        let mut ids: Vec<&str> = self.results().map(|result| result.scenario.id.as_str()).collect();
        ids.dedup();
        let objections: Vec<(&str, String)> = ids
            .into_iter()
            .filter_map(|id| Some((id, self.objection(id)?)))
            .collect();
        for (_, objection) in objections.iter().take(IN_FULL) {
            told.push_str(&format!("\n{objection}"));
        }
        let rest: Vec<&str> = objections.iter().skip(IN_FULL).map(|(id, _)| *id).collect();
        if !rest.is_empty() {
            told.push_str(&format!("\nand besides: {}\n", rest.join(", ")));
        }
        told
    }
}
