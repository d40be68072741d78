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
