//! What a browser tells while it travels, gathered by tab: navigation requests and their answers, what is still
//! under way, errors on the console.
//!
//! BiDi tells which request belongs to which tab and redirect; the DevTools events below it tell the answers'
//! raw headers, which BiDi mixes up between the hops of a redirect chain.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, Instant},
};

use serde_json::Value;
use tokio::sync::Notify;
use url::form_urlencoded;

use crate::{
    driver::setup::LONGEST,
    text::{clip, locked},
};

/// The events that a connection must be subscribed to.
pub(super) const EVENTS: [&str; 13] = [
    "network.beforeRequestSent",
    "network.responseStarted",
    "network.responseCompleted",
    "network.fetchError",
    "browsingContext.navigationStarted",
    "browsingContext.navigationFailed",
    "browsingContext.navigationAborted",
    "browsingContext.load",
    "browsingContext.contextDestroyed",
    "log.entryAdded",
    "goog:cdp.Network.responseReceivedExtraInfo",
    "goog:cdp.Network.requestWillBeSent",
    "goog:cdp.Log.entryAdded",
];

/// Navigation requests of a journey that are remembered; the hop limit ends it long before.
const HOPS: usize = 100;
/// Requests under way that are counted.
const PENDING: usize = 1000;
/// Console lines of a journey, and bytes of each.
const CONSOLE: (usize, usize) = (50, 1000);
/// Requests whose raw answers are remembered, all tabs together.
const RAW: usize = 1000;
/// Bytes of one raw answer's headers.
const HEADERS: usize = 64 << 10;

/// The traces of all tabs.
#[derive(Debug, Default)]
pub(super) struct Traces {
    tabs: Mutex<HashMap<String, Arc<Trace>>>,
    raw: Mutex<Raw>,
}

/// The trace of one tab.
#[derive(Debug, Default)]
pub(super) struct Trace {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    hops: Vec<Seen>,
    pending: HashSet<String>,
    blocked: VecDeque<Blocked>,
    console: Vec<String>,
    /// The navigation that is under way or was last.
    navigation: Option<String>,
    settled: bool,
    gone: bool,
    quiet_since: Option<Instant>,
    /// The address of a page that only starts the journey and is no hop of it.
    aside: Option<String>,
    /// Counts beginnings of navigations.
    moves: u64,
}

/// One navigation request.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) request: String,
    /// Which request of a redirect chain, from 0.
    pub(super) redirect: u64,
    pub(super) method: String,
    pub(super) url: String,
    pub(super) begun: Instant,
    pub(super) elapsed: Option<Duration>,
    pub(super) status: Option<u16>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) error: Option<String>,
    /// From the raw events; filled in at the end.
    pub(super) set_cookies: Vec<String>,
    pub(super) fields: Vec<String>,
}

/// A request that waits for a decision.
#[derive(Clone, Debug)]
pub(super) struct Blocked {
    pub(super) request: String,
    pub(super) url: String,
    pub(super) headers: Vec<Value>,
}

/// How far a journey is.
#[derive(Clone, Debug)]
pub(super) struct Now {
    pub(super) hops: usize,
    /// The last navigation request, if any.
    pub(super) last: Option<Seen>,
    /// The last navigation has loaded, or has failed.
    pub(super) settled: bool,
    /// Requests of the page itself that are under way.
    pub(super) pending: usize,
    /// Since when nothing was told.
    pub(super) quiet: Duration,
    /// The tab is closed.
    pub(super) gone: bool,
    /// Counts navigations, to tell whether there was another one.
    pub(super) moves: u64,
}

#[derive(Debug, Default)]
struct Raw {
    requests: HashMap<String, RawRequest>,
    order: VecDeque<String>,
}

#[derive(Debug, Default)]
struct RawRequest {
    answers: Vec<RawAnswer>,
    fields: Vec<Vec<String>>,
}

#[derive(Clone, Debug)]
struct RawAnswer {
    status: u16,
    headers: Vec<(String, String)>,
}

impl Traces {
    /// Listens for a tab from now on, which has two names: one in BiDi, one in DevTools.
    pub(super) fn open(&self, names: &[String]) -> Arc<Trace> {
        let trace = Arc::<Trace>::default();
        locked(&self.tabs).extend(names.iter().map(|name| (name.clone(), Arc::clone(&trace))));
        trace
    }

    /// Forgets a tab.
    pub(super) fn close(&self, trace: &Arc<Trace>) {
        locked(&self.tabs).retain(|_, open| !Arc::ptr_eq(open, trace));
    }

