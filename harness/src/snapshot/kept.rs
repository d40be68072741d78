//! Accepted behaviour: a file a scenario, and how a result compares with it.
//!
//! The files are insta's: a YAML head, then the text. They are read with insta and written here, because insta's
//! assertion panics on a mismatch, obeys environment variables meant for other tests, and asks Cargo where it is; an
//! installed program can afford none of these.
//!
//! A file holds the outcome, the class of the identity, the hops, and the cookies' names and flags. Pages, and whatever
//! differs between two runs of the same thing, never get in.

use std::path::{Path, PathBuf};

use super::{
    file::{SnapshotError, accepted, remove, write},
    masked::{self, text},
    pending,
};

use crate::{
    event::{ScenarioResult, SnapshotState},
    judge::VerdictKind,
    judge::outcome::Outcome,
};

/// The snapshots of one SP.
#[derive(Clone, Debug)]
pub struct Snapshots {
    folder: PathBuf,
    locked: bool,
    any_driver: bool,
}

impl Snapshots {
    /// The snapshots of the SP called `sp` below `folder`. `locked` writes nothing.
    pub fn new(folder: &Path, sp: &str, locked: bool) -> Self {
        Self {
            folder: folder.join(sp),
            locked,
            any_driver: false,
        }
    }

    /// The same for a run that takes whichever driver fits: where there is no browser, what was accepted with one no longer
    /// applies. A run that was told its driver says nothing about the other's snapshots.
    pub fn of_any_driver(self, any_driver: bool) -> Self {
        Self { any_driver, ..self }
    }

    /// The same, and nothing is written.
    pub fn locked(self) -> Self {
        Self { locked: true, ..self }
    }

    /// Compares a result with what was accepted. Unless locked, what is new or has changed is written beside it as
    /// pending (`.snap.new`), and what is pending and no longer differs is cleared away.
    ///
    /// What could not be judged or does not apply is no behaviour of the SP, and is not compared; but what was accepted and
    /// no longer applies is told.
    ///
    /// # Errors
    /// A file that cannot be read or written.
    pub fn compare(&self, result: &ScenarioResult) -> Result<SnapshotState, SnapshotError> {
        self.compare_as(result, &text(result))
    }

    /// The same for a result whose snapshot would be this text: one that was kept says only what people may see.
    pub(crate) fn compare_as(
        &self,
        result: &ScenarioResult,
        seen: &str,
    ) -> Result<SnapshotState, SnapshotError> {
        if result.verdict == VerdictKind::NotApplicable {
            return Ok(self.unapplied(result));
        }
        let unjudged = result.verdict == VerdictKind::Inconclusive;
        if unjudged || matches!(result.outcome, Outcome::Unobserved | Outcome::Blocked) {
            return Ok(SnapshotState::Off);
        }
        let path = self.path(result);
        let state = match accepted(&path)? {
            None => SnapshotState::New,
            Some(accepted) if accepted == seen => SnapshotState::Same,
            Some(accepted) if masked::judged(&accepted) == masked::judged(seen) => {
                SnapshotState::PresentationDrift
            }
            Some(_) => SnapshotState::OutcomeDrift,
        };
        if !self.locked {
            let new = pending::beside(&path);
            match state {
                SnapshotState::Same | SnapshotState::Off | SnapshotState::Unapplied => remove(&new)?,
                SnapshotState::New | SnapshotState::OutcomeDrift | SnapshotState::PresentationDrift => {
                    write(&new, &file(result, seen))?;
                }
            }
        }
        Ok(state)
    }

    fn unapplied(&self, result: &ScenarioResult) -> SnapshotState {
        let drivers: &[&str] = match self.any_driver {
            true => &["http", "browser"],
            false => &[&result.driver],
        };
        match drivers.iter().any(|driver| self.path_of(result, driver).exists()) {
            true => SnapshotState::Unapplied,
            false => SnapshotState::Off,
        }
    }

    /// Where the snapshot of a result stands: base A over HTTP under the scenario's name, others with base and driver.
    pub fn path(&self, result: &ScenarioResult) -> PathBuf {
        self.path_of(result, &result.driver)
    }

    fn path_of(&self, result: &ScenarioResult, driver: &str) -> PathBuf {
        let mut name = result.scenario.id.clone();
        if result.base != "A" {
            name.push('@');
            name.push_str(&result.base);
        }
        if driver == "browser" {
            name.push_str("@browser");
        }
        self.folder.join(format!("{name}.snap"))
    }
}

fn file(result: &ScenarioResult, seen: &str) -> String {
    let title = serde_json::to_string(&result.scenario.title).unwrap_or_default();
    format!(
        "---\nsource: {}\ndescription: {title}\n---\n{seen}",
        result.scenario.id
    )
}
