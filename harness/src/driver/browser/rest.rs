//! When a page rests, and when it has had its time.

use std::time::{Duration, Instant};

use super::trace::Now;
use crate::{
    driver::setup::{Limits, OURS, TOO_BUSY},
    judge::observation::Ended,
};

/// A page with scripts rests when nothing was told for so long: no event tells that none of its timers is set.
pub(super) const QUIET: Duration = Duration::from_millis(150);
/// A page that keeps some request open (a poll, a stream) rests all the same after so long.
const POLLING: Duration = Duration::from_millis(1500);
/// A page that has opened more dialogs than this will not stop.
const DIALOGS: usize = 10;

/// What is to be done with a page now.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    /// Nothing, until something is told or so long has passed.
    Wait(Duration),
    /// Look at it: it rests, or, if `late`, it has had its time and answered at least in part.
    Look { late: bool },
    /// Its scripts let nobody in: it is as the network told it.
    Hung,
    /// The journey ends here.
    End(Ended),
}

/// What is known of the page that was answered last.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Known {
    /// It does nothing by itself.
    pub(super) inert: bool,
    /// It has timers that are waited for.
    pub(super) waits: bool,
    /// It is the mock IdP's.
    pub(super) ours: bool,
    /// How long the mock IdP took for its answers on this journey.
    pub(super) others: Duration,
}

/// What is to be done with a page that is this far. `set_out` is when the browser was told to do something.
pub(super) fn step(now: &Now, set_out: Instant, known: Known, limits: &Limits) -> Step {
    let Some(last) = &now.last else {
        // It is asked for, and nothing is sent: a service worker of the SP's keeps it.
        if now.asked.is_some_and(|asked| asked.elapsed() > limits.request) {
            return Step::End(Ended::TimedOut);
        }
        // Nothing was sent: that is nobody's time but ours.
        return if set_out.elapsed() > limits.command {
            Step::End(Ended::Harness("the browser did not set out".to_owned()))
        } else {
            Step::Wait(Duration::from_millis(100))
        };
    };
    if now.crashed || now.dialogs > DIALOGS {
        return Step::Hung;
    }
    let answered = last.elapsed.is_some();
    if answered && rests(now, known.inert) {
        return Step::Look { late: false };
    }
    // A page that stood there before has had its time already; what counts is since when it is followed.
    let since = match last.elapsed {
        _ if now.stood => set_out,
        Some(elapsed) if known.ours => last.begun + elapsed,
        None if known.ours && last.begun.elapsed() > OURS => {
            return Step::End(Ended::Harness(TOO_BUSY.to_owned()));
        }
        None if known.ours => return Step::Wait(wait(now)),
        _ => last.begun,
    };
    let begun = now.first.unwrap_or(since);
    // The SP has had its say where a page waits by itself.
    let waits = answered && (known.waits || now.leaves());
    if (since.elapsed() > limits.request && !waits)
        || begun.elapsed() > limits.journey.saturating_add(known.others)
    {
        return if answered || last.status.is_some() {
            Step::Look { late: true }
        } else {
            Step::End(Ended::TimedOut)
        };
    }
    Step::Wait(wait(now))
}

/// Loaded or failed, with nothing under way that could still move it.
fn rests(now: &Now, inert: bool) -> bool {
    now.settled && !now.leaves() && (inert || now.quiet >= quiet(now))
}

fn quiet(now: &Now) -> Duration {
    if now.pending == 0 { QUIET } else { POLLING }
}

/// How long there is nothing to look at, unless something is told.
fn wait(now: &Now) -> Duration {
    if !now.settled || now.leaves() {
        return Duration::from_millis(100);
    }
    quiet(now).saturating_sub(now.quiet).max(Duration::from_millis(5))
}

#[cfg(test)]
mod tests {
    use super::{
        super::{seen::Seen, state::LEAVING},
        *,
    };

    fn long_ago() -> Instant {
        Instant::now().checked_sub(Duration::from_secs(3000)).unwrap()
    }

    fn seen(begun: Instant, status: Option<u16>, whole: bool) -> Seen {
        Seen {
            request: "1".to_owned(),
            redirect: 0,
            method: "GET".to_owned(),
            url: "http://127.0.0.1/".to_owned(),
            begun,
            elapsed: whole.then_some(Duration::ZERO),
            status,
            headers: Vec::new(),
            size: None,
            error: None,
            set_cookies: Vec::new(),
            fields: Vec::new(),
        }
    }

    fn now(last: Option<Seen>) -> Now {
        Now {
            hops: 1,
            first: last.as_ref().map(|seen| seen.begun),
            last,
            stood: false,
            settled: true,
            loaded: None,
            pending: 0,
            leaving: None,
            asked: None,
            told: 0,
            quiet: Duration::ZERO,
            gone: false,
            crashed: false,
            dialogs: 0,
            moves: 1,
        }
    }

    fn next(now: &Now, inert: bool) -> Step {
        step(
            now,
            now.first.unwrap_or_else(long_ago),
            Known {
                inert,
                ..Known::default()
            },
            &Limits::default(),
        )
    }

    #[test]
    fn a_page_without_scripts_rests_as_soon_as_it_has_loaded() {
        let mut page = now(Some(seen(Instant::now(), Some(200), true)));
        assert_eq!(next(&page, true), Step::Look { late: false });
        assert!(matches!(next(&page, false), Step::Wait(_)));
        page.settled = false;
        assert!(matches!(next(&page, true), Step::Wait(_)));
    }

