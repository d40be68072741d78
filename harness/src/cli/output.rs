//! What commands print, and whose fault an error is.

use std::{
    io::{self, IsTerminal, Write},
    path::PathBuf,
};

use scenarios::Catalogue;

use super::pick::PatternError;
use crate::{config::ConfigError, exit::Exit};

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

/// A sentence to whoever sits there, on standard error, whether or not anybody reads it.
pub(crate) fn note(sentence: &str) {
    let _ = writeln!(io::stderr(), "samlitmus: {sentence}");
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
pub(crate) fn catalogue(folders: &[PathBuf]) -> anyhow::Result<Catalogue> {
    folders
        .iter()
        .try_fold(Catalogue::embedded().clone(), |catalogue, folder| {
            catalogue
                .with_folder(folder)
                .map_err(|error| Mistake(error.to_string()).into())
        })
}
