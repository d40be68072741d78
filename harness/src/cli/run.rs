//! `samlitmus run`: from arguments and configuration to a run, its reports and its exit code.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use reference_sp::Flaws;
use scenarios::Catalogue;

use crate::{
    cli::pick::{Picked, Tiers, missing, pick},
    cli::{
        args::RunArgs,
        audience::{Audience, asked},
        interrupt::Interrupts,
        output::{Mistake, catalogue, exit_of, note},
    },
    config::{self, Config},
    event::{Event, RunSummary},
    exit::Exit,
    judge::waiver::Waivers,
    last_run::LastRun,
    mask,
    report::{Target as Report, json},
    run::{
        litmus,
        options::{CannotRun, Options},
        shard::Part,
    },
    stop,
    subject::target::Target,
};

/// A run that was interrupted has ended by itself within this, whatever hangs (what is asked of the SP's own commands, `log` and `stop`,
/// takes the most of it); otherwise it is left as it is.
const PATIENCE: Duration = Duration::from_secs(34);

/// Runs, reports, and says how it ended.
///
/// # Errors
/// A mistake in arguments or configuration, or a report that cannot be written.
pub(crate) async fn run(args: RunArgs) -> anyhow::Result<Exit> {
    let interrupts = Interrupts::listen()?;
    let stop = Arc::<AtomicBool>::default();
    let asked = asked(&args.report);
    let mut audience = Audience::open(&asked)?;
    let watch = tokio::spawn(interrupted(interrupts, stop.clone(), asked));
    let begun = Instant::now();
    let fired = tokio::select! {
        fired = fire(&args, &stop, &mut audience) => fired,
        () = stop::overdue(&stop, PATIENCE) => Ok(Came::Ran(Box::new(left(&audience, begun)))),
    };
    let (exit, said) = match fired {
        Ok(Came::Ran(summary)) => audience.end(*summary),
        Ok(Came::Nothing(why)) => {
            note(&why);
            (audience.nothing(nothing_fired(why, Exit::NothingRan)), None)
        }
        Err(error) => {
            let nothing = nothing_fired(format!("{error:#}"), exit_of(&error));
            (audience.nothing(nothing), Some(error))
        }
    };
    // Until here, a second signal ends the program at once.
    watch.abort();
    match said {
        Some(error) => Err(error),
        None => Ok(exit),
    }
}

/// How it came out, if nothing was wrong with the command itself.
enum Came {
    /// Something was to be fired.
    Ran(Box<RunSummary>),
    /// Nothing was; why.
    Nothing(String),
}

/// A gate that reads only a report finds the cause there, and never the report of an earlier run.
fn nothing_fired(cause: String, exit: Exit) -> RunSummary {
    RunSummary {
        causes: vec![cause],
        exit: exit.code(),
        ..RunSummary::default()
    }
}

/// The end of a run that was interrupted and did not come to its end.
fn left(audience: &Audience, begun: Instant) -> RunSummary {
    RunSummary {
        causes: vec![format!(
            "interrupted, and something did not end within {} s and was left",
            PATIENCE.as_secs()
        )],
        exit: Exit::Interrupted.code(),
        duration: begun.elapsed(),
        ..audience.counted.clone()
    }
}

