//! One tab of the browser: goes where it is told and says what it saw.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::json;
use url::Url;

use super::{
    bidi::Refused,
    capture::{Captured, SCRIPT, captured, unseen},
    engine::{User, word},
    plan::Plan,
    trace::{Now, Seen, Trace},
};
use crate::{
    driver::{
        error::DriverError,
        http::SetCookie,
        setup::Setup,
        site::{place, trustworthy},
        visit::Visit,
    },
    judge::observation::{Ended, Hop, Journey, Page, Party},
};

/// A page rests when nothing was told for so long.
const QUIET: Duration = Duration::from_millis(150);
/// A page that keeps some request open (a poll, a stream) rests all the same after so long.
const POLLING: Duration = Duration::from_millis(1500);
/// A page that means to submit itself gets so long to do it.
const SUBMIT: Duration = Duration::from_secs(3);

/// The page where a journey rests, and its picture.
type Sight = (Option<Page>, Option<Vec<u8>>);

/// One tab of one user context.
#[derive(Debug)]
pub struct BrowserSession {
    setup: Arc<Setup>,
    user: Arc<User>,
    tab: String,
    trace: Arc<Trace>,
}

impl Drop for BrowserSession {
    fn drop(&mut self) {
        self.user.browser.traces.close(&self.trace);
        if Arc::strong_count(&self.user) > 1 {
            self.user
                .browser
                .bidi
                .tell("browsingContext.close", json!({"context": self.tab}));
        }
    }
}

impl BrowserSession {
    pub(super) async fn open(setup: Arc<Setup>, user: Arc<User>) -> Result<Self, DriverError> {
        // A window of its own, not a tab of one: what is hidden is not drawn.
        let params = json!({"type": "window", "userContext": user.id});
        let tab = word(
            &user.browser.command("browsingContext.create", params).await?,
            "context",
        )?;
        // What the page did not log itself (a script that its policy forbids) only DevTools tell.
        let devtools = word(
            &user
                .browser
                .command("goog:cdp.getSession", json!({"context": tab}))
                .await?,
            "session",
        )?;
        let trace = user.browser.traces.open(&[tab.clone(), devtools.clone()]);
        let session = Self {
            setup,
            user,
            tab,
            trace,
        };
        let params = json!({"method": "Log.enable", "params": {}, "session": devtools});
        session
            .user
            .browser
            .command("goog:cdp.sendCommand", params)
            .await?;
        Ok(session)
    }

    pub(in crate::driver) async fn tab(&self) -> Result<Self, DriverError> {
        Self::open(Arc::clone(&self.setup), Arc::clone(&self.user)).await
    }

