//! Goes along with a tab until a page rests.

use std::time::{Duration, Instant};

use url::Url;

use super::{
    capture::{Captured, captured, is_inert, plain, untouched},
    engine::Browser,
    plan::Plan,
    rest::{Known, QUIET, Step, step},
    seen::Seen,
    state::LEAVING,
    tab::Tab,
    trace::Now,
    vain::Waiting,
};
use crate::{
    driver::{
        setup::{BODY, Setup},
        site::place,
    },
    judge::observation::{Ended, Page, Party},
};

/// A page that has had its time gets so long to show itself.
pub(super) const GLANCE: Duration = Duration::from_secs(5);
/// How often a page is asked for its timers, unless something is told before.
const TIMERS: Duration = Duration::from_millis(100);

/// One journey of one tab.
pub(super) struct Follower<'a> {
    pub(super) setup: &'a Setup,
    pub(super) browser: &'a Browser,
    pub(super) tab: &'a Tab,
    pub(super) plan: &'a Plan,
    /// Nobody has been at the IdP yet: the way there is waited for with more patience.
    pub(super) begins: bool,
    /// Until then whatever ticks in the page is waited for.
    pub(super) patient: Option<Instant>,
}

/// How a journey ended.
pub(super) enum Rested {
    At(Option<Page>, Option<Vec<u8>>),
    /// Answered, and the page lets nobody in.
    Hung(Option<Page>),
    Ended(Ended),
}

