//! What commands print, and whose fault an error is.

use std::{
    io::{self, IsTerminal, Write},
    path::PathBuf,
};

use scenarios::Catalogue;

pub(crate) use crate::note::note;

use crate::{
    config::ConfigError,
    exit::Exit,
    order::{self, pick::PatternError},
};

/// What a person asked for that cannot be: a mistake of theirs, exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Mistake(pub(crate) String);

/// Whose fault an error is.
pub(crate) fn exit_of(error: &anyhow::Error) -> Exit {
    let mistake = error.is::<Mistake>() || error.is::<ConfigError>() || error.is::<PatternError>();
    if mistake { Exit::Usage } else { Exit::NotJudged }
}

/// A line on standard output, from a command that goes on though nobody may read it any more.
pub(crate) fn line(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
}

pub(crate) fn print(text: &str) -> anyhow::Result<Exit> {
    write(text.as_bytes())
}

pub(crate) fn write(bytes: &[u8]) -> anyhow::Result<Exit> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()?;
    Ok(Exit::Conforms)
}

pub(crate) fn colored() -> bool {
    io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// The embedded catalogue, with the folders that were named.
///
/// # Errors
/// What is wrong in a folder.
pub(crate) fn catalogue(folders: &[PathBuf], pinned: Option<u32>) -> anyhow::Result<Catalogue> {
    order::catalogue(folders, pinned).map_err(|why| Mistake(why).into())
}
