//! `samlitmus run`: from arguments and configuration to a run, its reports and its exit code.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use reference_sp::Flaws;
use scenarios::{Catalogue, Scenario};

use crate::{
    cli::{
        args::RunArgs,
        audience::{Audience, asked},
        interrupt::Interrupts,
        output::{Mistake, catalogue, exit_of, note},
    },
    config::{self, Config},
    event::{Event, RunSummary},
    exit::Exit,
    last_run::LastRun,
    mask,
    order::{
        History, Wishes,
        history::kept_for,
        journal::{Journal, JournalError, Same},
        pick::{Picked, Tiers, pick},
    },
    report::{Target as Report, json},
    run::{
        litmus,
        options::{CannotRun, Options},
        shard::Part,
    },
    stop,
    subject::target::Target,
    text::counted,
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
    let mut audience = Audience::open(&asked, args.quiet)?;
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
    let placed = match args.demo {
        true => None,
        false => Some(args.config.placed(args.listen)?),
    };
    let config = placed.as_ref().map(|placed| &placed.config);
    let pinned = args.catalogue.or(config.and_then(|config| config.run.catalogue));
    let catalogue = catalogue(&folders(args, config), pinned)?;
    let (state, sp) = kept_for(config);
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
    if let Some(config) = config {
        for key in config.idle() {
            note(&format!("{key} is read, and this version does not act on it yet"));
        }
    }
    let since = match &args.baseline {
        Some(file) => baseline(file)?,
        None => last.clone(),
    };
    let mut options = Options {
        shard,
        catalogue: pinned.unwrap_or(scenarios::catalogue::VERSION),
        baseline: args.baseline.as_ref().map(|file| file.display().to_string()),
        config: config.map(|_| named(args)),
        ..wishes(args)
            .options(config, &catalogue, since, stop.clone())
            .map_err(mistake)?
    };
    let target = match config {
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
    let journal = journal(args, config, &state, &sp, &picked.scenarios, &mut options)?;
    let mut history = History::new(&state, &sp, last);
    let tell = |event: &Event| {
        history.on(event);
        // The end is told when it is known which reports could be written.
        if !matches!(event, Event::Finished(_)) {
            audience.on(event);
        }
    };
    let summary = litmus::run(target, &picked.scenarios, options, tell).await;
    if let Err(error) = history.keep(&picked.scenarios, summary.as_ref().ok()) {
        note(&error.to_string());
    }
    let ended = summary
        .as_ref()
        .is_ok_and(|summary| summary.circumstances.came_to_its_end());
    match journal.map(|journal| journal.close(ended)) {
        Some(Ok(true)) => note("the same with --resume goes on from here"),
        Some(Err(error)) => note(&error.to_string()),
        Some(Ok(false)) | None => {}
    }
    summary
        .map(|summary| Came::Ran(Box::new(summary)))
        .map_err(|error| match error {
            CannotRun::Configuration(why) | CannotRun::NotJudged(why) => mistake(mask::text(&why)),
        })
}

/// Keeps what the run comes to as it comes, and takes in what an earlier one kept. A run is none the worse where nothing can be kept.
fn journal(
    args: &RunArgs,
    config: Option<&Config>,
    state: &Path,
    sp: &str,
    scenarios: &[Arc<Scenario>],
    options: &mut Options,
) -> Result<Option<Journal>, Mistake> {
    let subject = match config {
        Some(_) => std::fs::read_to_string(file(args)).unwrap_or_default(),
        None => format!("{:?}", args.flaw),
    };
    let seed = args.seed.or(config.and_then(|config| config.run.seed));
    let same = Same {
        sp,
        subject: &subject,
        scenarios,
        options,
    };
    match Journal::open(state, &same, seed, args.resume) {
        Ok((journal, held)) => {
            let judged = held.as_ref().map_or(0, |held| held.before.results.len());
            if args.resume && judged == 0 {
                note("there is no run of the same that was broken off: everything is fired");
            } else if judged > 0 {
                note(&format!(
                    "goes on where a run broke off, with {}",
                    counted(judged, "result")
                ));
            }
            if let Some(held) = held {
                options.seed = held.seed;
                options.before = held.before;
            }
            options.keep = Some(Box::new(journal.clone()));
            Ok(Some(journal))
        }
        Err(error) if args.resume => Err(Mistake(error.to_string())),
        // Somebody else fires the same at the same time.
        Err(JournalError::UnderWay(_)) => Ok(None),
        Err(error) => {
            note(&error.to_string());
            Ok(None)
        }
    }
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

/// The configuration's file, from where the repository begins as far as that is known: this folder.
fn named(args: &RunArgs) -> String {
    let path = file(args);
    let here = std::env::current_dir().ok();
    let inside = here.and_then(|here| path.strip_prefix(here).ok());
    inside.unwrap_or(path).to_string_lossy().replace('\\', "/")
}

fn file(args: &RunArgs) -> &Path {
    let named = args.config.config.as_deref();
    named.unwrap_or(config::FILE_NAME.as_ref())
}

/// What the command line says of how it goes.
fn wishes(args: &RunArgs) -> Wishes {
    Wishes {
        driver: args.driver,
        jobs: args.jobs,
        timeout: args.timeout,
        seed: args.seed,
        fail_on: args.fail_on,
        profiles: args.profile.clone(),
        waivers: args.waivers.clone(),
        snapshots: args.snapshots.clone(),
        locked: args.is_locked(),
    }
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
