//! Cookies as Chromium keeps them: RFC 6265bis with schemeful SameSite, and the two minutes in which a cookie
//! without the attribute travels with a cross-site POST too.
//!
//! All requests of a jar are top-level navigations. So every `SameSite` may be set by any answer, and what is sent
//! depends on who led there: the *initiator*, which a redirect does not change. (Chromium can count the hosts of a
//! redirect chain as well; it does not by default, and nor does this.)

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use url::{Host, Url};

use super::cookie::{SameSite, SetCookie};
use crate::driver::site::{registrable, registrable_domain, same_site, trustworthy};

/// Cookies of one host or domain; the least recently made goes first.
const PER_DOMAIN: usize = 180;
/// Cookies of a jar.
const ALL: usize = 1000;
/// How long a cookie without `SameSite` travels with cross-site POSTs (Chromium's `kLaxAllowUnsafeMaxAge`).
const LAX_AND_POST: Duration = Duration::from_secs(120);

/// How a navigation relates to its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    /// Nobody's page, or a page of the same site.
    SameSite,
    /// A page of another site, by a method that reads.
    CrossSite,
    /// A page of another site, by a method that writes.
    CrossSiteUnsafe,
}

impl Relation {
    /// Of a navigation that `initiator`'s page began.
    pub(super) fn of(initiator: Option<&Url>, target: &Url, method: &str) -> Self {
        match initiator {
            Some(page) if !same_site(page, target) => match method {
                "GET" | "HEAD" | "OPTIONS" | "TRACE" => Self::CrossSite,
                _ => Self::CrossSiteUnsafe,
            },
            _ => Self::SameSite,
        }
    }
}

#[derive(Clone, Debug)]
struct Cookie {
    name: String,
    value: String,
    domain: String,
    host_only: bool,
    path: String,
    secure: bool,
    same_site: SameSite,
    /// Seconds since 1970.
    ends: Option<i64>,
    made: SystemTime,
    /// Position among all cookies that this jar ever saw.
    order: u64,
}

/// The cookies of one session.
#[derive(Debug, Default)]
pub(super) struct Jar {
    cookies: Vec<Cookie>,
    seen: u64,
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
        };
        if let Some(at) = self.cookies.iter().position(same) {
            let old = self.cookies.remove(at);
            cookie.order = old.order;
            if old.value == cookie.value {
                cookie.made = old.made;
            }
        } else {
            self.seen += 1;
            cookie.order = self.seen;
        }
        if !ended(&cookie, now) {
            self.make_room(&cookie.domain);
            self.cookies.push(cookie);
        }
        true
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

    fn make_room(&mut self, domain: &str) {
        let oldest = |cookies: &[Cookie], of: Option<&str>| {
            let mine = cookies
                .iter()
                .enumerate()
                .filter(|(_, c)| of.is_none_or(|domain| c.domain == domain));
            mine.min_by_key(|(_, cookie)| cookie.order).map(|(at, _)| at)
        };
        if self
            .cookies
            .iter()
            .filter(|cookie| cookie.domain == domain)
            .count()
            >= PER_DOMAIN
            && let Some(at) = oldest(&self.cookies, Some(domain))
        {
            self.cookies.remove(at);
        }
        if self.cookies.len() >= ALL
            && let Some(at) = oldest(&self.cookies, None)
        {
            self.cookies.remove(at);
        }
    }
}

fn withheld(cookie: &Cookie, why: &str) -> String {
    format!("{} ({why}: withheld from a cross-site POST)", cookie.name)
}

/// The cookie to keep, if this URL may set it.
fn accepted(url: &Url, set: &SetCookie, now: SystemTime) -> Option<Cookie> {
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
        same_site,
        ends: set.ends(seconds(now)),
        made: now,
        order: 0,
    })
}

/// Why a browser does not keep a cookie, in a few words.
pub(super) fn refusal(url: &Url, set: &SetCookie) -> Option<&'static str> {
    if domain(url, set.domain.as_deref()).is_none() {
        Some("its Domain is another site's")
    } else if set.secure && !trustworthy(url) {
        Some("Secure, over plain http")
    } else if set.same_site() == SameSite::None && !set.secure {
        Some("SameSite=None without Secure")
    } else if set.partitioned && !set.secure {
        Some("Partitioned without Secure")
    } else if !prefix_holds(set) {
        Some("its name promises what does not hold")
    } else {
        None
    }
}

