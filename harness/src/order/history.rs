//! How everything came out before at an SP, and how it comes out now.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use scenarios::Scenario;

use crate::{
    config::{self, Config},
    event::{Event, RunSummary},
    last_run::{LastRun, LastRunError},
};

/// What is known of an SP, and grows with a run.
pub(crate) struct History {
    state: PathBuf,
    sp: String,
    now: LastRun,
    told: BTreeSet<String>,
}

/// The state folder in which is kept how everything came out, and the SP's name there.
pub(crate) fn kept_for(config: Option<&Config>) -> (PathBuf, String) {
    match config {
        Some(config) => (config.path(&config.idp.state), config.sp.name.clone()),
        None => (config::Idp::default().state.into(), "reference-sp".to_owned()),
    }
}

impl History {
    /// Goes on from there.
    pub(crate) fn new(state: &Path, sp: &str, last: LastRun) -> Self {
        Self {
            state: state.to_owned(),
            sp: sp.to_owned(),
            now: last,
            told: BTreeSet::new(),
        }
    }

    /// Listens.
    pub(crate) fn on(&mut self, event: &Event) {
        if let Event::ScenarioFinished(result) = event {
            self.told.insert(result.scenario.id.clone());
            self.now.learn(&result.scenario.id, &result.base, result.verdict);
        }
    }

    /// Keeps what this run told of these scenarios. One that did not come to fire anything knows nothing new.
    ///
    /// # Errors
    /// The state folder cannot be written.
    pub(crate) fn keep(
        mut self,
        scenarios: &[Arc<Scenario>],
        summary: Option<&RunSummary>,
    ) -> Result<(), LastRunError> {
        if summary.is_some_and(|summary| summary.authn_requests > 0) {
            // What Azure takes has no row of its own, and has healed all the same.
            let watching = scenarios.iter().filter(|scenario| scenario.watches());
            for scenario in watching.filter(|scenario| !self.told.contains(&scenario.id)) {
                self.now.forget(&scenario.id);
            }
        }
        if self.told.is_empty() {
            return Ok(());
        }
        self.now.ended = jiff::Timestamp::now().to_string();
        self.now.save(&self.state, &self.sp)
    }
}
