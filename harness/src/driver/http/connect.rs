//! Connections: whom a name means, which certificates count, which ports no browser asks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::{
    Client,
    dns::{Addrs, Name, Resolve, Resolving},
    header::{self, HeaderMap, HeaderName, HeaderValue},
    redirect::Policy,
};
use url::Url;

use super::failure::chain;
use crate::driver::{error::DriverError, setup::Setup, site::is_localhost};

/// A pooled connection is given up sooner than any server of note gives it up: a request must not run into a
/// closing connection, since that looks like a server that died.
const IDLE: std::time::Duration = std::time::Duration::from_millis(1500);
/// More header lines than a browser's 256 KiB can hold of any use.
const LINES: usize = 4096;
/// Fetch, "bad port".
const BAD_PORTS: [u16; 83] = [
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103,
    104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514,
    515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723,
    2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
];

/// Two clients: one that keeps its connections, and one that keeps none, so that what it is told about a connection is
/// about the request that it carried.
pub(super) fn clients(setup: &Setup) -> Result<(Client, Client), DriverError> {
    let authorities = match &setup.ca {
        Some(path) => certificates(path)?,
        None => Vec::new(),
    };
    let build = |kept: usize| {
        let mut builder = Client::builder()
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .referer(false)
            .http1_max_headers(LINES)
            // As forgiving as browsers are.
            .http1_allow_obsolete_multiline_headers_in_responses(true)
            .http1_allow_spaces_after_header_name_in_responses(true)
            .http1_ignore_invalid_headers_in_responses(true)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(kept)
            .tcp_nodelay(true)
            .tls_certs_merge(authorities.clone())
            .dns_resolver(Names);
        for (name, address) in setup.guard.resolved() {
            builder = builder.resolve(name, address);
        }
        builder
            .build()
            .map_err(|error| DriverError::Client(chain(&error)))
    };
    Ok((build(usize::MAX)?, build(0)?))
}

/// Whether no browser asks this port.
pub(super) fn is_bad_port(url: &Url) -> bool {
    url.port().is_some_and(|port| BAD_PORTS.contains(&port))
}

/// The system's names, except those that are this machine whatever the system says (RFC 6761, section 6.3).
#[derive(Clone, Copy, Debug)]
struct Names;

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = if is_localhost(name.as_str()) {
                vec![loopback(Ipv4Addr::LOCALHOST), loopback(Ipv6Addr::LOCALHOST)]
            } else {
                tokio::net::lookup_host((name.as_str(), 0)).await?.collect()
            };
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Port 0: the URL's own port.
fn loopback(address: impl Into<IpAddr>) -> SocketAddr {
    SocketAddr::new(address.into(), 0)
}

/// A header as it is sent.
pub(super) fn parsed(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), DriverError> {
    let wrong = || DriverError::Header(name.to_owned());
    let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong())?;
    let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| wrong())?;
    Ok((key, value))
}

/// What every request says.
pub(super) fn usual_headers() -> HeaderMap {
    let agent = concat!(
        "Mozilla/5.0 (compatible; samlitmus/",
        env!("CARGO_PKG_VERSION"),
        ")"
    );
    HeaderMap::from_iter([
        (header::USER_AGENT, HeaderValue::from_static(agent)),
        (
            header::ACCEPT,
            HeaderValue::from_static("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
        ),
        (header::ACCEPT_LANGUAGE, HeaderValue::from_static("en")),
        (header::UPGRADE_INSECURE_REQUESTS, HeaderValue::from_static("1")),
    ])
}

fn certificates(path: &std::path::Path) -> Result<Vec<reqwest::Certificate>, DriverError> {
    let wrong = |why: String| DriverError::Certificates {
        path: path.display().to_string(),
        why,
    };
    let pem = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
    let found = reqwest::Certificate::from_pem_bundle(&pem).map_err(|error| wrong(chain(&error)))?;
    if found.is_empty() {
        Err(wrong("there is none in it".to_owned()))
    } else {
        Ok(found)
    }
}
