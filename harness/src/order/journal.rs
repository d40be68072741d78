//! What a run came to so far, in the state folder, so that another can go on with it: a line a result, written as it comes.
//!
//! A journal belongs to one run: its name is a digest of everything that decides how it comes out. Whatever ends the run, all whole
//! lines are good; one that was being written is left out.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Seek, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use mock_idp::directory::make_state_folder;
use scenarios::Scenario;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    event::ScenarioResult,
    judge::request::Requests,
    mask,
    report::json::Entry,
    run::{
        kept::{Before, Keep, KeptResult},
        options::Options,
    },
    text::{digest, locked},
};

/// The folder in the state folder.
const FOLDER: &str = "journal";
/// The version of its lines.
const SCHEMA: u32 = 1;
/// The most bytes of a journal that are read.
const MOST: u64 = 256 << 20;
/// What nobody went on with for so long goes.
const OLD: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// What decides how a run comes out, apart from its seed.
pub(crate) struct Same<'a> {
    /// The SP's name.
    pub(crate) sp: &'a str,
    /// What it is configured to be: the configuration's text, or the flaws of the reference SP.
    pub(crate) subject: &'a str,
    pub(crate) scenarios: &'a [Arc<Scenario>],
    pub(crate) options: &'a Options,
}

impl Same<'_> {
    /// A name that only this run has, in this version.
    fn name(&self) -> String {
        let written = |scenario: &Arc<Scenario>| serde_json::to_string(scenario.as_ref()).unwrap_or_default();
        let Options {
            driver,
            timeout,
            shard,
            catalogue,
            profiles,
            ..
        } = self.options;
        let catalogue = catalogue.to_string();
        let how = format!("{driver:?} {timeout:?} {shard:?} {profiles:?}");
        let head = [
            env!("CARGO_PKG_VERSION"),
            catalogue.as_str(),
            self.sp,
            self.subject,
            &how,
        ];
        let scenarios: Vec<String> = self.scenarios.iter().map(written).collect();
        let all: Vec<&str> = head
            .into_iter()
            .chain(scenarios.iter().map(String::as_str))
            .collect();
        format!("{}-{}.jsonl", self.sp, digest(&all))
    }
}

/// One line.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum Line {
    /// The first.
    Run {
        schema: u32,
        seed: u64,
    },
    Result {
        entry: Box<Entry>,
        seen: String,
    },
    Requests(Requests),
}

/// Why a run cannot be kept, or not be gone on with.
#[derive(Debug, Error)]
pub(crate) enum JournalError {
    /// It is being written.
    #[error("the run is still under way: it writes {}; let it end, or end it", .0.display())]
    UnderWay(PathBuf),
    /// The file cannot be used.
    #[error("what the run comes to cannot be kept in {} ({why}); make the folder writable, or name another in [idp] state", path.display())]
    File { path: PathBuf, why: String },
}

/// The journal of a run under way.
#[derive(Clone)]
pub(crate) struct Journal(Arc<Mutex<Open>>);

struct Open {
    path: PathBuf,
    file: File,
    requests: usize,
    results: usize,
    trouble: Option<io::Error>,
}

/// What a journal holds.
pub(crate) struct Held {
    pub(crate) seed: u64,
    pub(crate) before: Before,
}

impl Journal {
    /// Begins the journal of a run; with `go_on` the one that is there, with what it holds, unless it is of another seed than was
    /// asked for.
    ///
    /// # Errors
    /// Another process writes it, or the folder cannot be written.
    pub(crate) fn open(
        state: &Path,
        run: &Same<'_>,
        seed: Option<u64>,
        go_on: bool,
    ) -> Result<(Self, Option<Held>), JournalError> {
        let folder = state.join(FOLDER);
        let path = folder.join(run.name());
        let cannot = |why: &dyn ToString| JournalError::File {
            path: path.clone(),
            why: why.to_string(),
        };
        make_state_folder(state).map_err(|why| cannot(&why))?;
        fs::create_dir_all(&folder).map_err(|why| cannot(&why))?;
        sweep(&folder);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|why| cannot(&why))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(JournalError::UnderWay(path)),
            Err(TryLockError::Error(why)) => return Err(cannot(&why)),
        }
        let mut held = None;
        let mut whole = 0;
        if go_on {
            let mut bytes = Vec::new();
            (&mut file)
                .take(MOST)
                .read_to_end(&mut bytes)
                .map_err(|why| cannot(&why))?;
            let read = read(&bytes);
            if let Some((of, end)) = read.filter(|(of, _)| seed.is_none_or(|seed| seed == of.seed)) {
                (held, whole) = (Some(of), end);
            }
        }
        let from = u64::try_from(whole).unwrap_or_default();
        file.set_len(from)
            .and_then(|()| file.seek(io::SeekFrom::Start(from)))
            .map_err(|why| cannot(&why))?;
        let mut open = Open {
            results: held.as_ref().map_or(0, |held| held.before.results.len()),
            path,
            file,
            requests: 0,
            trouble: None,
        };
        if held.is_none() {
            open.write(&Line::Run {
                schema: SCHEMA,
                seed: seed.unwrap_or(run.options.seed),
            });
        }
        Ok((Self(Arc::new(Mutex::new(open))), held))
    }

    /// The run is over. What came to its end needs no journal, nor what came to nothing: whether there is something to go on with.
    ///
    /// # Errors
    /// Not everything could be kept.
    pub(crate) fn close(self, came_to_its_end: bool) -> Result<bool, JournalError> {
        let mut open = locked(&self.0);
        let stays = !came_to_its_end && open.results > 0;
        if !stays {
            let _ = fs::remove_file(&open.path);
        }
        match open.trouble.take() {
            Some(why) => Err(JournalError::File {
                path: open.path.clone(),
                why: why.to_string(),
            }),
            None => Ok(stays),
        }
    }
}

