//! The traces of all tabs: which event belongs to which, and what becomes of a request that is held up.
//!
//! BiDi tells which request belongs to which tab and redirect; the DevTools events below it tell the answers'
//! raw headers.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use serde_json::Value;

use super::{
    bidi::Reply,
    plan::{Blocked, unhindered},
    raw::Raw,
    seen::Seen,
    trace::Trace,
};
use crate::text::locked;

/// The events that a connection must be subscribed to.
pub(super) const EVENTS: [&str; 18] = [
    "network.beforeRequestSent",
    "network.responseCompleted",
    "network.fetchError",
    "browsingContext.contextCreated",
    "browsingContext.contextDestroyed",
    "browsingContext.navigationStarted",
    "browsingContext.navigationCommitted",
    "browsingContext.navigationFailed",
    "browsingContext.navigationAborted",
    "browsingContext.load",
    "browsingContext.userPromptOpened",
    "log.entryAdded",
    "goog:cdp.Network.responseReceivedExtraInfo",
    "goog:cdp.Network.requestWillBeSent",
    "goog:cdp.Page.frameScheduledNavigation",
    "goog:cdp.Page.frameClearedScheduledNavigation",
    "goog:cdp.Inspector.targetCrashed",
    "goog:cdp.Log.entryAdded",
];

/// The traces of all tabs.
#[derive(Debug, Default)]
pub(super) struct Traces {
    /// By their names: a tab has one in BiDi and one in DevTools.
    places: Mutex<HashMap<String, Place>>,
    raw: Mutex<Raw>,
}

/// Whose journey something belongs to.
#[derive(Clone, Debug)]
struct Place {
    trace: Arc<Trace>,
    /// The tab itself; otherwise a frame in it, or a window that it opened: no part of the journey, but under the same
    /// plan.
    itself: bool,
}

impl Traces {
    /// Listens for a tab from now on.
    pub(super) fn open(&self, tab: &str, devtools: &str) -> Arc<Trace> {
        let trace = Arc::new(Trace::new(tab));
        let place = Place {
            trace: Arc::clone(&trace),
            itself: true,
        };
        let names = [tab, devtools].map(|name| (name.to_owned(), place.clone()));
        locked(&self.places).extend(names);
        trace
    }

    /// Forgets a tab.
    pub(super) fn close(&self, trace: &Arc<Trace>) {
        locked(&self.places).retain(|_, place| !Arc::ptr_eq(&place.trace, trace));
    }

    /// Takes in one event of the connection; with what is to be done about it at once.
    pub(super) fn event(&self, method: &str, params: &Value) -> Option<Reply> {
        match method {
            "goog:cdp.Network.responseReceivedExtraInfo" => {
                locked(&self.raw).answer(&params["params"]);
                None
            }
            "goog:cdp.Network.requestWillBeSent" => {
                locked(&self.raw).request(&params["params"]);
                None
            }
            "browsingContext.contextCreated" => {
                self.adopt(params);
                None
            }
            _ => {
                let place = self.place(params);
                // Before the tab hears of it: whoever waits for that finds the request decided.
                let reply = decision(method, params, place.as_ref());
                match place {
                    Some(Place { trace, itself: true }) => trace.take(method, params),
                    Some(_) if method == "browsingContext.contextDestroyed" => {
                        locked(&self.places).remove(params["context"].as_str().unwrap_or_default());
                    }
                    _ => {}
                }
                reply
            }
        }
    }

    /// The hops of a journey, with what the raw events know of them.
    pub(super) fn hops(&self, trace: &Trace) -> Vec<Seen> {
        let mut hops = trace.hops();
        let raw = locked(&self.raw);
        for hop in &mut hops {
            raw.complete(hop);
        }
        hops
    }

    /// Adds what the raw events know of a request.
    pub(super) fn complete(&self, seen: &mut Seen) {
        locked(&self.raw).complete(seen);
    }

    /// A frame belongs to its parent's journey, a window to its opener's.
    fn adopt(&self, params: &Value) {
        let Some(name) = params["context"].as_str() else {
            return;
        };
        let above = [&params["parent"], &params["originalOpener"]];
        let mut places = locked(&self.places);
        let found = above.into_iter().find_map(|name| places.get(name.as_str()?));
        if let Some(Place { trace, .. }) = found.cloned() {
            places
                .entry(name.to_owned())
                .or_insert(Place { trace, itself: false });
        }
    }

    fn place(&self, params: &Value) -> Option<Place> {
        let names = [
            &params["context"],
            &params["source"]["context"],
            &params["session"],
        ];
        let name = names.into_iter().find_map(Value::as_str)?;
        locked(&self.places).get(name).cloned()
    }
}

/// What becomes of a request that is held up: its tab's plan decides; where there is none, it goes on.
fn decision(method: &str, params: &Value, place: Option<&Place>) -> Option<Reply> {
    if method != "network.beforeRequestSent" || params["isBlocked"].as_bool() != Some(true) {
        return None;
    }
    let told = &params["request"];
    let request = told["request"].as_str()?;
    let blocked = Blocked {
        request,
        url: told["url"].as_str().unwrap_or_default(),
        headers: &told["headers"],
    };
    let plan = place.and_then(|place| place.trace.plan());
    Some(plan.map_or_else(|| unhindered(request), |plan| plan.decision(&blocked)))
}
