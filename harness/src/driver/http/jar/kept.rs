//! One cookie that is kept: where it goes, and for how long.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::driver::stored_cookie::{SameSite, StoredCookie};

/// How long a cookie without `SameSite` travels with cross-site POSTs (Chromium's `kLaxAllowUnsafeMaxAge`).
pub(super) const LAX_AND_POST: Duration = Duration::from_secs(120);

/// How a navigation relates to its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::driver::http) enum Relation {
    /// Nobody's page, or a page of the same site.
    SameSite,
    /// A page of another site, by a method that reads.
    CrossSite,
    /// A page of another site, by a method that writes.
    CrossSiteUnsafe,
}

impl Relation {
    /// Of a navigation that a page of another site began, or not.
    pub(in crate::driver::http) fn of(crosses: bool, method: &str) -> Self {
        match method {
            _ if !crosses => Self::SameSite,
            "GET" | "HEAD" | "OPTIONS" | "TRACE" => Self::CrossSite,
            _ => Self::CrossSiteUnsafe,
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Cookie {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) domain: String,
    pub(super) host_only: bool,
    pub(super) path: String,
    pub(super) secure: bool,
    pub(super) http_only: bool,
    pub(super) same_site: SameSite,
    /// Seconds since 1970.
    pub(super) ends: Option<i64>,
    pub(super) made: SystemTime,
    /// Kept apart from others of its name (CHIPS).
    pub(super) partitioned: bool,
    /// Position among all cookies that this jar ever saw.
    pub(super) order: u64,
}

impl Cookie {
    /// As another jar can keep it.
    pub(super) fn stored(&self) -> StoredCookie {
        StoredCookie {
            name: self.name.clone(),
            value: self.value.clone(),
            domain: self.domain.clone(),
            host_only: self.host_only,
            path: self.path.clone(),
            secure: self.secure,
            http_only: self.http_only,
            same_site: self.same_site,
            ends: self.ends,
        }
    }

    /// One of another jar, kept from now on.
    pub(super) fn of(stored: &StoredCookie, now: SystemTime, order: u64) -> Self {
        Self {
            name: stored.name.clone(),
            value: stored.value.clone(),
            domain: stored.domain.clone(),
            host_only: stored.host_only,
            path: stored.path.clone(),
            secure: stored.secure,
            http_only: stored.http_only,
            same_site: stored.same_site,
            ends: stored.ends,
            made: now,
            partitioned: false,
            order,
        }
    }
}

pub(super) fn host_matches(cookie: &Cookie, host: &str) -> bool {
    cookie.domain == host
        || (!cookie.host_only
            && host
                .strip_suffix(&cookie.domain)
                .is_some_and(|rest| rest.ends_with('.')))
}

/// Whether the older cookie would be sent where the newer one is meant for, or the other way round.
pub(super) fn covers(old: &Cookie, new: &Cookie) -> bool {
    host_matches(old, &new.domain) || host_matches(new, &old.domain)
}

pub(super) fn path_matches(cookie: &str, path: &str) -> bool {
    path.strip_prefix(cookie)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || cookie.ends_with('/'))
}

pub(super) fn travels(cookie: &Cookie, relation: Relation, now: SystemTime) -> bool {
    match (relation, cookie.same_site) {
        (Relation::SameSite, _) | (_, SameSite::None) => true,
        (_, SameSite::Strict) | (Relation::CrossSiteUnsafe, SameSite::Lax) => false,
        (Relation::CrossSite, SameSite::Lax | SameSite::Unspecified) => true,
        (Relation::CrossSiteUnsafe, SameSite::Unspecified) => now
            .duration_since(cookie.made)
            .is_ok_and(|age| age < LAX_AND_POST),
    }
}

pub(super) fn ended(cookie: &Cookie, now: SystemTime) -> bool {
    cookie.ends.is_some_and(|ends| ends <= seconds(now))
}

pub(super) fn seconds(instant: SystemTime) -> i64 {
    instant
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}
