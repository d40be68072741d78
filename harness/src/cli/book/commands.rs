//! The command line, as its own help tells it.

use std::fmt::Write;

use clap::CommandFactory;

use super::layout::fenced;
use crate::cli::args::Cli;

/// A heading and the help for each command and each command of a command.
pub(super) fn commands() -> String {
    let mut whole = Cli::command();
    whole.build();
    let mut out = "# Commands\n\nWhat `--help` says of each.\n".to_owned();
    tell(&mut out, &mut whole, "samlitmus");
    out
}

fn tell(out: &mut String, command: &mut clap::Command, name: &str) {
    let help = command.render_long_help().to_string();
    let _ = write!(out, "\n## {name}\n\n{}", fenced("text", &help));
    for inner in command.get_subcommands_mut() {
        if inner.get_name() != "help" {
            let name = format!("{name} {}", inner.get_name());
            tell(out, inner, &name);
        }
    }
}
