//! The SP as a process: started before a run, waited for, stopped afterwards.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use tokio::{
    io::AsyncWriteExt,
    process::{Child, ChildStdin, Command},
};

/// So long a command of the configuration may take.
const COMMAND: Duration = Duration::from_secs(120);
/// So long an SP may take to end when it is asked to.
const GOODBYE: Duration = Duration::from_secs(5);
const POLL: Duration = Duration::from_millis(50);

/// An SP that this run started. Dropping it ends it and what it started.
#[derive(Debug)]
pub(crate) struct Started {
    child: Option<Child>,
    group: Option<u32>,
    stop: Option<String>,
    folder: PathBuf,
    log: PathBuf,
    leash: Option<ChildStdin>,
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
        let mut child = Command::new("sh");
        child
            .arg("-c")
            .arg(&command)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err)
            .process_group(0);
        let child = child
            .spawn()
            .map_err(|error| format!("[sp] start cannot be run: {error}"))?;
        Ok(Self {
            leash: child.id().and_then(leash),
            group: child.id(),
            child: Some(child),
            stop: stop.map(str::to_owned),
            folder: folder.to_owned(),
            log: log.to_owned(),
        })
    }

    /// Why it will never be ready, if it has ended with a failure.
    pub(crate) fn failed(&mut self) -> Option<String> {
        let status = self.child.as_mut()?.try_wait().ok()??;
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

    /// Runs the stop command, and ends what is left.
    pub(crate) async fn stop(mut self) -> Result<(), String> {
        let stopped = match self.stop.take() {
            Some(command) => shell(&command, &self.folder)
                .await
                .map_err(|why| format!("[sp] stop: {why}")),
            None => Ok(()),
        };
        if let Some(group) = self.group.take() {
            signal("TERM", group);
            let mut waited = Duration::ZERO;
            // The shell's children may outlive it, and whoever runs next wants their port.
            while runs(group) && waited < GOODBYE {
                self.failed();
                tokio::time::sleep(POLL).await;
                waited += POLL;
            }
            if waited >= GOODBYE {
                signal("KILL", group);
            }
        }
        if let Some(mut leash) = self.leash.take() {
            // A shell that is gone already needs no word.
            let _ = leash.write_all(b"done\n").await;
        }
        if let Some(mut child) = self.child.take() {
            let _ = tokio::time::timeout(GOODBYE, child.wait()).await;
        }
        stopped
    }
}

/// Ties a process group to the life of this process: a shell waits for the end of a pipe that only we hold, and asks the
/// group to end. However we end (killed, or by a second Ctrl-C), no SP is left behind on the port of the next run.
fn leash(group: u32) -> Option<ChildStdin> {
    let script = format!("read -r word || kill -s TERM -- -{group}");
    let watch = Command::new("sh")
        .args(["-c", &script])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // Ctrl-C in a terminal goes to our own group.
        .process_group(0)
        .spawn();
    watch.ok()?.stdin.take()
}

/// Signals a process group, and says whether there was one. The shell's own `kill` does it, since a minimal system has
/// no other; it is spelt as POSIX has it, which every shell understands.
fn signal(name: &str, group: u32) -> bool {
    std::process::Command::new("sh")
        .args(["-c", &format!("kill -s {name} -- -{group}")])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Whether anything of a process group still runs. A zombie does not; where nobody reaps orphans, as in many a container,
/// it stays for ever.
fn runs(group: u32) -> bool {
    let Ok(processes) = std::fs::read_dir("/proc") else {
        return signal("0", group);
    };
    let group = group.to_string();
    processes
        .flatten()
        .filter_map(|process| std::fs::read_to_string(process.path().join("stat")).ok())
        .any(|stat| {
            // proc_pid_stat(5): pid (name) state parent group …; the name may hold anything.
            let mut fields = stat.rsplit(") ").next().unwrap_or_default().split(' ');
            let state = fields.next();
            fields.nth(1) == Some(&group) && !matches!(state, Some("Z" | "X"))
        })
}

impl Drop for Started {
    fn drop(&mut self) {
        if let Some(group) = self.group.take() {
            signal("TERM", group);
        }
    }
}

/// Runs a command of the configuration to its end; at most two minutes.
pub(crate) async fn shell(command: &str, folder: &Path) -> Result<(), String> {
    let child = Command::new("sh")
        .arg("-c")
        .arg(command)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("`{command}` cannot be run: {error}"))?;
    let begun = Instant::now();
    match tokio::time::timeout(COMMAND, child.wait_with_output()).await {
        Err(_) => Err(format!(
            "`{command}` was still running after {} s",
            begun.elapsed().as_secs()
        )),
        Ok(Err(error)) => Err(format!("`{command}`: {error}")),
        Ok(Ok(output)) if output.status.success() => Ok(()),
        Ok(Ok(output)) => {
            let last = last_words(&output.stderr);
            Err(format!("`{command}` ended with {}: {last}", output.status))
        }
    }
}

/// The last line that tells of an error (after it Node says its version), or the last that says anything; at most 300
/// characters of it.
fn last_words(said: &[u8]) -> String {
    let said = String::from_utf8_lossy(said);
    let mut lines = said.lines().rev().map(str::trim).filter(|line| !line.is_empty());
    let error = lines
        .clone()
        .find(|line| line.to_ascii_lowercase().contains("error:"));
    let last = error.or_else(|| lines.next()).unwrap_or("it said nothing");
    last.chars().take(300).collect()
}

/// A text as one word of a POSIX shell.
pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_failing_command_says_its_last_words() {
        let why = shell("echo no such user >&2; exit 3", Path::new("."))
            .await
            .unwrap_err();
        assert!(why.contains("no such user") && why.contains('3'), "{why}");
    }

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
        started.stop().await.unwrap();
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

    #[test]
    fn the_last_words_are_what_went_wrong() {
        let node = "node:events:502\n  throw er; // Unhandled 'error' event\n\nError: listen EADDRINUSE\n    at Server\n\nNode.js v20\n";
        assert_eq!(last_words(node.as_bytes()), "Error: listen EADDRINUSE");
        assert_eq!(
            last_words(b"starting\nport 8471 is in use\n\n"),
            "port 8471 is in use"
        );
        assert_eq!(last_words(b"\n"), "it said nothing");
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
        started.stop().await.unwrap();
        // What was killed counts until somebody has buried it, and a busy machine takes its time.
        for _ in 0..500 {
            if !runs(group) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("what ignores TERM still runs");
    }

    #[test]
    fn a_path_with_a_quote_stays_one_word() {
        assert_eq!(quoted("it's"), "'it'\\''s'");
    }
}
