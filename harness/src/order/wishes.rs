//! How a run goes: what somebody wished, over what the configuration says, over what holds else.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use scenarios::{Catalogue, Profile};

use super::pick::missing;
use crate::{
    config::{Config, DriverChoice, FailOn},
    judge::waiver::Waivers,
    last_run::LastRun,
    run::options::Options,
};

/// What goes before the configuration.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wishes {
    pub(crate) driver: Option<DriverChoice>,
    pub(crate) jobs: Option<usize>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) seed: Option<u64>,
    pub(crate) fail_on: Option<FailOn>,
    /// None: as the configuration has it.
    pub(crate) profiles: Vec<Profile>,
    pub(crate) waivers: Option<PathBuf>,
    pub(crate) snapshots: Option<PathBuf>,
    pub(crate) locked: bool,
}

impl Wishes {
    /// How the run goes.
    ///
    /// # Errors
    /// The waivers cannot be used.
    pub(crate) fn options(
        &self,
        config: Option<&Config>,
        catalogue: &Catalogue,
        last: LastRun,
        stop: Arc<AtomicBool>,
    ) -> Result<Options, String> {
        let default = Options::default();
        let run = config.map(|config| &config.run);
        let waivers = self
            .waivers
            .clone()
            .or_else(|| Some(config?.path(run?.waivers.as_ref()?)));
        let waivers = match waivers {
            Some(path) => known_waivers(&path, catalogue)?,
            None => Waivers::default(),
        };
        let chosen = self.driver.or(run.map(|run| run.driver)).unwrap_or_default();
        // Without a configuration nothing is compared unless somebody says with what: nobody accepted anything yet.
        let snapshots = self
            .snapshots
            .clone()
            .or_else(|| config.map(|config| config.path(&config.run.snapshots)));
        Ok(Options {
            driver: chosen.into(),
            jobs: self.jobs.or(run.map(|run| run.jobs)).unwrap_or(default.jobs),
            timeout: self
                .timeout
                .or(run.map(crate::config::Run::timeout))
                .unwrap_or(default.timeout),
            seed: self.seed.or(run.and_then(|run| run.seed)).unwrap_or_else(seed),
            fail_on: self.fail_on.or(run.map(|run| run.fail_on)).unwrap_or_default(),
            profiles: match (self.profiles.as_slice(), run) {
                ([], Some(run)) => run.profiles.clone(),
                (asked, _) => asked.to_vec(),
            },
            last,
            catalogue: run.and_then(|run| run.catalogue).unwrap_or(default.catalogue),
            locked: self.locked || is_ci(),
            snapshots,
            waivers,
            stop,
            ..default
        })
    }
}

/// Whether `CI` is set to anything but `false` or `0`.
pub(crate) fn is_ci() -> bool {
    let ci = std::env::var("CI").unwrap_or_default();
    !matches!(ci.as_str(), "" | "0" | "false")
}

/// The embedded catalogue, as of a version where one is pinned, with the folders that were named.
///
/// # Errors
/// What is wrong in a folder, or that there is no such version.
pub(crate) fn catalogue(folders: &[PathBuf], pinned: Option<u32>) -> Result<Catalogue, String> {
    let all = Catalogue::embedded();
    let embedded = pinned.map_or_else(|| Ok(all.clone()), |version| all.as_of(version));
    folders.iter().try_fold(
        embedded.map_err(|error| error.to_string())?,
        |catalogue, folder| catalogue.with_folder(folder).map_err(|error| error.to_string()),
    )
}

/// The waivers of a file. One that no scenario of the catalogue is meant by is a slip of the pen, whatever is fired.
fn known_waivers(path: &Path, catalogue: &Catalogue) -> Result<Waivers, String> {
    let waivers = Waivers::load(path, today()).map_err(|error| error.to_string())?;
    let ids = catalogue.scenarios.iter().map(|scenario| scenario.id.as_str());
    // One for what came after the version that is pinned is none either.
    let all = Catalogue::embedded()
        .scenarios
        .iter()
        .map(|scenario| scenario.id.as_str());
    let unknown = waivers.unknown(ids.chain(all));
    if unknown.is_empty() {
        return Ok(waivers);
    }
    let missing: Vec<String> = unknown.iter().map(|id| missing(catalogue, id)).collect();
    Err(format!(
        "the waivers in {}: {}",
        path.display(),
        missing.join("; ")
    ))
}

fn today() -> jiff::civil::Date {
    jiff::Zoned::now().date()
}

fn seed() -> u64 {
    // Any number will do: it is printed, and names this run's order.
    u64::try_from(jiff::Timestamp::now().as_microsecond()).unwrap_or_default() % 1_000_000
}
