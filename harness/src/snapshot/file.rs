//! The files of snapshots, and why one cannot be used.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use thiserror::Error;

/// Why a snapshot cannot be used.
#[derive(Debug, Error)]
pub enum SnapshotError {
    /// It cannot be read.
    #[error("the snapshot {} cannot be read ({why}); delete it, or take it back from version control", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// It cannot be written.
    #[error("the snapshot {} cannot be written ({why}); make its folder writable, or name another with --snapshots", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        why: io::Error,
    },
}

/// The text of a snapshot, where there is one.
pub(super) fn accepted(path: &Path) -> Result<Option<String>, SnapshotError> {
    if !path.exists() {
        return Ok(None);
    }
    let unreadable = |why: String| SnapshotError::Read {
        path: path.to_owned(),
        why,
    };
    let snapshot = insta::Snapshot::from_file(path).map_err(|why| unreadable(why.to_string()))?;
    let insta::internals::SnapshotContents::Text(contents) = snapshot.contents() else {
        return Err(unreadable("it holds no text".to_owned()));
    };
    Ok(Some(format!("{}\n", contents.to_string().trim())))
}

pub(super) fn write(path: &Path, text: &str) -> Result<(), SnapshotError> {
    let cannot = |why| SnapshotError::Write {
        path: path.to_owned(),
        why,
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(cannot)?;
    }
    fs::write(path, text).map_err(cannot)
}

pub(super) fn remove(path: &Path) -> Result<(), SnapshotError> {
    match fs::remove_file(path) {
        Err(why) if why.kind() != io::ErrorKind::NotFound => Err(SnapshotError::Write {
            path: path.to_owned(),
            why,
        }),
        _ => Ok(()),
    }
}