/// Everything between the opening of the reports and their end.
async fn fire(args: &RunArgs, stop: &Arc<AtomicBool>, audience: &mut Audience) -> anyhow::Result<Came> {
    let mistake = |why: String| anyhow::Error::new(Mistake(why));
    let mut ports = Vec::new();
    let config = if args.demo {
        None
    } else {
        Some(args.config.load_placed(args.listen, &mut ports)?)
    };
    let catalogue = catalogue(&folders(args, config.as_ref()))?;
    let (state, sp) = kept_for(config.as_ref());
    let last = LastRun::load(&state, &sp);
    let mut picked = match args.failed {
        false => pick(&catalogue, &args.patterns, args.tier.as_ref())?,
        true => {
            let last = last.as_ref().map_err(|error| mistake(error.to_string()))?;
            match failed(&catalogue, args, last, &sp)? {
                Ok(picked) => picked,
                Err(why) => return Ok(Came::Nothing(format!("nothing ran: {why}"))),
            }
        }
    };
    let last = last.unwrap_or_else(|error| {
        note(&error.to_string());
        LastRun::default()
    });
    if picked.scenarios.is_empty() {
        let why = match picked.missed.is_empty() {
            true => "no scenario is in these tiers; `samlitmus list` shows all".to_owned(),
            false => picked.missed.join("; "),
        };
        return Ok(Came::Nothing(format!("nothing ran: {why}")));
    }
    if !picked.missed.is_empty() {
        return Err(mistake(picked.missed.join("; ")));
    }
    let shard = match part(args)? {
        Some(part) => Some(part.keep(&mut picked.scenarios, &sp).map_err(mistake)?),
        None => None,
    };
    if let Some(config) = &config {
        for key in config.idle() {
            note(&format!("{key} is read, and this version does not act on it yet"));
        }
    }
    let options = Options {
        stop: stop.clone(),
        shard,
        last: match &args.baseline {
            Some(file) => baseline(file)?,
            None => last.clone(),
        },
        ..options(args, config.as_ref(), &catalogue)?
    };
    let target = match &config {
        Some(config) => Target::of(config),
        None => {
            let flaws = args.flaw.iter().copied().collect::<Flaws>();
            let target = Target::reference(reference_sp::Config {
                flaws,
                ..reference_sp::Config::default()
            });
            let at = |target: Target| Target {
                listen: args.listen.unwrap_or(target.listen),
                ..target
            };
            target.await.map(at)
        }
    };
    let target = target.map_err(mistake)?;
    let (mut now, mut told) = (last, BTreeSet::new());
    let tell = |event: &Event| {
        if let Event::ScenarioFinished(result) = event {
            told.insert(result.scenario.id.clone());
            now.learn(&result.scenario.id, &result.base, result.verdict);
        }
        // The end is told when it is known which reports could be written.
        if !matches!(event, Event::Finished(_)) {
            audience.on(event);
        }
    };
    let summary = litmus::run(target, &picked.scenarios, options, tell).await;
    if let Ok(summary) = &summary
        && summary.authn_requests > 0
    {
        // What Azure takes has no row of its own, and has healed all the same.
        let watching = picked.scenarios.iter().filter(|scenario| scenario.watches());
        for scenario in watching.filter(|scenario| !told.contains(&scenario.id)) {
            now.forget(&scenario.id);
        }
    }
    now.ended = jiff::Timestamp::now().to_string();
    // A run that did not come to fire anything knows nothing new.
    if !told.is_empty()
        && let Err(error) = now.save(&state, &sp)
    {
        note(&error.to_string());
    }
    summary
        .map(|summary| Came::Ran(Box::new(summary)))
        .map_err(|error| match error {
            CannotRun::Configuration(why) | CannotRun::NotJudged(why) => mistake(mask::text(&why)),
        })
}

/// Which part of what is picked is fired; none where all of it is.
fn part(args: &RunArgs) -> Result<Option<Part>, Mistake> {
    let part = match args.shard {
        Some(part) => Some(part),
        None => Part::around().map_err(Mistake)?.map(|(part, by)| {
            note(&format!(
                "shard {part}, as {by} says; --shard 1/1 fires all of it"
            ));
            part
        }),
    };
    Ok(part.filter(|part| part.of > 1))
}

/// What came out in an earlier run.
fn baseline(file: &Path) -> Result<LastRun, Mistake> {
    let results = json::read(file).map_err(|error| Mistake(error.to_string()))?;
    let mut last = LastRun::default();
    last.ended = results.started;
    for entry in &results.scenarios {
        last.learn(&entry.id, &entry.base, entry.verdict);
    }
    Ok(last)
}

/// The state folder in which is kept how everything came out, and the SP's name there.
fn kept_for(config: Option<&Config>) -> (PathBuf, String) {
    match config {
        Some(config) => (config.path(&config.idp.state), config.sp.name.clone()),
        None => (config::Idp::default().state.into(), "reference-sp".to_owned()),
    }
}

