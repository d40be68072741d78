//! The hands: one top-level navigation after another, over plain HTTP or in a real browser.
//!
//! Both drivers walk the same way and answer with the same [`Journey`]: through redirects, self-submitting
//! forms and immediate refreshes, until a page rests. Both keep cookies as Chromium does, each session in a
//! jar of its own, and neither ever sends anything to a host that the [`Guard`] does not permit.

mod bidi;
mod browser;
mod capture;
mod cookie;
mod guard;
mod http;
mod jar;
mod outbound;
mod page;
mod plan;
mod process;
mod site;
mod tab;
mod trace;
mod visit;

use std::{path::PathBuf, time::Duration};

use thiserror::Error;

use crate::observation::Journey;

pub use browser::BrowserDriver;
pub use guard::Guard;
pub use http::{HttpDriver, HttpSession};
pub use process::ChromeDriver;
pub use site::Site;
pub use tab::BrowserSession;
pub use visit::Visit;

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
}

impl Default for Limits {
    fn default() -> Self {
        Self::of(Duration::from_secs(10))
    }
}

impl Limits {
    /// The usual limits with so much time a request, and three times as much a journey.
    pub fn of(request: Duration) -> Self {
        Self {
            request,
            journey: request.saturating_mul(3),
            bytes: 2 << 20,
            hops: 20,
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
}

impl Setup {
    /// The usual limits, no headers, the system's certificates.
    pub fn new(guard: Guard, site: Site) -> Self {
        Self {
            guard,
            limits: Limits::default(),
            site,
            headers: Vec::new(),
            ca: None,
        }
    }
}

/// Why a driver cannot be had, or cannot go on. Never the SP's fault.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum DriverError {
    /// There is no browser or no ChromeDriver.
    #[error("{0}")]
    NoBrowser(String),
    /// There is a browser, but it did not start.
    #[error("the browser did not start: {0}; try `chromium --headless=new --dump-dom about:blank` by hand")]
    Start(String),
    /// The browser ended or does not obey any more.
    #[error("the browser did not do as it was told: {0}; run again, or use the HTTP driver")]
    Browser(String),
    /// A name that the configuration resolves has no usable address.
    #[error("`resolve` maps {name} to `{value}`, which is no ADDRESS:PORT: write it like 127.0.0.1:8443")]
    Resolve {
        /// The name.
        name: String,
        /// What stands for its address.
        value: String,
    },
    /// An entry of the allow-list is no host.
    #[error("`{0}` on the allow-list is no host: write a name or an address, without scheme, port or path")]
    Host(String),
    /// The file with additional certificates cannot be used.
    #[error("the certificates in {path} cannot be used: {why}; give a PEM file")]
    Certificates {
        /// The file.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// A header of the configuration cannot be sent.
    #[error("the header `{0}` cannot be sent: its name or value has a character that HTTP does not allow")]
    Header(String),
    /// An origin is no URL.
    #[error("`{0}` is no origin: write it like http://localhost:8400")]
    Origin(String),
    /// The HTTP client could not be built.
    #[error("the HTTP client could not be built: {0}")]
    Client(String),
}

/// A driver: makes sessions.
#[derive(Debug)]
pub enum Driver {
    /// Plain HTTP, hop by hop.
    Http(HttpDriver),
    /// Chromium, through ChromeDriver.
    Browser(BrowserDriver),
}

impl Driver {
    /// `http` or `browser`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Http(_) => "http",
            Self::Browser(_) => "browser",
        }
    }

    /// A session with an empty cookie jar that it shares with nobody.
    ///
    /// # Errors
    ///
    /// [`DriverError`] where the browser is gone and does not come back.
    pub async fn session(&self) -> Result<Session, DriverError> {
        Ok(match self {
            Self::Http(driver) => Session::Http(driver.session()),
            Self::Browser(driver) => Session::Browser(driver.session().await?),
        })
    }
}

/// One person's browser: a cookie jar, and what was visited with it.
#[derive(Debug)]
pub enum Session {
    /// Plain HTTP.
    Http(HttpSession),
    /// A user context of the one browser.
    Browser(BrowserSession),
}

impl Session {
    /// Puts a cookie on an origin, as if its server had set it for all paths.
    ///
    /// # Errors
    ///
    /// [`DriverError::Origin`] if `origin` is no URL; [`DriverError::Browser`] if the browser refuses.
    pub async fn plant(&mut self, origin: &str, name: &str, value: &str) -> Result<(), DriverError> {
        match self {
            Self::Http(session) => session.plant(origin, name, value),
            Self::Browser(session) => session.plant(origin, name, value).await,
        }
    }

    /// One top-level navigation, followed until a page rests. Never fails: how it ended is in the journey.
    pub async fn travel(&mut self, visit: Visit<'_>) -> Journey {
        match self {
            Self::Http(session) => session.travel(visit).await,
            Self::Browser(session) => session.travel(visit).await,
        }
    }

    /// Like [`travel`](Self::travel) with a GET, but nothing is sent to the IdP: where the way leads there, the
    /// journey ends with a hop to it that has no status. So a question does not sign anybody in.
    pub async fn peek(&mut self, url: &str) -> Journey {
        match self {
            Self::Http(session) => session.peek(url).await,
            Self::Browser(session) => session.peek(url).await,
        }
    }

    /// Another tab: the same cookies, a journey of its own.
    ///
    /// # Errors
    ///
    /// [`DriverError::Browser`] if the browser opens none.
    pub async fn tab(&self) -> Result<Session, DriverError> {
        Ok(match self {
            Self::Http(session) => Self::Http(session.tab()),
            Self::Browser(session) => Self::Browser(session.tab().await?),
        })
    }

    /// Ends the session; the cookies go with the last of its tabs.
    pub async fn close(self) {
        match self {
            Self::Http(_) => {}
            Self::Browser(session) => session.close().await,
        }
    }
}

pub(crate) use page::unescape;

/// Whether an ASCII text stands in another, in any case.
pub(crate) fn contains(text: &str, needle: &str) -> bool {
    page::find(text, needle, 0).is_some()
}

/// Whether an ASCII text stands at this byte of another, in any case.
pub(crate) fn contains_at(text: &str, needle: &str, at: usize) -> bool {
    text.as_bytes()
        .get(at..at + needle.len())
        .is_some_and(|found| found.eq_ignore_ascii_case(needle.as_bytes()))
}

/// The first `bytes` bytes of a text, cut where a character ends.
pub(crate) fn clip(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::clip;

    #[test]
    fn a_text_is_cut_where_a_character_ends() {
        assert_eq!(
            (clip("aäb", 0), clip("aäb", 2), clip("aäb", 3), clip("aäb", 99)),
            ("", "a", "aä", "aäb")
        );
    }
}
