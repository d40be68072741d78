//! Which hosts the mock answers for.
//!
//! A page of any site can be made to reach a port of this machine under that site's own name (DNS rebinding), and then reads what
//! it is answered: here every password, through the portal's export. So a request is served only under a name that is the mock's.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderValue, StatusCode, Uri, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::authority::Host;

/// The names of one running mock.
#[derive(Debug)]
pub(super) struct OwnHosts {
    /// Each with its port; none: any, since a port may be forwarded.
    hosts: Vec<(Host, Option<u16>)>,
    /// For people: where it can be reached.
    origin: String,
}

/// What every machine calls itself.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

impl OwnHosts {
    /// Those of a mock that listens at these addresses, plain or https, and is known by this URL where one was configured.
    pub(super) fn new(origin: &str, url: Option<&str>, listening: &[SocketAddr]) -> Self {
        let mut hosts = Vec::new();
        for address in listening {
            let ip = address.ip().to_canonical();
            let port = Some(address.port());
            hosts.push((Host::Address(ip), port));
            if ip.is_loopback() {
                hosts.extend(LOOPBACK.map(|name| (Host::of(name), port)));
            }
        }
        let url = url.and_then(|url| url.parse::<Uri>().ok());
        hosts.extend(
            url.as_ref()
                .and_then(Uri::host)
                .map(|host| (Host::of(host), None)),
        );
        Self {
            hosts,
            origin: origin.to_owned(),
        }
    }

    /// Whether this is one of them, as a `Host` header or the target of a request writes it.
    fn has(&self, written: &str) -> bool {
        let Ok(authority) = written.parse::<Authority>() else {
            return false;
        };
        let name = authority.host();
        let asked = match Host::of(name.strip_suffix('.').unwrap_or(name)) {
            Host::Address(ip) => Host::Address(ip.to_canonical()),
            name => name,
        };
        // Left out, it is that of the scheme.
        let is_port = |own: u16| {
            authority
                .port_u16()
                .map_or([80, 443].contains(&own), |port| port == own)
        };
        let is_own = |(host, port): &(Host, Option<u16>)| *host == asked && port.is_none_or(is_port);
        !written.contains('@') && self.hosts.iter().any(is_own)
    }
}

/// 421 to whoever asks for a host that is not the mock's (RFC 9110, 15.5.20).
pub(super) async fn only_own(State(own): State<Arc<OwnHosts>>, request: Request, next: Next) -> Response {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let host = hosts.next();
    let target = request.uri().authority().map(Authority::as_str);
    let text = |host: &HeaderValue| host.to_str().map(str::to_owned).unwrap_or_default();
    let asked = match (target, host, hosts.next()) {
        (_, _, Some(_)) => return refused(StatusCode::BAD_REQUEST, "It has more than one Host."),
        (None, None, None) if request.version() > Version::HTTP_10 => {
            return refused(StatusCode::BAD_REQUEST, "It has no Host.");
        }
        (target, host, None) => [target.map(str::to_owned), host.map(text)],
    };
    if let Some(foreign) = asked.into_iter().flatten().find(|asked| !own.has(asked)) {
        let shown: String = foreign.chars().take(128).collect();
        let origin = &own.origin;
        let sentence = format!(
            "This mock identity provider is {origin}, and not {shown}. Ask it by that name, or make {shown} its public URL when it is started."
        );
        return refused(StatusCode::MISDIRECTED_REQUEST, &sentence);
    }
    next.run(request).await
}

fn refused(status: StatusCode, sentence: &str) -> Response {
    (status, format!("{sentence}\n")).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(url: Option<&str>, listening: &[&str]) -> OwnHosts {
        let listening: Vec<_> = listening.iter().map(|address| address.parse().unwrap()).collect();
        OwnHosts::new("http://localhost:8400", url, &listening)
    }

    #[test]
    fn a_loopback_mock_has_the_loopback_names_at_its_ports() {
        let own = own(None, &["127.0.0.1:8400", "127.0.0.1:8443"]);
        for host in [
            "localhost:8400",
            "LOCALHOST:8443",
            "localhost.:8400",
            "127.0.0.1:8400",
            "[::1]:8400",
            "[0:0:0:0:0:0:0:1]:8400",
        ] {
            assert!(own.has(host), "{host}");
        }
        for host in [
            "localhost",
            "localhost:8401",
            "rebound.example:8400",
            "127.0.0.1.rebound.example:8400",
            "localhost.rebound.example:8400",
            "127.0.0.2:8400",
            "x@localhost:8400",
            "localhost:8400@rebound.example",
            "localhost:8400/",
            "",
            ":8400",
            "[::1",
        ] {
            assert!(!own.has(host), "{host}");
        }
    }

    #[test]
    fn the_host_of_the_public_url_may_be_asked_at_any_port() {
        let own = own(Some("https://idp.example"), &["127.0.0.1:8400"]);
        for host in [
            "idp.example",
            "IDP.example:443",
            "idp.example:8443",
            "localhost:8400",
        ] {
            assert!(own.has(host), "{host}");
        }
        assert!(!own.has("other.idp.example") && !own.has("example"));
    }

    #[test]
    fn a_mock_on_another_address_is_not_localhost() {
        let own = own(None, &["172.17.0.2:8400"]);
        assert!(own.has("172.17.0.2:8400"));
        for host in ["localhost:8400", "127.0.0.1:8400", "172.17.0.1:8400"] {
            assert!(!own.has(host), "{host}");
        }
    }

    #[test]
    fn a_port_that_is_left_out_is_that_of_the_scheme() {
        assert!(own(None, &["127.0.0.1:80"]).has("localhost"));
        assert!(own(None, &["127.0.0.1:443"]).has("localhost"));
    }
}
