//! A report's file: written beside its place under another name, and put there only when it is whole.
//!
//! At the start an earlier report goes, so that nobody takes it for this run's; until the end nothing stands under the
//! report's name. What a killed run leaves is called `REPORT.part`, and the next run to the same place takes it over.

use std::{
    fs::{self, File, TryLockError},
    io::{self, BufWriter, Seek, Write},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use super::{
    listener::{ReportError, cannot},
    spool::Spool,
};

/// A report that is being written. Dropping it leaves nothing.
pub(super) struct Draft {
    asked: PathBuf,
    place: Place,
}

enum Place {
    /// A file, written to `part` and then called `path`.
    File { path: PathBuf, part: Part },
    /// A pipe, a terminal: written to at the end, in one go.
    Stream { file: File, text: Vec<u8> },
}

/// The file beside the report. It goes with this, unless it was put in its place before.
struct Part {
    path: PathBuf,
    file: File,
}

impl Draft {
    /// Makes sure that a report can be written to this place, and takes away an earlier one.
    ///
    /// # Errors
    /// No file can be made there, or another report is being written to it.
    pub(super) fn begin(asked: &Path) -> Result<Self, ReportError> {
        let place = if is_stream(asked) {
            let file = File::options().append(true).open(asked);
            file.map(|file| Place::Stream {
                file,
                text: Vec::new(),
            })
        } else {
            take(asked)
        };
        Ok(Self {
            asked: asked.to_owned(),
            place: place.map_err(|why| cannot(asked, why))?,
        })
    }

    /// The same for a file that others write to as well: what is written is added to it at the end.
    ///
    /// # Errors
    /// It cannot be written to.
    pub(super) fn behind(asked: &Path) -> Result<Self, ReportError> {
        let file = File::options().append(true).create(true).open(asked);
        Ok(Self {
            asked: asked.to_owned(),
            place: Place::Stream {
                file: file.map_err(|why| cannot(asked, why))?,
                text: Vec::new(),
            },
        })
    }

    /// A spool for what stands in this report.
    ///
    /// # Errors
    /// No file can be made beside the report.
    pub(super) fn spool(&self) -> Result<Spool, ReportError> {
        let path = match &self.place {
            Place::File { path, .. } => beside(path, ".pieces.part"),
            Place::Stream { .. } => {
                std::env::temp_dir().join(format!("samlitmus-{}.pieces.part", std::process::id()))
            }
        };
        Spool::at(&path).map_err(|why| cannot(&path, why))
    }

    /// Writes the report, in the place of what was written to this draft before.
    ///
    /// # Errors
    /// The disk is full, or whatever else keeps a file from being written.
    pub(super) fn write(
        &mut self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), ReportError> {
        let written = match &mut self.place {
            Place::File { part, .. } => part.write(write),
            Place::Stream { text, .. } => {
                text.clear();
                write(text)
            }
        };
        written.map_err(|why| cannot(&self.asked, why))
    }

    /// Puts what was written in its place.
    ///
    /// # Errors
    /// The file cannot be renamed, or the stream has ended.
    pub(super) fn publish(self) -> Result<(), ReportError> {
        let published = match self.place {
            Place::File { path, part } => fs::rename(&part.path, path),
            Place::Stream { mut file, text } => file.write_all(&text),
        };
        published.map_err(|why| cannot(&self.asked, why))
    }

    /// Takes away what a run that ends at once leaves beside this place.
    pub(super) fn abandon(asked: &Path) {
        if !is_stream(asked) {
            let _ = fs::remove_file(beside(&resolved(asked), PART));
        }
    }
}

const PART: &str = ".part";
/// As many links as Linux follows.
const LINKS: usize = 40;

impl Part {
    fn write(&mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        self.file.rewind()?;
        self.file.set_len(0)?;
        let mut out = BufWriter::new(&mut self.file);
        write(&mut out)?;
        out.flush()?;
        drop(out);
        // Otherwise a machine that goes down may have the name and not the text.
        self.file.sync_all()
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // Where it was put in its place, another run's may bear the name by now.
        if names(&self.path, &self.file) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// What can be written to and has no name of its own that could be given to another file.
fn is_stream(path: &Path) -> bool {
    let special = fs::metadata(path).is_ok_and(|data| !data.is_file() && !data.is_dir());
    let ours = ["/dev/stdout", "/dev/stderr", "/dev/fd", "/proc"];
    special || ours.iter().any(|name| path.starts_with(name))
}

fn take(asked: &Path) -> io::Result<Place> {
    if let Some(folder) = asked.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    let path = resolved(asked);
    let stands = path.exists();
    if stands {
        // A file that somebody protected stays, though its folder would let it be replaced.
        File::options().write(true).open(&path)?;
    }
    let part = claimed(beside(&path, PART))?;
    if stands {
        fs::remove_file(&path)?;
    }
    Ok(Place::File { path, part })
}

/// Where a link leads to: the file at its end is replaced, not the link.
fn resolved(asked: &Path) -> PathBuf {
    let mut path = asked.to_owned();
    for _ in 0..LINKS {
        match (fs::read_link(&path), path.parent()) {
            (Ok(to), Some(folder)) => path = folder.join(to),
            _ => break,
        }
    }
    path
}

/// The file of this name for us alone; what a run that was killed left in it is overwritten.
fn claimed(path: PathBuf) -> io::Result<Part> {
    loop {
        let file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => {
                return Err(io::Error::other("another report is being written there"));
            }
            // Not every file system has locks.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        // Whoever had the lock may have put the file in its place in the meantime.
        if names(&path, &file) {
            return Ok(Part { path, file });
        }
    }
}

/// Whether this path leads to this file.
fn names(path: &Path, file: &File) -> bool {
    let (Ok(named), Ok(ours)) = (fs::metadata(path), file.metadata()) else {
        return false;
    };
    (named.dev(), named.ino()) == (ours.dev(), ours.ino())
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names_in(folder: &Path) -> Vec<String> {
        let names = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = names
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn an_earlier_report_goes_at_once_and_the_new_one_comes_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.json");
        fs::write(&path, "green").unwrap();
        let mut draft = Draft::begin(&path).unwrap();
        assert_eq!(names_in(folder.path()), ["r.json.part"]);
        draft.write(|out| out.write_all(b"a first try")).unwrap();
        draft.write(|out| out.write_all(b"red")).unwrap();
        assert_eq!(names_in(folder.path()), ["r.json.part"]);
        draft.publish().unwrap();
        assert_eq!(names_in(folder.path()), ["r.json"]);
        assert_eq!(fs::read_to_string(path).unwrap(), "red");
    }

    #[test]
    fn a_draft_that_is_dropped_leaves_nothing_and_what_a_killed_run_left_is_taken_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/r.json");
        drop(Draft::begin(&path).unwrap());
        assert_eq!(names_in(path.parent().unwrap()), [""; 0]);
        fs::write(
            folder.path().join("deep/r.json.part"),
            "torn, and longer than what comes",
        )
        .unwrap();
        let mut draft = Draft::begin(&path).unwrap();
        draft.write(|out| out.write_all(b"whole")).unwrap();
        draft.publish().unwrap();
        assert_eq!(names_in(path.parent().unwrap()), ["r.json"]);
        assert_eq!(fs::read_to_string(path).unwrap(), "whole");
    }

    #[test]
    fn two_at_a_time_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.json");
        let first = Draft::begin(&path).unwrap();
        let why = Draft::begin(&path).err().unwrap().to_string();
        assert!(why.contains("another report is being written there"), "{why}");
        drop(first);
        Draft::begin(&path).unwrap();
    }

    #[test]
    fn a_link_stays_a_link_and_a_folder_is_no_place_for_a_report() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real.json"), folder.path().join("link.json"));
        fs::write(&real, "old").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        let mut draft = Draft::begin(&link).unwrap();
        draft.write(|out| out.write_all(b"new")).unwrap();
        draft.publish().unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&real).unwrap(), "new");
        assert!(Draft::begin(folder.path()).is_err());
        assert_eq!(names_in(folder.path()), ["link.json", "real.json"]);
    }

    #[test]
    fn behind_what_others_wrote_the_last_text_is_added() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("summary.md");
        for turn in ["one", "two"] {
            let mut draft = Draft::behind(&path).unwrap();
            draft.write(|out| out.write_all(b"torn")).unwrap();
            draft.write(|out| writeln!(out, "{turn}")).unwrap();
            draft.publish().unwrap();
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), "one\ntwo\n");
    }

    #[test]
    fn a_stream_gets_the_last_text_and_nothing_is_made_beside_it() {
        let mut draft = Draft::begin(Path::new("/dev/null")).unwrap();
        draft.write(|out| out.write_all(b"x")).unwrap();
        draft.spool().unwrap();
        draft.publish().unwrap();
        assert!(!Path::new("/dev/null.part").exists());
    }
}
