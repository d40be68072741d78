//! How a run goes, and why it may not begin.

use std::{
    path::PathBuf,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use scenarios::Profile;

use crate::{
    config::DriverChoice,
    event::Shard,
    judge::{FailOn, waiver::Waivers},
    last_run::LastRun,
    run::{
        kept::{Before, Keep},
        served::Served,
    },
};

/// Which driver fires.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DriverKind {
    /// Plain HTTP, and Chromium for scenarios that need it, where there is one.
    #[default]
    Auto,
    /// Plain HTTP.
    Http,
    /// Chromium.
    Browser,
}

impl From<DriverChoice> for DriverKind {
    fn from(chosen: DriverChoice) -> Self {
        match chosen {
            DriverChoice::Auto => Self::Auto,
            DriverChoice::Http => Self::Http,
            DriverChoice::Browser => Self::Browser,
        }
    }
}

/// How a run goes.
pub struct Options {
    /// Which driver.
    pub driver: DriverKind,
    /// So many flows at once.
    pub jobs: usize,
    /// The time limit of one request to the SP.
    pub timeout: Duration,
    /// Decides everything random.
    pub seed: u64,
    /// The configuration's file, as it was named.
    pub config: Option<String>,
    /// From which deviation on the run fails.
    pub fail_on: FailOn,
    /// What is a MUST in one of these is one.
    pub profiles: Vec<Profile>,
    /// A missing snapshot is a deviation, and nothing is written.
    pub locked: bool,
    /// Where accepted behaviour is kept; none: not compared.
    pub snapshots: Option<PathBuf>,
    /// The version of the catalogue that was picked from.
    pub catalogue: u32,
    /// Which part of what was picked is fired.
    pub shard: Option<Shard>,
    /// Known deviations.
    pub waivers: Waivers,
    /// How everything came out when it was last fired, or in the baseline.
    pub last: LastRun,
    /// The baseline's file, as it was named.
    pub baseline: Option<String>,
    /// What an earlier run of the same came to, which this one goes on with.
    pub before: Before,
    /// Who keeps what this run comes to, as it comes.
    pub keep: Option<Box<dyn Keep>>,
    /// The IdP that is there already; none: the run starts its own.
    pub idp: Option<Served>,
    /// Set to end the run after the firings under way.
    pub stop: Arc<AtomicBool>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            driver: DriverKind::Http,
            jobs: 8,
            timeout: Duration::from_secs(10),
            seed: 0,
            config: None,
            fail_on: FailOn::default(),
            profiles: Vec::new(),
            last: LastRun::default(),
            baseline: None,
            locked: false,
            snapshots: None,
            catalogue: scenarios::catalogue::VERSION,
            shard: None,
            waivers: Waivers::default(),
            before: Before::default(),
            keep: None,
            idp: None,
            stop: Arc::default(),
        }
    }
}

/// A run that cannot begin: the user's mistake (exit 2) or nothing to judge with (exit 3).
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum CannotRun {
    /// Something in the configuration or on this machine is to be mended.
    #[error("{0}")]
    Configuration(String),
    /// The SP does not do what is needed to judge it.
    #[error("{0}")]
    NotJudged(String),
}
