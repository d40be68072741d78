//! The SP as a process: started before a run, waited for, stopped afterwards.

use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
    process::Child,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use super::leash::{End, GO, Leash, gated, runs, signal};
use crate::stop::overdue;

pub(crate) use super::command::{last_words, quoted, shell};

/// So long an SP may take to end when it is asked to; and so long where somebody waits for the end of the run.
const GOODBYE: Duration = Duration::from_secs(5);
const HURRIED: Duration = Duration::from_secs(2);
/// So long a stop command may take where somebody waits for the end of the run: a container has ten seconds to end by itself, and
/// then Docker still takes away what it made for it.
const STOP: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(50);

/// An SP that this run started. Dropping it ends it and what it started.
#[derive(Debug)]
pub(crate) struct Started {
    child: Child,
    group: Option<u32>,
    stop: Option<String>,
    up: bool,
    folder: PathBuf,
    log: PathBuf,
    /// However we end (killed, or by a second Ctrl-C), no SP is left behind on the port of the next run.
    leash: Option<Leash>,
}

impl Started {
    /// Runs the start command; `{metadata}` becomes the path of the IdP's metadata. What it prints goes to the file
    /// `log`, anew each time: between our own lines it would make both unreadable.
    pub(crate) fn start(
        command: &str,
        metadata: &Path,
        folder: &Path,
        log: &Path,
        stop: Option<&str>,
    ) -> Result<Self, String> {
        let command = command.replace("{metadata}", &quoted(&metadata.display().to_string()));
        // To append, since an SP of several processes may open it again as /dev/stderr, and none may write over another.
        let file = File::create(log).and_then(|_| File::options().append(true).open(log));
        let (out, err) = file
            .and_then(|file| Ok((file.try_clone()?, file)))
            .map_err(|error| format!("[sp] start: its log {} cannot be written: {error}", log.display()))?;
        let failed = |error: std::io::Error| format!("[sp] start cannot be run: {error}");
        let mut child = gated(&command, folder)
            .stdout(out)
            .stderr(err)
            .spawn()
            .map_err(failed)?;
        let leash = Leash::tie(child.id(), &End::Asked { stop, folder }).map_err(failed)?;
        if let Some(mut gate) = child.stdin.take() {
            gate.write_all(GO).map_err(failed)?;
        }
        Ok(Self {
            leash: Some(leash),
            group: Some(child.id()),
            child,
            stop: stop.map(str::to_owned),
            up: false,
            folder: folder.to_owned(),
            log: log.to_owned(),
        })
    }

    /// Why it will never be ready, if it has ended with a failure.
    pub(crate) fn failed(&mut self) -> Option<String> {
        let status = self.child.try_wait().ok()??;
        // A start command may hand over to a daemon and end well.
        (!status.success()).then(|| {
            let said = std::fs::read(&self.log).unwrap_or_default();
            format!(
                "[sp] start ended with {status}: {} (all it said is in {})",
                last_words(&said),
                self.log.display()
            )
        })
    }

    /// It is up: from now on the stop command comes first.
    pub(crate) fn up(&mut self) {
        self.up = true;
        if let Some(leash) = &mut self.leash {
            leash.up();
        }
    }

    /// Runs the stop command, and ends what is left. What was not up yet is ended before, or it would bring up again what the command
    /// took away. From `hurry` on, both have only a few seconds for it.
    ///
    /// # Errors
    /// The stop command failed, or did not end.
    pub(crate) async fn stop(mut self, hurry: &AtomicBool) -> Result<(), String> {
        if let Some(leash) = &mut self.leash {
            leash.stopping();
        }
        if !self.up {
            self.end_group(hurry).await;
        }
        let stopped = match self.stop.take() {
            Some(command) => tokio::select! {
                ended = shell(&command, &self.folder) => ended,
                () = overdue(hurry, STOP) => Err(format!(
                    "`{command}` did not end, and was ended because the run was: look whether the SP still runs"
                )),
            },
            None => Ok(()),
        };
        self.end_group(hurry).await;
        if let Some(leash) = self.leash.take() {
            leash.release();
        }
        let _ = self.child.try_wait();
        stopped.map_err(|why| format!("[sp] stop: {why}"))
    }

