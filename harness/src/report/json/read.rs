//! From a file of results to the events that it was made of.

use std::{fs::File, io::Read, path::Path, path::PathBuf, sync::Arc, time::Duration};

use thiserror::Error;

use super::model::{Entry, Results, SCHEMA, Summary};
use crate::{
    event::{Event, Flawless, RunSummary, ScenarioResult},
    judge::VerdictKind,
};

/// The largest file that is read: some ten times the results of everything there is.
const MOST: u64 = 256 << 20;

/// Why results cannot be read.
#[derive(Debug, Error)]
#[error("the results in {} cannot be read ({why}); name a file that `samlitmus run --report json=PATH` wrote", path.display())]
pub struct CannotRead {
    /// The file.
    pub path: PathBuf,
    /// Why.
    pub why: String,
}

/// Reads a file of results.
///
/// # Errors
/// There is none, it is too large, or it is something else.
pub fn read(path: &Path) -> Result<Results, CannotRead> {
    let cannot = |why: String| CannotRead {
        path: path.to_owned(),
        why,
    };
    let file = File::open(path).map_err(|why| cannot(why.to_string()))?;
    let mut text = Vec::new();
    let mut bounded = file.take(MOST + 1);
    bounded
        .read_to_end(&mut text)
        .map_err(|why| cannot(why.to_string()))?;
    if u64::try_from(text.len()).is_ok_and(|size| size > MOST) {
        return Err(cannot(format!("it has more than {} MiB", MOST >> 20)));
    }
    let results: Results = serde_json::from_slice(&text).map_err(|why| cannot(why.to_string()))?;
    if results.schema != SCHEMA {
        return Err(cannot(format!(
            "it has schema {}, and this version reads {SCHEMA}",
            results.schema
        )));
    }
    Ok(results)
}

impl Results {
    /// The events that it was made of, in the order of its entries. Entries that an older version wrote, without what other reports
    /// need, are left out; how many.
    pub fn events(self) -> (Vec<Event>, usize) {
        let mut events = Vec::new();
        events.extend(self.run.map(|info| Event::Started(Arc::new(info))));
        events.extend(
            self.sp
                .calibration
                .map(|found| Event::Calibrated(Arc::new(found))),
        );
        let all = self.scenarios.len();
        let results: Vec<Event> = self
            .scenarios
            .into_iter()
            .filter_map(Entry::result)
            .map(|result| Event::ScenarioFinished(Arc::new(result)))
            .collect();
        let left_out = all - results.len();
        events.extend(results);
        let warnings = self.summary.warnings.iter().cloned();
        events.extend(warnings.map(Event::Warning));
        if self.summary.exit.is_some() {
            let summary = self.summary.of_run(Duration::from_millis(self.duration_ms));
            events.push(Event::Finished(Arc::new(summary)));
        }
        (events, left_out)
    }
}

impl Entry {
    /// The result that it was made of; none where an older version wrote it.
    pub(crate) fn result(self) -> Option<ScenarioResult> {
        let mut record = self.record?;
        let variants = self.variants.into_iter();
        Some(ScenarioResult {
            observation: Arc::new(record.observation()),
            scenario: Arc::from(record.scenario),
            base: self.base,
            variant: self.variant,
            firing: self.firing,
            expected: self.expected,
            severity: self.severity,
            outcome: self.outcome,
            verdict: self.verdict,
            reason: self.reason,
            control: self.control,
            duration: Duration::from_millis(self.duration_ms),
            driver: self.driver,
            recipe: self.recipe,
            message: None,
            kept: record.sent.map(Arc::new),
            flawless: record.changes.map(|changes| Flawless::Held(Arc::new(changes))),
            by_server_error: record.by_server_error,
            identity: self.identity,
            snapshot: self.snapshot,
            last: self.last,
            variants: variants
                .map(|variant| (variant.name, variant.outcome, variant.verdict))
                .collect(),
            refused: self.refused,
            sp_log: self.sp_log,
        })
    }
}

impl Summary {
    /// The summary of the run.
    fn of_run(self, duration: Duration) -> RunSummary {
        let counts = [
            (VerdictKind::Pass, self.pass),
            (VerdictKind::PassInert, self.pass_inert),
            (VerdictKind::Warn, self.warn),
            (VerdictKind::Fail, self.fail),
            (VerdictKind::Recorded, self.recorded),
            (VerdictKind::Inconclusive, self.inconclusive),
            (VerdictKind::NotApplicable, self.not_applicable),
            (VerdictKind::Waived, self.waived),
        ];
        RunSummary {
            counts: counts.into_iter().filter(|(_, count)| *count > 0).collect(),
            fail_by_severity: self.fail_by_severity,
            causes: self.causes,
            warnings: self.warnings,
            let_pass: self.let_pass,
            picture: self.picture,
            sp_log: self.sp_log,
            circumstances: self.circumstances,
            exit: self.exit.unwrap_or_default(),
            duration,
            requests: self.requests,
            authn_requests: self.authn_requests,
            authn_requests_refused: self.authn_requests_refused,
        }
    }
}