/// What failed or could not be judged when it was last fired, of that which patterns and tiers mean; or why there is nothing.
fn failed(
    catalogue: &Catalogue,
    args: &RunArgs,
    last: &LastRun,
    sp: &str,
) -> anyhow::Result<Result<Picked, String>> {
    if last.is_empty() {
        return Ok(Err(format!(
            "{sp} was never run with this state folder; run without --failed first"
        )));
    }
    let all = Tiers(scenarios::Tier::ALL.to_vec());
    let tiers = args.tier.as_ref().unwrap_or(&all);
    let mut picked = pick(catalogue, &args.patterns, Some(tiers))?;
    let failed = last.failed();
    picked
        .scenarios
        .retain(|scenario| failed.contains(scenario.id.as_str()));
    Ok(match picked.scenarios.is_empty() && picked.missed.is_empty() {
        true => Err(format!(
            "nothing of it failed or was left unjudged when it was last fired at {sp} (the last run ended {})",
            last.ended
        )),
        false => Ok(picked),
    })
}

fn folders(args: &RunArgs, config: Option<&Config>) -> Vec<PathBuf> {
    let configured = config
        .into_iter()
        .flat_map(|c| c.run.scenarios.iter().map(|folder| c.path(folder)));
    configured.chain(args.scenarios.iter().cloned()).collect()
}

fn options(args: &RunArgs, config: Option<&Config>, catalogue: &Catalogue) -> anyhow::Result<Options> {
    let default = Options::default();
    let run = config.map(|config| &config.run);
    let waivers = args
        .waivers
        .clone()
        .or_else(|| Some(config?.path(run?.waivers.as_ref()?)));
    let waivers = match waivers {
        Some(path) => known_waivers(&path, catalogue)?,
        None => Waivers::default(),
    };
    let chosen = args.driver.or(run.map(|run| run.driver)).unwrap_or_default();
    // The demo compares with nothing unless it is told where: there is nothing yet that somebody accepted.
    let snapshots = args
        .snapshots
        .clone()
        .or_else(|| config.map(|config| config.path(&config.run.snapshots)));
    Ok(Options {
        driver: chosen.into(),
        jobs: args.jobs.or(run.map(|run| run.jobs)).unwrap_or(default.jobs),
        timeout: args
            .timeout
            .or(config.map(|c| c.run.timeout()))
            .unwrap_or(default.timeout),
        seed: args.seed.or(run.and_then(|run| run.seed)).unwrap_or_else(seed),
        fail_on: args.fail_on.or(run.map(|run| run.fail_on)).unwrap_or_default(),
        last: LastRun::default(),
        baseline: args.baseline.as_ref().map(|file| file.display().to_string()),
        config: config.map(|_| named(args)),
        shard: None,
        locked: args.is_locked(),
        snapshots,
        waivers,
        stop: Arc::default(),
    })
}

/// The configuration's file, from where the repository begins as far as that is known: this folder.
fn named(args: &RunArgs) -> String {
    let path = args
        .config
        .config
        .as_deref()
        .unwrap_or(config::FILE_NAME.as_ref());
    let here = std::env::current_dir().ok();
    let inside = here.and_then(|here| path.strip_prefix(here).ok());
    inside.unwrap_or(path).to_string_lossy().replace('\\', "/")
}

/// The waivers of a file. One that no scenario of the catalogue is meant by is a slip of the pen, whatever is fired.
fn known_waivers(path: &Path, catalogue: &Catalogue) -> Result<Waivers, Mistake> {
    let waivers = Waivers::load(path, today()).map_err(|error| Mistake(error.to_string()))?;
    let ids = catalogue.scenarios.iter().map(|scenario| scenario.id.as_str());
    let unknown = waivers.unknown(ids);
    if unknown.is_empty() {
        return Ok(waivers);
    }
    let missing: Vec<String> = unknown.iter().map(|id| missing(catalogue, id)).collect();
    Err(Mistake(format!(
        "the waivers in {}: {}",
        path.display(),
        missing.join("; ")
    )))
}

fn today() -> jiff::civil::Date {
    jiff::Zoned::now().date()
}

fn seed() -> u64 {
    // Any number will do: it is printed, and names this run's order.
    u64::try_from(jiff::Timestamp::now().as_microsecond()).unwrap_or_default() % 1_000_000
}

/// The first signal ends the run, with the report of what ran; the second ends the program.
async fn interrupted(mut interrupts: Interrupts, stop: Arc<AtomicBool>, reports: Vec<Report>) {
    interrupts.first().await;
    stop.store(true, Ordering::Relaxed);
    note("stopping; the report of what ran is being written (once more to end at once)");
    interrupts.another().await;
    reports.iter().for_each(Report::abandon);
    std::process::exit(Exit::Interrupted.code());
}
