//! One person's tab: goes where it is told and says what it saw.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::json;
use url::Url;

use super::{
    bidi::Refused,
    capture::{Captured, captured, is_inert, untouched},
    cookies,
    engine::User,
    plan::Plan,
    ready::Fresh,
    rest::{LEAVING, QUIET, Step, step},
    seen::Seen,
    tab::Tab,
    trace::Now,
};
use crate::{
    driver::{
        act::{Act, ActError},
        bearer::Bearer,
        error::DriverError,
        http::SetCookie,
        setup::{BODY, Setup},
        site::{place, trustworthy},
        storage::Storage,
        visit::Visit,
    },
    judge::observation::{Ended, Journey, Page, Party},
};

/// A page that has had its time gets so long to show itself.
const GLANCE: Duration = Duration::from_secs(5);

/// The page where a journey rests, and its picture.
type Sight = (Option<Page>, Option<Vec<u8>>);

/// One tab of one user context.
#[derive(Debug)]
pub struct BrowserSession {
    setup: Arc<Setup>,
    // Dropped before the user context, which it belongs to.
    tab: Tab,
    user: Arc<User>,
    pub(in crate::driver) bearer: Bearer,
    /// The page in the tab lets nobody in any more: the next journey needs another tab.
    spent: bool,
}

impl Drop for BrowserSession {
    fn drop(&mut self) {
        if Arc::strong_count(&self.user) > 1 {
            self.tab.close();
        }
    }
}

impl BrowserSession {
    pub(super) fn new(setup: Arc<Setup>, fresh: Fresh) -> Self {
        Self {
            bearer: Bearer::new(&setup),
            setup,
            tab: fresh.tab,
            user: Arc::new(fresh.user),
            spent: false,
        }
    }

    pub(in crate::driver) async fn tab(&self) -> Result<Self, DriverError> {
        Ok(Self {
            setup: Arc::clone(&self.setup),
            tab: self.another_tab().await?,
            user: Arc::clone(&self.user),
            bearer: self.bearer.tab(),
            spent: false,
        })
    }

    /// Begins to remove the context, where this is its last tab.
    pub(in crate::driver) async fn close(self) {
        if Arc::strong_count(&self.user) == 1 {
            let doors = &self.user.browser.doors;
            self.user.context.leave(doors, self.setup.limits.command).await;
        }
    }

    pub(in crate::driver) async fn plant(
        &mut self,
        origin: &str,
        name: &str,
        value: &str,
    ) -> Result<(), DriverError> {
        let wrong = || DriverError::Origin(origin.to_owned());
        let url = Url::parse(origin).map_err(|_| wrong())?;
        SetCookie::parse(format!("{name}={value}").as_bytes())
            .ok_or_else(|| DriverError::Header(name.to_owned()))?;
        let safe = trustworthy(&url);
        let cookie = json!({
            "name": name, "value": {"type": "string", "value": value},
            "domain": url.host_str().ok_or_else(wrong)?, "path": "/", "httpOnly": true,
            "secure": safe, "sameSite": if safe { "none" } else { "default" },
        });
        let params = json!({"cookie": cookie, "partition": cookies::partition(&self.user)});
        let bidi = &self.user.browser.bidi;
        bidi.send("storage.setCookie", params, self.setup.limits.command)
            .await?;
        Ok(())
    }

    pub(in crate::driver) async fn travel(&mut self, visit: Visit<'_>) -> Journey {
        self.journey(&visit, true).await
    }

    pub(in crate::driver) async fn peek(&mut self, visit: Visit<'_>) -> Journey {
        self.journey(&visit, false).await
    }

    pub(in crate::driver) async fn act(&mut self, act: &Act) -> Result<Journey, ActError> {
        Err(ActError::Harness(format!(
            "{act:?} is not done in the browser yet"
        )))
    }

    pub(in crate::driver) async fn stored(&self, area: Storage, key: &str) -> Option<String> {
        let limit = self.setup.limits.request.max(2 * GLANCE);
        self.tab.stored(area, key, limit).await.ok().flatten()
    }

    /// The value of a cookie that one of these URLs has, the first that has one.
    pub(in crate::driver) async fn cookie(&self, name: &str, of: &[Url]) -> Option<String> {
        cookies::value(&self.user, name, of, self.setup.limits.command).await
    }

    /// Deletes the cookies of a name.
    pub(in crate::driver) async fn drop_cookie(&mut self, name: &str) {
        cookies::delete(&self.user, name, self.setup.limits.command).await;
    }

