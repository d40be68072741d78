//! How fast the SP may be asked: it says so itself, by 429 and Retry-After, or by answering nobody for a while.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::time::Instant;

use crate::{judge::observation::Journey, text::locked};

/// Longer than this nobody is waited for, whatever Retry-After says.
const LONGEST: Duration = Duration::from_secs(30);
/// So long where the SP does not say how long.
const USUAL: Duration = Duration::from_secs(1);

/// From one flow to the next, once the SP has asked for patience: twice as long each time that it asks again.
const GAP: (Duration, Duration) = (Duration::from_millis(60), Duration::from_secs(2));

/// Holds every flow back where the SP asks for it, and lets them go on one after the other.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    row: Mutex<Row>,
    holds: AtomicUsize,
}

#[derive(Debug, Default)]
struct Row {
    /// Nobody begins before.
    next: Option<Instant>,
    gap: Duration,
    /// When the gap grew last.
    grown: Option<Instant>,
}

/// Why a flow is to be played once more, later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Obstacle {
    /// The SP, or what stands before it, asked for patience.
    Patience(Duration),
    /// Nobody listens at the SP's address.
    Gone,
}

impl Pace {
    /// Waits for one's turn; nobody waits before the SP has asked for it.
    pub(crate) async fn wait(&self) {
        let turn = {
            let mut row = locked(&self.row);
            let Some(next) = row.next else { return };
            let turn = next.max(Instant::now());
            row.next = Some(turn + row.gap);
            turn
        };
        tokio::time::sleep_until(turn).await;
    }

    /// Lets nobody begin for so long, and everybody slower from then on.
    pub(crate) fn hold(&self, length: Duration) {
        self.holds.fetch_add(1, Ordering::Relaxed);
        let now = Instant::now();
        let until = now + length.min(LONGEST);
        let mut row = locked(&self.row);
        row.next = Some(row.next.map_or(until, |known| known.max(until)));
        // Several flows run into the same limit at once, which is one reason to slow down and not many.
        if row.grown.is_none_or(|grown| now.duration_since(grown) > length) {
            row.gap = (row.gap * 2).clamp(GAP.0, GAP.1);
            row.grown = Some(now);
        }
    }

    /// How often it was asked for patience.
    pub(crate) fn holds(&self) -> usize {
        self.holds.load(Ordering::Relaxed)
    }
}

impl Obstacle {
    /// What a journey ran into, if it says nothing about the message.
    pub(crate) fn of(journey: &Journey) -> Option<Self> {
        use crate::judge::observation::{Ended, Party};
        if matches!(journey.ended, Ended::Unreachable(_)) {
            let at_sp = journey.hops.last().is_some_and(|hop| hop.party == Party::Sp);
            return at_sp.then_some(Self::Gone);
        }
        let page = journey.page.as_ref()?;
        let header = page.headers.iter().find(|(name, _)| name == "retry-after");
        let asked = header.map(|(_, value)| {
            // A date is rare, and what it means depends on two clocks.
            value.trim().parse().map_or(USUAL, Duration::from_secs)
        });
        match page.status {
            429 => Some(Self::Patience(
                asked.unwrap_or(USUAL).max(Duration::from_millis(100)),
            )),
            503 => asked.map(|asked| Self::Patience(asked.max(Duration::from_millis(100)))),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::observation::Page;

    fn answered(status: u16, retry_after: Option<&str>) -> Journey {
        Journey {
            page: Some(Page {
                status,
                headers: retry_after
                    .map(|value| ("retry-after".to_owned(), value.to_owned()))
                    .into_iter()
                    .collect(),
                ..Page::default()
            }),
            ..Journey::default()
        }
    }

    #[test]
    fn only_who_asks_for_patience_gets_it() {
        let of = |status, after| Obstacle::of(&answered(status, after));
        assert_eq!(of(429, None), Some(Obstacle::Patience(USUAL)));
        assert_eq!(
            of(429, Some("3")),
            Some(Obstacle::Patience(Duration::from_secs(3)))
        );
        assert_eq!(of(503, Some("soon")), Some(Obstacle::Patience(USUAL)));
        assert_eq!(of(503, None), None, "a 503 without a word is an answer");
        assert_eq!(of(403, Some("3")), None);
    }
}
