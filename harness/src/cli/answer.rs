//! From a parsed command line to an exit code.

use std::{
    io::{self, IsTerminal, Read, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Parser;

use super::{
    args::{Cli, Command, DecodeArgs, ExplainArgs, IdpArgs, IdpCommand, ListArgs, SchemaName, SettleArgs},
    book, complete, decode, explain, list,
    output::{Mistake, catalogue, colored, exit_of, note, print, write},
    pick::{Tiers, globs, missing, pick},
    settle,
};
use crate::{config::schema, exit::Exit, report::json::Results, run::rehearsal::Rehearsal, snapshot::Choice};

/// The whole program.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    log();
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(|place| format!(" ({}:{})", place.file(), place.line()))
            .unwrap_or_default();
        let _ = writeln!(
            io::stderr(),
            "samlitmus: it has a fault of its own{place}; please report it"
        );
    }));
    // A fault of ours says nothing about the SP.
    let answer = std::panic::catch_unwind(|| answer(cli.command));
    answer
        .map_or(Exit::NotJudged, |answer| {
            answer.unwrap_or_else(|error| tell(&error))
        })
        .into()
}

fn answer(command: Command) -> anyhow::Result<Exit> {
    match command {
        Command::Run(args) => running(super::run::run(args)),
        Command::Init(args) => running(super::init::init(args)),
        Command::Doctor(args) => running(super::doctor::doctor(args)),
        Command::Idp(IdpArgs {
            command: Some(command),
            ..
        }) => match command {
            IdpCommand::Metadata { setup, out } => super::idp::metadata(&setup, out.as_deref()),
            IdpCommand::Export { setup, out } => super::idp::export(&setup, out.as_deref()),
            IdpCommand::Import { setup, file } => super::idp::import(&setup, &file),
        },
        Command::Idp(args) => running(super::idp::serve(args)),
        Command::Gallery(args) => super::gallery::answer(args),
        Command::Sp(args) => running(super::sp::serve(args)),
        Command::List(args) => list(&args),
        Command::Explain(args) => explain(&args),
        Command::Forge(args) => super::forge::forge(&args),
        Command::Review(args) => {
            let (folder, sp) = snapshots(&args)?;
            settle::review(&folder, sp.as_deref(), &globs(&args.patterns)?)?;
            Ok(Exit::Conforms)
        }
        Command::Accept(args) => settled(&args, Choice::Accept),
        Command::Reject(args) => settled(&args, Choice::Reject),
        Command::Decode(args) => decode(&args),
        Command::Report(args) => super::report::report(args),
        Command::Schema(args) => {
            let schema = match args.name {
                SchemaName::Config => schema(),
                SchemaName::Scenario => schemars::schema_for!(scenarios::Scenario),
                SchemaName::Results => schemars::schema_for!(Results),
            };
            print(&format!("{}\n", serde_json::to_string_pretty(&schema)?))
        }
        Command::Completions(args) => write(&complete::completions(args.shell)),
        Command::Man(args) => complete::manual(args.out.as_deref()),
        Command::Book(args) => book::book(&catalogue(&args.scenarios, None)?, &args.out),
    }
}

fn list(args: &ListArgs) -> anyhow::Result<Exit> {
    let catalogue = catalogue(&args.scenarios, None)?;
    let all: Tiers = Tiers(scenarios::Tier::ALL.to_vec());
    let picked = pick(
        &catalogue,
        &args.patterns,
        Some(args.tier.as_ref().unwrap_or(&all)),
    )?;
    for missed in &picked.missed {
        note(missed);
    }
    print(&if args.json {
        list::json(&picked.scenarios) + "\n"
    } else {
        list::text(&picked.scenarios)
    })?;
    Ok(if picked.scenarios.is_empty() {
        Exit::NothingRan
    } else {
        Exit::Conforms
    })
}

