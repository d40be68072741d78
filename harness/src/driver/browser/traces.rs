//! The traces of all tabs: which event belongs to which, and what becomes of a request that is held up.
//!
//! BiDi tells which request belongs to which tab and redirect; the DevTools events below it tell the answers'
//! raw headers.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use serde_json::Value;
use url::Url;

use super::{
    bidi::Reply,
    plan::{Blocked, unhindered, unsent},
    raw::Raw,
    seen::Seen,
    trace::Trace,
};
use crate::{driver::site::Site, judge::observation::Party, text::locked};

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
#[derive(Debug)]
pub(super) struct Traces {
    site: Site,
    /// By their names: a tab has one in BiDi and one in DevTools.
    places: Mutex<HashMap<String, Place>>,
    raw: Mutex<Raw>,
}

/// Whose journey something belongs to.
#[derive(Clone, Debug)]
struct Place {
    trace: Arc<Trace>,
    /// The tab itself; otherwise a frame in it, or a window that nobody clicked for: no part of the journey, but
    /// under the same plan.
    itself: bool,
}

impl Traces {
    pub(super) fn new(site: Site) -> Self {
        Self {
            site,
            places: Mutex::default(),
            raw: Mutex::default(),
        }
    }

    /// Whose journeys these are.
    pub(super) fn site(&self) -> &Site {
        &self.site
    }

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

    /// The name that a window has in DevTools, besides.
    pub(super) fn name(&self, trace: &Arc<Trace>, devtools: &str) {
        let (trace, itself) = (Arc::clone(trace), true);
        locked(&self.places).insert(devtools.to_owned(), Place { trace, itself });
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
                if let Some(Place { trace, itself: true }) = self.place(params) {
                    trace.take(method, params);
                }
                None
            }
            "browsingContext.contextCreated" => {
                self.adopt(params);
                None
            }
            _ => {
                let place = self.place(params);
                // Before the tab hears of it: whoever waits for that finds the request decided.
                let reply = self.decision(method, params, place.as_ref());
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
        let Some(Place { trace, .. }) = found.cloned() else {
            return;
        };
        // A window that somebody clicked for is a part of the journey, with a trace of its own.
        let clicked = trace
            .plan()
            .filter(|plan| plan.acts && params["parent"].is_null());
        let place = match clicked {
            Some(plan) => {
                let window = Arc::new(Trace::new(name));
                window.begin(plan);
                trace.opened(Arc::clone(&window));
                Place {
                    trace: window,
                    itself: true,
                }
            }
            None => Place { trace, itself: false },
        };
        places.entry(name.to_owned()).or_insert(place);
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

    /// What becomes of a request that is held up: its tab's plan decides. A window may outlive the tab that opened it,
    /// and then it is nobody's: no journey goes on there, so that the IdP need not hear of it.
    fn decision(&self, method: &str, params: &Value, place: Option<&Place>) -> Option<Reply> {
        if method != "network.beforeRequestSent" || params["isBlocked"].as_bool() != Some(true) {
            return None;
        }
        let told = &params["request"];
        let request = told["request"].as_str()?;
        let url = told["url"].as_str().unwrap_or_default();
        let blocked = Blocked {
            request,
            url,
            headers: &told["headers"],
        };
        let to_idp = || Url::parse(url).is_ok_and(|url| self.site.party(&url) == Party::Idp);
        Some(match place.and_then(|place| place.trace.plan()) {
            Some(plan) => plan.decision(&blocked),
            None if to_idp() => unsent(request),
            None => unhindered(request),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const IDP: &str = "http://localhost:8400/sso";

    fn blocked(traces: &Traces, context: &str, url: &str) -> &'static str {
        let params = json!({
            "context": context, "isBlocked": true, "request": {"request": "1", "url": url, "headers": []},
        });
        traces.event("network.beforeRequestSent", &params).unwrap().0
    }

    /// A page opens a window and is left before the window has asked for anything.
    #[test]
    fn a_window_that_outlives_its_tab_does_not_reach_the_idp() {
        let url = |text: &str| Url::parse(text).unwrap();
        let traces = Traces::new(Site::new(&url("http://127.0.0.1:8080/"), &url(IDP)));
        let trace = traces.open("tab", "session");
        let made = json!({"context": "window", "parent": null, "originalOpener": "tab"});
        traces.event("browsingContext.contextCreated", &made);
        assert_eq!(
            traces
                .place(&json!({"context": "window"}))
                .map(|place| place.itself),
            Some(false)
        );
        traces.close(&trace);
        assert!(traces.place(&json!({"context": "window"})).is_none());
        assert_eq!(blocked(&traces, "window", IDP), "network.provideResponse");
        assert_eq!(
            blocked(&traces, "window", "http://127.0.0.1:8080/me"),
            "network.continueRequest"
        );
    }
}