    /// Ends the start command and its children, where they still run.
    async fn end_group(&mut self, hurry: &AtomicBool) {
        let Some(group) = self.group.take() else { return };
        signal("TERM", group);
        let asked = Instant::now();
        // The shell's children may outlive it, and whoever runs next wants their port.
        while runs(group) {
            let limit = match hurry.load(Ordering::Relaxed) {
                true => HURRIED,
                false => GOODBYE,
            };
            if asked.elapsed() >= limit {
                signal("KILL", group);
                break;
            }
            // What has ended and nobody has buried counts as well.
            let _ = self.child.try_wait();
            tokio::time::sleep(POLL).await;
        }
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        // The leash does the rest.
        if let (Some(_), Some(group)) = (&self.leash, self.group) {
            signal("TERM", group);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_started_ends_with_its_children() {
        let folder = tempfile::tempdir().unwrap();
        let started = Started::start(
            "sleep 300 & echo $! > child; wait",
            Path::new("m.xml"),
            folder.path(),
            &folder.path().join("sp.log"),
            None,
        )
        .unwrap();
        let pid = folder.path().join("child");
        for _ in 0..100 {
            if std::fs::read_to_string(&pid).is_ok_and(|text| text.ends_with('\n')) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let child = std::fs::read_to_string(&pid).unwrap();
        started.stop(&AtomicBool::new(false)).await.unwrap();
        // Ended, whether or not somebody has buried it; a busy machine takes its time.
        for _ in 0..500 {
            let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.trim())).unwrap_or_default();
            if stat.is_empty() || stat.contains(") Z ") {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the child still runs");
    }

    #[tokio::test]
    async fn the_stop_command_comes_first_for_what_is_up_and_last_for_what_is_still_coming_up() {
        // What is ended in the middle of it may still leave something behind, which is the stop command's to take away.
        let start = "trap 'touch left; exit' TERM; echo waits; while :; do sleep 0.1; done";
        for (up, stop) in [(false, "rm left"), (true, "test ! -e left")] {
            let folder = tempfile::tempdir().unwrap();
            let log = folder.path().join("sp.log");
            let mut started =
                Started::start(start, Path::new("m.xml"), folder.path(), &log, Some(stop)).unwrap();
            while !std::fs::read_to_string(&log).is_ok_and(|said| said.contains("waits")) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            if up {
                started.up();
            }
            started.stop(&AtomicBool::new(false)).await.unwrap();
        }
    }

    #[tokio::test]
    async fn a_start_command_that_fails_says_its_last_words_and_where_the_others_are() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("sp.log");
        let command = "echo first; echo the port is taken >&2; exit 7";
        let mut started = Started::start(command, Path::new("m.xml"), folder.path(), &log, None).unwrap();
        let mut failed = None;
        for _ in 0..250 {
            failed = started.failed();
            if failed.is_some() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let failed = failed.unwrap();
        assert!(
            failed.contains("the port is taken") && failed.contains("sp.log"),
            "{failed}"
        );
        let said = std::fs::read_to_string(&log).unwrap();
        assert_eq!(said, "first\nthe port is taken\n");
    }

    #[tokio::test]
    async fn processes_that_open_the_log_anew_do_not_write_over_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("sp.log");
        std::fs::write(&log, "of the run before\n").unwrap();
        let command = "echo one >&2; echo two >>/dev/stderr; echo three >&2; exit 7";
        let mut started = Started::start(command, Path::new("m.xml"), folder.path(), &log, None).unwrap();
        for _ in 0..250 {
            if started.failed().is_some() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(std::fs::read_to_string(&log).unwrap(), "one\ntwo\nthree\n");
    }

    #[tokio::test]
    async fn what_does_not_end_when_it_is_asked_to_is_ended() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("sp.log");
        let deaf = "trap '' TERM; echo deaf; while :; do sleep 1; done";
        let started = Started::start(deaf, Path::new("m.xml"), folder.path(), &log, None).unwrap();
        let group = started.group.unwrap();
        for _ in 0..250 {
            if std::fs::read_to_string(&log).is_ok_and(|said| said.contains("deaf")) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        started.stop(&AtomicBool::new(false)).await.unwrap();
        // What was killed counts until somebody has buried it, and a busy machine takes its time.
        for _ in 0..500 {
            if !runs(group) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("what ignores TERM still runs");
    }
}