fn explain(args: &ExplainArgs) -> anyhow::Result<Exit> {
    let catalogue = catalogue(&args.scenarios, None)?;
    let scenario = catalogue
        .get(&args.id)
        .ok_or_else(|| Mistake(missing(&catalogue, &args.id)))?;
    let rehearsal = Rehearsal::new(args.config.load_if_any()?.as_ref(), &scenario.keys())?;
    print(&explain::explain(scenario, &rehearsal, colored())?)
}

fn settled(args: &SettleArgs, choice: Choice) -> anyhow::Result<Exit> {
    let (folder, sp) = snapshots(args)?;
    let said = settle::settle(&folder, sp.as_deref(), &globs(&args.patterns)?, choice)?;
    if said.is_empty() {
        print("nothing waits for a review\n")?;
        return Ok(if args.patterns.is_empty() {
            Exit::Conforms
        } else {
            Exit::NothingRan
        });
    }
    print(&(said.join("\n") + "\n"))
}

fn decode(args: &DecodeArgs) -> anyhow::Result<Exit> {
    let input = match args.file.as_deref().filter(|file| *file != Path::new("-")) {
        Some(file) => {
            let file_error = |why: io::Error| Mistake(format!("{} cannot be read: {why}", file.display()));
            bounded(std::fs::File::open(file).map_err(file_error)?).map_err(file_error)?
        }
        None if io::stdin().is_terminal() => {
            return Err(Mistake("give a file, or pipe a message in".to_owned()).into());
        }
        None => bounded(io::stdin().lock())?,
    };
    let found = decode::find(&input).map_err(|error| Mistake(error.to_string()))?;
    let shown: Vec<String> = found.iter().map(|found| decode::show(found, colored())).collect();
    print(&shown.join("\n"))
}

/// One byte more than may be, so that too much is told from just enough.
fn bounded(from: impl Read) -> io::Result<Vec<u8>> {
    let mut input = Vec::new();
    from.take(decode::MOST as u64 + 1).read_to_end(&mut input)?;
    Ok(input)
}

/// The folder, and the SP where a configuration was named: whoever names one means that one's SP.
fn snapshots(args: &SettleArgs) -> anyhow::Result<(PathBuf, Option<String>)> {
    let named = args.config.config.is_some();
    if let (Some(folder), false) = (&args.snapshots, named) {
        return Ok((folder.clone(), None));
    }
    let Some(config) = args.config.load_if_any()? else {
        return Ok((PathBuf::from("snapshots"), None));
    };
    let kept = config.path(&config.run.snapshots);
    let sp = named.then_some(config.sp.name);
    Ok((args.snapshots.clone().unwrap_or(kept), sp))
}

fn running(command: impl Future<Output = anyhow::Result<Exit>>) -> anyhow::Result<Exit> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let ended = runtime.block_on(command);
    // Whoever is asked for a name and hangs must not keep the program.
    runtime.shutdown_background();
    ended
}

/// Says what went wrong, in one sentence, and whose fault it is.
fn tell(error: &anyhow::Error) -> Exit {
    if error
        .downcast_ref::<io::Error>()
        .is_some_and(|why| why.kind() == io::ErrorKind::BrokenPipe)
    {
        return Exit::Conforms;
    }
    note(&format!("{error:#}"));
    exit_of(error)
}

/// What the libraries log, where `SAMLITMUS_LOG` asks for it (`debug`, `mock_idp=info`).
fn log() {
    if let Ok(filter) = tracing_subscriber::EnvFilter::try_from_env("SAMLITMUS_LOG") {
        // Addresses with live tokens and codes in them are for benchmarks alone, which listen by themselves.
        let filter = ["samlitmus::requests=off", "samlitmus::messages=off"]
            .into_iter()
            .filter_map(|quiet| quiet.parse().ok())
            .fold(filter, tracing_subscriber::EnvFilter::add_directive);
        let _ = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(io::stderr)
            .with_ansi(io::stderr().is_terminal())
            .try_init();
    }
}
