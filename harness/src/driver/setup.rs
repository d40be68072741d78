//! What a driver must know before it sends anything.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use super::{guard::Guard, site::Site, token::TokenSource};

/// A page's body is kept to this many bytes.
pub(super) const BODY: usize = 256 << 10;
/// URLs and header values are kept to this many bytes.
pub(super) const LONGEST: usize = 32 << 10;
/// The mock IdP is ours: what it takes is no time of the SP's, and where it takes longer than this it is a fault of this machine.
pub(super) const OURS: Duration = Duration::from_secs(120);
/// What is said then.
pub(super) const TOO_BUSY: &str = "the mock IdP itself did not answer; this machine is too busy";

/// Where a walk ends, whatever the other side does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// From the first byte of a request to the last byte of its answer.
    pub request: Duration,
    /// From the first request of a journey to its last answer.
    pub journey: Duration,
    /// Bytes of one answer's body; what exceeds them is not read.
    pub bytes: usize,
    /// Requests of one journey.
    pub hops: usize,
    /// One command to the browser: our own time, whatever the other side does, and long, for machines that are slow or
    /// have much else to do.
    pub command: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self::of(Duration::from_secs(10))
    }
}

impl Limits {
    /// The usual limits with so much time a request, three times as much a journey, and six times as much a command to
    /// the browser, at least a minute.
    pub fn of(request: Duration) -> Self {
        Self {
            request,
            journey: request.saturating_mul(3),
            bytes: 2 << 20,
            hops: 20,
            command: request.saturating_mul(6).max(Duration::from_secs(60)),
        }
    }

    /// So many times as patient with the other side.
    fn times(self, more: u32) -> Self {
        Self {
            request: self.request.saturating_mul(more),
            journey: self.journey.saturating_mul(more),
            ..self
        }
    }
}

/// What a driver must know before it sends anything.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Whom it may send anything.
    pub guard: Guard,
    /// Where it stops.
    pub limits: Limits,
    /// Whose servers are whose.
    pub site: Site,
    /// Headers that every request to the SP carries.
    pub headers: Vec<(String, String)>,
    /// A PEM file with certificates to trust beside the system's. A browser then accepts any certificate,
    /// since it takes no such file; it still reaches only the hosts that the guard permits.
    pub ca: Option<PathBuf>,
    /// Where the SP gives its client a bearer token, if it does.
    pub token: Option<TokenSource>,
    /// Whether a browser takes a picture of each page where a journey comes to rest.
    pub pictures: bool,
    /// How many times as patient it is as the limits say, for all drivers that came from one setup.
    patience: Arc<AtomicU32>,
}

impl Setup {
    /// The usual limits, no headers, the system's certificates, pictures.
    pub fn new(guard: Guard, site: Site) -> Self {
        Self {
            guard,
            limits: Limits::default(),
            site,
            headers: Vec::new(),
            ca: None,
            token: None,
            pictures: true,
            patience: Arc::new(AtomicU32::new(1)),
        }
    }

    /// Where it stops just now.
    pub(crate) fn limits(&self) -> Limits {
        self.limits.times(self.patience())
    }

    /// How many times as patient it is just now.
    pub(crate) fn patience(&self) -> u32 {
        self.patience.load(Ordering::Relaxed).max(1)
    }

    /// So many times as patient from now on, with every driver that came from this setup.
    pub(crate) fn be_patient(&self, times: u32) {
        self.patience.store(times, Ordering::Relaxed);
    }
}
