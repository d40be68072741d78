//! Whom the harness may send anything: an allow-list of hosts, and addresses for names that no DNS knows.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
};

use url::{Host, Url};

use super::{error::DriverError, site::is_localhost};

/// Hosts that are always permitted: this machine.
const LOOPBACK: [&str; 3] = ["127.0.0.1", "[::1]", "localhost"];

/// The allow-list, and where its names live.
#[derive(Clone, Debug)]
pub struct Guard {
    hosts: BTreeSet<String>,
    resolve: BTreeMap<String, SocketAddr>,
}

impl Default for Guard {
    fn default() -> Self {
        Self {
            hosts: LOOPBACK.map(str::to_owned).into(),
            resolve: BTreeMap::new(),
        }
    }
}

impl Guard {
    /// Permits these hosts and this machine's loopback, and nobody else. A name in `resolve` is permitted where
    /// its address is, and wherever the name itself is.
    ///
    /// # Errors
    ///
    /// [`DriverError::Host`] for an entry that is no host, [`DriverError::Resolve`] for a name without a
    /// socket address.
    pub fn new(allow: &[String], resolve: &BTreeMap<String, String>) -> Result<Self, DriverError> {
        let mut guard = Self::default();
        for entry in allow {
            guard.hosts.insert(host(entry)?);
        }
        for (name, value) in resolve {
            let address: SocketAddr = value.parse().map_err(|_| DriverError::Resolve {
                name: name.clone(),
                value: value.clone(),
            })?;
            guard.resolve.insert(host(name)?, address);
        }
        Ok(guard)
    }

    /// Whether a request to this URL may be sent.
    pub fn permits(&self, url: &Url) -> bool {
        matches!(url.scheme(), "http" | "https")
            && url.host_str().is_some_and(|host| {
                self.hosts.contains(host)
                    || is_localhost(host)
                    || self
                        .resolve
                        .get(host)
                        .is_some_and(|address| self.hosts.contains(&literal(*address)))
            })
    }

    /// Names with the addresses that stand for them. A port in a URL goes before the address's.
    pub(super) fn resolved(&self) -> impl Iterator<Item = (&str, SocketAddr)> {
        self.resolve
            .iter()
            .map(|(name, address)| (name.as_str(), *address))
    }

    /// Chromium's `--host-resolver-rules`: whatever is not permitted has no address, not even an IP address.
    /// An exclusion goes before every mapping there, so a name that has an address of ours is not excluded.
    pub(super) fn resolver_rules(&self) -> String {
        let mut rules = Vec::new();
        for (name, address) in self.resolved() {
            if self.hosts.contains(name) || self.hosts.contains(&literal(address)) {
                rules.extend([80, 443].map(|port| format!("MAP {name}:{port} {address}")));
                rules.push(format!("MAP {name} {}", literal(address)));
            }
        }
        rules.push("MAP * ~NOTFOUND".to_owned());
        let own = self.hosts.iter().filter(|host| !self.resolve.contains_key(*host));
        rules.extend(own.map(|host| format!("EXCLUDE {}", host.trim_matches(['[', ']']))));
        rules.push("EXCLUDE *.localhost".to_owned());
        rules.join(", ")
    }
}

/// A host as URLs write it: lower case, punycode, an IPv6 address in brackets.
fn host(entry: &str) -> Result<String, DriverError> {
    let wrong = || DriverError::Host(entry.to_owned());
    let bare = entry.trim();
    let parsed = if bare.contains(':') && !bare.starts_with('[') {
        Host::parse(&format!("[{bare}]"))
    } else {
        Host::parse(bare)
    };
    match parsed.map_err(|_| wrong())? {
        Host::Domain(name) if name.is_empty() || name.contains(['*', ',', ' ']) => Err(wrong()),
        parsed => Ok(parsed.to_string()),
    }
}

fn literal(address: SocketAddr) -> String {
    match address {
        SocketAddr::V4(address) => address.ip().to_string(),
        SocketAddr::V6(address) => format!("[{}]", address.ip()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(allow: &[&str], resolve: &[(&str, &str)]) -> Result<Guard, DriverError> {
        let allow: Vec<String> = allow.iter().map(|host| (*host).to_owned()).collect();
        let resolve = resolve
            .iter()
            .map(|(name, to)| ((*name).to_owned(), (*to).to_owned()))
            .collect();
        Guard::new(&allow, &resolve)
    }

    fn permits(guard: &Guard, url: &str) -> bool {
        guard.permits(&Url::parse(url).unwrap())
    }

    #[test]
    fn loopback_is_permitted_and_nothing_else_is() {
        let guard = Guard::default();
        for url in [
            "http://127.0.0.1:1/",
            "https://localhost/x",
            "http://[::1]:8/",
            "http://LOCALHOST/",
            "http://app.localhost/",
        ] {
            assert!(permits(&guard, url), "{url}");
        }
        for url in [
            "http://127.0.0.2/",
            "http://example.com/",
            "http://localhost.evil.example/",
            "http://127.0.0.1@evil.example/",
            "http://evil.example\\@127.0.0.1/",
            "http://[::ffff:127.0.0.1]/",
            "file:///etc/passwd",
            "ftp://localhost/",
            "javascript:alert(1)",
            "data:text/html,x",
        ] {
            assert!(!permits(&guard, url), "{url}");
        }
    }

    #[test]
    fn other_spellings_of_a_permitted_address_are_that_address() {
        assert!(permits(&Guard::default(), "http://0x7f.1/"));
        assert!(permits(&Guard::default(), "http://2130706433/"));
    }

    #[test]
    fn a_listed_host_is_permitted_in_any_case_and_its_subdomains_are_not() {
        let guard = guard(&["Sp.Example", "fe80::1"], &[]).unwrap();
        assert!(permits(&guard, "https://sp.example/"));
        assert!(permits(&guard, "https://[fe80::1]/"));
        assert!(!permits(&guard, "https://a.sp.example/"));
    }

    #[test]
    fn a_resolved_name_is_permitted_only_where_its_address_or_itself_is() {
        let there = guard(&[], &[("sp.example", "127.0.0.1:8443")]).unwrap();
        assert!(permits(&there, "https://sp.example/"));
        let elsewhere = guard(&[], &[("sp.example", "192.0.2.1:8443")]).unwrap();
        assert!(!permits(&elsewhere, "https://sp.example/"));
        let named = guard(&["sp.example"], &[("sp.example", "192.0.2.1:8443")]).unwrap();
        assert!(permits(&named, "https://sp.example/"));
    }

    #[test]
    fn what_is_no_host_or_no_address_is_named() {
        assert_eq!(
            guard(&["http://a/"], &[]).unwrap_err(),
            DriverError::Host("http://a/".to_owned())
        );
        assert!(guard(&["*"], &[]).is_err());
        assert!(guard(&[""], &[]).is_err());
        let error = guard(&[], &[("a.example", "127.0.0.1")]).unwrap_err();
        assert!(error.to_string().contains("a.example"), "{error}");
    }

    #[test]
    fn the_browser_is_told_the_same() {
        let resolve = [("sp.example", "192.0.2.1:81"), ("x.example", "192.0.2.1:82")];
        assert_eq!(
            guard(&["sp.example", "y.example"], &resolve)
                .unwrap()
                .resolver_rules(),
            "MAP sp.example:80 192.0.2.1:81, MAP sp.example:443 192.0.2.1:81, MAP sp.example 192.0.2.1, \
             MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE ::1, EXCLUDE localhost, EXCLUDE y.example, EXCLUDE *.localhost"
        );
    }
}
