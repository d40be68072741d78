//! Several runs that fired one selection together, as one.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use scenarios::Profile;

use super::json::Results;
use crate::{
    event::{Calibration, Event, RunInfo, RunSummary, ScenarioResult, Shard},
    exit::Exit,
    judge::{circumstances::Circumstances, summary::Tally},
    text::counted,
};

/// The events of the whole run, in the order of its results. Parts that do not make one whole end in exit 3, whatever stands in
/// them; those that do not belong together are not told at all.
pub fn merge(parts: Vec<Results>) -> Vec<Event> {
    let mut faults = strangers(&parts);
    if !faults.is_empty() {
        return refused(faults);
    }
    faults = missing(&parts);
    let mut told: Vec<Told> = parts.into_iter().filter_map(Told::of).collect();
    told.sort_by_key(|one| one.shard.number);
    faults.extend(contradictions(&told));
    let (results, twice) = together(&told);
    faults.extend(twice);
    let summary = sum(&told, &results, faults);
    let mut events = Vec::new();
    events.extend(info(&told).map(|info| Event::Started(Arc::new(info))));
    let calibration = told.iter().find_map(|one| one.calibration.clone());
    events.extend(calibration.map(Event::Calibrated));
    events.extend(results.into_iter().map(Event::ScenarioFinished));
    events.extend(summary.warnings.iter().cloned().map(Event::Warning));
    events.push(Event::Finished(Arc::new(summary)));
    events
}

/// What one part told.
struct Told {
    shard: Shard,
    info: RunInfo,
    calibration: Option<Arc<Calibration>>,
    results: Vec<Arc<ScenarioResult>>,
    left_out: usize,
    end: RunSummary,
}

impl Told {
    fn of(part: Results) -> Option<Self> {
        let info = part.run.clone()?;
        let (events, left_out) = part.events();
        let mut told = Self {
            shard: info.shard.clone()?,
            info,
            calibration: None,
            results: Vec::new(),
            left_out,
            end: RunSummary::default(),
        };
        for event in events {
            match event {
                Event::Calibrated(calibration) => told.calibration = Some(calibration),
                Event::ScenarioFinished(result) => told.results.push(result),
                Event::Finished(end) => told.end = Arc::unwrap_or_clone(end),
                Event::Started(_) | Event::ScenarioStarted { .. } | Event::Warning(_) => {}
            }
        }
        Some(told)
    }

    fn name(&self) -> String {
        format!("shard {} of {}", self.shard.number, self.shard.of)
    }
}

fn shard(part: &Results) -> Option<&Shard> {
    part.run.as_ref()?.shard.as_ref()
}

/// Why these are not parts of one run.
fn strangers(parts: &[Results]) -> Vec<String> {
    let shards: Vec<&Shard> = parts.iter().filter_map(shard).collect();
    let mut faults = Vec::new();
    if shards.len() < parts.len() {
        // A run that could not begin says in its report why.
        let why: Vec<String> = parts
            .iter()
            .filter(|part| shard(part).is_none())
            .flat_map(|part| part.summary.causes.iter().cloned())
            .collect();
        let why = if why.is_empty() {
            String::new()
        } else {
            format!(": {}", why.join("; "))
        };
        faults.push(format!(
            "{} of {} are no results of a run with --shard{why}",
            parts.len() - shards.len(),
            counted(parts.len(), "file")
        ));
    }
    let selections: BTreeSet<(&str, usize)> = shards
        .iter()
        .map(|shard| (shard.selection.as_str(), shard.of))
        .collect();
    let profiles: BTreeSet<&[Profile]> = parts
        .iter()
        .filter_map(|part| Some(part.run.as_ref()?.profiles.as_slice()))
        .collect();
    if selections.len() > 1 || profiles.len() > 1 {
        faults.push(
            "these are parts of several runs: SP, version, patterns, tiers, profiles and N of --shard K/N must be the same in all".to_owned(),
        );
    }
    let mut numbers = BTreeMap::<usize, usize>::new();
    for shard in &shards {
        *numbers.entry(shard.number).or_default() += 1;
    }
    for (number, times) in numbers.into_iter().filter(|(_, times)| *times > 1) {
        faults.push(format!("shard {number} is there {times} times"));
    }
    if parts.is_empty() {
        faults.push("there is nothing to merge".to_owned());
    }
    faults
}

