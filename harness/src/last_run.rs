//! How everything came out when it was last fired at an SP: kept in the state folder, for `run --failed` and for what is new.
//!
//! What did not run this time keeps what is known of it, so that after a run of one scenario the other failures can still be
//! repeated.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

use mock_idp::directory::make_state_folder;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::judge::VerdictKind;

/// The folder in the state folder; a file an SP, for two runs side by side are two SPs'.
const FOLDER: &str = "last-run";
/// The most bytes of such a file that are read.
const MOST: u64 = 8 << 20;

/// How everything came out when it was last fired at one SP.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LastRun {
    /// When the last run ended, RFC 3339; empty where there was none.
    pub ended: String,
    /// Verdicts, by the scenario's id and by its base.
    verdicts: BTreeMap<String, BTreeMap<String, VerdictKind>>,
}

/// Why it cannot be read or kept.
#[derive(Debug, Error)]
pub enum LastRunError {
    /// It cannot be read.
    #[error("what failed last cannot be read from {} ({why}); delete the file and run again", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// It cannot be written.
    #[error("what failed cannot be kept in {} ({why}); make the folder writable, or name another in [idp] state", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
}

impl LastRun {
    /// What is known of the SP called `sp`; nothing where it was never run.
    ///
    /// # Errors
    /// The file cannot be read, or is none of ours.
    pub fn load(state: &Path, sp: &str) -> Result<Self, LastRunError> {
        let path = file(state, sp);
        let cannot = |why: String| LastRunError::Read {
            path: path.clone(),
            why,
        };
        let mut text = Vec::new();
        match fs::File::open(&path) {
            Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(why) => return Err(cannot(why.to_string())),
            Ok(file) => file
                .take(MOST + 1)
                .read_to_end(&mut text)
                .map_err(|why| cannot(why.to_string()))?,
        };
        if text.len() as u64 > MOST {
            return Err(cannot(format!("it is larger than {MOST} bytes")));
        }
        serde_json::from_slice(&text).map_err(|why| cannot(why.to_string()))
    }

    /// Keeps it, whole or not at all.
    ///
    /// # Errors
    /// The state folder cannot be written.
    pub fn save(&self, state: &Path, sp: &str) -> Result<(), LastRunError> {
        let path = file(state, sp);
        let cannot = |why: String| LastRunError::Write {
            path: path.clone(),
            why,
        };
        make_state_folder(state).map_err(|why| cannot(why.to_string()))?;
        let written = || -> io::Result<()> {
            fs::create_dir_all(state.join(FOLDER))?;
            let draft = path.with_extension(format!("{}.part", std::process::id()));
            fs::write(&draft, serde_json::to_vec_pretty(self)?)?;
            fs::rename(&draft, &path)
        };
        written().map_err(|why| cannot(why.to_string()))
    }

    /// Takes a verdict in, in the place of what was known.
    pub fn learn(&mut self, id: &str, base: &str, verdict: VerdictKind) {
        let bases = self.verdicts.entry(id.to_owned()).or_default();
        bases.insert(base.to_owned(), verdict);
    }

    /// Forgets a scenario: there is nothing to say of it any more.
    pub fn forget(&mut self, id: &str) {
        self.verdicts.remove(id);
    }

    /// How a scenario came out with a base.
    pub fn verdict(&self, id: &str, base: &str) -> Option<VerdictKind> {
        self.verdicts.get(id)?.get(base).copied()
    }

    /// Whether nothing was ever run.
    pub fn is_empty(&self) -> bool {
        self.verdicts.is_empty()
    }

    /// The scenarios of which a base failed or could not be judged.
    pub fn failed(&self) -> BTreeSet<&str> {
        let failed = |verdict: &VerdictKind| matches!(verdict, VerdictKind::Fail | VerdictKind::Inconclusive);
        let with = self
            .verdicts
            .iter()
            .filter(|(_, bases)| bases.values().any(failed));
        with.map(|(id, _)| id.as_str()).collect()
    }
}

fn file(state: &Path, sp: &str) -> PathBuf {
    state.join(FOLDER).join(format!("{sp}.json"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_did_not_run_again_is_still_known() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state");
        let mut last = LastRun::load(&state, "billing").unwrap();
        assert!(last.is_empty() && last.failed().is_empty());
        last.learn("time/past", "A", VerdictKind::Fail);
        last.learn("time/odd", "A", VerdictKind::Pass);
        last.learn("time/odd", "B", VerdictKind::Inconclusive);
        last.save(&state, "billing").unwrap();

        let mut last = LastRun::load(&state, "billing").unwrap();
        last.learn("time/past", "A", VerdictKind::Pass);
        last.save(&state, "billing").unwrap();
        let last = LastRun::load(&state, "billing").unwrap();
        assert_eq!(last.failed(), ["time/odd"].into());
        assert_eq!(last.verdict("time/past", "A"), Some(VerdictKind::Pass));
        assert_eq!(last.verdict("time/past", "R"), None);
        let mut forgetful = last.clone();
        forgetful.forget("time/odd");
        assert!(forgetful.failed().is_empty());
        assert!(LastRun::load(&state, "travel").unwrap().is_empty());
        let ignored = std::fs::read_to_string(state.join(".gitignore")).unwrap();
        assert!(ignored.lines().any(|line| line == "*"), "{ignored}");
        assert_eq!(std::fs::read_dir(state.join(FOLDER)).unwrap().count(), 1);
    }

    proptest! {
        #[test]
        fn no_bytes_upset_it(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let folder = tempfile::tempdir().unwrap();
            std::fs::create_dir(folder.path().join(FOLDER)).unwrap();
            std::fs::write(file(folder.path(), "x"), &bytes).unwrap();
            let read = LastRun::load(folder.path(), "x");
            prop_assert!(read.is_err() || read.unwrap() == LastRun::default());
        }
    }
}