impl Open {
    /// Writes a line in one piece; what could not be written once is not tried again.
    fn write(&mut self, line: &Line) {
        if self.trouble.is_some() {
            return;
        }
        let written = serde_json::to_vec(line)
            .map_err(io::Error::from)
            .and_then(|mut text| {
                text.push(b'\n');
                self.file.write_all(&text)
            });
        self.trouble = written.err();
    }
}

impl Keep for Journal {
    fn result(&mut self, result: &ScenarioResult, seen: &str) {
        let entry = Box::new(Entry::of(&mask::result(result)));
        let mut open = locked(&self.0);
        open.results += 1;
        open.write(&Line::Result {
            entry,
            seen: seen.to_owned(),
        });
    }

    fn requests(&mut self, requests: &Requests) {
        let mut open = locked(&self.0);
        if requests.checked != open.requests {
            open.requests = requests.checked;
            open.write(&Line::Requests(requests.clone()));
        }
    }
}

/// What stands in a journal, and how many of its bytes are whole lines; none where it is no journal of this version.
fn read(bytes: &[u8]) -> Option<(Held, usize)> {
    let mut held = None;
    let mut whole = 0;
    for line in bytes
        .split_inclusive(|byte| *byte == b'\n')
        .take_while(|line| line.ends_with(b"\n"))
    {
        match (serde_json::from_slice(line), &mut held) {
            (Ok(Line::Run { schema: SCHEMA, seed }), None) => {
                let before = Before::default();
                held = Some(Held { seed, before });
            }
            (Ok(Line::Requests(requests)), Some(Held { before, .. })) => before.requests = requests,
            (Ok(Line::Result { entry, seen }), Some(Held { before, .. })) => {
                let Some(result) = entry.result() else { break };
                let same = |kept: &KeptResult| {
                    kept.result.scenario.id == result.scenario.id && kept.result.base == result.base
                };
                // What was fired again after it could not be judged stands here twice.
                before.results.retain(|kept| !same(kept));
                before.results.push(KeptResult { result, seen });
            }
            _ => break,
        }
        whole += line.len();
    }
    held.map(|held| (held, whole))
}

