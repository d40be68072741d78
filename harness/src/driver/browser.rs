//! The driver that is a real browser: one Chromium, one isolated user context a session.

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use url::Url;

use super::{
    DriverError, Setup, Visit,
    bidi::{Bidi, Refused},
    capture::{Captured, SCRIPT, captured, opening, unseen},
    cookie::SetCookie,
    http::place,
    process::{ChromeDriver, is_root},
    site::trustworthy,
    trace::{Blocked, EVENTS, Now, Seen, Trace, Traces},
};
use crate::observation::{Ended, Hop, Journey, Page, Party};

/// A page rests when nothing was told for so long.
const QUIET: Duration = Duration::from_millis(150);
/// A page that keeps some request open (a poll, a stream) rests all the same after so long.
const POLLING: Duration = Duration::from_millis(1500);
/// A page that means to submit itself gets so long to do it.
const SUBMIT: Duration = Duration::from_secs(3);
/// A command to the browser that needs nobody else is answered within this.
const COMMAND: Duration = Duration::from_secs(10);

/// Chromium through ChromeDriver: started once, shared by all sessions, started again if it dies.
#[derive(Debug)]
pub struct BrowserDriver {
    setup: Arc<Setup>,
    browser: Mutex<Arc<Browser>>,
}

/// One tab of one user context.
#[derive(Debug)]
pub struct BrowserSession {
    setup: Arc<Setup>,
    user: Arc<User>,
    tab: String,
    trace: Arc<Trace>,
}

/// The running browser. Fields are dropped in order: the connection, then the processes.
#[derive(Debug)]
struct Browser {
    bidi: Bidi,
    traces: Arc<Traces>,
    _session: Client,
    _processes: ChromeDriver,
}

/// A user context; it and its cookies end when its last tab is dropped.
#[derive(Debug)]
struct User {
    browser: Arc<Browser>,
    id: String,
}

impl BrowserDriver {
    /// Starts ChromeDriver and Chromium.
    ///
    /// # Errors
    ///
    /// [`DriverError::NoBrowser`] where one of them is not installed, [`DriverError::Start`] where it does not
    /// come up, [`DriverError::Header`] for a header that cannot be sent.
    pub async fn start(setup: Setup) -> Result<Self, DriverError> {
        for (name, value) in &setup.headers {
            if reqwest::header::HeaderName::from_bytes(name.as_bytes()).is_err()
                || reqwest::header::HeaderValue::from_str(value).is_err()
            {
                return Err(DriverError::Header(name.clone()));
            }
        }
        let browser = Browser::start(&setup).await?;
        Ok(Self {
            setup: Arc::new(setup),
            browser: Mutex::new(Arc::new(browser)),
        })
    }

    /// An isolated user context with one empty tab.
    ///
    /// # Errors
    ///
    /// [`DriverError::Browser`] where the browser does not open one, [`DriverError::Start`] where it had died and
    /// does not come back.
    pub async fn session(&self) -> Result<BrowserSession, DriverError> {
        let browser = {
            let mut browser = self.browser.lock().await;
            if !browser.bidi.is_open() {
                *browser = Arc::new(Browser::start(&self.setup).await?);
            }
            Arc::clone(&browser)
        };
        let made = browser.command("browser.createUserContext", json!({})).await?;
        let id = word(&made, "userContext")?;
        let user = Arc::new(User { browser, id });
        if !self.setup.headers.is_empty() {
            let headers: Vec<Value> = self
                .setup
                .headers
                .iter()
                .map(|(name, value)| header(name, value))
                .collect();
            let params = json!({"headers": headers, "userContexts": [user.id]});
            user.browser.command("network.setExtraHeaders", params).await?;
        }
        BrowserSession::open(Arc::clone(&self.setup), user).await
    }
}

impl Browser {
    async fn start(setup: &Setup) -> Result<Self, DriverError> {
        let processes = ChromeDriver::start().await?;
        let capabilities = capabilities(setup, &processes);
        let driver = format!("http://127.0.0.1:{}", processes.port);
        let session = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities.as_object().cloned().unwrap_or_default())
            .connect(&driver)
            .await
            .map_err(|error| {
                DriverError::Start(error.to_string().lines().next().unwrap_or_default().to_owned())
            })?;
        let socket = session
            .capabilities()
            .and_then(|granted| granted.get("webSocketUrl")?.as_str().map(str::to_owned))
            .ok_or_else(|| {
                DriverError::Start("this ChromeDriver is too old, it has no WebDriver BiDi".to_owned())
            })?;
        let traces = Arc::<Traces>::default();
        let listener = Arc::clone(&traces);
        let bidi = Bidi::connect(&socket, move |method, params| listener.event(method, params)).await?;
        let browser = Self {
            bidi,
            traces,
            _session: session,
            _processes: processes,
        };
        browser
            .command("session.subscribe", json!({"events": EVENTS}))
            .await?;
        Ok(browser)
    }

    async fn command(&self, method: &'static str, params: Value) -> Result<Value, Refused> {
        self.bidi.send(method, params, COMMAND).await
    }
}

