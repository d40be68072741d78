//! The SP as a process: started before a run, waited for, stopped afterwards.

use std::{
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use tokio::process::{Child, Command};

/// So long a command of the configuration may take.
const COMMAND: Duration = Duration::from_secs(120);

/// An SP that this run started. Dropping it ends it and what it started.
#[derive(Debug)]
pub(crate) struct Started {
    child: Option<Child>,
    group: Option<u32>,
    stop: Option<String>,
    folder: std::path::PathBuf,
}

impl Started {
    /// Runs the start command; `{metadata}` becomes the path of the IdP's metadata.
    pub(crate) fn start(
        command: &str,
        metadata: &Path,
        folder: &Path,
        stop: Option<&str>,
    ) -> Result<Self, String> {
        let command = command.replace("{metadata}", &quoted(&metadata.display().to_string()));
        let mut child = Command::new("sh");
        child
            .arg("-c")
            .arg(&command)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .process_group(0);
        let child = child
            .spawn()
            .map_err(|error| format!("[sp] start cannot be run: {error}"))?;
        Ok(Self {
            group: child.id(),
            child: Some(child),
            stop: stop.map(str::to_owned),
            folder: folder.to_owned(),
        })
    }

    /// Why it will never be ready, if it has ended with a failure.
    pub(crate) fn failed(&mut self) -> Option<String> {
        let status = self.child.as_mut()?.try_wait().ok()??;
        // A start command may hand over to a daemon and end well.
        (!status.success()).then(|| format!("[sp] start ended with {status}"))
    }

    /// Runs the stop command, and ends what is left.
    pub(crate) async fn stop(mut self) -> Result<(), String> {
        let stopped = match self.stop.take() {
            Some(command) => shell(&command, &self.folder)
                .await
                .map_err(|why| format!("[sp] stop: {why}")),
            None => Ok(()),
        };
        self.end();
        if let Some(mut child) = self.child.take() {
            let _ = tokio::time::timeout(Duration::from_secs(5), child.wait()).await;
        }
        stopped
    }

    /// Ends the process group. A group that is gone already is no fault.
    fn end(&mut self) {
        if let Some(group) = self.group.take() {
            // The shell's own `kill`: a minimal system has no other.
            let _ = std::process::Command::new("sh")
                .args(["-c", &format!("kill -TERM -- -{group}")])
                .stderr(Stdio::null())
                .status();
        }
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        self.end();
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
            let said = String::from_utf8_lossy(&output.stderr);
            let last: String = said
                .trim()
                .lines()
                .next_back()
                .unwrap_or_default()
                .chars()
                .take(300)
                .collect();
            Err(format!("`{command}` ended with {}: {last}", output.status))
        }
    }
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
        tokio::time::sleep(Duration::from_millis(100)).await;
        let alive = std::process::Command::new("sh")
            .args(["-c", &format!("kill -0 {}", child.trim())])
            .stderr(Stdio::null())
            .status();
        assert!(!alive.unwrap().success());
    }

    #[test]
    fn a_path_with_a_quote_stays_one_word() {
        assert_eq!(quoted("it's"), "'it'\\''s'");
    }
}
