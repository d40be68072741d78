//! Each scenario as a test of `cargo test`: which there are and which are meant (`list`), the one run that they share (`engine`),
//! and what each says of it.

mod engine;
mod list;

use std::{path::Path, process::exit, sync::Arc};

use libtest_mimic::{Arguments, Trial};
use scenarios::Catalogue;

use crate::{
    api::folders,
    config::Config,
    note::note,
    order::{catalogue, pick::missing},
};
use engine::Engine;
use list::{Entry, Listed};

/// Makes each scenario a test, for a `tests/saml.rs` with `harness = false`; the file is a `samlitmus.toml`, and all that is configured
/// there counts as in `samlitmus run`.
///
/// `cargo test -- signature` fires what has this in its name, all of it in one run that calibrates once. Tiers other than smoke and
/// core are ignored tests (`--ignored`, `--include-ignored`); an id in full is fired wherever it stands, and what is opt-in only so.
/// `--list` asks nobody.
///
/// A scenario is one test whatever its bases, since the SP decides with which it can be fired: the worst decides. One that does not
/// apply is ignored, with the reason. The test `run/conforms` runs with whatever is fired: it fails where the run as a whole does,
/// and named alone it is `samlitmus run` as one test. Where a run cannot begin, or nothing can be judged, every test fails with the cause.
///
/// Processes take turns, as those of nextest do, which runs a process a test.
pub fn test_main(config: impl AsRef<Path>) -> ! {
    let arguments = Arguments::from_args();
    exit(match tests(config.as_ref(), &arguments) {
        true => 0,
        // As libtest ends.
        false => 101,
    })
}

/// Whether nothing failed.
fn tests(config: &Path, arguments: &Arguments) -> bool {
    let known = known(config);
    if let Err(why) = &known {
        note(why);
    }
    // What is wrong then fails each of them.
    let catalogue = known.unwrap_or_else(|_| Catalogue::embedded().clone());
    let listed = Listed::of(&catalogue, arguments);
    if listed.is_empty() && !arguments.list {
        nothing(&catalogue, arguments);
    }
    let engine = Arc::new(Engine::new(config, &listed));
    let trials = listed.entries.iter().map(|entry| trial(entry, &engine));
    let ended = libtest_mimic::run(&listed.arguments(arguments), trials.collect());
    !ended.has_failed()
}

/// The catalogue with the folders of the configuration.
fn known(config: &Path) -> Result<Catalogue, String> {
    let config = Config::load(config).map_err(|error| error.to_string())?;
    catalogue(&folders(Some(&config)), config.run.catalogue)
}

fn trial(entry: &Entry, engine: &Arc<Engine>) -> Trial {
    let engine = engine.clone();
    let scenario = entry.scenario.clone();
    entry.trial(move || match &scenario {
        Some(scenario) => engine.scenario(scenario),
        None => engine.whole_run(),
    })
}

/// Says that nothing is fired: libtest calls that a success, and other filters may be for other tests.
fn nothing(catalogue: &Catalogue, arguments: &Arguments) {
    let near = match &arguments.filter {
        Some(filter) if filter.contains(['*', '?']) => format!(
            "; a filter of cargo test is a part of a name, so write '{}'",
            filter.trim_matches(['*', '?'])
        ),
        Some(filter) => format!("; {}", missing(catalogue, filter)),
        None => String::new(),
    };
    note(&format!(
        "nothing is fired, since no scenario's test is meant{near}"
    ));
}
