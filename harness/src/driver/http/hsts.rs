//! What hosts ask a browser to remember or to forget about them: Strict-Transport-Security (RFC 6797) and Clear-Site-Data.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

use reqwest::header::{HeaderMap, STRICT_TRANSPORT_SECURITY};
use url::{Host, Url};

use crate::driver::site::{is_localhost, trustworthy};

/// Hosts that are remembered.
const MOST: usize = 1000;

/// Hosts that are asked over https only.
#[derive(Debug, Default)]
pub(super) struct Hsts {
    hosts: BTreeMap<String, Known>,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    until: SystemTime,
    below: bool,
}

impl Hsts {
    /// Learns from the answer of a URL.
    pub(super) fn learn(&mut self, url: &Url, headers: &HeaderMap, now: SystemTime) {
        let (Some(Host::Domain(host)), "https") = (url.host(), url.scheme()) else {
            return;
        };
        let Some(value) = headers
            .get(STRICT_TRANSPORT_SECURITY)
            .and_then(|value| value.to_str().ok())
        else {
            return;
        };
        let said = |name: &str| {
            value.split(';').find_map(|directive| {
                let (key, value) = directive.split_once('=').unwrap_or((directive, ""));
                key.trim()
                    .eq_ignore_ascii_case(name)
                    .then(|| value.trim().trim_matches('"'))
            })
        };
        let Some(seconds) = said("max-age").and_then(|age| age.parse::<u32>().ok()) else {
            return;
        };
        if seconds == 0 {
            self.hosts.remove(host);
        } else if !is_localhost(host) && self.hosts.len() < MOST {
            let until = now + Duration::from_secs(u64::from(seconds));
            let below = said("includeSubDomains").is_some();
            self.hosts.insert(host.to_owned(), Known { until, below });
        }
    }

    /// Whether a URL must be asked over https instead.
    pub(super) fn wants(&self, url: &Url) -> bool {
        let (Some(Host::Domain(host)), "http") = (url.host(), url.scheme()) else {
            return false;
        };
        let now = SystemTime::now();
        self.hosts.iter().any(|(known, how)| {
            let below = || {
                host.strip_suffix(known.as_str())
                    .is_some_and(|rest| rest.ends_with('.'))
            };
            how.until > now && (host == known || (how.below && below()))
        })
    }
}

/// Whether an answer asks to forget the cookies of its site (W3C Clear Site Data).
pub(super) fn clears(url: &Url, headers: &HeaderMap) -> bool {
    trustworthy(url)
        && headers.get_all("clear-site-data").iter().any(|value| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            value
                .split(',')
                .any(|kind| matches!(kind.trim(), "\"cookies\"" | "\"*\""))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn a_host_that_asked_for_https_is_asked_so_and_its_subdomains_if_it_said_so() {
        let mut hsts = Hsts::default();
        let mut learn = |from: &str, value: &'static str| {
            let headers = HeaderMap::from_iter([(STRICT_TRANSPORT_SECURITY, value.parse().unwrap())]);
            hsts.learn(&url(from), &headers, SystemTime::now());
        };
        learn("https://sp.example/", "max-age=1000; includeSubDomains");
        learn("https://idp.example/", "max-age=\"1000\"");
        learn("http://clear.example/", "max-age=1000");
        learn("https://127.0.0.1/", "max-age=1000");
        learn("https://localhost/", "max-age=1000");
        learn("https://gone.example/", "max-age=1000");
        learn("https://gone.example/", "max-age=0");
        for host in ["sp.example", "a.sp.example", "idp.example"] {
            assert!(hsts.wants(&url(&format!("http://{host}/"))), "{host}");
            assert!(!hsts.wants(&url(&format!("https://{host}/"))), "{host}");
        }
        for host in [
            "a.idp.example",
            "xsp.example",
            "clear.example",
            "127.0.0.1",
            "localhost",
            "gone.example",
        ] {
            assert!(!hsts.wants(&url(&format!("http://{host}/"))), "{host}");
        }
    }

    #[test]
    fn cookies_are_cleared_on_safe_origins_by_the_quoted_word() {
        let clears = |from: &str, value: &str| {
            let headers =
                HeaderMap::from_iter([("clear-site-data".parse().unwrap(), value.parse().unwrap())]);
            clears(&url(from), &headers)
        };
        assert!(clears("https://sp.example/", "\"cache\", \"cookies\""));
        assert!(clears("http://localhost/", "\"*\""));
        assert!(!clears("https://sp.example/", "cookies"));
        assert!(!clears("https://sp.example/", "\"storage\""));
        assert!(!clears("http://sp.example/", "\"cookies\""));
    }
}