/// What the name promises is true; and a cookie without a name does not pretend to have one that promises.
fn prefix_holds(set: &SetCookie) -> bool {
    let has = |text: &str, prefix: &str| {
        text.get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    let of_host = set.secure && set.domain.is_none() && set.path.as_deref() == Some("/");
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

fn host_matches(cookie: &Cookie, host: &str) -> bool {
    cookie.domain == host
        || (!cookie.host_only
            && host
                .strip_suffix(&cookie.domain)
                .is_some_and(|rest| rest.ends_with('.')))
}

/// Whether the older cookie would be sent where the newer one is meant for, or the other way round.
fn covers(old: &Cookie, new: &Cookie) -> bool {
    host_matches(old, &new.domain) || host_matches(new, &old.domain)
}

fn path_matches(cookie: &str, path: &str) -> bool {
    path.strip_prefix(cookie)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || cookie.ends_with('/'))
}

fn travels(cookie: &Cookie, relation: Relation, now: SystemTime) -> bool {
    match (relation, cookie.same_site) {
        (Relation::SameSite, _) | (_, SameSite::None) => true,
        (_, SameSite::Strict) | (Relation::CrossSiteUnsafe, SameSite::Lax) => false,
        (Relation::CrossSite, SameSite::Lax | SameSite::Unspecified) => true,
        (Relation::CrossSiteUnsafe, SameSite::Unspecified) => now
            .duration_since(cookie.made)
            .is_ok_and(|age| age < LAX_AND_POST),
    }
}

fn ended(cookie: &Cookie, now: SystemTime) -> bool {
    cookie.ends.is_some_and(|ends| ends <= seconds(now))
}

fn seconds(instant: SystemTime) -> i64 {
    instant
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const IDP: &str = "http://localhost:8400/sso";

    struct Story {
        jar: Jar,
        now: SystemTime,
    }

    fn story() -> Story {
        Story {
            jar: Jar::default(),
            now: UNIX_EPOCH + Duration::from_secs(1_800_000_000),
        }
    }

    impl Story {
        /// An answer of `url` sets these cookies.
        fn set(mut self, url: &str, lines: &[&str]) -> Self {
            for line in lines {
                if let Some(set) = SetCookie::parse(line.as_bytes()) {
                    self.jar.receive(&Url::parse(url).unwrap(), &set, self.now);
                }
            }
            self
        }

        fn after(mut self, seconds: u64) -> Self {
            self.now += Duration::from_secs(seconds);
            self
        }

        fn sent(&self, method: &str, url: &str, from: Option<&str>) -> String {
            let (url, from) = (
                Url::parse(url).unwrap(),
                from.map(|page| Url::parse(page).unwrap()),
            );
            let relation = Relation::of(from.as_ref(), &url, method);
            self.jar.header(&url, relation, self.now).unwrap_or_default()
        }

        /// What a visit that nobody's page began carries.
        fn typed(&self, url: &str) -> String {
            self.sent("GET", url, None)
        }
    }

    const SP: &str = "http://127.0.0.1:8080/app/login";

    fn one_of_each() -> Story {
        let lines = [
            "s=1; SameSite=Strict",
            "l=1; SameSite=Lax",
            "n=1; SameSite=None; Secure",
            "u=1",
        ];
        story().set(SP, &lines)
    }

    #[test]
    fn a_visit_from_the_address_bar_carries_everything() {
        assert_eq!(one_of_each().typed(SP), "s=1; l=1; n=1; u=1");
    }

    #[test]
    fn a_page_of_the_same_site_carries_everything_even_by_post() {
        let from = Some("http://127.0.0.1:9999/");
        assert_eq!(one_of_each().sent("POST", SP, from), "s=1; l=1; n=1; u=1");
    }

    #[test]
    fn a_cross_site_get_leaves_strict_at_home() {
        assert_eq!(one_of_each().sent("GET", SP, Some(IDP)), "l=1; n=1; u=1");
    }

    #[test]
    fn the_post_of_an_idp_carries_none_and_fresh_cookies_without_the_attribute() {
        assert_eq!(one_of_each().sent("POST", SP, Some(IDP)), "n=1; u=1");
    }

    #[test]
    fn after_two_minutes_only_none_travels_with_the_post() {
        assert_eq!(one_of_each().after(119).sent("POST", SP, Some(IDP)), "n=1; u=1");
        assert_eq!(one_of_each().after(120).sent("POST", SP, Some(IDP)), "n=1");
        assert_eq!(
            one_of_each().after(120).sent("GET", SP, Some(IDP)),
            "l=1; n=1; u=1"
        );
    }

    #[test]
    fn setting_the_same_value_again_does_not_make_a_cookie_younger() {
        let again = one_of_each().after(100).set(SP, &["u=1"]).after(30);
        assert_eq!(again.sent("POST", SP, Some(IDP)), "n=1");
        let changed = one_of_each().after(100).set(SP, &["u=2"]).after(30);
        assert_eq!(changed.sent("POST", SP, Some(IDP)), "n=1; u=2");
    }

    #[test]
    fn another_scheme_of_the_same_host_is_another_site() {
        let story = story().set(
            "https://sp.example/",
            &["l=1; SameSite=Lax", "s=1; SameSite=Strict"],
        );
        assert_eq!(
            story.sent("POST", "https://sp.example/", Some("http://sp.example/")),
            ""
        );
        assert_eq!(
            story.sent("GET", "https://sp.example/", Some("https://idp.sp.example/")),
            "l=1; s=1"
        );
    }

    #[test]
    fn none_without_secure_is_refused() {
        assert_eq!(story().set(SP, &["n=1; SameSite=None"]).typed(SP), "");
        assert_eq!(
            story()
                .set("https://sp.example/", &["n=1; SameSite=None"])
                .typed("https://sp.example/"),
            ""
        );
    }

    #[test]
    fn an_unknown_word_is_as_good_as_no_attribute() {
        let story = story().set(SP, &["x=1; SameSite=Sometimes"]);
        assert_eq!(story.sent("POST", SP, Some(IDP)), "x=1");
        assert_eq!(story.after(121).sent("POST", SP, Some(IDP)), "");
    }

    #[test]
    fn secure_cookies_live_on_https_and_on_loopback() {
        for (url, kept) in [
            ("https://sp.example/", true),
            ("http://localhost:1/", true),
            ("http://127.0.0.1:1/", true),
            ("http://sp.example/", false),
            ("http://10.0.0.1/", false),
        ] {
            assert_eq!(
                !story().set(url, &["a=1; Secure"]).typed(url).is_empty(),
                kept,
                "{url}"
            );
        }
    }

    #[test]
    fn a_secure_cookie_does_not_go_out_in_the_clear() {
        let story = story().set("https://sp.example/", &["a=1; Secure", "b=1"]);
        assert_eq!(story.typed("http://sp.example/"), "b=1");
    }

    #[test]
    fn plain_http_cannot_overwrite_or_shadow_a_secure_cookie() {
        let story = story().set("https://sp.example/", &["a=safe; Secure"]).set(
            "http://sp.example/",
            &["a=evil", "a=evil; Domain=sp.example", "a=deep; Path=/x"],
        );
        assert_eq!(story.typed("https://sp.example/x"), "a=safe");
    }

    #[test]
    fn a_cookie_without_domain_is_its_hosts_alone() {
        let story = story().set("https://sp.example/", &["a=1"]);
        assert_eq!(story.typed("https://sp.example/"), "a=1");
        assert_eq!(story.typed("https://www.sp.example/"), "");
    }

    #[test]
    fn a_domain_covers_its_subdomains() {
        let story = story().set("https://a.sp.example/", &["a=1; Domain=.SP.example"]);
        for host in ["a.sp.example", "sp.example", "b.c.sp.example"] {
            assert_eq!(story.typed(&format!("https://{host}/")), "a=1", "{host}");
        }
        assert_eq!(story.typed("https://xsp.example/"), "");
    }

    #[test]
    fn nobody_sets_a_cookie_for_another_host_or_a_public_suffix() {
        let lines = [
            "a=1; Domain=b.sp.example",
            "b=1; Domain=example",
            "c=1; Domain=other.example",
            "d=1; Domain=*",
        ];
        let story = story().set("https://a.sp.example/", &lines);
        assert_eq!(story.typed("https://a.sp.example/"), "");
        assert_eq!(story.typed("https://b.sp.example/"), "");
        assert_eq!(story.typed("https://other.example/"), "");
    }

    #[test]
    fn a_host_without_domains_may_only_name_itself() {
        let story = story()
            .set(
                "http://127.0.0.1/",
                &["a=1; Domain=127.0.0.1", "b=1; Domain=0.0.1", "c=1; Domain=1"],
            )
            .set(
                "http://localhost/",
                &["d=1; Domain=localhost", "e=1; Domain=.localhost"],
            );
        assert_eq!(story.typed("http://127.0.0.1/"), "a=1");
        assert_eq!(story.typed("http://localhost/"), "d=1; e=1");
        assert_eq!(story.typed("http://x.localhost/"), "");
    }

    #[test]
    fn ports_share_their_cookies() {
        assert_eq!(
            story()
                .set("http://127.0.0.1:1/", &["a=1"])
                .typed("http://127.0.0.1:2/"),
            "a=1"
        );
    }

    #[test]
    fn a_path_covers_what_lies_below_it() {
        let story = story().set(SP, &["a=1; Path=/app"]);
        for (path, sent) in [
            ("/app", "a=1"),
            ("/app/", "a=1"),
            ("/app/x", "a=1"),
            ("/apple", ""),
            ("/", ""),
        ] {
            assert_eq!(
                story.typed(&format!("http://127.0.0.1:8080{path}")),
                sent,
                "{path}"
            );
        }
    }

    #[test]
    fn without_a_path_the_folder_of_the_page_counts() {
        let story = story().set(SP, &["a=1", "b=1; Path=relative"]);
        assert_eq!(story.typed("http://127.0.0.1:8080/app/x"), "a=1; b=1");
        assert_eq!(story.typed("http://127.0.0.1:8080/x"), "");
    }

    #[test]
    fn longer_paths_go_first_and_then_older_cookies() {
        let story = story().set(
            SP,
            &["a=1; Path=/", "b=1; Path=/app", "c=1; Path=/", "b=2; Path=/"],
        );
        assert_eq!(story.typed(SP), "b=1; a=1; c=1; b=2");
    }

    #[test]
    fn a_cookie_set_again_is_replaced_in_its_place() {
        let story = story().set(SP, &["a=1", "b=1", "a=2"]);
        assert_eq!(story.typed(SP), "a=2; b=1");
    }

    #[test]
    fn cookies_end_when_they_are_told() {
        let story = story().set(
            SP,
            &[
                "a=1; Max-Age=60",
                "b=1; Expires=Sun, 06 Nov 1994 08:49:37 GMT",
                "c=1",
            ],
        );
        assert_eq!(story.typed(SP), "a=1; c=1");
        assert_eq!(story.after(60).typed(SP), "c=1");
    }

    #[test]
    fn a_cookie_is_deleted_by_one_that_has_ended() {
        assert_eq!(
            story()
                .set(SP, &["a=1", "b=1"])
                .set(SP, &["a=; Max-Age=0"])
                .typed(SP),
            "b=1"
        );
    }

    #[test]
    fn the_host_prefix_wants_secure_the_root_path_and_no_domain() {
        for (line, kept) in [
            ("__Host-a=1; Secure; Path=/", true),
            ("__Host-a=1; Path=/", false),
            ("__Host-a=1; Secure", false),
            ("__Host-a=1; Secure; Path=/; Domain=sp.example", false),
            ("__host-a=1; Secure; Path=/x", false),
        ] {
            assert_eq!(
                !story()
                    .set("https://sp.example/", &[line])
                    .typed("https://sp.example/")
                    .is_empty(),
                kept,
                "{line}"
            );
        }
    }

    #[test]
    fn the_secure_prefix_wants_secure() {
        let story = story().set(
            "https://sp.example/",
            &["__Secure-a=1; Secure", "__Secure-b=1", "__SECURE-c=1"],
        );
        assert_eq!(story.typed("https://sp.example/"), "__Secure-a=1");
    }

    #[test]
    fn a_cookie_without_a_name_cannot_pretend_to_a_prefix() {
        let story = story().set("http://sp.example/", &["=__Host-a=1", "plain"]);
        assert_eq!(story.typed("http://sp.example/"), "plain");
    }

    #[test]
    fn a_partitioned_cookie_must_be_secure() {
        let story = story().set(SP, &["a=1; Partitioned", "b=1; Partitioned; Secure"]);
        assert_eq!(story.typed(SP), "b=1");
    }

    #[test]
    fn a_jar_does_not_grow_without_end() {
        let mut story = story();
        for n in 0..400 {
            story = story.set(SP, &[&format!("c{n}=1")]);
        }
        let sent = story.typed(SP);
        assert_eq!(sent.split("; ").count(), PER_DOMAIN);
        assert!(sent.contains("c399=1") && !sent.contains("c0=1;"));
        for n in 0..2000 {
            story = story.set(&format!("http://h{n}.example/"), &["a=1"]);
        }
        assert!(story.jar.cookies.len() <= ALL);
    }

    proptest! {
        #[test]
        fn whatever_is_set_what_is_sent_never_leaves_its_host(
            lines in prop::collection::vec("[a-z]{1,3}=[ -~]{0,6}(; ?(Domain|Path|SameSite|Secure)=?[a-z./]{0,12}){0,4}", 0..8),
        ) {
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            let story = story().set("http://a.sp.example/x", &lines);
            prop_assert_eq!(story.typed("http://evil.example/x"), "");
            prop_assert!(!story.typed("http://a.sp.example/x").contains(['\r', '\n']));
        }
    }
}