impl Follower<'_> {
    /// Goes along until a page rests or something ends the journey.
    pub(super) async fn rest(&self, set_out: Instant) -> Rested {
        let (limits, plan) = (&self.setup.limits(), self.plan);
        let mut until = None;
        let mut inert = Inert::default();
        let mut waiting: Option<Waiting> = None;
        loop {
            let now = self.tab.now();
            if let Some(over) = self.over(&now) {
                return over;
            }
            if inert.is_unknown(&now) {
                inert = self.inert(&now).await;
                continue;
            }
            let late = match step(&now, set_out, self.known(&now, &inert, &waiting), limits) {
                Step::Wait(limit) => {
                    self.tab.trace.changed(limit).await;
                    continue;
                }
                Step::End(ended) => return Rested::Ended(ended),
                Step::Hung => return self.hung(true).await,
                Step::Look { late } => late,
            };
            let Some(last) = &now.last else { continue };
            if let Some(ended) = last.failed() {
                return Rested::Ended(ended);
            }
            if last.error.is_some() {
                return Rested::At(self.told(last).await, None);
            }
            if late && self.browser.vain.lets_nobody_in(last) {
                return self.hung(false).await;
            }
            let plain = inert.page(&now).filter(|_| !late);
            let look = match plain {
                Some(captured) => Look::At(Box::new(captured)),
                None => self.look(last, late).await,
            };
            let captured = match look {
                Look::At(captured) => *captured,
                Look::Hung => {
                    self.browser.vain.let_nobody_in(last);
                    return self.hung(false).await;
                }
                Look::Nothing => return Rested::At(self.told(last).await, None),
                Look::Refused if late => return Rested::At(self.told(last).await, None),
                // Most likely the page is going elsewhere.
                Look::Refused => {
                    self.tab.trace.changed(QUIET).await;
                    continue;
                }
            };
            if late && last.elapsed.is_none() {
                return Rested::Ended(Ended::TimedOut);
            }
            if !late && !self.stays(&now, &captured, &mut until) {
                self.tab.trace.changed(QUIET).await;
                continue;
            }
            // What a timer did as it ended, while the page was looked at, is told before the page answers.
            if !late && self.tab.now().told != now.told {
                continue;
            }
            if !late && self.waits(&now, &captured, &mut waiting) {
                self.tab.trace.changed(TIMERS).await;
                continue;
            }
            // What of several windows is shown is known only when all rest; one that is hidden is never drawn.
            let picture = if plan.even_to_idp && !plan.acts && self.setup.pictures {
                self.tab.picture(limits.command).await
            } else {
                None
            };
            if self.tab.now().moves == now.moves {
                return Rested::At(Some(captured.page), picture);
            }
        }
    }

    fn known(&self, now: &Now, inert: &Inert, waiting: &Option<Waiting>) -> Known {
        Known {
            inert: inert.body.is_some() && !now.stood,
            waits: waiting.as_ref().is_some_and(|waiting| waiting.moves == now.moves),
            ours: now.last.as_ref().is_some_and(|last| self.is_idps(last)),
            others: self.at_idp().filter_map(|hop| hop.elapsed).sum(),
        }
    }

    /// Whether the page has timers that may still lead elsewhere.
    fn waits(&self, now: &Now, seen: &Captured, waiting: &mut Option<Waiting>) -> bool {
        let vain = &self.browser.vain;
        if self.patient.is_some_and(|until| Instant::now() < until) && seen.timers.tick() {
            return true;
        }
        let ticks = self.begins && self.plan.even_to_idp && !self.has_met_idp();
        match vain.waits(seen, ticks, now.moves, now.told) {
            // What was set first is what began the waiting.
            Some(more) => {
                match waiting.as_mut().filter(|waiting| waiting.moves == now.moves) {
                    Some(waiting) => waiting.join(more),
                    None => *waiting = Some(more),
                }
                true
            }
            None => {
                if let Some(waiting) = waiting.take() {
                    vain.learn(waiting, seen, now.moves, now.told);
                }
                false
            }
        }
    }

    fn has_met_idp(&self) -> bool {
        self.at_idp().next().is_some()
    }

    /// The requests of this journey that went to the mock IdP.
    fn at_idp(&self) -> impl Iterator<Item = Seen> {
        self.tab.trace.hops().into_iter().filter(|hop| self.is_idps(hop))
    }

    fn is_idps(&self, hop: &Seen) -> bool {
        Url::parse(&hop.url).is_ok_and(|url| self.setup.site.party(&url) == Party::Idp)
    }

    /// Whether the journey must end here, whatever the page does.
    fn over(&self, now: &Now) -> Option<Rested> {
        if !self.browser.bidi.is_open() {
            return Some(Rested::Ended(Ended::Harness("the browser ended".to_owned())));
        }
        if now.gone {
            let page = now
                .last
                .as_ref()
                .and_then(|last| last.page(String::new(), String::new()));
            return Some(match page {
                Some(page) => Rested::Hung(Some(page)),
                None => Rested::Ended(Ended::Harness("the browser closed the page".to_owned())),
            });
        }
        let url = Url::parse(&now.last.as_ref()?.url).ok()?;
        if !self.setup.guard.permits(&url) {
            return Some(Rested::Ended(Ended::NotAllowed(place(&url))));
        }
        if !self.plan.even_to_idp && self.setup.site.party(&url) == Party::Idp {
            return Some(Rested::Ended(Ended::Answered));
        }
        let most = self.setup.limits().hops;
        let limit = || Ended::Limit(format!("the way goes on after {most} requests"));
        (now.hops > most).then(|| Rested::Ended(limit()))
    }

    /// Whether the page that was answered last can do nothing by itself.
    async fn inert(&self, now: &Now) -> Inert {
        let mut inert = Inert {
            of: now.last.as_ref().map(name),
            body: None,
        };
        // The IdP's own pages submit themselves.
        let foreign =
            |last: &Seen| Url::parse(&last.url).is_ok_and(|url| self.setup.site.party(&url) != Party::Idp);
        if let Some(last) = now
            .last
            .as_ref()
            .filter(|last| last.error.is_none() && foreign(last))
        {
            let body = self.body(last, BODY, GLANCE).await;
            inert.body = body.filter(|body| is_inert(last.content_type(), body));
        }
        inert
    }

    async fn look(&self, last: &Seen, late: bool) -> Look {
        let limit = if late {
            GLANCE
        } else {
            self.setup.limits().request.max(2 * GLANCE)
        };
        match self.tab.look(limit).await {
            Ok(evaluated) => {
                captured(&evaluated, last).map_or(Look::Nothing, |captured| Look::At(Box::new(captured)))
            }
            Err(refused) if refused.code == "timeout" => Look::Hung,
            Err(_) => Look::Refused,
        }
    }

    /// Whether a page that was looked at stays, as far as one can tell.
    fn stays(&self, before: &Now, captured: &Captured, until: &mut Option<Instant>) -> bool {
        let now = self.tab.now();
        if now.moves != before.moves {
            *until = None;
            return false;
        }
        let until = *until.get_or_insert_with(|| Instant::now() + LEAVING);
        let leaves = now.leaves() || captured.submits || !captured.loaded;
        !leaves || Instant::now() >= until
    }

    /// Where the journey rests if the page's own scripts let nobody in. `proven` if that is known; otherwise it may be
    /// that the answer has not come whole.
    async fn hung(&self, proven: bool) -> Rested {
        let Some(last) = self.tab.now().last else {
            return Rested::Ended(Ended::Harness("the browser did not set out".to_owned()));
        };
        // The page is busy, and may keep its browser busy.
        let limits = &self.setup.limits();
        match self.body(&last, limits.bytes, limits.command).await {
            Some(body) => Rested::Hung(untouched(&last, &body)),
            None if proven || last.elapsed.is_some() => Rested::Hung(untouched(&last, "")),
            None => Rested::Ended(Ended::TimedOut),
        }
    }

    /// The page as the network told it, without a body if there is none.
    async fn told(&self, last: &Seen) -> Option<Page> {
        let body = self.body(last, self.setup.limits().bytes, GLANCE).await;
        untouched(last, &body.unwrap_or_default())
    }

    /// The body of an answer, if it came whole and has at most so many bytes; the browser gets so long to tell it.
    async fn body(&self, last: &Seen, most: usize, limit: Duration) -> Option<String> {
        let declared = || last.header("content-length")?.trim().parse().ok();
        let size: Option<u64> = last.size.or_else(declared);
        if size.is_some_and(|size| usize::try_from(size).map_or(true, |size| size > most)) {
            return None;
        }
        self.tab.body(last, limit).await
    }
}

/// What a look at a page came to.
enum Look {
    At(Box<Captured>),
    /// There is no page to be seen.
    Nothing,
    Hung,
    Refused,
}

/// Whether the answer of this request is a page that can do nothing by itself.
#[derive(Default)]
struct Inert {
    of: Option<(String, u64)>,
    /// What it is made of, if it is one.
    body: Option<String>,
}

impl Inert {
    /// Whether the page that was answered last is another, and there whole: it is looked at while the browser shows it.
    fn is_unknown(&self, now: &Now) -> bool {
        let whole = now
            .last
            .as_ref()
            .filter(|last| last.elapsed.is_some() && !last.leads_on());
        whole.is_some_and(|last| self.of.as_ref() != Some(&name(last)))
    }

    /// The page as it stands there, if it can do nothing by itself.
    fn page(&self, now: &Now) -> Option<Captured> {
        let last = now.last.as_ref().filter(|_| !now.stood)?;
        let body = self.body.as_deref().filter(|_| self.of == Some(name(last)))?;
        plain(now.loaded.as_deref()?, last, body)
    }
}

fn name(seen: &Seen) -> (String, u64) {
    (seen.request.clone(), seen.redirect)
}
