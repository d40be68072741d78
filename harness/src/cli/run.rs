//! `samlitmus run`: from arguments and configuration to a run, its reports and its exit code.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use reference_sp::Flaws;
use scenarios::Catalogue;

use crate::{
    cli::{
        args::RunArgs,
        interrupt::Interrupts,
        output::{Mistake, catalogue, exit_of, note},
    },
    config::Config,
    event::{Event, RunSummary},
    exit::Exit,
    judge::VerdictKind,
    last_run::LastRun,
    mask,
    order::{
        History, Wishes,
        history::kept_for,
        pick::{Picked, Tiers, pick},
    },
    report::{Listener, Reports, Target as Report, terminal::Terminal},
    run::{litmus, options::CannotRun},
    stop,
    subject::target::Target,
};

/// A run that was interrupted has ended by itself within this, whatever hangs; otherwise it is left as it is.
const PATIENCE: Duration = Duration::from_secs(14);

/// Runs, reports, and says how it ended.
///
/// # Errors
/// A mistake in arguments or configuration, or a report that cannot be written.
pub(crate) async fn run(args: RunArgs) -> anyhow::Result<Exit> {
    let interrupts = Interrupts::listen()?;
    let stop = Arc::<AtomicBool>::default();
    let reports = Reports::open(&args.report).map_err(|error| Mistake(error.to_string()))?;
    let watch = tokio::spawn(interrupted(interrupts, stop.clone(), args.report.clone()));
    let mut audience = Audience {
        terminal: Terminal::standard(),
        reports,
        counted: RunSummary::default(),
    };
    let begun = Instant::now();
    let fired = tokio::select! {
        fired = fire(&args, &stop, &mut audience) => fired,
        () = stop::overdue(&stop, PATIENCE) => Ok(Came::Ran(left(&audience, begun))),
    };
    let Audience {
        mut terminal,
        reports,
        ..
    } = audience;
    let (exit, said) = match fired {
        Ok(Came::Ran(summary)) => {
            let (summary, written) = reports.end(summary);
            terminal.wrote(written);
            terminal.on(&Event::Finished(Arc::new(summary.clone())));
            (summary, terminal.write().err().map(anyhow::Error::from))
        }
        Ok(Came::Nothing(why)) => {
            note(&why);
            let (summary, _) = reports.end(nothing_fired(why, Exit::NothingRan));
            summary.causes.iter().skip(1).for_each(|cause| note(cause));
            (summary, None)
        }
        Err(error) => {
            let (summary, _) = reports.end(nothing_fired(format!("{error:#}"), exit_of(&error)));
            summary.causes.iter().skip(1).for_each(|cause| note(cause));
            (summary, Some(error))
        }
    };
    // Until here, a second signal ends the program at once.
    watch.abort();
    match said {
        Some(error) => Err(error),
        None => Ok(Exit::ALL
            .into_iter()
            .find(|known| known.code() == exit.exit)
            .unwrap_or(Exit::NotJudged)),
    }
}

/// How it came out, if nothing was wrong with the command itself.
enum Came {
    /// Something was to be fired.
    Ran(RunSummary),
    /// Nothing was; why.
    Nothing(String),
}

/// All who are told.
struct Audience {
    terminal: Terminal<std::io::Stdout>,
    reports: Reports,
    /// What came so far.
    counted: RunSummary,
}

impl Audience {
    fn on(&mut self, event: &Event) {
        if let Event::ScenarioFinished(result) = event {
            *self.counted.counts.entry(result.verdict).or_default() += 1;
            if result.verdict == VerdictKind::Fail {
                *self.counted.fail_by_severity.entry(result.severity).or_default() += 1;
            }
        }
        self.terminal.on(event);
        self.reports.on(event);
    }
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
    let catalogue = catalogue(&folders(args, config))?;
    let (state, sp) = kept_for(config);
    let last = LastRun::load(&state, &sp);
    let picked = match args.failed {
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
    if let Some(config) = config {
        for key in config.idle() {
            note(&format!("{key} is read, and this version does not act on it yet"));
        }
    }
    let options = wishes(args)
        .options(config, &catalogue, last.clone(), stop.clone())
        .map_err(mistake)?;
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
    summary.map(Came::Ran).map_err(|error| match error {
        CannotRun::Configuration(why) | CannotRun::NotJudged(why) => mistake(mask::text(&why)),
    })
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

/// What the command line says of how it goes.
fn wishes(args: &RunArgs) -> Wishes {
    Wishes {
        driver: args.driver,
        jobs: args.jobs,
        timeout: args.timeout,
        seed: args.seed,
        fail_on: args.fail_on,
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
