//! What a run told, for people and for machines. Each report only listens.

pub mod anatomy;
pub mod html;
pub mod json;
pub mod junit;
mod spool;
pub mod terminal;

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
    str::FromStr,
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

/// What a report is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The results, for programs.
    Json,
    /// JUnit's XML, for CI systems.
    Junit,
    /// One page, for people.
    Html,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Json, Self::Junit, Self::Html];

    /// The word on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Junit => "junit",
            Self::Html => "html",
        }
    }
}

/// A report that somebody asked for, `html=report.html`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// As what.
    pub kind: Kind,
    /// Where to.
    pub path: PathBuf,
}

impl Target {
    /// Opens the file now, so that a path that cannot be written is known before the run.
    ///
    /// # Errors
    /// The file cannot be made.
    pub fn open(&self) -> Result<Box<dyn Listener>, ReportError> {
        let path = self.path.clone();
        Ok(match self.kind {
            Kind::Json => Box::new(json::Json::create(path)?),
            Kind::Junit => Box::new(junit::Junit::create(path)?),
            Kind::Html => Box::new(html::Html::create(path)?),
        })
    }
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let words = Kind::ALL.map(Kind::word).join(", ");
        let (kind, path) = text
            .split_once('=')
            .ok_or_else(|| format!("write KIND=PATH, where KIND is one of {words}"))?;
        let kind = Kind::ALL
            .into_iter()
            .find(|known| known.word() == kind)
            .ok_or_else(|| format!("there is no report {kind:?}; there are {words}"))?;
        if path.is_empty() {
            return Err(format!("{kind}= needs a path", kind = kind.word()));
        }
        Ok(Self {
            kind,
            path: path.into(),
        })
    }
}

/// Makes a file and the folders above it.
fn create(path: &Path) -> Result<File, ReportError> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|why| cannot(path, why))?;
    }
    File::create(path).map_err(|why| cannot(path, why))
}

fn cannot(path: &Path, why: io::Error) -> ReportError {
    ReportError::Write {
        path: path.to_owned(),
        why,
    }
}

/// A count and its noun.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    if count == 1 {
        format!("1 {noun}")
    } else {
        format!("{count} {noun}s")
    }
}
