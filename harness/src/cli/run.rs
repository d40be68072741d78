//! `samlitmus run`: from arguments and configuration to a run, its reports and its exit code.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use reference_sp::Flaws;

use crate::{
    cli::pick::pick,
    cli::{
        args::RunArgs,
        output::{Mistake, catalogue, exit_of},
    },
    config::{Config, DriverChoice, FailOn},
    event::{Event, RunSummary},
    exit::Exit,
    judge::waiver::Waivers,
    report::{Listener, terminal::Terminal},
    run::{
        litmus,
        options::{CannotRun, DriverKind, Options},
    },
    subject::target::Target,
};

/// Runs, reports, and says how it ended.
///
/// # Errors
/// A mistake in arguments or configuration, or a report that cannot be written.
pub(crate) async fn run(args: RunArgs) -> anyhow::Result<Exit> {
    let mistake = |why: String| anyhow::Error::new(Mistake(why));
    let mut reports: Vec<Box<dyn Listener>> = Vec::new();
    for report in &args.report {
        reports.push(report.open().map_err(|error| mistake(error.to_string()))?);
    }
    let ended = fire(&args, &mut reports).await;
    if let Err(error) = &ended {
        nothing_fired(&mut reports, format!("{error:#}"), exit_of(error));
    }
    let finished: Result<Vec<()>, _> = reports.into_iter().map(Listener::finish).collect();
    let exit = ended?;
    finished?;
    Ok(exit)
}

/// A gate that reads only a report finds the cause there, and never the report of an earlier run.
fn nothing_fired(reports: &mut [Box<dyn Listener>], cause: String, exit: Exit) {
    let summary = RunSummary {
        causes: vec![cause],
        exit: exit.code(),
        ..RunSummary::default()
    };
    let told = Event::Finished(Arc::new(summary));
    reports.iter_mut().for_each(|report| report.on(&told));
}

/// Everything between the opening of the reports and their end.
async fn fire(args: &RunArgs, reports: &mut [Box<dyn Listener>]) -> anyhow::Result<Exit> {
    let mistake = |why: String| anyhow::Error::new(Mistake(why));
    let config = if args.demo {
        None
    } else {
        Some(args.config.load()?)
    };
    let catalogue = catalogue(&folders(args, config.as_ref()))?;
    let picked = pick(&catalogue, &args.patterns, args.tier.as_ref())?;
    if picked.scenarios.is_empty() {
        let why = match picked.missed.is_empty() {
            true => "no scenario is in these tiers; `samlitmus list` shows all".to_owned(),
            false => picked.missed.join("; "),
        };
        eprintln!("samlitmus: nothing ran: {why}");
        nothing_fired(reports, format!("nothing ran: {why}"), Exit::NothingRan);
        return Ok(Exit::NothingRan);
    }
    if !picked.missed.is_empty() {
        return Err(mistake(picked.missed.join("; ")));
    }
    if let Some(config) = &config {
        for key in config.idle() {
            eprintln!("samlitmus: {key} is read, and this version does not act on it yet");
        }
    }
    let options = options(args, config.as_ref())?;
    let target = match &config {
        Some(config) => Target::of(config),
        None => {
            let flaws = args.flaw.iter().copied().collect::<Flaws>();
            Target::reference(reference_sp::Config {
                flaws,
                ..reference_sp::Config::default()
            })
            .await
        }
    };
    let target = target.map_err(mistake)?;

    let mut terminal = Terminal::new(args.report.clone());
    let interrupt = tokio::spawn(interrupted(options.stop.clone()));
    let tell = |event: &Event| {
        terminal.on(event);
        reports.iter_mut().for_each(|report| report.on(event));
    };
    let summary = litmus::run(target, &picked.scenarios, options, tell).await;
    interrupt.abort();
    let summary = summary.map_err(|error| match error {
        CannotRun::Configuration(why) | CannotRun::NotJudged(why) => mistake(why),
    })?;
    Box::new(terminal).finish()?;
    Ok(Exit::ALL
        .into_iter()
        .find(|exit| exit.code() == summary.exit)
        .unwrap_or(Exit::NotJudged))
}

fn folders(args: &RunArgs, config: Option<&Config>) -> Vec<PathBuf> {
    let configured = config
        .into_iter()
        .flat_map(|c| c.run.scenarios.iter().map(|folder| c.path(folder)));
    configured.chain(args.scenarios.iter().cloned()).collect()
}

fn options(args: &RunArgs, config: Option<&Config>) -> anyhow::Result<Options> {
    let default = Options::default();
    let run = config.map(|config| &config.run);
    let waivers = args
        .waivers
        .clone()
        .or_else(|| Some(config?.path(run?.waivers.as_ref()?)));
    let waivers = match waivers {
        Some(path) => Waivers::load(&path, today()).map_err(|error| Mistake(error.to_string()))?,
        None => Waivers::default(),
    };
    let chosen = args.driver.or(run.map(|run| run.driver)).unwrap_or_default();
    // The demo compares with nothing unless it is told where: there is nothing yet that somebody accepted.
    let snapshots = args
        .snapshots
        .clone()
        .or_else(|| config.map(|config| config.path(&config.run.snapshots)));
    Ok(Options {
        driver: match chosen {
            DriverChoice::Auto => DriverKind::Auto,
            DriverChoice::Http => DriverKind::Http,
            DriverChoice::Browser => DriverKind::Browser,
        },
        jobs: args.jobs.or(run.map(|run| run.jobs)).unwrap_or(default.jobs),
        timeout: args
            .timeout
            .or(config.map(|c| c.run.timeout()))
            .unwrap_or(default.timeout),
        seed: args.seed.or(run.and_then(|run| run.seed)).unwrap_or_else(seed),
        fail_on_warn: args.fail_on.or(run.map(|run| run.fail_on)) == Some(FailOn::Warn),
        locked: args.is_locked(),
        snapshots,
        waivers,
        stop: Arc::default(),
    })
}

fn today() -> jiff::civil::Date {
    jiff::Zoned::now().date()
}

fn seed() -> u64 {
    // Any number will do: it is printed, and names this run's order.
    u64::try_from(jiff::Timestamp::now().as_microsecond()).unwrap_or_default() % 1_000_000
}

/// The first Ctrl-C ends the run after the firings under way, with its reports; the second ends the program.
async fn interrupted(stop: Arc<AtomicBool>) {
    for _ in 0..2 {
        if tokio::signal::ctrl_c().await.is_err() {
            return;
        }
        if stop.swap(true, Ordering::Relaxed) {
            std::process::exit(Exit::Interrupted.code());
        }
        eprintln!("samlitmus: stopping; the report of what ran is being written (once more to end at once)");
    }
}