    #[test]
    fn a_page_with_scripts_rests_when_it_has_been_quiet() {
        let mut page = now(Some(seen(Instant::now(), Some(200), true)));
        page.quiet = QUIET;
        assert_eq!(next(&page, false), Step::Look { late: false });
        page.pending = 1;
        assert!(matches!(next(&page, false), Step::Wait(_)));
        page.quiet = POLLING;
        assert_eq!(next(&page, false), Step::Look { late: false });
    }

    #[test]
    fn a_page_that_means_to_go_elsewhere_does_not_rest_unless_it_stays() {
        let mut page = now(Some(seen(Instant::now(), Some(200), true)));
        page.quiet = QUIET;
        page.leaving = Some(Instant::now() + LEAVING);
        assert!(matches!(next(&page, true), Step::Wait(_)));
        page.leaving = Some(long_ago());
        assert_eq!(next(&page, true), Step::Look { late: false });
    }

    #[test]
    fn a_page_that_waits_by_itself_has_the_time_of_the_journey() {
        let limits = Limits::default();
        let ago = |time: Duration| Instant::now().checked_sub(time).unwrap();
        let known = Known {
            waits: true,
            ..Known::default()
        };
        let mut page = now(Some(seen(ago(limits.request * 2), Some(200), true)));
        page.pending = 1;
        assert!(matches!(step(&page, long_ago(), known, &limits), Step::Wait(_)));
        assert_eq!(
            step(&page, long_ago(), Known::default(), &limits),
            Step::Look { late: true }
        );
        page.leaving = Some(Instant::now() + LEAVING);
        assert!(matches!(
            step(&page, long_ago(), Known::default(), &limits),
            Step::Wait(_)
        ));
        page.first = Some(long_ago());
        assert_eq!(step(&page, long_ago(), known, &limits), Step::Look { late: true });
    }

    #[test]
    fn only_who_said_nothing_at_all_has_timed_out() {
        let mut page = now(Some(seen(long_ago(), None, false)));
        page.settled = false;
        assert_eq!(next(&page, false), Step::End(Ended::TimedOut));
        page.last = Some(seen(long_ago(), Some(200), false));
        assert_eq!(next(&page, false), Step::Look { late: true });
        page.last = Some(seen(long_ago(), Some(200), true));
        assert_eq!(next(&page, false), Step::Look { late: true });
    }

    #[test]
    fn what_the_mock_idp_takes_is_no_time_of_the_sps() {
        let limits = Limits::default();
        let ago = |time: Duration| Instant::now().checked_sub(time).unwrap();
        let ours = |others| Known {
            ours: true,
            others,
            ..Known::default()
        };
        let late = limits.request * 2;
        let mut page = now(Some(seen(ago(late), None, false)));
        page.settled = false;
        let nothing = ours(Duration::ZERO);
        assert!(matches!(step(&page, long_ago(), nothing, &limits), Step::Wait(_)));
        page.last = Some(seen(long_ago(), None, false));
        assert!(matches!(
            step(&page, long_ago(), nothing, &limits),
            Step::End(Ended::Harness(_))
        ));
        // Answered late, its page has as much time as any.
        let mut answered = seen(ago(late), Some(200), true);
        answered.elapsed = Some(late);
        page.last = Some(answered);
        assert!(matches!(
            step(&page, long_ago(), ours(late), &limits),
            Step::Wait(_)
        ));
        // What comes after it has what is left of the journey.
        page.first = Some(ago(limits.journey + limits.request));
        page.last = Some(seen(Instant::now(), None, false));
        let theirs = |others| Known {
            others,
            ..Known::default()
        };
        assert!(matches!(
            step(&page, long_ago(), theirs(late), &limits),
            Step::Wait(_)
        ));
        let over = step(&page, long_ago(), theirs(Duration::ZERO), &limits);
        assert_eq!(over, Step::End(Ended::TimedOut));
    }

    #[test]
    fn a_page_that_stood_there_before_has_its_time_from_now_on() {
        let mut page = now(Some(seen(long_ago(), Some(200), true)));
        (page.hops, page.first, page.stood) = (0, None, true);
        let just = |page: &Now| step(page, Instant::now(), Known::default(), &Limits::default());
        assert!(matches!(just(&page), Step::Wait(_)));
        page.quiet = QUIET;
        assert_eq!(just(&page), Step::Look { late: false });
        page.settled = false;
        assert_eq!(
            step(&page, long_ago(), Known::default(), &Limits::default()),
            Step::Look { late: true }
        );
    }

    #[test]
    fn a_browser_that_does_not_set_out_is_our_own_fault() {
        let begun = now(None);
        assert!(matches!(next(&begun, false), Step::End(Ended::Harness(_))));
        let just = step(&begun, Instant::now(), Known::default(), &Limits::default());
        assert!(matches!(just, Step::Wait(_)));
    }

    #[test]
    fn what_is_asked_for_and_never_sent_is_kept_by_a_worker_of_the_sps() {
        let mut now = now(None);
        now.asked = Some(long_ago());
        let limits = Limits::default();
        let step = |now: &Now| step(now, Instant::now(), Known::default(), &limits);
        assert_eq!(step(&now), Step::End(Ended::TimedOut));
        now.asked = Some(Instant::now());
        assert!(matches!(step(&now), Step::Wait(_)));
    }

    #[test]
    fn a_page_of_endless_dialogs_is_taken_as_the_network_told_it() {
        let mut page = now(Some(seen(Instant::now(), Some(200), true)));
        page.dialogs = DIALOGS;
        assert_eq!(next(&page, true), Step::Look { late: false });
        page.dialogs += 1;
        assert_eq!(next(&page, true), Step::Hung);
    }
}
