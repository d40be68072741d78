//! The results as one page: works from disk, asks for nothing, and trusts nothing that an SP or a message said.

use std::path::Path;

use super::{
    again::Run,
    packing::{self, Packing},
    page,
    pictures::Pictures,
    scenario,
    told::{Told, anchor},
};
use crate::report::{
    draft::Draft,
    listener::{Listener, ReportError},
    spool::Spool,
};
use crate::{
    event::{Event, ScenarioResult},
    judge::VerdictKind,
};

/// The listener that writes it.
pub struct Html {
    draft: Draft,
    sections: Spool,
    told: Told,
    pictures: Pictures,
}

impl Html {
    /// Makes the file, under another name; an earlier report goes.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn create(path: &Path) -> Result<Self, ReportError> {
        let draft = Draft::begin(path)?;
        Ok(Self {
            sections: draft.spool()?,
            draft,
            told: Told::default(),
            pictures: Pictures::default(),
        })
    }

    fn scenario(&mut self, result: &ScenarioResult) {
        self.told.count(result);
        let png = result.observation.journey.screenshot.as_deref();
        let failure = result.verdict == VerdictKind::Fail;
        let picture = self.pictures.next(png, &anchor(result), failure);
        let passed = self.told.digest.lets_pass(result);
        self.told.digest.add(result);
        let run = Run {
            info: self.told.info.as_ref(),
            calibration: self.told.calibration.as_ref(),
        };
        let worst = u8::MAX - result.severity as u8;
        let key = format!(
            "{} {worst:03} {} {}",
            rank(result.verdict),
            result.scenario.id,
            result.base
        );
        let rest = scenario::rest(result, &run, &picture);
        let rest = packing::rest(result.verdict, &rest);
        let section = scenario::section(result, passed, &rest);
        self.sections.push(key, &section.into_string());
    }
}

impl Listener for Html {
    fn on(&mut self, event: &Event) {
        match event {
            Event::Started(info) => {
                self.told.digest.begin(info);
                self.told.info = Some(info.as_ref().clone());
            }
            Event::Calibrated(calibration) => self.told.calibration = Some(calibration.as_ref().clone()),
            Event::ScenarioStarted { .. } => {}
            Event::ScenarioFinished(result) => self.scenario(result),
            Event::Warning(warning) => self.told.warnings.push(warning.clone()),
            Event::Finished(summary) => self.told.end = Some(summary.as_ref().clone()),
        }
    }

    fn write(&mut self) -> Result<(), ReportError> {
        let (before, after) = page::around(&self.told);
        let sections = &mut self.sections;
        self.draft.write(|out| {
            out.write_all(before.as_bytes())?;
            let mut packing = Packing::new();
            sections.each(|section| packing.section(&section, out))?;
            packing.end(out)?;
            out.write_all(after.as_bytes())
        })
    }

    fn publish(self: Box<Self>) -> Result<(), ReportError> {
        self.draft.publish()
    }
}

/// What needs a person stands first; among failures the worst.
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
