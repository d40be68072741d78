//! What a run told, for people and for machines. Each report only listens.

use std::{
    io,
    path::{Path, PathBuf},
};

use thiserror::Error;

use crate::event::Event;

/// Somebody who is told of every event of a run, in order.
pub trait Listener: Send {
    /// Takes one event in. What goes wrong is told at the end.
    fn on(&mut self, event: &Event);

    /// Writes down whole what was told so far, where nobody takes it for a report yet. Further events may follow, after which
    /// it is written again.
    ///
    /// # Errors
    /// What could not be written.
    fn write(&mut self) -> Result<(), ReportError>;

    /// Puts what was written in its place.
    ///
    /// # Errors
    /// What could not be put there.
    fn publish(self: Box<Self>) -> Result<(), ReportError>;
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

pub(super) fn cannot(path: &Path, why: io::Error) -> ReportError {
    ReportError::Write {
        path: path.to_owned(),
        why,
    }
}
