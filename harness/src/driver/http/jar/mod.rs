//! Cookies as Chromium keeps them: RFC 6265bis with schemeful SameSite, and the two minutes in which a cookie
//! without the attribute travels with a cross-site POST too.
//!
//! All requests of a jar are top-level navigations. So every `SameSite` may be set by any answer, and what is sent
//! depends on who led there: the *initiator*, which a redirect does not change. (Chromium can count the hosts of a
//! redirect chain as well; it does not by default, and nor does this.)

mod accept;
mod kept;
#[cfg(test)]
mod tests;

use std::time::SystemTime;

use url::Url;

pub(super) use accept::refusal;
pub(super) use kept::Relation;

use self::{
    accept::accepted,
    kept::{Cookie, covers, ended, host_matches, path_matches, travels},
};
use super::{cookie::SetCookie, hsts::Hsts};
use crate::driver::{
    site::{same_site, trustworthy},
    stored_cookie::{SameSite, StoredCookie},
};

/// Cookies of one host or domain, and how many of them go when they become more: those that are not `Secure` first, and
/// of them the oldest (Chromium's `CookieMonster`).
const PER_DOMAIN: (usize, usize) = (180, 30);
/// The same of a jar.
const ALL: (usize, usize) = (3300, 300);

/// The cookies of one session.
#[derive(Debug, Default)]
pub(super) struct Jar {
    cookies: Vec<Cookie>,
    seen: u64,
    /// What hosts asked to be remembered of them beside cookies.
    pub(super) hsts: Hsts,
}

impl Jar {
    /// Keeps a cookie that an answer of `url` sets, replaces the one of the same name, domain and path, or
    /// refuses it; says which.
    pub(super) fn receive(&mut self, url: &Url, set: &SetCookie, now: SystemTime) -> bool {
        let Some(mut cookie) = accepted(url, set, now) else {
            return false;
        };
        let hidden = |old: &Cookie| {
            old.secure
                && old.name == cookie.name
                && covers(old, &cookie)
                && path_matches(&old.path, &cookie.path)
        };
        if !cookie.secure && !trustworthy(url) && self.cookies.iter().any(hidden) {
            return false;
        }
        let same = |old: &Cookie| {
            old.name == cookie.name
                && old.domain == cookie.domain
                && old.host_only == cookie.host_only
                && old.path == cookie.path
                && old.partitioned == cookie.partitioned
        };
        self.seen += 1;
        cookie.order = self.seen;
        if let Some(at) = self.cookies.iter().position(same) {
            let old = self.cookies.remove(at);
            // One that says the same again is as old as it was.
            if old.value == cookie.value {
                (cookie.order, cookie.made) = (old.order, old.made);
            }
        }
        if !ended(&cookie, now) {
            let domain = cookie.domain.clone();
            self.cookies.push(cookie);
            self.make_room(PER_DOMAIN, |other| other.domain == domain);
            self.make_room(ALL, |_| true);
        }
        true
    }

    /// Forgets the cookies of a URL's site.
    pub(super) fn clear(&mut self, url: &Url) {
        let mut of = url.clone();
        self.cookies.retain(|cookie| {
            // What is no host any more was none of this site's.
            of.set_host(Some(&cookie.domain)).is_err() || !same_site(&of, url)
        });
    }

    /// The value of the `Cookie` header for a navigation, if any cookie travels: longer paths first, then older
    /// cookies.
    pub(super) fn header(&self, url: &Url, relation: Relation, now: SystemTime) -> Option<String> {
        if self.cookies.is_empty() {
            return None;
        }
        let host = url.host_str()?;
        let mut sent: Vec<&Cookie> = self
            .cookies
            .iter()
            .filter(|cookie| {
                host_matches(cookie, host)
                    && path_matches(&cookie.path, url.path())
                    && (!cookie.secure || trustworthy(url))
                    && !ended(cookie, now)
                    && travels(cookie, relation, now)
            })
            .collect();
        if sent.is_empty() {
            return None;
        }
        sent.sort_by_key(|cookie| (std::cmp::Reverse(cookie.path.len()), cookie.order));
        let pair = |cookie: &&Cookie| match cookie.name.as_str() {
            "" => cookie.value.clone(),
            name => format!("{name}={}", cookie.value),
        };
        Some(sent.iter().map(pair).collect::<Vec<_>>().join("; "))
    }

