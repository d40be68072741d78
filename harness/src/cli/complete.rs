//! `samlitmus completions` and `samlitmus man`: the command line itself, as shells and readers of manuals want it.

use std::path::Path;

use clap::CommandFactory;
use clap_complete::Shell;

use super::{
    args::Cli,
    output::{Mistake, note, write},
};
use crate::exit::Exit;

/// The script that completes the commands in a shell.
pub(super) fn completions(shell: Shell) -> Vec<u8> {
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "samlitmus", &mut out);
    out
}

/// The manual: a page for each command in a folder, or the first page on standard output.
///
/// # Errors
/// The folder cannot be written.
pub(super) fn manual(folder: Option<&Path>) -> anyhow::Result<Exit> {
    let Some(folder) = folder else {
        let mut page = Vec::new();
        clap_mangen::Man::new(Cli::command()).render(&mut page)?;
        return write(&page);
    };
    let wrong = |why: std::io::Error| Mistake(format!("{} cannot be written: {why}", folder.display()));
    std::fs::create_dir_all(folder).map_err(wrong)?;
    clap_mangen::generate_to(Cli::command(), folder).map_err(wrong)?;
    note(&format!(
        "wrote the manual into {0}; `man -l {0}/samlitmus.1` shows it",
        folder.display()
    ));
    Ok(Exit::Conforms)
}
