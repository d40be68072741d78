//! Which cookies a URL may set (RFC 6265bis, section 5.7, as Chromium has it).

use std::time::SystemTime;

use url::{Host, Url};

use super::{
    super::cookie::SetCookie,
    kept::{Cookie, seconds},
};
use crate::driver::{
    site::{registrable, registrable_domain, trustworthy},
    stored_cookie::SameSite,
};

/// The cookie to keep, if this URL may set it.
pub(super) fn accepted(url: &Url, set: &SetCookie, now: SystemTime) -> Option<Cookie> {
    if refusal(url, set).is_some() {
        return None;
    }
    let (domain, host_only) = domain(url, set.domain.as_deref())?;
    let same_site = set.same_site();
    Some(Cookie {
        name: set.name.clone(),
        value: set.value.clone(),
        domain,
        host_only,
        path: set.path.clone().unwrap_or_else(|| default_path(url)),
        secure: set.secure,
        http_only: set.http_only,
        same_site,
        ends: set.ends(seconds(now)),
        made: now,
        partitioned: set.partitioned,
        order: 0,
    })
}

/// Why a browser does not keep a cookie, in a few words.
pub(in crate::driver::http) fn refusal(url: &Url, set: &SetCookie) -> Option<&'static str> {
    if domain(url, set.domain.as_deref()).is_none() {
        Some("its Domain is another site's")
    } else if set.secure && !trustworthy(url) {
        Some("Secure, over plain http")
    } else if set.same_site() == SameSite::None && !set.secure {
        Some("SameSite=None without Secure")
    } else if set.partitioned && !set.secure {
        Some("Partitioned without Secure")
    } else if !prefix_holds(url, set) {
        Some("its name promises what does not hold")
    } else {
        None
    }
}

/// What the name promises is true; and a cookie without a name does not pretend to have one that promises.
fn prefix_holds(url: &Url, set: &SetCookie) -> bool {
    let has = |text: &str, prefix: &str| {
        text.get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    // An address has no domain but itself.
    let own = match &set.domain {
        None => true,
        Some(asked) => !matches!(url.host(), Some(Host::Domain(_))) && url.host_str() == Some(asked),
    };
    let of_host = set.secure && own && set.path.as_deref() == Some("/");
    let promises: [(&str, bool); 4] = [
        ("__Host-Http-", of_host && set.http_only),
        ("__Http-", set.secure && set.http_only),
        ("__Host-", of_host),
        ("__Secure-", set.secure),
    ];
    if set.name.is_empty() {
        return !promises.iter().any(|(prefix, _)| has(&set.value, prefix));
    }
    promises
        .iter()
        .all(|(prefix, kept)| !has(&set.name, prefix) || *kept)
}

/// The domain to keep a cookie under, and whether it is that host's alone.
fn domain(url: &Url, asked: Option<&str>) -> Option<(String, bool)> {
    let host = url.host_str()?;
    let Some(asked) = asked else {
        return Some((host.to_owned(), true));
    };
    // Brings the attribute into the form of a URL's host: punycode, brackets.
    let asked = Host::parse(asked).ok()?.to_string();
    match registrable(url) {
        None => (asked == host).then(|| (host.to_owned(), true)),
        Some(mine) => {
            let inside = host == asked || host.ends_with(&format!(".{asked}"));
            (registrable_domain(&asked)? == mine && inside).then_some((asked, false))
        }
    }
}

fn default_path(url: &Url) -> String {
    match url.path().rfind('/') {
        None | Some(0) => "/".to_owned(),
        Some(at) => url.path().get(..at).unwrap_or("/").to_owned(),
    }
}
