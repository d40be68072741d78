//! One navigation request of a browser, as it was told, and how it becomes a hop.

use std::time::{Duration, Instant};

use crate::{
    driver::http::SetCookie,
    judge::observation::{Ended, Hop, Page, Party},
};

/// One navigation request.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) request: String,
    /// Which request of a redirect chain, from 0.
    pub(super) redirect: u64,
    pub(super) method: String,
    pub(super) url: String,
    pub(super) begun: Instant,
    /// Until it was answered whole, or failed.
    pub(super) elapsed: Option<Duration>,
    pub(super) status: Option<u16>,
    pub(super) headers: Vec<(String, String)>,
    /// Bytes of the answer's body, unpacked; known with `elapsed`.
    pub(super) size: Option<u64>,
    pub(super) error: Option<String>,
    /// From the raw events; filled in at the end.
    pub(super) set_cookies: Vec<String>,
    pub(super) fields: Vec<String>,
}

impl Seen {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Whether the browser follows the answer elsewhere before it shows anything.
    pub(super) fn leads_on(&self) -> bool {
        self.status.is_some_and(|status| (300..400).contains(&status)) && self.header("location").is_some()
    }

    /// The answer's type, without parameters.
    pub(super) fn content_type(&self) -> &str {
        let kind = self.header("content-type").unwrap_or_default();
        kind.split(';').next().unwrap_or_default().trim()
    }

    /// The page that stands for an answer which the browser does not show, with this title and body.
    pub(super) fn page(&self, title: String, body: String) -> Option<Page> {
        Some(Page {
            url: self.url.clone(),
            status: self.status?,
            title,
            content_type: self.content_type().to_owned(),
            headers: self.headers.clone(),
            body,
            claims: None,
        })
    }

    /// How it failed, if it did and no answer came of it.
    pub(super) fn failed(&self) -> Option<Ended> {
        let error = self.error.as_deref()?;
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
        ]) && self.status.is_some()
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

    /// The hop that it was.
    pub(super) fn hop(self, party: Party) -> Hop {
        let redirects = self.status.is_some_and(|status| (300..400).contains(&status));
        let cookies = self.set_cookies.iter();
        Hop {
            location: self.header("location").filter(|_| redirects).map(str::to_owned),
            set_cookies: cookies
                .filter_map(|line| SetCookie::parse(line.as_bytes()))
                .map(|cookie| cookie.seen())
                .collect(),
            method: self.method,
            url: self.url,
            party,
            status: self.status,
            fields: self.fields,
            elapsed: self.elapsed.unwrap_or_default(),
        }
    }

    /// The hop of a request that was not sent.
    pub(super) fn unsent(mut self, party: Party) -> Hop {
        self.status = None;
        self.set_cookies.clear();
        self.elapsed = None;
        self.hop(party)
    }
}