    async fn journey(&mut self, visit: &Visit<'_>, even_to_idp: bool) -> Journey {
        let plan = match Plan::of(visit, even_to_idp, &self.setup) {
            Ok(plan) => Arc::new(plan),
            Err(ended) => {
                return Journey {
                    ended,
                    ..Journey::default()
                };
            }
        };
        let mut journey = Journey::default();
        match self.set_out(&plan).await {
            Err(refused) => journey.ended = Ended::Harness(refused.message),
            Ok((ended, seen)) => {
                // A question that would lead to the IdP has left the page as it was.
                if seen.is_none() && ended != Ended::Answered {
                    self.stop().await;
                }
                journey.ended = ended;
                (journey.page, journey.screenshot) = seen.unwrap_or_default();
            }
        }
        self.describe(&mut journey, visit, &plan);
        journey
    }

    async fn set_out(&mut self, plan: &Arc<Plan>) -> Result<(Ended, Option<Sight>), Refused> {
        if self.spent {
            let fresh = self.another_tab().await?;
            std::mem::replace(&mut self.tab, fresh).close();
            self.spent = false;
        }
        self.tab.trace.begin(Arc::clone(plan));
        let Some(beyond) = plan.beyond() else {
            return Ok(self.follow(plan).await);
        };
        // Beside the intercept that always stands this one changes nothing in any tab, so that none is asked.
        let bidi = self.user.browser.bidi.clone();
        let params = json!({
            "phases": ["beforeRequestSent"], "contexts": [self.tab.context], "urlPatterns": [beyond],
        });
        let made = bidi
            .send("network.addIntercept", params, self.setup.limits.command)
            .await?;
        let came = self.follow(plan).await;
        bidi.tell("network.removeIntercept", json!({"intercept": made["intercept"]}));
        Ok(came)
    }

    async fn another_tab(&self) -> Result<Tab, Refused> {
        let User { browser, context } = &*self.user;
        Tab::open(&browser.bidi, &browser.traces, context, self.setup.limits.command).await
    }

    /// Navigates, and goes along until a page rests or something ends the journey. With what was seen, where
    /// there is anything to see.
    async fn follow(&mut self, plan: &Plan) -> (Ended, Option<Sight>) {
        let limits = self.setup.limits;
        // The command is answered when the page is there, which is what `rest` watches for.
        let answer = {
            let navigate = self
                .tab
                .navigate(&plan.start, limits.command.saturating_add(limits.journey));
            let mut navigate = std::pin::pin!(navigate);
            let mut rest = std::pin::pin!(self.rest(plan));
            let mut under_way = true;
            loop {
                tokio::select! {
                    came = &mut rest => break came,
                    answer = &mut navigate, if under_way => {
                        under_way = false;
                        // How a navigation fails is told by events; other errors mean that there was none.
                        if let Err(refused) = answer
                            && !matches!(refused.code.as_str(), "unknown error" | "timeout")
                        {
                            break Rested::Ended(Ended::Harness(refused.message));
                        }
                    }
                }
            }
        };
        match answer {
            Rested::Ended(ended) => (ended, None),
            Rested::At(page, picture) => (Ended::Answered, Some((page, picture))),
            Rested::Hung(page) => {
                self.spent = true;
                (Ended::Answered, Some((page, None)))
            }
        }
    }

