//! `samlitmus forge`: a scenario's message, for people or to be sent by hand.

use mock_idp::Directory;

use super::{
    args::ForgeArgs,
    explain,
    output::{Mistake, catalogue, colored, print, write},
    pick::missing,
};
use crate::{
    config::{Config, Metadata},
    exit::Exit,
    run::rehearsal::Rehearsal,
};

pub(super) fn forge(args: &ForgeArgs) -> anyhow::Result<Exit> {
    let catalogue = catalogue(&args.scenarios, None)?;
    let scenario = catalogue
        .get(&args.id)
        .ok_or_else(|| Mistake(missing(&catalogue, &args.id)))?;
    let config = args.config.load_if_any()?;
    let rehearsal = Rehearsal::new(config.as_ref(), &scenario.keys())?;
    let rehearsal = if args.unsolicited {
        rehearsal.unsolicited()
    } else {
        rehearsal
    };
    if scenario.sends_nothing() {
        let why = format!(
            "{} sends nothing: it looks at what the SP itself sends; see `samlitmus explain {}`",
            scenario.id, scenario.id
        );
        return Err(Mistake(why).into());
    }
    let message = rehearsal.message(scenario, args.base, args.variant.as_deref())?;
    if args.raw {
        return write(&message.forged);
    }
    if args.form {
        can_be_sent(config.as_ref())?;
        return write(explain::form(&message).as_bytes());
    }
    print(&explain::forged(&message, colored()))
}

/// Nobody takes a message under keys that were made for it, or for another SP.
fn can_be_sent(config: Option<&Config>) -> Result<(), Mistake> {
    let why = match config {
        None => "a form is for one SP and under keys that it trusts: name its configuration with --config".to_owned(),
        Some(config) => match config.metadata() {
            Some(Metadata::Url(url)) => format!(
                "the SP's metadata is at {url}, which only `run` reads; give [sp] metadata as a file, or entity_id and acs"
            ),
            _ if !Directory::folder(&config.path(&config.idp.state)).is_dir() => {
                "the IdP has no keys yet that the SP could trust: run it once, or write its metadata with `samlitmus idp metadata`".to_owned()
            }
            _ => return Ok(()),
        },
    };
    Err(Mistake(why))
}
