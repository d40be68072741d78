//! What the SP says of itself: into its file in the state folder, and its end into a report, where a run did not go well.

use std::{fs::File, io::Write, path::PathBuf, sync::atomic::AtomicBool, time::Duration};

use super::command::{printed, tail};
use crate::{
    stop::overdue,
    text::{clip, visible},
};

/// So many lines stand in a report, and so many bytes of each.
const LINES: usize = 40;
const LINE: usize = 400;
/// So much of a file is looked at for them.
const ENOUGH: u64 = 64 << 10;
/// So long the command may take where somebody waits for the end of the run.
const HURRIED: Duration = Duration::from_secs(5);

/// Where the SP's words are found.
#[derive(Debug, Default)]
pub(crate) struct Log {
    /// The command that prints them, for an SP whose words do not come out of its start command.
    pub(crate) command: Option<String>,
    /// The folder that it starts in.
    pub(crate) folder: PathBuf,
    /// The file that what it prints is added to: what the start command printed stands there already.
    pub(crate) file: Option<PathBuf>,
}

impl Log {
    /// The last lines of what the SP said, fit to be read by people. Whoever stops it asks first: with a container goes its log.
    ///
    /// # Errors
    /// The command failed, or did not end.
    pub(crate) async fn last(&self, hurry: &AtomicBool) -> Result<Vec<String>, String> {
        let Some(command) = &self.command else {
            let file = self.file.as_ref().and_then(|path| File::open(path).ok());
            return Ok(lines(
                &file.and_then(|file| tail(file, ENOUGH).ok()).unwrap_or_default(),
            ));
        };
        let said = tokio::select! {
            said = printed(command, &self.folder) => said,
            () = overdue(hurry, HURRIED) => Err(format!("`{command}` did not end, and was ended because the run was")),
        };
        let said = said.map_err(|why| format!("[sp] log: {why}"))?;
        if let Some(path) = &self.file {
            let file = File::options().create(true).append(true).open(path);
            file.and_then(|mut file| file.write_all(&said))
                .map_err(|error| format!("[sp] log: {} cannot be written: {error}", path.display()))?;
        }
        Ok(lines(&said))
    }
}

fn lines(said: &[u8]) -> Vec<String> {
    let said = String::from_utf8_lossy(said);
    let mut last: Vec<String> = said
        .lines()
        .rev()
        .map(str::trim_end)
        .filter(|line| !line.is_empty())
        .take(LINES)
        .map(|line| visible(clip(line, LINE)))
        .collect();
    last.reverse();
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(folder: &std::path::Path, command: Option<&str>) -> Log {
        Log {
            command: command.map(str::to_owned),
            folder: folder.to_owned(),
            file: Some(folder.join("sp.log")),
        }
    }

    #[tokio::test]
    async fn what_the_command_prints_stands_behind_what_the_start_printed() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("sp.log"), "Creating sp ... done\n").unwrap();
        let log = log(folder.path(), Some("echo to out; echo to err >&2"));
        let last = log.last(&AtomicBool::new(false)).await.unwrap();
        assert_eq!(last, ["to out", "to err"]);
        let kept = std::fs::read_to_string(folder.path().join("sp.log")).unwrap();
        assert_eq!(kept, "Creating sp ... done\nto out\nto err\n");
    }

    #[tokio::test]
    async fn without_a_command_the_file_is_read_and_its_end_is_enough() {
        let folder = tempfile::tempdir().unwrap();
        let long: String = (0..9000).map(|n| format!("line {n}\n\n")).collect();
        std::fs::write(folder.path().join("sp.log"), long + "\x1b[2Jbye\n").unwrap();
        let last = log(folder.path(), None)
            .last(&AtomicBool::new(false))
            .await
            .unwrap();
        assert_eq!(last.len(), LINES);
        assert_eq!(last[LINES - 2], "line 8999");
        assert_eq!(last[LINES - 1], "\\u{1b}[2Jbye");
    }

    #[tokio::test]
    async fn a_command_that_fails_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let log = log(folder.path(), Some("echo no such container >&2; exit 1"));
        let why = log.last(&AtomicBool::new(false)).await.unwrap_err();
        assert!(
            why.starts_with("[sp] log: ") && why.contains("no such container"),
            "{why}"
        );
    }
}