fn missing(parts: &[Results]) -> Vec<String> {
    let there: BTreeSet<usize> = parts.iter().filter_map(shard).map(|shard| shard.number).collect();
    let of = parts.iter().find_map(shard).map_or(0, |shard| shard.of);
    let missing = (1..=of).filter(|number| !there.contains(number));
    let mut faults: Vec<String> = missing
        .map(|number| format!("shard {number} of {of} is missing"))
        .collect();
    let torn = parts
        .iter()
        .filter(|part| part.summary.exit.is_none())
        .filter_map(shard);
    faults.extend(torn.map(|shard| format!("shard {} of {of} did not come to its end", shard.number)));
    faults
}

/// What the parts see differently though it is the same SP.
fn contradictions(told: &[Told]) -> Vec<String> {
    let seen = |one: &Told| {
        let found = one.calibration.as_ref()?;
        Some((
            (found.assertion_signed, found.response_signed, found.both_signed),
            (
                found.sp_initiated,
                found.idp_initiated,
                found.encryption,
                found.two_tenants,
            ),
            found.identity_claim.clone(),
        ))
    };
    let first = told.iter().find_map(seen);
    let other = told.iter().find(|one| seen(one).is_some() && seen(one) != first);
    let mut faults: Vec<String> = other
        .map(|other| {
            format!(
                "{} found another SP than the others: see what each learned in its own report",
                other.name()
            )
        })
        .into_iter()
        .collect();
    for one in told.iter().filter(|one| one.left_out > 0) {
        faults.push(format!(
            "{} was written by a version that did not keep what a merged report needs",
            one.name()
        ));
    }
    faults
}

/// All results, sorted; what was seen of the SP's own AuthnRequests is added up.
fn together(told: &[Told]) -> (Vec<Arc<ScenarioResult>>, Vec<String>) {
    let mut all = BTreeMap::<(String, String), Arc<ScenarioResult>>::new();
    let mut twice = BTreeSet::new();
    for result in told.iter().flat_map(|one| &one.results) {
        let key = (result.scenario.id.clone(), result.base.clone());
        match all.get_mut(&key) {
            None => {
                all.insert(key, Arc::clone(result));
            }
            Some(known) if result.scenario.watches() => add_up(Arc::make_mut(known), result),
            Some(_) => {
                twice.insert(format!("{} ({})", key.0, key.1));
            }
        }
    }
    let twice = twice
        .into_iter()
        .map(|name| format!("{name} is in more than one shard"));
    (all.into_values().collect(), twice.collect())
}

fn add_up(known: &mut ScenarioResult, more: &ScenarioResult) {
    for refused in &more.refused {
        match known.refused.iter_mut().find(|one| one.code == refused.code) {
            Some(one) => one.count += refused.count,
            None => known.refused.push(refused.clone()),
        }
    }
}

fn info(told: &[Told]) -> Option<RunInfo> {
    let first = told.first()?;
    Some(RunInfo {
        planned: told.iter().map(|one| one.info.planned).sum(),
        started: told
            .iter()
            .map(|one| one.info.started.clone())
            .min()
            .unwrap_or_default(),
        shard: None,
        ..first.info.clone()
    })
}

fn sum(told: &[Told], results: &[Arc<ScenarioResult>], faults: Vec<String>) -> RunSummary {
    let around: Vec<Circumstances> = told.iter().map(|one| one.end.circumstances.clone()).collect();
    let mut around = Circumstances::joined(&around);
    if let Some(one) = told.iter().find(|one| one.end.circumstances.hopeless.is_some()) {
        around.hopeless = around.hopeless.map(|why| format!("{}: {why}", one.name()));
    }
    let mut tally = Tally::default();
    results.iter().for_each(|result| tally.add(result));
    let mut summary = tally.finish(&around);
    if !faults.is_empty() {
        summary.causes.splice(0..0, faults);
        summary.exit = Exit::NotJudged.code();
    }
    RunSummary {
        duration: told.iter().map(|one| one.end.duration).max().unwrap_or_default(),
        requests: told.iter().map(|one| one.end.requests).sum(),
        authn_requests: told.iter().map(|one| one.end.authn_requests).sum(),
        authn_requests_refused: told.iter().map(|one| one.end.authn_requests_refused).sum(),
        picture: first(told, |end| &end.picture),
        sp_log: first(told, |end| &end.sp_log),
        ..summary
    }
}

/// The lines of the first part that has any.
fn first(told: &[Told], lines: fn(&RunSummary) -> &Vec<String>) -> Vec<String> {
    let all = told.iter().map(|one| lines(&one.end));
    all.into_iter()
        .find(|lines| !lines.is_empty())
        .cloned()
        .unwrap_or_default()
}

fn refused(faults: Vec<String>) -> Vec<Event> {
    let summary = RunSummary {
        causes: faults,
        exit: Exit::NotJudged.code(),
        ..RunSummary::default()
    };
    vec![Event::Finished(Arc::new(summary))]
}