    /// The value of a cookie of this URL's host, whatever its path: of several, what the longest path has.
    pub(super) fn value(&self, name: &str, url: &Url, now: SystemTime) -> Option<String> {
        let host = url.host_str()?;
        let named =
            |cookie: &&Cookie| cookie.name == name && host_matches(cookie, host) && !ended(cookie, now);
        let found = self.cookies.iter().filter(named);
        found
            .max_by_key(|cookie| cookie.path.len())
            .map(|cookie| cookie.value.clone())
    }

    /// The cookies of this URL's host, whatever their paths, in the order in which they came.
    pub(super) fn of(&self, url: &Url, now: SystemTime) -> Vec<StoredCookie> {
        let host = url.host_str().unwrap_or_default();
        let here = |cookie: &&Cookie| host_matches(cookie, host) && !ended(cookie, now);
        let mut of: Vec<&Cookie> = self.cookies.iter().filter(here).collect();
        of.sort_by_key(|cookie| cookie.order);
        of.into_iter().map(Cookie::stored).collect()
    }

    /// Keeps a cookie as another jar has it, in place of one of the same name, domain and path.
    pub(super) fn put(&mut self, stored: &StoredCookie, now: SystemTime) {
        self.seen += 1;
        let cookie = Cookie::of(stored, now, self.seen);
        self.cookies
            .retain(|old| old.name != cookie.name || old.domain != cookie.domain || old.path != cookie.path);
        self.cookies.push(cookie);
    }

    /// Deletes the cookies of a name.
    pub(super) fn delete(&mut self, name: &str) {
        self.cookies.retain(|cookie| cookie.name != name);
    }

    /// Cookies that would be sent if the page that leads there were of the same site.
    pub(super) fn withheld(&self, url: &Url, relation: Relation, now: SystemTime) -> Vec<String> {
        let host = url.host_str().unwrap_or_default();
        let stay = self.cookies.iter().filter(|cookie| {
            host_matches(cookie, host)
                && path_matches(&cookie.path, url.path())
                && (!cookie.secure || trustworthy(url))
                && !ended(cookie, now)
                && !travels(cookie, relation, now)
        });
        stay.map(|cookie| match cookie.same_site {
            SameSite::Strict => withheld(cookie, "SameSite=Strict"),
            SameSite::Lax => withheld(cookie, "SameSite=Lax"),
            SameSite::Unspecified | SameSite::None => withheld(cookie, "no SameSite, which means Lax"),
        })
        .collect()
    }

    /// Cookies of this host that another path has to itself.
    pub(super) fn elsewhere(&self, url: &Url) -> Vec<String> {
        let host = url.host_str().unwrap_or_default();
        let there = self
            .cookies
            .iter()
            .filter(|cookie| host_matches(cookie, host) && !path_matches(&cookie.path, url.path()));
        there
            .map(|cookie| {
                format!(
                    "{} (its Path is {}: not sent to {})",
                    cookie.name,
                    cookie.path,
                    url.path()
                )
            })
            .collect()
    }

    /// Lets cookies go where there are more of these than may be.
    fn make_room(&mut self, (most, fewer): (usize, usize), of: impl Fn(&Cookie) -> bool) {
        let mut these: Vec<_> = self
            .cookies
            .iter()
            .filter(|cookie| of(cookie))
            .map(|cookie| (cookie.secure, cookie.order))
            .collect();
        if these.len() <= most {
            return;
        }
        these.sort_unstable();
        these.truncate(these.len() + fewer - most);
        self.cookies
            .retain(|cookie| !these.contains(&(cookie.secure, cookie.order)));
    }
}

fn withheld(cookie: &Cookie, why: &str) -> String {
    format!("{} ({why}: withheld from a cross-site POST)", cookie.name)
}
