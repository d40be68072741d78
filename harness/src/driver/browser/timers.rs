//! What a page's timers may still do: those that are soon due are waited for, where that was not in vain before.

use std::{
    collections::HashSet,
    sync::{LazyLock, Mutex},
    time::Duration,
};

use openssl::rand::rand_bytes;
use serde_json::Value;
use url::Url;

use super::capture::Captured;
use crate::{driver::page::SOON, text::locked};

/// Counts timers in each page, before its own scripts run.
pub(super) const PRELOAD: &str = include_str!("preload.js");

/// By which name a page is asked for its timers: no page can guess it.
pub(super) static NAME: LazyLock<String> = LazyLock::new(|| {
    let mut random = [0; 16];
    // Without them it is a name that no page happens to use either.
    let _ = rand_bytes(&mut random);
    format!("samlitmus-{:032x}", u128::from_ne_bytes(random))
});

/// What is remembered of timers that came to nothing, all pages together.
const REMEMBERED: usize = 10_000;

/// The timers that a page has set and that are soon due.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Timers {
    all: Vec<Timer>,
    /// For how long the page's scripts have been running, by the page's clock.
    age: Duration,
    /// What the page is built of.
    shape: i64,
}

#[derive(Clone, Debug, PartialEq)]
struct Timer {
    /// Its delay, and how its code begins.
    what: String,
    /// It is one of a clock that ticks.
    again: bool,
    /// Set when the page had long begun.
    late: bool,
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

/// Which timers came to nothing, on which pages: what a page did not do once it does not do the next time.
#[derive(Debug, Default)]
pub(super) struct Vain(Mutex<HashSet<String>>);

/// What is waited for on a page, and since when it looks as it does.
#[derive(Debug)]
pub(super) struct Waiting {
    keys: Vec<String>,
    ticks: bool,
    body: String,
    pub(super) moves: u64,
    told: u64,
}

impl Waiting {
    /// Waits for more timers of the same page.
    pub(super) fn join(&mut self, more: Self) {
        for key in more.keys {
            if !self.keys.contains(&key) {
                self.keys.push(key);
            }
        }
        self.ticks |= more.ticks;
    }
}

impl Vain {
    /// What is to be waited for on this page, if anything; with `ticks` also for what ticks, up to the age where a
    /// page has begun. `moves` and `told` count what has happened until now.
    pub(super) fn waits(&self, seen: &Captured, ticks: bool, moves: u64, told: u64) -> Option<Waiting> {
        let timers = &seen.timers;
        let due = |timer: &&Timer| {
            if timer.again {
                ticks && timers.age < SOON
            } else {
                !timer.late
            }
        };
        let known = locked(&self.0);
        let keys: Vec<(String, bool)> = timers
            .all
            .iter()
            .filter(due)
            .map(|timer| (key(seen, timer), timer.again))
            .filter(|(key, _)| !known.contains(key))
            .collect();
        let ticks = keys.iter().any(|(_, again)| *again);
        (!keys.is_empty()).then(|| Waiting {
            keys: keys.into_iter().map(|(key, _)| key).collect(),
            ticks,
            body: seen.page.body.clone(),
            moves,
            told,
        })
    }

    /// Nothing is waited for any more: remembers what was waited for, if nothing came of it.
    pub(super) fn learn(&self, waiting: Waiting, seen: &Captured, moves: u64, told: u64) {
        let quiet = waiting.ticks || waiting.told == told;
        if waiting.moves == moves && quiet && waiting.body == seen.page.body {
            let mut known = locked(&self.0);
            if known.len() < REMEMBERED {
                known.extend(waiting.keys);
            }
        }
    }
}

/// The timer of such a page. Two pages at one address are told apart by their titles, and by what they are built of.
fn key(seen: &Captured, timer: &Timer) -> String {
    let page = &seen.page;
    let place = Url::parse(&page.url).map_or_else(
        |_| page.url.clone(),
        |mut url| {
            url.set_query(None);
            url.set_fragment(None);
            url.to_string()
        },
    );
    format!(
        "{place} {} {} {} {}",
        page.status, page.title, seen.timers.shape, timer.what
    )
}
