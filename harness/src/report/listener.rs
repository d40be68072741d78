//! What a run told, for people and for machines. Each report only listens.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

use thiserror::Error;

use crate::event::Event;

/// Somebody who is told of every event of a run, in order.
pub trait Listener: Send {
    /// Takes one event in. What goes wrong is told at the end.
    fn on(&mut self, event: &Event);

    /// Nothing follows; whatever is written must now be whole.
    ///
    /// # Errors
    /// What could not be written.
    fn finish(self: Box<Self>) -> Result<(), ReportError>;
}

/// Why a report is not there.
#[derive(Debug, Error)]
pub enum ReportError {
    /// It cannot be written.
    #[error("the report {} cannot be written ({why}); name another path", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        why: io::Error,
    },
}

/// Makes a file and the folders above it.
pub(super) fn create(path: &Path) -> Result<File, ReportError> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|why| cannot(path, why))?;
    }
    File::create(path).map_err(|why| cannot(path, why))
}

pub(super) fn cannot(path: &Path, why: io::Error) -> ReportError {
    ReportError::Write {
        path: path.to_owned(),
        why,
    }
}
