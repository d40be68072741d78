//! What is not waited for a second time: timers of a page that came to nothing, and pages that let nobody in.

use std::{collections::HashSet, sync::Mutex};

use url::Url;

use super::{capture::Captured, seen::Seen, timers::Timer};
use crate::{driver::page::SOON, text::locked};

/// What is remembered of either, all pages together.
const REMEMBERED: usize = 10_000;

/// Which timers came to nothing, on which pages, and which pages could not be looked at: what a page did not do once it does not do
/// the next time.
#[derive(Debug, Default)]
pub(super) struct Vain {
    timers: Mutex<HashSet<String>>,
    hung: Mutex<HashSet<String>>,
}

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
        let known = locked(&self.timers);
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
            let mut known = locked(&self.timers);
            if known.len() < REMEMBERED {
                known.extend(waiting.keys);
            }
        }
    }
}

impl Vain {
    /// Whether such a page was looked at before, when it had had its time, and let nobody in.
    pub(super) fn lets_nobody_in(&self, last: &Seen) -> bool {
        answer(last).is_some_and(|answer| locked(&self.hung).contains(&answer))
    }

    /// It has let nobody in.
    pub(super) fn let_nobody_in(&self, last: &Seen) {
        let mut known = locked(&self.hung);
        if known.len() < REMEMBERED {
            known.extend(answer(last));
        }
    }
}

/// The answer that a page came as: place, status and length; none where there is none yet.
fn answer(last: &Seen) -> Option<String> {
    let length = last.header("content-length").unwrap_or_default();
    Some(format!("{} {} {length}", place(&last.url), last.status?))
}

/// The timer of such a page. Two pages at one address are told apart by their titles, and by what they are built of.
fn key(seen: &Captured, timer: &Timer) -> String {
    let page = &seen.page;
    format!(
        "{} {} {} {} {}",
        place(&page.url),
        page.status,
        page.title,
        seen.timers.shape,
        timer.what
    )
}

/// An address without query and fragment.
fn place(url: &str) -> String {
    Url::parse(url).map_or_else(
        |_| url.to_owned(),
        |mut url| {
            url.set_query(None);
            url.set_fragment(None);
            url.to_string()
        },
    )
}