    async fn rest(&self, plan: &Plan) -> Rested {
        let (limits, set_out) = (&self.setup.limits, Instant::now());
        let mut until = None;
        let mut inert = Inert::default();
        loop {
            let now = self.tab.now();
            if let Some(over) = self.over(plan, &now) {
                return over;
            }
            if now.settled && inert.is_unknown(&now) {
                inert = self.inert(&now).await;
                continue;
            }
            let late = match step(&now, set_out, inert.holds, limits) {
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
            let captured = match self.look(last, late).await {
                Look::At(captured) => captured,
                Look::Hung => return self.hung(false).await,
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
            let picture = if plan.even_to_idp && self.setup.pictures {
                self.tab.picture(limits.command).await
            } else {
                None
            };
            if self.tab.now().moves == now.moves {
                return Rested::At(Some(captured.page), picture);
            }
        }
    }

    /// Whether the journey must end here, whatever the page does.
    fn over(&self, plan: &Plan, now: &Now) -> Option<Rested> {
        if !self.user.browser.bidi.is_open() {
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
        if !plan.even_to_idp && self.setup.site.party(&url) == Party::Idp {
            return Some(Rested::Ended(Ended::Answered));
        }
        let most = self.setup.limits.hops;
        let limit = || Ended::Limit(format!("the way goes on after {most} requests"));
        (now.hops > most).then(|| Rested::Ended(limit()))
    }

    /// Whether the page that was answered last can do nothing by itself.
    async fn inert(&self, now: &Now) -> Inert {
        let mut inert = Inert {
            of: now.last.as_ref().map(name),
            holds: false,
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
            inert.holds = body.is_some_and(|body| is_inert(last.content_type(), &body));
        }
        inert
    }

    async fn look(&self, last: &Seen, late: bool) -> Look {
        let limit = if late {
            GLANCE
        } else {
            self.setup.limits.request.max(2 * GLANCE)
        };
        match self.tab.look(limit).await {
            Ok(evaluated) => captured(&evaluated, last).map_or(Look::Nothing, Look::At),
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
        let leaves = now.leaving.is_some() || captured.submits || !captured.loaded;
        !leaves || Instant::now() >= until
    }

    /// Where the journey rests if the page's own scripts let nobody in. `proven` if that is known; otherwise it may be
    /// that the answer has not come whole.
    async fn hung(&self, proven: bool) -> Rested {
        let Some(last) = self.tab.now().last else {
            return Rested::Ended(Ended::Harness("the browser did not set out".to_owned()));
        };
        // The page is busy, and may keep its browser busy.
        let limits = &self.setup.limits;
        match self.body(&last, limits.bytes, limits.command).await {
            Some(body) => Rested::Hung(untouched(&last, &body)),
            None if proven || last.elapsed.is_some() => Rested::Hung(untouched(&last, "")),
            None => Rested::Ended(Ended::TimedOut),
        }
    }

    /// The page as the network told it, without a body if there is none.
    async fn told(&self, last: &Seen) -> Option<Page> {
        let body = self.body(last, self.setup.limits.bytes, GLANCE).await;
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

    /// Leaves a page that would otherwise go on.
    async fn stop(&mut self) {
        let left = self.tab.navigate("about:blank", GLANCE).await;
        self.spent |= left.is_err_and(|refused| refused.is_silence());
    }

    /// Writes the hops and the console into the journey.
    fn describe(&self, journey: &mut Journey, visit: &Visit<'_>, plan: &Plan) {
        let (guard, site) = (&self.setup.guard, &self.setup.site);
        let mut seen = self.tab.hops();
        let foreign = seen
            .iter()
            .position(|hop| !Url::parse(&hop.url).is_ok_and(|url| guard.permits(&url)));
        seen.truncate(foreign.unwrap_or(seen.len()).min(self.setup.limits.hops));
        journey.elapsed = time(&seen);
        let party = |url: &str| Url::parse(url).map_or(Party::Other, |url| site.party(&url));
        let hop = |seen: Seen| match party(&seen.url) {
            Party::Idp if !plan.even_to_idp => seen.unsent(Party::Idp),
            party => seen.hop(party),
        };
        journey.hops = seen.into_iter().map(hop).collect();
        if let (Visit::Post { fields, .. }, Some(first)) = (visit, journey.hops.first_mut()) {
            first.fields = fields.iter().map(|(name, _)| name.clone()).collect();
        }
        journey.console = self.tab.trace.console();
        if matches!(journey.ended, Ended::Harness(_)) {
            tracing::warn!(ended = ?journey.ended, "the browser did not travel");
        }
    }
}

/// How a journey ended.
enum Rested {
    At(Option<Page>, Option<Vec<u8>>),
    /// Answered, and the page lets nobody in.
    Hung(Option<Page>),
    Ended(Ended),
}

/// What a look at a page came to.
enum Look {
    At(Captured),
    /// There is no page to be seen.
    Nothing,
    Hung,
    Refused,
}

/// Whether the answer of this request is a page that can do nothing by itself.
#[derive(Default)]
struct Inert {
    of: Option<(String, u64)>,
    holds: bool,
}

impl Inert {
    /// Whether the page that was answered last is another, and there whole.
    fn is_unknown(&self, now: &Now) -> bool {
        let whole = now.last.as_ref().filter(|last| last.elapsed.is_some());
        whole.is_some_and(|last| self.of.as_ref() != Some(&name(last)))
    }
}

fn name(seen: &Seen) -> (String, u64) {
    (seen.request.clone(), seen.redirect)
}

/// From the first request to the last answer, or until now where that did not come.
fn time(seen: &[Seen]) -> Duration {
    let (Some(first), Some(last)) = (seen.first(), seen.last()) else {
        return Duration::ZERO;
    };
    let end = last
        .elapsed
        .map_or_else(Instant::now, |elapsed| last.begun + elapsed);
    end.saturating_duration_since(first.begun)
}