    /// Waits until the context is gone; dropping the session would not wait.
    pub(in crate::driver) async fn close(self) {
        if Arc::strong_count(&self.user) == 1 {
            let params = json!({"userContext": self.user.id});
            let _ = self
                .user
                .browser
                .command("browser.removeUserContext", params)
                .await;
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
        let params =
            json!({"cookie": cookie, "partition": {"type": "storageKey", "userContext": self.user.id}});
        self.user.browser.command("storage.setCookie", params).await?;
        Ok(())
    }

    pub(in crate::driver) async fn travel(&mut self, visit: Visit<'_>) -> Journey {
        self.journey(&visit, true).await
    }

    pub(in crate::driver) async fn peek(&mut self, url: &str) -> Journey {
        self.journey(&Visit::Get(url), false).await
    }

    async fn journey(&self, visit: &Visit<'_>, even_to_idp: bool) -> Journey {
        let begun = Instant::now();
        let plan = match Plan::of(visit, even_to_idp, &self.setup) {
            Ok(plan) => plan,
            Err(ended) => {
                return Journey {
                    ended,
                    ..Journey::default()
                };
            }
        };
        self.trace
            .begin(plan.opening.as_ref().map(|(url, _)| url.as_str()));
        let mut journey = Journey::default();
        match self.intercept(&plan).await {
            Err(refused) => journey.ended = Ended::Harness(refused.message),
            Ok(intercept) => {
                let (ended, seen) = self.follow(&plan, begun).await;
                if let Some(intercept) = intercept {
                    self.user
                        .browser
                        .bidi
                        .tell("network.removeIntercept", json!({"intercept": intercept}));
                }
                if seen.is_none() {
                    self.stop().await;
                }
                journey.ended = ended;
                (journey.page, journey.screenshot) = seen.unwrap_or_default();
            }
        }
        self.describe(&mut journey, visit);
        journey.elapsed = begun.elapsed();
        journey
    }

    /// Holds up the requests that the plan has something to say about.
    async fn intercept(&self, plan: &Plan) -> Result<Option<String>, Refused> {
        let patterns = plan.patterns();
        if patterns.is_empty() {
            return Ok(None);
        }
        let params =
            json!({"phases": ["beforeRequestSent"], "contexts": [self.tab], "urlPatterns": patterns});
        let made = self.user.browser.command("network.addIntercept", params).await?;
        Ok(made["intercept"].as_str().map(str::to_owned))
    }

    /// Navigates, and goes along until a page rests or something ends the journey. With what was seen, where
    /// there is anything to see.
    async fn follow(&self, plan: &Plan, begun: Instant) -> (Ended, Option<Sight>) {
        let params = json!({"context": self.tab, "url": plan.start, "wait": "none"});
        // The command is answered when the page is there, which is what `rest` watches for.
        let navigate =
            self.user
                .browser
                .bidi
                .send("browsingContext.navigate", params, self.setup.limits.journey);
        let mut navigate = std::pin::pin!(navigate);
        let mut rest = std::pin::pin!(self.rest(plan, begun));
        let mut under_way = true;
        loop {
            tokio::select! {
                ended = &mut rest => return ended,
                answer = &mut navigate, if under_way => {
                    under_way = false;
                    // How a navigation fails is told by events; other errors mean that there was none.
                    if let Err(refused) = answer
                        && !matches!(refused.code.as_str(), "unknown error" | "timeout")
                    {
                        return (Ended::Harness(refused.message), None);
                    }
                }
            }
        }
    }

    async fn rest(&self, plan: &Plan, begun: Instant) -> (Ended, Option<Sight>) {
        let limits = &self.setup.limits;
        let mut submit_until = None;
        loop {
            while let Some(blocked) = self.trace.blocked() {
                let (method, params) = plan.decision(&blocked, &self.setup);
                self.user.browser.bidi.tell(method, params);
            }
            let now = self.trace.now();
            if let Some(ended) = self.over(plan, &now) {
                return (ended, None);
            }
            let since = now.last.as_ref().map_or(begun, |hop| hop.begun);
            let late = since.elapsed() > limits.request || begun.elapsed() > limits.journey;
            let answered = now.last.as_ref().is_some_and(|hop| hop.elapsed.is_some());
            let arrived = if answered && (late || rests(&now)) {
                self.hops().pop()
            } else {
                None
            };
            let Some(last) = arrived else {
                if late {
                    return (Ended::TimedOut, None);
                }
                self.trace.changed(wait(&now)).await;
                continue;
            };
            if let Some(ended) = failed(&last) {
                return (ended, None);
            }
            let Some(captured) = self.capture(&last).await else {
                return match unseen(&last) {
                    Some(page) if last.error.is_some() => (Ended::Answered, Some((Some(page), None))),
                    // The page's scripts do not let anybody in.
                    _ => (Ended::TimedOut, None),
                };
            };
            let until = *submit_until.get_or_insert_with(|| Instant::now() + SUBMIT);
            let screenshot = if plan.even_to_idp {
                self.screenshot().await
            } else {
                None
            };
            if self.trace.now().moves != now.moves {
                submit_until = None;
                continue;
            }
            if captured.submits && Instant::now() < until && !late {
                self.trace.changed(QUIET).await;
                continue;
            }
            return (Ended::Answered, Some((Some(captured.page), screenshot)));
        }
    }

    /// Whether the journey must end here, whatever the page does.
    fn over(&self, plan: &Plan, now: &Now) -> Option<Ended> {
        if !self.user.browser.bidi.is_open() || now.gone {
            return Some(Ended::Harness("the browser closed the page or ended".to_owned()));
        }
        let url = Url::parse(&now.last.as_ref()?.url).ok()?;
        if !self.setup.guard.permits(&url) {
            return Some(Ended::NotAllowed(place(&url)));
        }
        if !plan.even_to_idp && self.setup.site.party(&url) == Party::Idp {
            return Some(Ended::Answered);
        }
        let most = self.setup.limits.hops;
        (now.hops > most).then(|| Ended::Limit(format!("the way goes on after {most} requests")))
    }

    fn hops(&self) -> Vec<Seen> {
        self.user.browser.traces.hops(&self.trace)
    }

    async fn capture(&self, last: &Seen) -> Option<Captured> {
        let params = json!({
            "expression": SCRIPT, "awaitPromise": false,
            "target": {"context": self.tab, "sandbox": "samlitmus"},
        });
        captured(
            &self.user.browser.command("script.evaluate", params).await.ok()?,
            last,
        )
    }

    async fn screenshot(&self) -> Option<Vec<u8>> {
        let params = json!({"context": self.tab});
        let shot = self
            .user
            .browser
            .command("browsingContext.captureScreenshot", params)
            .await
            .ok()?;
        BASE64_STANDARD.decode(shot["data"].as_str()?).ok()
    }

    /// Leaves a page that would otherwise go on.
    async fn stop(&self) {
        let params = json!({"context": self.tab, "url": "about:blank", "wait": "none"});
        let _ = self
            .user
            .browser
            .bidi
            .send("browsingContext.navigate", params, Duration::from_secs(2))
            .await;
    }

    /// Writes the hops and the console into the journey.
    fn describe(&self, journey: &mut Journey, visit: &Visit<'_>) {
        let (guard, site) = (&self.setup.guard, &self.setup.site);
        let mut seen = self.hops();
        let foreign = seen
            .iter()
            .position(|hop| !Url::parse(&hop.url).is_ok_and(|url| guard.permits(&url)));
        seen.truncate(foreign.unwrap_or(seen.len()).min(self.setup.limits.hops));
        let party = |url: &str| Url::parse(url).map_or(Party::Other, |url| site.party(&url));
        journey.hops = seen.into_iter().map(|hop| hop_of(party(&hop.url), hop)).collect();
        if let (Visit::Post { fields, .. }, Some(first)) = (visit, journey.hops.first_mut()) {
            first.fields = fields.iter().map(|(name, _)| name.clone()).collect();
        }
        journey.console = self.trace.console();
        if matches!(journey.ended, Ended::Harness(_)) {
            tracing::warn!(ended = ?journey.ended, "the browser did not travel");
        }
    }
}

/// Loaded or failed, quiet, and nothing under way that could still move it.
fn rests(now: &Now) -> bool {
    now.settled && now.quiet >= if now.pending == 0 { QUIET } else { POLLING }
}

/// How long there is nothing to look at, unless something is told.
fn wait(now: &Now) -> Duration {
    if !now.settled {
        return Duration::from_millis(100);
    }
    let whole = if now.pending == 0 { QUIET } else { POLLING };
    whole.saturating_sub(now.quiet).max(Duration::from_millis(5))
}

/// How the last request failed, if it did and no answer came of it.
fn failed(last: &Seen) -> Option<Ended> {
    let error = last.error.as_deref()?;
    let is = |names: &[&str]| names.iter().any(|name| error.contains(name));
    if is(&["TOO_MANY_REDIRECTS"]) {
        return Some(Ended::Limit("the way goes on after 20 requests".to_owned()));
    }
    if is(&[
        "ERR_ABORTED",
        "INVALID_AUTH",
        "INVALID_RESPONSE",
        "INVALID_REDIRECT",
        "HTTP_RESPONSE_CODE",
    ]) && last.status.is_some()
    {
        return None;
    }
    let why = error.to_owned();
    Some(if is(&["TIMED_OUT"]) {
        Ended::TimedOut
    } else if is(&["UNSAFE_REDIRECT", "UNKNOWN_URL_SCHEME", "DISALLOWED_URL_SCHEME"]) {
        Ended::NotAllowed(why)
    } else if is(&[
        "REFUSED",
        "NAME_NOT_RESOLVED",
        "UNREACHABLE",
        "CERT_",
        "SSL_",
        "UNSAFE_PORT",
        "ADDRESS_",
    ]) {
        Ended::Unreachable(why)
    } else {
        Ended::Reset(why)
    })
}

fn hop_of(party: Party, hop: Seen) -> Hop {
    let location = hop
        .headers
        .iter()
        .find(|(name, _)| name == "location")
        .map(|(_, value)| value.clone());
    let cookies = hop
        .set_cookies
        .iter()
        .filter_map(|line| SetCookie::parse(line.as_bytes()));
    Hop {
        method: hop.method,
        url: hop.url,
        party,
        status: hop.status,
        location: location.filter(|_| hop.status.is_some_and(|status| (300..400).contains(&status))),
        fields: hop.fields,
        set_cookies: cookies.map(|cookie| cookie.seen()).collect(),
        elapsed: hop.elapsed.unwrap_or_default(),
    }
}
