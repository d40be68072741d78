//! What one tab tells while it travels: navigation requests and their answers, what is still under way, what its page
//! means to do, errors on the console.

use std::{
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, Instant},
};

use serde_json::Value;
use tokio::sync::Notify;

use super::{plan::Plan, seen::Seen, state::State};
use crate::text::locked;

/// The trace of one tab.
#[derive(Debug)]
pub(super) struct Trace {
    /// The tab's name in BiDi, which is its main frame's in DevTools.
    pub(super) tab: String,
    state: Mutex<State>,
    /// Windows that its page opened on this journey or before, oldest first.
    windows: Mutex<Vec<Arc<Trace>>>,
    changed: Notify,
}

/// How far a journey is.
#[derive(Clone, Debug)]
pub(super) struct Now {
    pub(super) hops: usize,
    /// When the first navigation request began.
    pub(super) first: Option<Instant>,
    /// The last navigation request, if any; that of the page which stands there where there was none yet.
    pub(super) last: Option<Seen>,
    /// Whether `last` is from before the journey.
    pub(super) stood: bool,
    /// The last navigation has loaded, or has failed.
    pub(super) settled: bool,
    /// The address of its page, if that has loaded.
    pub(super) loaded: Option<String>,
    /// Requests of the page itself that are under way.
    pub(super) pending: usize,
    /// Until when the page has time to go elsewhere, which it means to (a form that it submits, a refresh).
    pub(super) leaving: Option<Instant>,
    /// When the browser began to ask for a document.
    pub(super) asked: Option<Instant>,
    /// Counts what was told.
    pub(super) told: u64,
    /// Since when nothing was told.
    pub(super) quiet: Duration,
    /// The tab is closed.
    pub(super) gone: bool,
    /// The page's process has died.
    pub(super) crashed: bool,
    /// Dialogs that the page has opened.
    pub(super) dialogs: usize,
    /// Counts navigations, to tell whether there was another one.
    pub(super) moves: u64,
}

impl Now {
    /// Whether the page means to go elsewhere, and has not had its time for it.
    pub(super) fn leaves(&self) -> bool {
        self.leaving.is_some_and(|until| Instant::now() < until)
    }
}

impl Trace {
    pub(super) fn new(tab: &str) -> Self {
        Self {
            tab: tab.to_owned(),
            state: Mutex::default(),
            windows: Mutex::default(),
            changed: Notify::new(),
        }
    }

    /// Forgets the journey before.
    pub(super) fn begin(&self, plan: Arc<Plan>) {
        locked(&self.windows).clear();
        let mut state = self.locked();
        *state = State {
            plan: Some(plan),
            moves: state.moves,
            gone: state.gone,
            crashed: state.crashed,
            ..State::default()
        };
    }

    /// Begins a journey from the page that stands there.
    pub(super) fn go_on(&self, plan: Arc<Plan>) {
        let mut state = self.locked();
        let old = std::mem::take(&mut *state);
        *state = State {
            plan: Some(plan),
            before: old.hops.last().cloned().or(old.before.clone()),
            hops: Vec::new(),
            console: Vec::new(),
            dialogs: 0,
            asked: None,
            quiet_since: Some(Instant::now()),
            ..old
        };
    }

    pub(super) fn now(&self) -> Now {
        let state = self.locked();
        Now {
            hops: state.hops.len(),
            first: state.hops.first().map(|hop| hop.begun),
            last: state.hops.last().or(state.before.as_ref()).cloned(),
            stood: state.hops.is_empty(),
            settled: state.settled,
            loaded: state.loaded.clone(),
            pending: state.pending.len(),
            leaving: state.leaving,
            asked: state.asked,
            told: state.told,
            quiet: state.quiet_since.map(|since| since.elapsed()).unwrap_or_default(),
            gone: state.gone,
            crashed: state.crashed,
            dialogs: state.dialogs,
            moves: state.moves,
        }
    }

    /// Waits until something happens, at most so long.
    pub(super) async fn changed(&self, limit: Duration) {
        let _ = tokio::time::timeout(limit, self.changed.notified()).await;
    }

    /// The plan of the journey that is under way or was last.
    pub(super) fn plan(&self) -> Option<Arc<Plan>> {
        self.locked().plan.clone()
    }

    /// Its page has opened a window.
    pub(super) fn opened(&self, window: Arc<Trace>) {
        locked(&self.windows).push(window);
        self.changed.notify_one();
    }

    /// The windows that its page has opened since this was asked last.
    pub(super) fn windows(&self) -> Vec<Arc<Trace>> {
        std::mem::take(&mut locked(&self.windows))
    }

    pub(super) fn hops(&self) -> Vec<Seen> {
        self.locked().hops.clone()
    }

    pub(super) fn console(&self) -> Vec<String> {
        self.locked().console.clone()
    }

    /// Takes in one event of the tab itself.
    pub(super) fn take(&self, method: &str, params: &Value) {
        self.locked().take(&self.tab, method, params);
        self.changed.notify_one();
    }

    fn locked(&self) -> MutexGuard<'_, State> {
        locked(&self.state)
    }
}
