//! Which timers of a page are waited for: those that are soon due, where that was not in vain before.

use std::{collections::HashSet, sync::Mutex};

use url::Url;

use super::{capture::Captured, timers::Timer};
use crate::{driver::page::SOON, text::locked};

/// What is remembered of timers that came to nothing, all pages together.
const REMEMBERED: usize = 10_000;

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
