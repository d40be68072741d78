//! From a few words to a run.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicBool},
};

use clap::ValueEnum;
use scenarios::{Catalogue, Scenario};
use tempfile::TempPath;

use super::{
    described,
    idp::MockIdp,
    report::Report,
    sp::{Sp, Which},
};
use crate::{
    config::{Config, DriverChoice, FailOn, duration},
    event::Event,
    exit::Exit,
    last_run::LastRun,
    note::note,
    order::{
        History, Placed, Wishes, catalogue,
        history::kept_for,
        pick::{Tiers, pick},
    },
    run::{
        litmus,
        options::{CannotRun, Options},
    },
    subject::{target::Target, turn::Turn},
};

/// What is fired at an SP, and how. Without a word of [`only`](Self::only) or [`tier`](Self::tier): the tiers smoke and core.
pub struct Harness {
    sp: Sp,
    only: Vec<String>,
    tier: Option<String>,
    driver: Option<String>,
    timeout: Option<String>,
    fail_on: Option<String>,
    profiles: Vec<String>,
    wishes: Wishes,
    again: Vec<String>,
    tell: Box<dyn FnMut(&Event) + Send>,
}

impl Harness {
    /// Everything as the SP's configuration says it, or as `samlitmus run` does it.
    pub fn new(sp: impl Into<Sp>) -> Self {
        Self {
            sp: sp.into(),
            only: Vec::new(),
            tier: None,
            driver: None,
            timeout: None,
            fail_on: None,
            profiles: Vec::new(),
            wishes: Wishes::default(),
            again: Vec::new(),
            tell: Box::new(|_| ()),
        }
    }

    /// Only what has this id, or matches this pattern (`signature/*`); more than once, what any of them means.
    #[must_use]
    pub fn only(mut self, pattern: &str) -> Self {
        self.only.push(pattern.to_owned());
        self
    }

    /// Only these tiers: `smoke,core`, `extended`, `all`.
    #[must_use]
    pub fn tier(mut self, tiers: &str) -> Self {
        self.tier = Some(tiers.to_owned());
        self
    }

    /// What carries the messages: `auto`, `http` or `browser`.
    #[must_use]
    pub fn driver(mut self, name: &str) -> Self {
        self.driver = Some(name.to_owned());
        self
    }

    /// How long one request may take: `10s`, `500ms`.
    #[must_use]
    pub fn timeout(mut self, time: &str) -> Self {
        self.timeout = Some(time.to_owned());
        self
    }

    /// From which deviation on it does not conform: `critical`, `high`, `medium`, `low`, `fail`, `warn`.
    #[must_use]
    pub fn fail_on(mut self, least: &str) -> Self {
        self.fail_on = Some(least.to_owned());
        self
    }

    /// Judges by a deployment profile as well: `saml2int`, `kantara-fedinterop`, `spid`.
    #[must_use]
    pub fn profile(mut self, name: &str) -> Self {
        self.profiles.push(name.to_owned());
        self
    }

    /// How many scenarios run at the same time.
    #[must_use]
    pub fn jobs(mut self, number: usize) -> Self {
        self.wishes.jobs = Some(number.clamp(1, 64));
        self
    }

    /// Decides everything random.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.wishes.seed = Some(seed);
        self
    }

    /// Known deviations, a file as of `--waivers`.
    #[must_use]
    pub fn waivers(mut self, file: impl AsRef<Path>) -> Self {
        self.wishes.waivers = Some(file.as_ref().to_owned());
        self
    }

    /// The folder of accepted snapshots. Without a configuration nothing is compared unless it is named.
    #[must_use]
    pub fn snapshots(mut self, folder: impl AsRef<Path>) -> Self {
        self.wishes.snapshots = Some(folder.as_ref().to_owned());
        self
    }

    /// A line that fires `{id}` once more, for whoever reads of a failure.
    pub(crate) fn again(mut self, line: String) -> Self {
        self.again.push(line);
        self
    }

    /// Tells somebody besides.
    pub(crate) fn telling(mut self, tell: impl FnMut(&Event) + Send + 'static) -> Self {
        self.tell = Box::new(tell);
        self
    }

    /// Fires. The SP of a configuration is fired at by one run at a time, also from other processes: who comes later waits.
    ///
    /// An SP that is down, or cannot be judged, is no error: the [`Report`] says so, and does not conform.
    ///
    /// # Errors
    /// What is to be mended in the configuration, in these words, or on this machine.
    pub async fn run(mut self) -> Result<Report, CannotRun> {
        let wrong = CannotRun::Configuration;
        self.wishes.driver = self.driver.as_deref().map(word::<DriverChoice>).transpose()?;
        self.wishes.fail_on = self.fail_on.as_deref().map(word::<FailOn>).transpose()?;
        let profiles = self.profiles.iter().map(|name| name.parse().map_err(wrong));
        self.wishes.profiles = profiles.collect::<Result<_, _>>()?;
        let timeout = self.timeout.as_deref().map(duration);
        self.wishes.timeout = timeout.transpose().map_err(wrong)?;
        let tiers = self.tier.as_deref().map(str::parse::<Tiers>);
        let tiers = tiers.transpose().map_err(wrong)?;

        let set = Set::of(&self.sp, &self.again).await?;
        let config = set.placed.as_ref().map(|placed| &placed.config);
        let catalogue =
            catalogue(&folders(config), config.and_then(|config| config.run.catalogue)).map_err(wrong)?;
        let scenarios = picked(&catalogue, &self.only, tiers.as_ref())?;

        let kept = matches!(self.sp.0, Which::Config(_)).then(|| kept_for(config));
        let last = kept.as_ref().map(|(state, sp)| LastRun::load(state, sp));
        // A history that cannot be read says nothing of this SP.
        let last = last.and_then(Result::ok).unwrap_or_default();
        let stop = Arc::<AtomicBool>::default();
        let mut options = self
            .wishes
            .options(config, &catalogue, last.clone(), stop)
            .map_err(wrong)?;
        options.idp = set.idp.as_ref().map(|idp| idp.served().clone());
        if kept.is_none() {
            options.snapshots.clone_from(&self.wishes.snapshots);
        }
        in_part(&mut options, &catalogue, &scenarios)?;

        let mut report = Report::new(options.fail_on, options.locked, set.again);
        let mut history = kept.map(|(state, sp)| History::new(&state, &sp, last));
        let mut tell = self.tell;
        let heard = |event: &Event| {
            report.on(event);
            history.iter_mut().for_each(|history| history.on(event));
            tell(event);
        };
        let summary = litmus::run(set.target, &scenarios, options, heard).await?;
        let mut report = report.end(summary);
        if let Some(Err(why)) = history.map(|history| history.keep(&scenarios, Some(report.summary()))) {
            report.warn(why.to_string());
        }
        if report.exit() == Exit::NotJudged {
            // A cause may name it.
            set.log.map(TempPath::keep);
        }
        Ok(report)
    }
}

