//! What was told of a journey, event by event.

use std::{
    collections::HashSet,
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::Value;

use super::{plan::Plan, seen::Seen};
use crate::{
    driver::{page::SOON, setup::LONGEST},
    text::clip,
};

/// A page that means to go elsewhere gets so long to do it, once it is due.
pub(super) const LEAVING: Duration = Duration::from_secs(3);

/// Navigation requests of a journey that are remembered; the hop limit ends it long before.
const HOPS: usize = 100;
/// Requests under way that are counted.
const PENDING: usize = 1000;
/// Console lines of a journey, and bytes of each.
const CONSOLE: (usize, usize) = (50, 1000);

/// All that was told of the journey that is under way or was last.
#[derive(Debug, Default)]
pub(super) struct State {
    /// What is to be done with requests that are held up.
    pub(super) plan: Option<Arc<Plan>>,
    pub(super) hops: Vec<Seen>,
    /// The navigation request whose page stood there before the journey began.
    pub(super) before: Option<Seen>,
    pub(super) pending: HashSet<String>,
    pub(super) console: Vec<String>,
    /// The navigation that is under way or was last.
    pub(super) navigation: Option<String>,
    /// The navigation whose page stands in the tab.
    pub(super) committed: Option<String>,
    pub(super) settled: bool,
    /// The address of the page that has loaded, once it has.
    pub(super) loaded: Option<String>,
    /// Until when the page has time to go elsewhere, which it means to.
    pub(super) leaving: Option<Instant>,
    pub(super) gone: bool,
    pub(super) crashed: bool,
    /// Dialogs that the page has opened.
    pub(super) dialogs: usize,
    /// When the browser began to ask for a document of the tab itself, whoever answers it.
    pub(super) asked: Option<Instant>,
    pub(super) quiet_since: Option<Instant>,
    /// Counts what was told.
    pub(super) told: u64,
    /// Counts beginnings of navigations.
    pub(super) moves: u64,
}

impl State {
    /// Takes in one event of the tab itself.
    pub(super) fn take(&mut self, tab: &str, method: &str, params: &Value) {
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
        self.told += 1;
        let navigation = params["navigation"].as_str();
        let frame = || params["params"]["frameId"].as_str();
        match method {
            "browsingContext.navigationStarted" => self.moves(navigation),
            "browsingContext.navigationCommitted" => self.committed = navigation.map(str::to_owned),
            // A page that goes elsewhere while it loads is told under the name of where it goes.
            "browsingContext.load" => {
                if self.navigation.as_deref() == navigation && self.committed.as_deref() == navigation {
                    self.settled = true;
                    self.loaded = params["url"].as_str().map(|url| clip(url, LONGEST).to_owned());
                }
            }
            "browsingContext.navigationFailed" | "browsingContext.navigationAborted" => {
                if self.navigation.as_deref() == navigation {
                    self.settled = true;
                }
            }
            "browsingContext.contextDestroyed" => self.gone = true,
            "browsingContext.userPromptOpened" => self.dialogs += 1,
            "goog:cdp.Inspector.targetCrashed" => self.crashed = true,
            "goog:cdp.Page.frameScheduledNavigation" if frame() == Some(tab) => {
                let delay = params["params"]["delay"].as_f64();
                let delay = delay.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
                let to = params["params"]["url"].as_str().unwrap_or_default();
                let due = delay.filter(|delay| self.is_soon(*delay, to));
                self.leaving = due.map(|delay| Instant::now() + delay + LEAVING);
            }
            "goog:cdp.Page.frameClearedScheduledNavigation" if frame() == Some(tab) => self.leaving = None,
            "goog:cdp.Network.requestWillBeSent" => self.announce(tab, &params["params"]),
            _ => self.network(method, params, navigation),
        }
    }

    /// A request of the page itself is on its way. This is told in the order in which the page does things; BiDi tells it once
    /// the browser knows all of it.
    fn announce(&mut self, tab: &str, told: &Value) {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let own = told["frameId"].as_str() == Some(tab) && told["redirectResponse"].is_null();
        let kind = text(&told["type"]);
        let url = text(&told["request"]["url"]);
        if !own || !is_sent(&url) {
            return;
        }
        match kind.as_str() {
            "Document" => {
                self.asked.get_or_insert_with(Instant::now);
            }
            "Preflight" => {}
            _ if self.pending.len() < PENDING => {
                self.pending.insert(text(&told["requestId"]));
            }
            _ => {}
        }
    }

    /// Whether it is waited for: what comes at once, and a refresh that comes soon and leads elsewhere. One that shows the same
    /// page again brings news.
    fn is_soon(&self, delay: Duration, to: &str) -> bool {
        let bare = |url: &str| url.split('#').next().map(str::to_owned);
        let here = self.hops.last().or(self.before.as_ref());
        let same = || here.is_some_and(|here| bare(&here.url) == bare(to));
        delay < Duration::from_secs(1) || (delay <= SOON && !same())
    }

    fn moves(&mut self, navigation: Option<&str>) {
        if self.navigation.as_deref() != navigation {
            self.navigation = navigation.map(str::to_owned);
            self.moves += 1;
            self.dialogs = 0;
        }
        self.settled = false;
        self.loaded = None;
        self.leaving = None;
    }

    fn network(&mut self, method: &str, params: &Value, navigation: Option<&str>) {
        let told = &params["request"];
        let (Some(request), Some(url)) = (told["request"].as_str(), told["url"].as_str()) else {
            return;
        };
        if !is_sent(url) {
            return;
        }
        if self.plan.as_ref().and_then(|plan| plan.aside()) == Some(url) {
            if method == "network.beforeRequestSent" {
                self.moves(navigation);
            }
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
                    size: None,
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
        let response = &params["response"];
        if let Some(status) = response["status"]
            .as_u64()
            .and_then(|status| u16::try_from(status).ok())
        {
            hop.status = Some(status);
            hop.headers = headers(&response["headers"]);
            hop.size = response["content"]["size"].as_u64();
        }
        hop.elapsed = Some(hop.begun.elapsed());
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

/// What stands in the address itself, or in the page, is asked of nobody.
fn is_sent(url: &str) -> bool {
    !url.starts_with("data:") && !url.starts_with("blob:")
}

fn headers(told: &Value) -> Vec<(String, String)> {
    let headers = told.as_array().into_iter().flatten();
    headers
        .filter_map(|header| {
            let value = clip(header["value"]["value"].as_str()?, LONGEST);
            Some((header["name"].as_str()?.to_ascii_lowercase(), value.to_owned()))
        })
        .collect()
}