impl Drop for User {
    fn drop(&mut self) {
        self.browser
            .bidi
            .tell("browser.removeUserContext", json!({"userContext": self.id}));
    }
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
    async fn open(setup: Arc<Setup>, user: Arc<User>) -> Result<Self, DriverError> {
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

    pub(super) async fn tab(&self) -> Result<Self, DriverError> {
        Self::open(Arc::clone(&self.setup), Arc::clone(&self.user)).await
    }

    /// Waits until the context is gone; dropping the session would not wait.
    pub(super) async fn close(self) {
        if Arc::strong_count(&self.user) == 1 {
            let params = json!({"userContext": self.user.id});
            let _ = self
                .user
                .browser
                .command("browser.removeUserContext", params)
                .await;
        }
    }

    pub(super) async fn plant(&mut self, origin: &str, name: &str, value: &str) -> Result<(), DriverError> {
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

    pub(super) async fn travel(&mut self, visit: Visit<'_>) -> Journey {
        self.journey(&visit, true).await
    }

    pub(super) async fn peek(&mut self, url: &str) -> Journey {
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
        let patterns: Vec<Value> = plan.held.iter().map(pattern).collect();
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
    async fn follow(&self, plan: &Plan, begun: Instant) -> (Ended, Option<(Option<Page>, Option<Vec<u8>>)>) {
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

    async fn rest(&self, plan: &Plan, begun: Instant) -> (Ended, Option<(Option<Page>, Option<Vec<u8>>)>) {
        let limits = &self.setup.limits;
        let mut submit_until = None;
        loop {
            while let Some(blocked) = self.trace.blocked() {
                self.decide(plan, &blocked).await;
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

    async fn decide(&self, plan: &Plan, blocked: &Blocked) {
        let bidi = &self.user.browser.bidi;
        let request = &blocked.request;
        let opening = plan
            .opening
            .as_ref()
            .filter(|(url, _)| url.as_str() == blocked.url);
        if let Some((_, html)) = opening {
            let headers = [header("Content-Type", "text/html; charset=utf-8")];
            let body = json!({"type": "string", "value": html});
            bidi.tell(
                "network.provideResponse",
                json!({"request": request, "statusCode": 200, "reasonPhrase": "OK", "headers": headers, "body": body}),
            );
        } else if let Some(own) = plan.own.as_ref().filter(|own| own.url.as_str() == blocked.url) {
            bidi.tell("network.continueRequest", own.instead_of(blocked));
        } else if Url::parse(&blocked.url).is_ok_and(|url| plan.forbids(&url, &self.setup)) {
            bidi.tell("network.failRequest", json!({"request": request}));
        } else {
            bidi.tell("network.continueRequest", json!({"request": request}));
        }
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

/// What is special about a journey.
struct Plan {
    /// Where the browser is told to go.
    start: String,
    /// A page of ours that stands there and goes on at once, and its HTML.
    opening: Option<(Url, String)>,
    /// What the first request to its target carries instead of what the browser would send.
    own: Option<Own>,
    even_to_idp: bool,
    /// Addresses whose requests are held up.
    held: Vec<Held>,
}

/// A request that is not quite what a browser sends.
struct Own {
    url: Url,
    method: Option<String>,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

enum Held {
    Page(Url),
    Origin(Url),
}

impl Plan {
    fn of(visit: &Visit<'_>, even_to_idp: bool, setup: &Setup) -> Result<Self, Ended> {
        let parse = |text: &str| {
            Url::parse(text).map_err(|error| Ended::Harness(format!("`{text}` cannot be visited: {error}")))
        };
        let (target, from, headers, method, body) = match *visit {
            Visit::Get(url) => (url, None, &[][..], None, &[][..]),
            Visit::Post {
                url, from, headers, ..
            } => (url, from, headers, None, &[][..]),
            Visit::Raw {
                method,
                url,
                headers,
                body,
                from,
            } => (url, from, headers, Some(method), body),
        };
        let target = parse(target)?;
        if !setup.guard.permits(&target) {
            return Err(Ended::NotAllowed(place(&target)));
        }
        let mut plan = Self {
            start: target.to_string(),
            opening: None,
            own: None,
            even_to_idp,
            held: Vec::new(),
        };
        if let Some(html) = opening(visit) {
            let mut url = from.map(parse).transpose()?.unwrap_or_else(|| target.clone());
            url.set_path(&format!("/samlitmus-opening-{:x}", target.as_str().len()));
            url.set_query(None);
            url.set_fragment(None);
            plan.start = url.to_string();
            plan.held.push(Held::Page(url.clone()));
            plan.opening = Some((url, html));
        }
        let mut bare = target;
        bare.set_fragment(None);
        if !headers.is_empty() || method.is_some_and(|method| method != "GET") {
            plan.held.push(Held::Page(bare.clone()));
            plan.own = Some(Own {
                url: bare,
                method: method.map(str::to_owned),
                headers: headers.to_vec(),
                body: method.is_some().then(|| body.to_vec()),
            });
        }
        if !even_to_idp {
            plan.held.extend(setup.site.idp().map(Held::Origin));
        }
        Ok(plan)
    }

    fn forbids(&self, url: &Url, setup: &Setup) -> bool {
        !self.even_to_idp && setup.site.party(url) == Party::Idp
    }
}

impl Own {
    /// The parameters of `network.continueRequest`.
    fn instead_of(&self, blocked: &Blocked) -> Value {
        let mine: BTreeSet<String> = self
            .headers
            .iter()
            .map(|(name, _)| name.to_ascii_lowercase())
            .collect();
        let theirs = blocked.headers.iter().filter(|header| {
            let name = header["name"].as_str().unwrap_or_default().to_ascii_lowercase();
            let replaced = self.body.is_some() && (name == "content-type" || name == "content-length");
            !mine.contains(&name) && !replaced
        });
        let headers: Vec<Value> = theirs
            .cloned()
            .chain(self.headers.iter().map(|(name, value)| header(name, value)))
            .collect();
        let mut params = json!({"request": blocked.request, "headers": headers});
        if let Some(method) = &self.method {
            params["method"] = json!(method);
        }
        if let Some(body) = self
            .body
            .as_ref()
            .filter(|_| self.method.as_deref() != Some("GET"))
        {
            params["body"] = json!({"type": "base64", "value": BASE64_STANDARD.encode(body)});
        }
        params
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

fn capabilities(setup: &Setup, processes: &ChromeDriver) -> Value {
    let mut arguments = vec![
        "--headless=new".to_owned(),
        format!("--user-data-dir={}", processes.profile.display()),
        format!("--host-resolver-rules={}", setup.guard.resolver_rules()),
        "--window-size=1000,750".to_owned(),
    ];
    arguments.extend(FLAGS.map(str::to_owned));
    if is_root() {
        arguments.push("--no-sandbox".to_owned());
    }
    json!({
        "webSocketUrl": true,
        "acceptInsecureCerts": setup.ca.is_some(),
        "unhandledPromptBehavior": "dismiss",
        "goog:chromeOptions": {
            "binary": processes.browser,
            "args": arguments,
            "prefs": {"download_restrictions": 3, "credentials_enable_service": false},
        },
    })
}

const FLAGS: [&str; 17] = [
    "--no-first-run",
    "--no-default-browser-check",
    "--no-proxy-server",
    "--no-pings",
    "--disable-background-networking",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--disable-breakpad",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-quic",
    "--disable-sync",
    // WebRTC would speak UDP to any address.
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
];

fn pattern(held: &Held) -> Value {
    let (Held::Page(url) | Held::Origin(url)) = held;
    let mut pattern = json!({
        "type": "pattern",
        "protocol": url.scheme(),
        "hostname": url.host_str().unwrap_or_default(),
    });
    if let Some(port) = url.port() {
        pattern["port"] = json!(port.to_string());
    }
    if let Held::Page(url) = held {
        pattern["pathname"] = json!(escaped(url.path()));
        if let Some(query) = url.query() {
            pattern["search"] = json!(format!("?{}", escaped(query)));
        }
    }
    pattern
}

/// BiDi reserves some characters in patterns; a backslash takes their meaning away.
fn escaped(text: &str) -> String {
    let reserved = ['(', ')', '*', '{', '}', '\\'];
    text.chars()
        .flat_map(|c| reserved.contains(&c).then_some('\\').into_iter().chain([c]))
        .collect()
}

fn header(name: &str, value: &str) -> Value {
    json!({"name": name, "value": {"type": "string", "value": value}})
}

fn word(answer: &Value, key: &str) -> Result<String, DriverError> {
    let found = answer[key].as_str().map(str::to_owned);
    found.ok_or_else(|| DriverError::Browser(format!("its answer has no `{key}`")))
}
