//! A whole run: the IdP up, the SP up, calibration, all scenarios, everything down again.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Instant,
};

use jiff::Timestamp;
use scenarios::Scenario;

use crate::{
    driver::Driver,
    event::{Event, RunInfo, RunSummary, ScenarioResult},
    exit::Exit,
    judge::VerdictKind,
    judge::{circumstances::Circumstances, summary::Tally},
    mask,
    run::calibration::{Hopeless, calibrate_with, reach, recheck},
    run::doctor,
    run::emitted::emitted,
    run::firing::runner::Runner,
    run::learned::Learned,
    run::options::{CannotRun, DriverKind, Options},
    run::plan::plan,
    run::prepare::{Running, prepare},
    run::requests,
    run::sessions::can,
    run::settle::Settling,
    run::stage::Stage,
    snapshot::Snapshots,
    stop::{GRACE, overdue, wished},
    subject::target::Target,
};

/// Fires scenarios at a target and tells what happens.
///
/// # Errors
/// The run could not begin. From the first event on, everything ends in a summary.
pub async fn run(
    target: Target,
    scenarios: &[Arc<Scenario>],
    mut options: Options,
    mut tell: impl FnMut(&Event),
) -> Result<RunSummary, CannotRun> {
    let begun = Instant::now();
    let mut tell = |event: &Event| tell(&mask::told(event));
    let mut info = RunInfo {
        sp: target.name.clone(),
        address: target.address(),
        config: options.config.clone(),
        baseline: options.baseline.clone(),
        shard: options.shard.clone(),
        fail_on: options.fail_on,
        profiles: options.profiles.clone(),
        driver: match options.driver {
            DriverKind::Auto => "auto".to_owned(),
            DriverKind::Http => "http".to_owned(),
            DriverKind::Browser => "browser".to_owned(),
        },
        seed: options.seed,
        planned: fired(scenarios).map(|s| s.bases.len()).sum(),
        started: Timestamp::now().to_string(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        catalogue: options.catalogue.to_string(),
    };
    let mut running = Running::default();
    let prepared = tokio::select! {
        prepared = Box::pin(prepare(target, scenarios, &options, &mut running)) => prepared.map_err(Some),
        () = wished(&options.stop) => Err(None),
    };
    let mut stage = match prepared {
        Ok(stage) => stage,
        Err(why) => {
            let closed = Box::pin(running.end(&options.stop)).await;
            let mut around = Circumstances {
                interrupted: why.is_none(),
                warnings: closed.complaints,
                ..Circumstances::default()
            };
            match why {
                Some(CannotRun::Configuration(why)) => return Err(CannotRun::Configuration(why)),
                Some(CannotRun::NotJudged(why)) => around.hopeless = Some(why),
                None => {}
            }
            // Nothing was fired, and a report says so: a gate that reads it must not be green.
            info.planned = 0;
            tell(&Event::Started(Arc::new(info)));
            let summary = mask::summary(&RunSummary {
                duration: begun.elapsed(),
                sp_log: closed.said,
                ..Tally::default().finish(&around)
            });
            tell(&Event::Finished(Arc::new(summary.clone())));
            return Ok(summary);
        }
    };
    tell(&Event::Started(Arc::new(info)));

    let mut tally = Tally::default();
    let mut around = Circumstances {
        fail_on: options.fail_on,
        locked: options.locked,
        partly: options.shard.is_some(),
        warnings: running.warnings.clone(),
        ..Circumstances::default()
    };
    let mut picture = Vec::new();
    let calibrated = tokio::select! {
        calibrated = Box::pin(calibrate_with(&mut stage, options.driver == DriverKind::Auto)) => Some(calibrated),
        () = wished(&options.stop) => None,
    };
    let stage = Arc::new(stage);
    // What answers is not what was started where that has failed: another program holds its port.
    let calibrated = match (calibrated, running.failed()) {
        (Some(_), Some(failed)) => Some(Err(Hopeless(failed))),
        (calibrated, _) => calibrated,
    };
    match calibrated {
        None => {}
        Some(Err(Hopeless(why))) => {
            around.hopeless = Some(why);
            picture = doctor::short(&stage);
        }
        Some(Ok((told, mut learned))) => {
            let emitted = Box::pin(emitted(&stage, &learned, scenarios)).await;
            learned.can.extend(can(&stage, emitted.sessions.as_ref()));
            learned.emitted = Arc::new(emitted);
            let (told, learned) = (Arc::new(told), Arc::new(learned));
            tell(&Event::Calibrated(told.clone()));
            if !learned.causes.is_empty() {
                picture = doctor::short(&stage);
            }
            around.unjudged.extend(learned.causes.iter().cloned());
            let snapshots = options
                .snapshots
                .as_ref()
                .map(|at| Snapshots::new(at, &running.name, options.locked))
                .map(|kept| kept.of_any_driver(options.driver == DriverKind::Auto));
            let firing = fire(
                &stage,
                &learned,
                scenarios,
                &mut options,
                snapshots,
                &mut tally,
                &mut tell,
            );
            let fired = Box::pin(firing).await;
            around.warnings.extend(stage.leave_settled().await);
            around.lost = fired.lost;
            around.unjudged.extend(fired.given_up);
            around.refuses_with.clone_from(&told.refuses_with);
            if !options.stop.load(Ordering::Relaxed) {
                let rechecked = tokio::select! {
                    rechecked = Box::pin(recheck(&stage, &told, &learned)) => rechecked,
                    () = wished(&options.stop) => Vec::new(),
                };
                around.unjudged.extend(rechecked);
            }
            let holds = stage.pace.holds();
            if holds > 0 {
                around.warnings.push(format!(
                    "the SP asked for patience {holds} times (429, or 503 with Retry-After) and got it: raise its limit for a faster run"
                ));
            }
        }
    }
    for mut row in requests::rows(&stage, scenarios, &mut options) {
        row.last = options.last.verdict(&row.scenario.id, &row.base);
        tally.add(&row);
        tell(&Event::ScenarioFinished(Arc::new(row)));
    }
    let requests = stage.answers.requests();
    if scenarios.iter().any(|scenario| scenario.watches()) {
        around.watched = requests.checked;
    }
    around.hopeless = around.hopeless.or_else(|| running.failed());
    let broken_off = options.stop.load(Ordering::Relaxed);
    if around.hopeless.is_none() && tally.has(VerdictKind::Inconclusive) && !broken_off {
        // One sentence on the SP says more than hundreds on its scenarios.
        let gone = Box::pin(reach(&stage)).await.err();
        around.hopeless = gone.map(|Hopeless(why)| format!("the SP went away during the run: {why}"));
    }
    around.waivers = options.waivers.bites();
    around.interrupted = options.stop.load(Ordering::Relaxed);
    let closed = Box::pin(running.end(&options.stop)).await;
    around.warnings.extend(closed.complaints);
    let mut summary = tally.finish(&around);
    if [Exit::Deviates, Exit::NotJudged]
        .map(Exit::code)
        .contains(&summary.exit)
    {
        summary.sp_log = closed.said;
    }
    summary.duration = begun.elapsed();
    summary.requests = stage.requests();
    summary.picture = picture;
    summary.authn_requests = requests.checked;
    summary.authn_requests_refused = requests.refused;
    if let Some(stage) = Arc::into_inner(stage) {
        stage.end().await;
    }
    for warning in &summary.warnings {
        tell(&Event::Warning(warning.clone()));
    }
    // Whoever is given it tells it on.
    let summary = mask::summary(&summary);
    tell(&Event::Finished(Arc::new(summary.clone())));
    Ok(summary)
}

/// The scenarios that send something.
fn fired(scenarios: &[Arc<Scenario>]) -> impl Iterator<Item = &Arc<Scenario>> {
    scenarios.iter().filter(|scenario| !scenario.watches())
}

/// What the firing left behind.
struct Fired {
    /// So many scenarios came to no verdict: none, unless the run was interrupted or a worker broke.
    lost: usize,
    /// Why it was given up.
    given_up: Option<String>,
}

/// Everything between calibration and the end.
async fn fire(
    stage: &Arc<Stage>,
    learned: &Arc<Learned>,
    scenarios: &[Arc<Scenario>],
    options: &mut Options,
    snapshots: Option<Snapshots>,
    tally: &mut Tally,
    tell: &mut impl FnMut(&Event),
) -> Fired {
    // Flows share one browser; more than a few at once only wait for each other.
    let workers = match stage.driver {
        Driver::Http(_) => options.jobs,
        Driver::Browser(_) => options.jobs.min(4),
    };
    let workers = workers.min(learned.jobs.unwrap_or(usize::MAX));
    let before = std::mem::take(&mut options.before);
    let lasts = before.lasts();
    let before = before.decided();
    stage.answers.go_on(before.requests.clone());
    let plan = plan(scenarios, &before.done(), learned, &options.profiles, workers);
    let batches = plan.together.iter().chain(&plan.alone);
    let mut missing = plan.skipped.len() + batches.map(|batch| batch.units.len()).sum::<usize>();
    let accepted = snapshots.clone().map(Snapshots::locked);
    let mut settling = Settling {
        options,
        snapshots,
        lasts,
    };
    for kept in before.results {
        counted(settling.kept(kept), tally, tell);
    }
    let (events, mut told) = tokio::sync::mpsc::unbounded_channel();
    let (done, mut finished) = tokio::sync::mpsc::unbounded_channel();
    let runner = Arc::new(Runner::new(
        stage.clone(),
        learned.clone(),
        workers,
        events,
        done,
        settling.options.stop.clone(),
        accepted,
    ));
    let firing = tokio::spawn(async move { runner.run(plan, workers).await });
    let (stop, mut abandoned) = (settling.options.stop.clone(), false);
    let overdue = overdue(&stop, GRACE);
    tokio::pin!(overdue);
    loop {
        tokio::select! {
            biased;
            Some(event) = told.recv() => tell(&event),
            one = finished.recv() => match one {
                None => break,
                Some(result) => {
                    let settled = settling.fired(result, || stage.answers.requests());
                    missing = missing.saturating_sub(1);
                    counted(settled, tally, tell);
                }
            },
            () = &mut overdue, if !abandoned => {
                abandoned = true;
                firing.abort();
            }
        }
    }
    let given_up = match firing.await {
        Ok(given_up) => given_up,
        Err(error) if error.is_cancelled() => None,
        Err(error) => {
            tell(&Event::Warning(format!("a worker of the harness broke: {error}")));
            None
        }
    };
    Fired {
        lost: missing,
        given_up,
    }
}

/// Counts a result and tells it, with what could not be done about it.
fn counted(settled: (ScenarioResult, Option<String>), tally: &mut Tally, tell: &mut impl FnMut(&Event)) {
    let (result, trouble) = settled;
    if let Some(trouble) = trouble {
        tell(&Event::Warning(trouble));
    }
    tally.add(&result);
    tell(&Event::ScenarioFinished(Arc::new(result)));
}
