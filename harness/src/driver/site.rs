//! Whose server is whose, and what counts as the same site.

use url::{Host, Url};

use crate::{judge::observation::Party, text::clip};

/// Names the party of each hop.
#[derive(Clone, Debug)]
pub struct Site {
    sp: Vec<Url>,
    idp: Url,
}

impl Site {
    /// `sp` is any URL of the service provider; `idp_origin` the origin of the identity provider.
    pub fn new(sp: &Url, idp_origin: &Url) -> Self {
        Self {
            sp: vec![sp.clone()],
            idp: idp_origin.clone(),
        }
    }

    /// A further URL of the SP, on another host or port.
    #[must_use]
    pub fn with_sp(mut self, url: &Url) -> Self {
        self.sp.push(url.clone());
        self
    }

    /// URLs of the SP, one for each of its hosts or ports that is known.
    pub(super) fn sp(&self) -> &[Url] {
        &self.sp
    }

    /// Any URL of the IdP.
    pub(super) fn idp(&self) -> Option<Url> {
        self.idp.has_host().then(|| self.idp.clone())
    }

    /// Whose server this URL is. The IdP is told by its origin; the SP by its host, and by its port as well where
    /// the host is an address or has no domain, since many servers share those.
    pub fn party(&self, url: &Url) -> Party {
        if url.origin() == self.idp.origin() {
            return Party::Idp;
        }
        let same = |sp: &Url| {
            sp.host() == url.host()
                && (registrable(url).is_some() || sp.port_or_known_default() == url.port_or_known_default())
        };
        if self.sp.iter().any(same) {
            Party::Sp
        } else {
            Party::Other
        }
    }
}

/// A host, or what stands for it.
pub(super) fn place(url: &Url) -> String {
    match url.host_str() {
        Some(host) if matches!(url.scheme(), "http" | "https") => clip(host, 255).to_owned(),
        _ => format!("{}:", url.scheme()),
    }
}

/// Whether two URLs are same-site: equal scheme, equal registrable domain; an address or a name without a dot
/// stands for itself; ports do not matter (Chromium's schemeful same-site).
pub(super) fn same_site(a: &Url, b: &Url) -> bool {
    let site = |url: &Url| registrable(url).or_else(|| url.host_str().map(str::to_owned));
    a.scheme() == b.scheme() && site(a).is_some() && site(a) == site(b)
}

/// Whether cookies with `Secure` live there: HTTPS, and this machine, as Chromium has it.
pub(super) fn trustworthy(url: &Url) -> bool {
    url.scheme() == "https"
        || match url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            Some(Host::Domain(name)) => is_localhost(name),
            None => false,
        }
}

/// The registrable domain of a URL's host, where it has one.
pub(super) fn registrable(url: &Url) -> Option<String> {
    match url.host()? {
        Host::Domain(name) => registrable_domain(name),
        Host::Ipv4(_) | Host::Ipv6(_) => None,
    }
}

/// The public suffix and one label more, by the Public Suffix List; a suffix that is on no list has one label.
pub(super) fn registrable_domain(name: &str) -> Option<String> {
    psl::domain_str(name.trim_end_matches('.')).map(str::to_owned)
}

/// Whether a name is this machine, whatever a DNS says (RFC 6761, section 6.3).
pub(super) fn is_localhost(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn localhost_and_its_address_are_different_sites_and_ports_do_not_matter() {
        assert!(!same_site(
            &url("http://localhost:1/"),
            &url("http://127.0.0.1:1/")
        ));
        assert!(same_site(
            &url("http://127.0.0.1:1/"),
            &url("http://127.0.0.1:2/")
        ));
        assert!(!same_site(&url("http://127.0.0.1/"), &url("http://127.0.0.2/")));
    }

    #[test]
    fn subdomains_of_a_registrable_domain_are_one_site_unless_the_scheme_differs() {
        assert!(same_site(
            &url("https://a.b.example/"),
            &url("https://c.b.example/")
        ));
        assert!(!same_site(
            &url("https://a.b.example/"),
            &url("http://a.b.example/")
        ));
        assert!(!same_site(&url("https://a.co.uk/"), &url("https://b.co.uk/")));
        assert!(!same_site(
            &url("https://a.github.io/"),
            &url("https://b.github.io/")
        ));
        assert!(!same_site(
            &url("https://a.kawasaki.jp/"),
            &url("https://b.kawasaki.jp/")
        ));
        assert_eq!(
            registrable_domain("x.city.kawasaki.jp").as_deref(),
            Some("city.kawasaki.jp")
        );
        assert_eq!(registrable_domain("a.b.corp").as_deref(), Some("b.corp"));
        assert!(!same_site(&url("data:,x"), &url("data:,x")));
    }

    #[test]
    fn secure_cookies_live_on_https_and_on_this_machine() {
        for text in [
            "https://a.example/",
            "http://localhost/",
            "http://a.localhost/",
            "http://127.9.9.9/",
            "http://[::1]/",
        ] {
            assert!(trustworthy(&url(text)), "{text}");
        }
        for text in [
            "http://a.example/",
            "http://10.0.0.1/",
            "http://localhost.example/",
        ] {
            assert!(!trustworthy(&url(text)), "{text}");
        }
    }

    #[test]
    fn each_party_is_known_by_its_origin_or_host() {
        let site = Site::new(&url("http://127.0.0.1:8080/me"), &url("http://localhost:8400"))
            .with_sp(&url("https://sp.example/login"));
        assert_eq!(site.party(&url("http://127.0.0.1:8080/acs")), Party::Sp);
        assert_eq!(site.party(&url("http://127.0.0.1:9090/")), Party::Other);
        assert_eq!(site.party(&url("http://sp.example:8080/")), Party::Sp);
        assert_eq!(site.party(&url("http://localhost:8400/x")), Party::Idp);
        assert_eq!(site.party(&url("http://localhost:8401/x")), Party::Other);
    }
}