    /// Takes in one event of the connection.
    pub(super) fn event(&self, method: &str, params: &Value) {
        match method {
            "goog:cdp.Network.responseReceivedExtraInfo" => locked(&self.raw).answer(&params["params"]),
            "goog:cdp.Network.requestWillBeSent" => locked(&self.raw).request(&params["params"]),
            _ => {
                let names = [
                    &params["context"],
                    &params["source"]["context"],
                    &params["session"],
                ];
                let tab = names.into_iter().find_map(Value::as_str);
                let trace = tab.and_then(|tab| locked(&self.tabs).get(tab).cloned());
                if let Some(trace) = trace {
                    trace.locked().take(method, params);
                    trace.changed.notify_one();
                }
            }
        }
    }

    /// The hops of a journey, with what the raw events know of them.
    pub(super) fn hops(&self, trace: &Trace) -> Vec<Seen> {
        let mut hops = trace.locked().hops.clone();
        let raw = locked(&self.raw);
        for hop in &mut hops {
            let Some(request) = raw.requests.get(&hop.request) else {
                continue;
            };
            let redirect = usize::try_from(hop.redirect).unwrap_or(usize::MAX);
            if let Some(answer) = request.answers.get(redirect) {
                hop.status = Some(answer.status);
                hop.headers.clone_from(&answer.headers);
            }
            if let Some(fields) = request.fields.get(redirect) {
                hop.fields.clone_from(fields);
            }
            hop.set_cookies = hop
                .headers
                .iter()
                .filter(|(name, _)| name == "set-cookie")
                .map(|(_, value)| value.clone())
                .collect();
        }
        hops
    }
}

impl Trace {
    /// Forgets the journey before; a page at `aside` will not count as a hop of the next.
    pub(super) fn begin(&self, aside: Option<&str>) {
        let mut state = self.locked();
        let (moves, gone) = (state.moves, state.gone);
        *state = State {
            aside: aside.map(str::to_owned),
            moves,
            gone,
            ..State::default()
        };
    }

    pub(super) fn now(&self) -> Now {
        let state = self.locked();
        Now {
            hops: state.hops.len(),
            last: state.hops.last().cloned(),
            settled: state.settled,
            pending: state.pending.len(),
            quiet: state.quiet_since.map(|since| since.elapsed()).unwrap_or_default(),
            gone: state.gone,
            moves: state.moves,
        }
    }

    /// Waits until something happens, at most so long.
    pub(super) async fn changed(&self, limit: Duration) {
        let _ = tokio::time::timeout(limit, self.changed.notified()).await;
    }

    /// The next request that waits for a decision.
    pub(super) fn blocked(&self) -> Option<Blocked> {
        self.locked().blocked.pop_front()
    }

    pub(super) fn console(&self) -> Vec<String> {
        self.locked().console.clone()
    }

    fn locked(&self) -> MutexGuard<'_, State> {
        locked(&self.state)
    }
}

impl State {
    fn take(&mut self, method: &str, params: &Value) {
        match method {
            "log.entryAdded" => return self.log(&params["level"], &params["text"]),
            "goog:cdp.Log.entryAdded" => {
                let entry = &params["params"]["entry"];
                // The network's complaints are hops already, or a missing icon.
                if entry["source"].as_str() != Some("network") {
                    self.log(&entry["level"], &entry["text"]);
                }
                return;
            }
            _ => {}
        }
        self.quiet_since = Some(Instant::now());
        let navigation = params["navigation"].as_str();
        match method {
            "browsingContext.navigationStarted" => self.moves(navigation),
            "browsingContext.load"
            | "browsingContext.navigationFailed"
            | "browsingContext.navigationAborted" => {
                if self.navigation.as_deref() == navigation {
                    self.settled = true;
                }
            }
            "browsingContext.contextDestroyed" => self.gone = true,
            _ => self.network(method, params, navigation),
        }
    }

    fn moves(&mut self, navigation: Option<&str>) {
        if self.navigation.as_deref() != navigation {
            self.navigation = navigation.map(str::to_owned);
            self.moves += 1;
        }
        self.settled = false;
    }