/// All that a run stands on, as long as it lasts.
struct Set {
    target: Target,
    placed: Option<Placed>,
    /// What it wrote for the SP goes with it.
    idp: Option<MockIdp>,
    log: Option<TempPath>,
    again: Vec<String>,
    _turn: Option<Turn>,
}

impl Set {
    async fn of(sp: &Sp, again: &[String]) -> Result<Self, CannotRun> {
        let wrong = CannotRun::Configuration;
        let mut again = again.to_vec();
        match &sp.0 {
            Which::Reference(reference) => {
                again.push(reference.again());
                Ok(Self {
                    target: reference.target().await?,
                    placed: None,
                    idp: None,
                    log: None,
                    again,
                    _turn: None,
                })
            }
            Which::Described(described) => {
                let turn = match described.is_apart() {
                    true => None,
                    false => Some(turn(crate::config::Idp::default().state.into()).await?),
                };
                let described::Set {
                    target,
                    placed,
                    idp,
                    log,
                } = described.set().await?;
                Ok(Self {
                    target,
                    placed: Some(placed),
                    idp,
                    log,
                    again,
                    _turn: turn,
                })
            }
            Which::Config(path) => {
                let placed = Placed::load(path, None).map_err(|error| wrong(error.to_string()))?;
                let config = &placed.config;
                let turn = turn(config.path(&config.idp.state)).await?;
                let file = path.display().to_string();
                again.push(format!(
                    "samlitmus run {{id}} --config {}",
                    crate::subject::process::quoted(&file)
                ));
                Ok(Self {
                    target: Target::of(config).map_err(wrong)?,
                    placed: Some(placed),
                    idp: None,
                    log: None,
                    again,
                    _turn: Some(turn),
                })
            }
        }
    }
}

async fn turn(state: PathBuf) -> Result<Turn, CannotRun> {
    let waits = || note("another run has the turn; this one begins when it has ended");
    let taken = tokio::task::spawn_blocking(move || Turn::take(&state, waits)).await;
    let taken = taken.map_err(|error| CannotRun::Configuration(error.to_string()))?;
    taken.map_err(|error| CannotRun::Configuration(error.to_string()))
}

pub(crate) fn folders(config: Option<&Config>) -> Vec<PathBuf> {
    let configured = config
        .into_iter()
        .flat_map(|c| c.run.scenarios.iter().map(|f| c.path(f)));
    configured.collect()
}

fn picked(
    catalogue: &Catalogue,
    patterns: &[String],
    tiers: Option<&Tiers>,
) -> Result<Vec<Arc<Scenario>>, CannotRun> {
    let picked =
        pick(catalogue, patterns, tiers).map_err(|error| CannotRun::Configuration(error.to_string()))?;
    if !picked.missed.is_empty() {
        return Err(CannotRun::Configuration(picked.missed.join("; ")));
    }
    if picked.scenarios.is_empty() {
        let why = "no scenario is in these tiers; `samlitmus list` shows all";
        return Err(CannotRun::Configuration(why.to_owned()));
    }
    Ok(picked.scenarios)
}

/// What of a whole run is fired decides which waivers can be said to have healed.
fn in_part(
    options: &mut Options,
    catalogue: &Catalogue,
    scenarios: &[Arc<Scenario>],
) -> Result<(), CannotRun> {
    let ids = |of: &[Arc<Scenario>]| -> BTreeSet<String> { of.iter().map(|one| one.id.clone()).collect() };
    let whole = ids(&picked(catalogue, &[], None)?);
    options.waivers.part_of_a_run(&ids(scenarios), &whole);
    Ok(())
}

/// One of the words that the command line takes.
fn word<T: ValueEnum>(text: &str) -> Result<T, CannotRun> {
    T::from_str(text, false).map_err(|_| {
        let all = T::value_variants().iter().filter_map(T::to_possible_value);
        let all: Vec<String> = all.map(|value| value.get_name().to_owned()).collect();
        CannotRun::Configuration(format!("there is no {text:?} here; there are {}", all.join(", ")))
    })
}
