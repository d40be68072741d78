//! The timers that a page has set, as a script of ours in it counts them.

use std::{sync::LazyLock, time::Duration};

use openssl::rand::rand_bytes;
use serde_json::Value;

/// Counts timers in each page, before its own scripts run.
pub(super) const PRELOAD: &str = include_str!("preload.js");

/// By which name a page is asked for its timers: no page can guess it.
pub(super) static NAME: LazyLock<String> = LazyLock::new(|| {
    let mut random = [0; 16];
    // Without them it is a name that no page happens to use either.
    let _ = rand_bytes(&mut random);
    format!("samlitmus-{:032x}", u128::from_ne_bytes(random))
});

/// The timers that a page has set and that are soon due.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Timers {
    pub(super) all: Vec<Timer>,
    /// For how long the page's scripts have been running, by the page's clock.
    pub(super) age: Duration,
    /// What the page is built of.
    pub(super) shape: i64,
}

/// One of them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Timer {
    /// Its delay, and how its code begins.
    pub(super) what: String,
    /// It is one of a clock that ticks.
    pub(super) again: bool,
    /// Set when the page had long begun.
    pub(super) late: bool,
}

impl Timers {
    /// From what the script in the page tells.
    pub(super) fn read(told: &Value) -> Self {
        let parsed = told["timers"].as_str().map(serde_json::from_str::<Value>);
        let timers = parsed.and_then(Result::ok).unwrap_or_default();
        let timer = |told: &Value| {
            Some(Timer {
                what: told["what"].as_str()?.to_owned(),
                again: told["again"].as_bool()?,
                late: told["late"].as_bool()?,
            })
        };
        let age = timers["age"].as_f64().unwrap_or_default();
        Self {
            all: timers["timers"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(timer)
                .collect(),
            age: Duration::try_from_secs_f64(age / 1000.0).unwrap_or_default(),
            shape: told["shape"].as_i64().unwrap_or_default(),
        }
    }

    /// Whether something ticks.
    pub(super) fn tick(&self) -> bool {
        self.all.iter().any(|timer| timer.again)
    }
}
