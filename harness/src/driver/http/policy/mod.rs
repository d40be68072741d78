//! What a page's headers and its own markup forbid it (Content Security Policy level 3, Referrer Policy).

mod csp;
mod referrer;
mod source;

use reqwest::header::HeaderMap;
use url::Url;

pub(super) use csp::{Inline, Policies};
pub(super) use referrer::Referrer;

use crate::{driver::site::trustworthy, text::clip};

/// A page as the one that leads elsewhere.
#[derive(Clone, Debug)]
pub(super) struct Context {
    pub(super) url: Url,
    pub(super) policies: Policies,
    pub(super) referrer: Referrer,
}

/// How a page leads elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Form,
    Other,
}

impl Context {
    /// A page as its headers have it.
    pub(super) fn of(url: &Url, headers: &HeaderMap) -> Self {
        let mut referrer = Referrer::default();
        referrer.take_header(headers);
        Self {
            url: url.clone(),
            policies: Policies::of(url, headers),
            referrer,
        }
    }

    /// Whether the page has no origin of its own.
    pub(super) fn is_opaque(&self) -> bool {
        !self.policies.sandbox_allows("allow-same-origin")
    }

    /// The address that a browser asks instead of this one, or the rule by which it asks none.
    ///
    /// # Errors
    /// The rule, as a sentence.
    pub(super) fn leave(&self, mut target: Url, way: Way) -> Result<Url, String> {
        if matches!(target.scheme(), "data" | "javascript") {
            return Err(format!("no page is left for a {}: address", target.scheme()));
        }
        let same_host = target.host() == self.url.host();
        if self.policies.upgrades()
            && target.scheme() == "http"
            && !trustworthy(&target)
            && (way == Way::Form || same_host)
        {
            upgrade(&mut target);
        }
        if way == Way::Form {
            if !self.policies.sandbox_allows("allow-forms") {
                return Err(format!(
                    "the sandbox of {} has no allow-forms, so its form is not sent",
                    clip(self.url.as_str(), 200)
                ));
            }
            self.policies.may_send_to(&target, false)?;
        }
        Ok(target)
    }
}

/// `http` to `https`, as browsers do it: another port stays.
pub(super) fn upgrade(url: &mut Url) {
    let port = url.port();
    if url.set_scheme("https").is_ok() {
        // Neither can fail: the scheme has a host and ports.
        let _ = url.set_port(port.filter(|port| *port != 443));
    }
}
