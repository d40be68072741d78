//! The results as one page: works from disk, asks for nothing, and trusts nothing that an SP or a message said.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::PathBuf,
};

use super::{page, scenario, told::Told};
use crate::report::{
    listener::{Listener, ReportError, cannot, create},
    spool::Spool,
};
use crate::{
    event::{Event, ScenarioResult},
    judge::VerdictKind,
};

/// Screenshots of all but failures stop at so many bytes together.
const SCREENSHOTS: usize = 48 << 20;

/// The listener that writes it.
pub struct Html {
    path: PathBuf,
    file: File,
    sections: Spool,
    told: Told,
    screenshots_left: usize,
}

impl Html {
    /// Makes the file.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn create(path: PathBuf) -> Result<Self, ReportError> {
        Ok(Self {
            file: create(&path)?,
            sections: Spool::beside(&path)?,
            path,
            told: Told::default(),
            screenshots_left: SCREENSHOTS,
        })
    }

    fn scenario(&mut self, result: &ScenarioResult) {
        *self.told.counts.entry(result.verdict).or_default() += 1;
        *self
            .told
            .namespaces
            .entry(result.scenario.namespace().to_owned())
            .or_default() += 1;
        let size = result.observation.journey.screenshot.as_ref().map_or(0, Vec::len);
        let room = result.verdict == VerdictKind::Fail || size <= self.screenshots_left;
        if room {
            self.screenshots_left = self.screenshots_left.saturating_sub(size);
        }
        let seed = self.told.info.as_ref().map(|info| info.seed);
        let key = format!("{} {} {}", rank(result.verdict), result.scenario.id, result.base);
        self.sections
            .push(key, &scenario::section(result, seed, room).into_string());
    }
}

impl Listener for Html {
    fn on(&mut self, event: &Event) {
        match event {
            Event::Started(info) => self.told.info = Some(info.as_ref().clone()),
            Event::Calibrated(calibration) => self.told.calibration = Some(calibration.as_ref().clone()),
            Event::ScenarioStarted { .. } => {}
            Event::ScenarioFinished(result) => self.scenario(result),
            Event::Warning(warning) => self.told.warnings.push(warning.clone()),
            Event::Finished(summary) => self.told.end = Some(summary.as_ref().clone()),
        }
    }

    fn finish(mut self: Box<Self>) -> Result<(), ReportError> {
        let (before, after) = page::around(&self.told);
        let mut out = BufWriter::new(&mut self.file);
        out.write_all(before.as_bytes())
            .and_then(|()| self.sections.pour(&mut out, "\n"))
            .and_then(|()| out.write_all(after.as_bytes()))
            .and_then(|()| out.flush())
            .map_err(|why| cannot(&self.path, why))
    }
}

/// What needs a person stands first.
fn rank(verdict: VerdictKind) -> u8 {
    match verdict {
        VerdictKind::Fail => 0,
        VerdictKind::Inconclusive => 1,
        VerdictKind::Warn => 2,
        VerdictKind::Recorded => 3,
        VerdictKind::PassInert | VerdictKind::Pass => 4,
        VerdictKind::Waived => 5,
        VerdictKind::NotApplicable => 6,
    }
}