    fn network(&mut self, method: &str, params: &Value, navigation: Option<&str>) {
        let told = &params["request"];
        let (Some(request), Some(url)) = (told["request"].as_str(), told["url"].as_str()) else {
            return;
        };
        if url.starts_with("data:") || url.starts_with("blob:") {
            return;
        }
        if method == "network.beforeRequestSent" && params["isBlocked"].as_bool() == Some(true) {
            let headers = told["headers"].as_array().cloned().unwrap_or_default();
            self.blocked.push_back(Blocked {
                request: request.to_owned(),
                url: url.to_owned(),
                headers,
            });
        }
        if self.aside.as_deref() == Some(url) {
            self.moves(navigation);
            return;
        }
        if navigation.is_none() {
            match method {
                "network.beforeRequestSent" if self.pending.len() < PENDING => {
                    self.pending.insert(request.to_owned());
                }
                "network.responseCompleted" | "network.fetchError" => {
                    self.pending.remove(request);
                }
                _ => {}
            }
            return;
        }
        let redirect = params["redirectCount"].as_u64().unwrap_or_default();
        if method == "network.beforeRequestSent" {
            self.moves(navigation);
            if self.hops.len() < HOPS {
                self.hops.push(Seen {
                    request: request.to_owned(),
                    redirect,
                    method: told["method"].as_str().unwrap_or("GET").to_owned(),
                    url: clip(url, LONGEST).to_owned(),
                    begun: Instant::now(),
                    elapsed: None,
                    status: None,
                    headers: Vec::new(),
                    error: None,
                    set_cookies: Vec::new(),
                    fields: Vec::new(),
                });
            }
            return;
        }
        let hop = self
            .hops
            .iter_mut()
            .rev()
            .find(|hop| hop.request == request && hop.redirect == redirect);
        let Some(hop) = hop else { return };
        if let Some(status) = params["response"]["status"]
            .as_u64()
            .and_then(|status| u16::try_from(status).ok())
        {
            hop.status = Some(status);
            hop.headers = bidi_headers(&params["response"]["headers"]);
        }
        if method != "network.responseStarted" {
            hop.elapsed = Some(hop.begun.elapsed());
        }
        if let Some(error) = params["errorText"].as_str() {
            hop.error = Some(clip(error, 200).to_owned());
        }
    }

    fn log(&mut self, level: &Value, text: &Value) {
        let (lines, bytes) = CONSOLE;
        if level.as_str() == Some("error") && self.console.len() < lines {
            self.console
                .push(clip(text.as_str().unwrap_or("?"), bytes).to_owned());
        }
    }
}

impl Raw {
    fn answer(&mut self, told: &Value) {
        let status = told["statusCode"]
            .as_u64()
            .and_then(|status| u16::try_from(status).ok());
        let (Some(id), Some(status)) = (told["requestId"].as_str(), status) else {
            return;
        };
        let headers = told["headers"].as_object().into_iter().flatten();
        let headers = headers.flat_map(|(name, value)| {
            // Several headers of one name come as the lines of one.
            let lines = value.as_str().unwrap_or_default().split('\n');
            lines.map(|line| (name.to_ascii_lowercase(), clip(line, LONGEST).to_owned()))
        });
        let mut room = HEADERS;
        let fits = headers.take_while(|(name, value)| {
            let size = name.len() + value.len();
            room = room.saturating_sub(size);
            room > 0
        });
        let answer = RawAnswer {
            status,
            headers: fits.collect(),
        };
        let answers = &mut self.of(id).answers;
        if answers.len() < HOPS {
            answers.push(answer);
        }
    }

    fn request(&mut self, told: &Value) {
        let (Some(id), Some("Document")) = (told["requestId"].as_str(), told["type"].as_str()) else {
            return;
        };
        let body = told["request"]["postData"].as_str().unwrap_or_default();
        let names = form_urlencoded::parse(body.as_bytes()).map(|(name, _)| clip(&name, 200).to_owned());
        let names: Vec<String> = names.take(100).collect();
        let fields = &mut self.of(id).fields;
        if fields.len() < HOPS {
            fields.push(names);
        }
    }

    fn of(&mut self, id: &str) -> &mut RawRequest {
        if !self.requests.contains_key(id) {
            self.order.push_back(id.to_owned());
            if self.order.len() > RAW
                && let Some(oldest) = self.order.pop_front()
            {
                self.requests.remove(&oldest);
            }
        }
        self.requests.entry(id.to_owned()).or_default()
    }
}

fn bidi_headers(told: &Value) -> Vec<(String, String)> {
    let headers = told.as_array().into_iter().flatten();
    headers
        .filter_map(|header| {
            let value = clip(header["value"]["value"].as_str()?, LONGEST);
            Some((header["name"].as_str()?.to_ascii_lowercase(), value.to_owned()))
        })
        .collect()
}
