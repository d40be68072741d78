//! What a run sends, heard where it is sent: which messages are signed in with, which requests go to the SP.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use scenarios::{Base, Recipe};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

/// One sign-in with all that follows it, till the same worker begins the next one.
#[derive(Clone, Default)]
pub(crate) struct Flow {
    pub(crate) message: Option<(Recipe, Base)>,
    pub(crate) requests: Vec<Request>,
}

/// One request to the SP.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) is_post: bool,
    pub(crate) path: String,
    pub(crate) cookies: bool,
}

/// Counts the requests to the SP always, and writes down what is sent while it is told to.
#[derive(Clone, Default)]
pub(crate) struct Recorder(Arc<Inner>);

#[derive(Default)]
struct Inner {
    sp: Mutex<String>,
    writes: AtomicBool,
    sent: AtomicU64,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    flows: Vec<Flow>,
    /// Each worker's flow under way.
    now: BTreeMap<String, usize>,
}

impl Recorder {
    /// Listens from now on to requests to this origin.
    pub(crate) fn turn_to(&self, sp: &str) {
        sp.clone_into(&mut locked(&self.0.sp));
        *locked(&self.0.seen) = Seen::default();
    }

    /// Requests to the SP so far.
    pub(crate) fn sent(&self) -> u64 {
        self.0.sent.load(Ordering::Relaxed)
    }

    pub(crate) fn write(&self, writes: bool) {
        self.0.writes.store(writes, Ordering::Relaxed);
    }

    /// What was written down, in the order in which it began.
    pub(crate) fn flows(&self) -> Vec<Flow> {
        locked(&self.0.seen).flows.clone()
    }

    fn message(&self, fields: &Fields) {
        let recipe = serde_json::from_str(fields.of("recipe")).expect("it was written as JSON");
        let base = [Base::A, Base::R, Base::B, Base::N];
        let base = base.into_iter().find(|base| base.letter() == fields.of("base"));
        let mut seen = locked(&self.0.seen);
        seen.begin(Flow {
            message: Some((recipe, base.expect("there are four"))),
            requests: Vec::new(),
        });
    }

    fn request(&self, fields: &Fields) {
        let Some(path) = fields.of("url").strip_prefix(locked(&self.0.sp).as_str()) else {
            return;
        };
        self.0.sent.fetch_add(1, Ordering::Relaxed);
        if !self.0.writes.load(Ordering::Relaxed) {
            return;
        }
        let request = Request {
            is_post: fields.of("method") == "POST",
            path: path.to_owned(),
            cookies: fields.of("cookies") == "true",
        };
        let mut seen = locked(&self.0.seen);
        let at = match seen.now.get(&worker()) {
            Some(at) => *at,
            None => seen.begin(Flow::default()),
        };
        seen.flows[at].requests.push(request);
    }
}

impl Seen {
    fn begin(&mut self, flow: Flow) -> usize {
        self.now.insert(worker(), self.flows.len());
        self.flows.push(flow);
        self.flows.len() - 1
    }
}

/// Each worker of a run is a task of its own, and calibration is none.
fn worker() -> String {
    tokio::task::try_id().map_or_else(String::new, |id| id.to_string())
}

impl Subscriber for Recorder {
    fn enabled(&self, of: &Metadata<'_>) -> bool {
        matches!(of.target(), "samlitmus::requests" | "samlitmus::messages")
    }

    fn event(&self, event: &Event<'_>) {
        let is_message = event.metadata().target() == "samlitmus::messages";
        if is_message && !self.0.writes.load(Ordering::Relaxed) {
            return;
        }
        let mut fields = Fields::default();
        event.record(&mut fields);
        if is_message {
            self.message(&fields);
        } else {
            self.request(&fields);
        }
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

#[derive(Default)]
struct Fields(BTreeMap<&'static str, String>);

impl Fields {
    fn of(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }
}

fn locked<T>(of: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}
