//! A command of the configuration, run to its end.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::Path,
    process::Stdio,
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use tokio::{io::AsyncWriteExt, process::Command};

use super::leash::{End, GO, Leash, gated};
use crate::nameless;

/// So long a command may take.
const COMMAND: Duration = Duration::from_secs(120);
/// So much of what it said is read.
const SAID: u64 = 8 << 10;
/// So much of what it prints is kept, where somebody wants to read that.
const PRINTED: u64 = 256 << 10;

/// Runs a command of the configuration to its end; at most two minutes. Whoever stops waiting for it ends it and what it
/// started; what outlives its regular end (an SP that was restarted) stays.
pub(crate) async fn shell(command: &str, folder: &Path) -> Result<(), String> {
    run(command, folder, false).await.map(drop)
}

/// The same, and the end of what it printed, whichever way.
pub(super) async fn printed(command: &str, folder: &Path) -> Result<Vec<u8>, String> {
    let said = run(command, folder, true).await?;
    said.and_then(|file| tail(file, PRINTED).ok()).ok_or_else(|| {
        format!("what `{command}` prints cannot be kept in the system's folder for temporary files")
    })
}

async fn run(command: &str, folder: &Path, prints: bool) -> Result<Option<File>, String> {
    let failed = |error: std::io::Error| format!("`{command}` cannot be run: {error}");
    // No pipe: what it leaves running may go on to write there.
    let said = file_for_words();
    let to_file = || {
        let file = said.as_ref().and_then(|file| file.try_clone().ok());
        file.map_or_else(Stdio::null, Stdio::from)
    };
    let mut child = Command::from(gated(command, folder))
        .stdout(if prints { to_file() } else { Stdio::null() })
        .stderr(to_file())
        .spawn()
        .map_err(failed)?;
    let leash = Leash::tie(child.id().unwrap_or_default(), &End::Killed).map_err(failed)?;
    if let Some(mut gate) = child.stdin.take() {
        gate.write_all(GO).await.map_err(failed)?;
    }
    let begun = Instant::now();
    let status = match tokio::time::timeout(COMMAND, child.wait()).await {
        Err(_) => {
            let seconds = begun.elapsed().as_secs();
            return Err(format!("`{command}` was still running after {seconds} s"));
        }
        Ok(status) => status.map_err(failed)?,
    };
    leash.release();
    if status.success() {
        return Ok(said);
    }
    let said = said.and_then(|file| tail(file, SAID).ok()).unwrap_or_default();
    Err(format!("`{command}` ended with {status}: {}", last_words(&said)))
}

fn file_for_words() -> Option<File> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("samlitmus-{}-{number}.said", std::process::id());
    nameless::at(&std::env::temp_dir().join(name)).ok()
}

/// The last bytes of a file, `most` of them.
pub(super) fn tail(mut file: File, most: u64) -> std::io::Result<Vec<u8>> {
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(most)))?;
    let mut said = Vec::new();
    file.take(most).read_to_end(&mut said)?;
    Ok(said)
}

/// The last line that tells of an error (after it Node says its version), or the last that says anything; at most 300
/// characters of it.
pub(crate) fn last_words(said: &[u8]) -> String {
    let said = String::from_utf8_lossy(said);
    let mut lines = said.lines().rev().map(str::trim).filter(|line| !line.is_empty());
    let tells = |line: &&str| {
        let line = line.to_ascii_lowercase();
        // The second is Docker's.
        ["error:", "error response"]
            .iter()
            .any(|word| line.contains(word))
    };
    let error = lines.clone().find(tells);
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
    async fn what_a_command_leaves_running_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        shell("sleep 300 & echo $! >pid", folder.path()).await.unwrap();
        let pid = std::fs::read_to_string(folder.path().join("pid")).unwrap();
        let runs = || std::fs::read_to_string(format!("/proc/{}/cmdline", pid.trim()));
        assert!(runs().is_ok_and(|line| line.contains("300")));
        shell(&format!("kill {pid}"), folder.path()).await.unwrap();
    }

    #[tokio::test]
    async fn a_command_that_nobody_waits_for_any_more_ends_with_its_children() {
        let folder = tempfile::tempdir().unwrap();
        let pid = folder.path().join("pid");
        {
            let command = shell("trap '' TERM; sleep 300 & echo $! >pid; wait", folder.path());
            tokio::pin!(command);
            while !std::fs::read_to_string(&pid).is_ok_and(|text| text.ends_with('\n')) {
                tokio::select! {
                    ended = &mut command => panic!("{ended:?}"),
                    () = tokio::time::sleep(Duration::from_millis(10)) => {}
                }
            }
        }
        let stat = format!("/proc/{}/stat", std::fs::read_to_string(&pid).unwrap().trim());
        while std::fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z ")) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    #[test]
    fn the_last_words_are_what_went_wrong() {
        let node = "node:events:502\n  throw er; // Unhandled 'error' event\n\nError: listen EADDRINUSE\n    at Server\n\nNode.js v20\n";
        assert_eq!(last_words(node.as_bytes()), "Error: listen EADDRINUSE");
        assert_eq!(
            last_words(b"starting\nport 8471 is in use\n\n"),
            "port 8471 is in use"
        );
        let docker = "docker: Error response from daemon: no such image.\n\nRun 'docker run --help' for more information\n";
        assert_eq!(
            last_words(docker.as_bytes()),
            "docker: Error response from daemon: no such image."
        );
        assert_eq!(last_words(b"\n"), "it said nothing");
    }

    #[test]
    fn a_path_with_a_quote_stays_one_word() {
        assert_eq!(quoted("it's"), "'it'\\''s'");
    }
}