/// Removes the journals that nobody will go on with any more.
fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let age = entry
            .metadata()
            .and_then(|known| known.modified())
            .ok()
            .and_then(|at| at.elapsed().ok());
        if age.is_some_and(|age| age > OLD) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use scenarios::{Base, Catalogue};

    use super::*;
    use crate::judge::VerdictKind;

    const SEED: u64 = 7;

    fn result(name: &str, verdict: VerdictKind) -> ScenarioResult {
        let scenario = Catalogue::embedded().get(name).unwrap();
        ScenarioResult {
            verdict,
            ..ScenarioResult::blank(Arc::clone(scenario), Base::A)
        }
    }

    /// What is fired, and where it is kept.
    struct Bench {
        state: tempfile::TempDir,
        options: Options,
        scenarios: Vec<Arc<Scenario>>,
    }

    impl Bench {
        fn new() -> Self {
            Self {
                state: tempfile::tempdir().unwrap(),
                options: Options {
                    seed: SEED,
                    ..Options::default()
                },
                scenarios: Catalogue::embedded().scenarios.iter().take(3).cloned().collect(),
            }
        }

        fn open(
            &self,
            subject: &str,
            seed: Option<u64>,
            go_on: bool,
        ) -> Result<(Journal, Option<Held>), JournalError> {
            let run = Same {
                sp: "billing",
                subject,
                scenarios: &self.scenarios,
                options: &self.options,
            };
            Journal::open(self.state.path(), &run, seed, go_on)
        }

        fn file(&self) -> PathBuf {
            let mut files = fs::read_dir(self.state.path().join(FOLDER)).unwrap();
            files.next().unwrap().unwrap().path()
        }
    }

    fn names(held: &Held) -> Vec<(&str, VerdictKind)> {
        let all = held.before.results.iter();
        all.map(|kept| (kept.result.scenario.id.as_str(), kept.result.verdict))
            .collect()
    }

    #[test]
    fn what_was_kept_is_there_after_a_kill_and_the_later_word_counts() {
        let bench = Bench::new();
        let (mut journal, held) = bench.open("x", None, true).unwrap();
        assert!(held.is_none());
        journal.result(&result("signature/xsw-1", VerdictKind::Inconclusive), "seen");
        journal.requests(&Requests {
            checked: 3,
            ..Requests::default()
        });
        journal.result(&result("signature/xsw-2", VerdictKind::Fail), "seen");
        journal.result(&result("signature/xsw-1", VerdictKind::Pass), "again");
        drop(journal);
        // The last line was being written.
        let mut file = OpenOptions::new().append(true).open(bench.file()).unwrap();
        file.write_all(b"{\"result\":{\"entry\":{\"id\"").unwrap();
        drop(file);

        let (mut journal, held) = bench.open("x", None, true).unwrap();
        let held = held.unwrap();
        assert_eq!((held.seed, held.before.requests.checked), (SEED, 3));
        assert_eq!(
            names(&held),
            [
                ("signature/xsw-2", VerdictKind::Fail),
                ("signature/xsw-1", VerdictKind::Pass)
            ]
        );
        assert_eq!(held.before.results[1].seen, "again");
        // What is written now stands behind whole lines.
        journal.result(&result("signature/xsw-3", VerdictKind::Pass), "seen");
        drop(journal);
        let (journal, held) = bench.open("x", Some(SEED), true).unwrap();
        assert_eq!(names(&held.unwrap()).len(), 3);
        assert!(journal.close(false).unwrap(), "it can be gone on with");
        assert!(!bench.open("x", Some(SEED), true).unwrap().0.close(true).unwrap());
        assert_eq!(fs::read_dir(bench.state.path().join(FOLDER)).unwrap().count(), 0);
    }

    #[test]
    fn only_the_same_run_goes_on_and_only_where_that_was_asked_for() {
        let bench = Bench::new();
        let keep = || {
            let (mut journal, _) = bench.open("x", None, false).unwrap();
            journal.result(&result("signature/xsw-1", VerdictKind::Pass), "seen");
        };
        keep();
        assert!(
            bench
                .open("another configuration", None, true)
                .unwrap()
                .1
                .is_none()
        );
        assert!(
            bench.open("x", Some(SEED + 1), true).unwrap().1.is_none(),
            "another seed"
        );
        keep();
        assert!(bench.open("x", None, false).unwrap().1.is_none());
        assert!(
            bench
                .open("x", None, true)
                .unwrap()
                .1
                .unwrap()
                .before
                .results
                .is_empty()
        );
    }

    #[test]
    fn one_that_is_being_written_is_nobody_elses() {
        let bench = Bench::new();
        let (journal, _) = bench.open("x", None, false).unwrap();
        let second = bench.open("x", None, true).err().unwrap();
        assert!(second.to_string().contains("still under way"), "{second}");
        assert!(bench.open("y", None, true).is_ok());
        drop(journal);
        assert!(bench.open("x", None, true).is_ok());
    }

    proptest! {
        #[test]
        fn no_bytes_upset_it(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            if let Some((_, whole)) = read(&bytes) {
                prop_assert!(whole <= bytes.len());
            }
        }

        #[test]
        fn of_a_journal_that_is_cut_anywhere_the_whole_lines_are_read(cut in 0usize..2_000) {
            let line = |line: &Line| serde_json::to_string(line).unwrap() + "\n";
            let mut text = line(&Line::Run { schema: SCHEMA, seed: SEED });
            for checked in 0..9 {
                text += &line(&Line::Requests(Requests { checked, ..Requests::default() }));
            }
            let cut = &text.as_bytes()[..cut.min(text.len())];
            let ends = cut.iter().filter(|byte| **byte == b'\n').count();
            let read = read(cut);
            prop_assert_eq!(read.is_some(), ends > 0);
            if let Some((held, whole)) = read {
                prop_assert_eq!(held.before.requests.checked, ends.saturating_sub(2));
                prop_assert!(cut[whole..].iter().all(|byte| *byte != b'\n'));
            }
        }
    }
}
