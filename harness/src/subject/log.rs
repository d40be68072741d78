//! What the SP says of itself: into its file in the state folder, and its end into a report, where a run did not go well.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom, Write},
    path::PathBuf,
    sync::atomic::AtomicBool,
    time::Duration,
};

use super::command::{printed, tail};
use crate::{
    stop::overdue,
    text::{clip, visible},
};

/// So many lines stand in a report, so many beside each failure, and so many bytes of each.
const LINES: usize = 40;
const BESIDE: usize = 20;
const LINE: usize = 400;
/// So much of a file is looked at for them.
const ENOUGH: u64 = 64 << 10;
/// So long the command may take where somebody waits for the end of the run.
const HURRIED: Duration = Duration::from_secs(5);

/// So many lines of what the command prints are looked for in what it prints later.
const LOOKED_FOR: usize = 2000;

/// What the SP had said at some moment.
pub(crate) enum Mark {
    /// So many bytes stood in its file.
    Bytes(u64),
    /// Its command printed this.
    Printed(Vec<u8>),
}

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
            let said = file.and_then(|file| tail(file, ENOUGH).ok());
            return Ok(lines(&said.unwrap_or_default(), LINES));
        };
        let said = self.printed(command, hurry).await?;
        if let Some(path) = &self.file {
            let file = File::options().create(true).append(true).open(path);
            file.and_then(|mut file| file.write_all(&said))
                .map_err(|error| format!("[sp] log: {} cannot be written: {error}", path.display()))?;
        }
        Ok(lines(&said, LINES))
    }

    /// Marks what was said so far; none where nothing can be read.
    pub(crate) async fn mark(&self, hurry: &AtomicBool) -> Option<Mark> {
        if let Some(command) = &self.command {
            // The end of the run says that it fails.
            return self.printed(command, hurry).await.ok().map(Mark::Printed);
        }
        let length = std::fs::metadata(self.file.as_ref()?).ok()?.len();
        Some(Mark::Bytes(length))
    }

    /// The last lines of what was said since then, fit to be read by people.
    pub(crate) async fn since(&self, mark: &Mark, hurry: &AtomicBool) -> Vec<String> {
        match (mark, &self.command) {
            (Mark::Printed(before), Some(command)) => {
                let now = self.printed(command, hurry).await.unwrap_or_default();
                lines(&added(before, &now), BESIDE)
            }
            (Mark::Bytes(length), _) => {
                let read = |path: &PathBuf| {
                    let mut file = File::open(path)?;
                    let end = file.metadata()?.len();
                    file.seek(SeekFrom::Start(end.saturating_sub(ENOUGH).max(*length)))?;
                    let mut said = Vec::new();
                    file.take(ENOUGH).read_to_end(&mut said)?;
                    Ok::<_, std::io::Error>(said)
                };
                let said = self.file.as_ref().and_then(|path| read(path).ok());
                lines(&said.unwrap_or_default(), BESIDE)
            }
            (Mark::Printed(_), None) => Vec::new(),
        }
    }

    async fn printed(&self, command: &str, hurry: &AtomicBool) -> Result<Vec<u8>, String> {
        let said = tokio::select! {
            said = printed(command, &self.folder) => said,
            () = overdue(hurry, HURRIED) => Err(format!("`{command}` did not end, and was ended because the run was")),
        };
        said.map_err(|why| format!("[sp] log: {why}"))
    }
}

/// What came behind the words of before. Both may be the last lines only of what was ever said.
fn added(before: &[u8], now: &[u8]) -> Vec<u8> {
    let (before, now) = (split(before), split(now));
    let looked_for = before.len().min(now.len()).min(LOOKED_FOR);
    // From the most that they can have in common down to nothing.
    let common = (0..=looked_for)
        .rev()
        .find(|count| now.starts_with(&before[before.len() - count..]));
    now[common.unwrap_or(0)..].concat()
}

fn split(text: &[u8]) -> Vec<&[u8]> {
    text.split_inclusive(|byte| *byte == b'\n').collect()
}

fn lines(said: &[u8], most: usize) -> Vec<String> {
    let said = String::from_utf8_lossy(said);
    let mut last: Vec<String> = said
        .lines()
        .rev()
        .map(str::trim_end)
        .filter(|line| !line.is_empty())
        .take(most)
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
    async fn what_was_said_since_a_moment_is_told_wherever_it_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let (path, hurry) = (folder.path().join("sp.log"), AtomicBool::new(false));
        let said = |lines: std::ops::Range<u32>| lines.map(|n| format!("line {n}\n")).collect::<String>();
        for command in [None, Some("cat sp.log"), Some("tail -n 3 sp.log")] {
            std::fs::write(&path, said(0..5)).unwrap();
            let log = log(folder.path(), command);
            let mark = log.mark(&hurry).await.unwrap();
            assert!(log.since(&mark, &hurry).await.is_empty(), "{command:?}");
            std::fs::write(&path, said(0..7)).unwrap();
            assert_eq!(
                log.since(&mark, &hurry).await,
                ["line 5", "line 6"],
                "{command:?}"
            );
        }
        let log = log(folder.path(), Some("exit 1"));
        assert!(log.mark(&hurry).await.is_none());
    }

    #[test]
    fn what_was_said_before_is_found_though_its_beginning_is_gone_or_it_repeats_itself() {
        let told =
            |before: &str, now: &str| String::from_utf8(added(before.as_bytes(), now.as_bytes())).unwrap();
        assert_eq!(told("a\nb\nc\n", "b\nc\nd\n"), "d\n");
        assert_eq!(told("a\na\na\n", "a\na\na\n"), "");
        assert_eq!(told("a\na\n", "a\na\na\n"), "a\n");
        assert_eq!(told("a\nb\n", "c\nd\n"), "c\nd\n");
        assert_eq!(told("", "c\n"), "c\n");
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
