//! Writes the results.

use std::path::Path;

use super::{
    entry::millis,
    model::{Entry, Results, SCHEMA, Sp, Summary, Tool},
};
use crate::{
    event::{Calibration, Event, RunInfo, RunSummary, ScenarioResult},
    judge::VerdictKind,
    report::{
        draft::Draft,
        listener::{Listener, ReportError},
        spool::Spool,
    },
};

/// The listener that writes them.
pub struct Json {
    draft: Draft,
    entries: Spool,
    summary: Summary,
    info: Option<RunInfo>,
    calibration: Option<Calibration>,
    duration_ms: u64,
}

impl Json {
    /// Makes the file, under another name; an earlier report goes.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn create(path: &Path) -> Result<Self, ReportError> {
        let draft = Draft::begin(path)?;
        Ok(Self {
            entries: draft.spool()?,
            draft,
            summary: Summary::default(),
            info: None,
            calibration: None,
            duration_ms: 0,
        })
    }

    /// All but the entries.
    fn head(&self) -> Results {
        let version = || env!("CARGO_PKG_VERSION").to_owned();
        let info = self.info.as_ref();
        let mut summary = self.summary.clone();
        if summary.exit.is_none() {
            summary.causes.push("the run did not come to an end".to_owned());
        }
        Results {
            schema: SCHEMA,
            tool: Tool {
                name: "samlitmus".to_owned(),
                version: info.map_or_else(version, |info| info.version.clone()),
                catalogue: info.map_or_else(
                    || scenarios::catalogue::VERSION.to_string(),
                    |info| info.catalogue.clone(),
                ),
            },
            seed: info.map_or(0, |info| info.seed),
            started: info.map_or_else(String::new, |info| info.started.clone()),
            duration_ms: self.duration_ms,
            driver: info.map_or_else(String::new, |info| info.driver.clone()),
            run: self.info.clone(),
            sp: Sp {
                name: info.map_or_else(String::new, |info| info.sp.clone()),
                address: info.map_or_else(String::new, |info| info.address.clone()),
                calibration: self.calibration.clone(),
            },
            summary,
            scenarios: Vec::new(),
        }
    }
}

impl Listener for Json {
    fn on(&mut self, event: &Event) {
        match event {
            Event::Started(info) => self.info = Some(info.as_ref().clone()),
            Event::Calibrated(calibration) => self.calibration = Some(calibration.as_ref().clone()),
            Event::ScenarioStarted { .. } => {}
            Event::ScenarioFinished(result) => {
                self.summary.count(result);
                let entry = Entry::of(result);
                if let Ok(text) = serde_json::to_string(&entry) {
                    self.entries.push(format!("{} {}", entry.id, entry.base), &text);
                }
            }
            Event::Warning(warning) => self.summary.warnings.push(warning.clone()),
            Event::Finished(summary) => {
                self.summary.end(summary);
                self.duration_ms = millis(summary.duration);
            }
        }
    }

    fn write(&mut self) -> Result<(), ReportError> {
        let head = serde_json::to_string_pretty(&self.head()).unwrap_or_default();
        // The list stands last, so that it can be copied in without being held in memory.
        let head = head.trim_end().strip_suffix("[]\n}").unwrap_or(&head);
        let entries = &mut self.entries;
        self.draft.write(|out| {
            writeln!(out, "{head}[")?;
            entries.pour(out, ",\n")?;
            out.write_all(b"\n]}\n")
        })
    }

    fn publish(self: Box<Self>) -> Result<(), ReportError> {
        self.draft.publish()
    }
}

impl Summary {
    fn count(&mut self, result: &ScenarioResult) {
        let count = match result.verdict {
            VerdictKind::Pass => &mut self.pass,
            VerdictKind::PassInert => &mut self.pass_inert,
            VerdictKind::Warn => &mut self.warn,
            VerdictKind::Fail => &mut self.fail,
            VerdictKind::Recorded => &mut self.recorded,
            VerdictKind::Inconclusive => &mut self.inconclusive,
            VerdictKind::NotApplicable => &mut self.not_applicable,
            VerdictKind::Waived => &mut self.waived,
        };
        *count += 1;
        if result.verdict == VerdictKind::Fail {
            *self.fail_by_severity.entry(result.severity).or_default() += 1;
        }
    }

    fn end(&mut self, summary: &RunSummary) {
        self.causes.clone_from(&summary.causes);
        for warning in &summary.warnings {
            if !self.warnings.contains(warning) {
                self.warnings.push(warning.clone());
            }
        }
        self.let_pass.clone_from(&summary.let_pass);
        self.picture.clone_from(&summary.picture);
        self.sp_log.clone_from(&summary.sp_log);
        self.circumstances.clone_from(&summary.circumstances);
        self.exit = Some(summary.exit);
        self.requests = summary.requests;
        self.authn_requests = summary.authn_requests;
        self.authn_requests_refused = summary.authn_requests_refused;
    }
}
