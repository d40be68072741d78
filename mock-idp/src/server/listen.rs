//! Where the mock listens, and by which origin it is known.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::http::Uri;
use tokio::net::TcpListener;

use super::authority::Host;
use super::options::Options;
use super::tls::TlsListener;
use super::tls_error::TlsError;

/// Why the mock identity provider cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Somebody else listens there.
    #[error(
        "{address} is in use by another program; stop that program, or let the identity provider listen on \
         another port (0 means any free one)"
    )]
    InUse {
        /// The address that is taken.
        address: SocketAddr,
    },
    /// The system refuses the address.
    #[error("cannot listen on {address}: {source}; name an address of this machine and a port above 1023")]
    Bind {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// `0.0.0.0` or `[::]`.
    #[error(
        "{address} would serve the mock identity provider, whose keys sign anything, to the whole network; name \
         127.0.0.1 or the one address that your containers reach"
    )]
    Everywhere {
        /// The address asked for.
        address: SocketAddr,
    },
    /// There is no https.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The public URL is no origin.
    #[error("`{url}` is no origin; write it as http://host:port, without a path")]
    Url {
        /// What was given.
        url: String,
    },
}

/// The origin that is not same-site with the service provider, so that cookies behave as they do with the real
/// Azure: `http://127.0.0.1:PORT` for a service provider on `localhost`, `http://localhost:PORT` for every other,
/// and the address itself where it is not loopback.
pub fn origin_for(listen: SocketAddr, sp_url: &str) -> String {
    let host = match listen.ip().to_canonical() {
        ip if !ip.is_loopback() => return format!("http://{listen}"),
        _ if is_localhost(sp_url) => "127.0.0.1",
        _ => "localhost",
    };
    format!("http://{host}:{}", listen.port())
}

/// The listeners, the first of them on the address asked for, and the origin.
pub(super) async fn bind(options: &Options) -> Result<(Vec<TcpListener>, String), ServeError> {
    if options.listen.ip().is_unspecified() {
        return Err(ServeError::Everywhere {
            address: options.listen,
        });
    }
    if let Some(url) = &options.url {
        check_origin(url)?;
    }
    // A random port that is free on one loopback address may be taken on the other.
    let mut attempts = if options.listen.port() == 0 { 8 } else { 1 };
    loop {
        attempts -= 1;
        let first = listen(options.listen).await?;
        let address = first.local_addr().map_err(|source| ServeError::Bind {
            address: options.listen,
            source,
        })?;
        let origin = match &options.url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => origin_for(address, options.sp.as_deref().unwrap_or_default()),
        };
        match twin(address, &origin) {
            None => return Ok((vec![first], origin)),
            Some(twin) => match listen(twin).await {
                Ok(second) => return Ok((vec![first, second], origin)),
                Err(ServeError::InUse { .. }) if attempts > 0 => {}
                Err(error @ ServeError::InUse { .. }) => return Err(error),
                // This machine has no such loopback address, and then no browser tries it either.
                Err(_) => return Ok((vec![first], origin)),
            },
        }
    }
}

/// The listeners that speak https, where any are wanted: the certificate names this machine and the host of the origin.
pub(super) async fn bind_https(options: &Options, origin: &str) -> Result<Vec<TlsListener>, ServeError> {
    let Some((address, tls)) = &options.https else {
        return Ok(Vec::new());
    };
    if address.ip().is_unspecified() {
        return Err(ServeError::Everywhere { address: *address });
    }
    let host = origin.parse::<Uri>().ok();
    let host = host.as_ref().and_then(Uri::host).map(Host::of);
    let own = Host::of(&address.ip().to_string());
    let hosts: Vec<Host> = host
        .into_iter()
        .chain([own])
        .filter(|host| !host.is_this_machine())
        .collect();
    let acceptor = tls.acceptor(&hosts)?;
    let first = listen(*address).await?;
    let bound = first.local_addr().map_err(|source| ServeError::Bind {
        address: *address,
        source,
    })?;
    let mut listeners = vec![first];
    // `localhost` means both loopback addresses; where the other is taken or not to be had, clients try this one.
    if let Some(twin) = twin(bound, "http://localhost") {
        listeners.extend(listen(twin).await.ok());
    }
    let secured = listeners.into_iter().map(|listener| {
        TlsListener::new(listener, acceptor.clone()).map_err(|source| ServeError::Bind {
            address: bound,
            source,
        })
    });
    secured.collect()
}

async fn listen(address: SocketAddr) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address)
        .await
        .map_err(|source| match source.kind() {
            io::ErrorKind::AddrInUse => ServeError::InUse { address },
            _ => ServeError::Bind { address, source },
        })
}

/// The other address that `localhost` means: browsers may try either first.
fn twin(address: SocketAddr, origin: &str) -> Option<SocketAddr> {
    let other = match address.ip() {
        IpAddr::V4(Ipv4Addr::LOCALHOST) => IpAddr::V6(Ipv6Addr::LOCALHOST),
        IpAddr::V6(Ipv6Addr::LOCALHOST) => IpAddr::V4(Ipv4Addr::LOCALHOST),
        _ => return None,
    };
    is_localhost(origin).then(|| SocketAddr::new(other, address.port()))
}

fn is_localhost(url: &str) -> bool {
    let host = url
        .parse::<Uri>()
        .ok()
        .and_then(|uri| Some(uri.host()?.to_ascii_lowercase()));
    host.is_some_and(|host| host == "localhost" || host.ends_with(".localhost"))
}

fn check_origin(url: &str) -> Result<(), ServeError> {
    let uri = url.parse::<Uri>().ok();
    let is_origin = uri.is_some_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.host().is_some_and(|host| !host.is_empty())
            && uri.path() == "/"
            && uri.query().is_none()
    });
    match is_origin {
        true => Ok(()),
        false => Err(ServeError::Url { url: url.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_origin_is_never_same_site_with_the_service_provider() {
        let loopback = "127.0.0.1:8400".parse().unwrap();
        for (sp, origin) in [
            ("http://127.0.0.1:8080/acs", "http://localhost:8400"),
            ("http://localhost:8080/acs", "http://127.0.0.1:8400"),
            ("http://LOCALHOST/acs", "http://127.0.0.1:8400"),
            ("https://app.localhost:8080", "http://127.0.0.1:8400"),
            ("https://sp.example/acs", "http://localhost:8400"),
            ("http://[::1]:8080/acs", "http://localhost:8400"),
            ("", "http://localhost:8400"),
        ] {
            assert_eq!(origin_for(loopback, sp), origin, "{sp}");
        }
        assert_eq!(
            origin_for("172.17.0.1:8400".parse().unwrap(), "http://localhost/"),
            "http://172.17.0.1:8400"
        );
    }

    #[test]
    fn a_public_url_with_a_path_is_refused() {
        for url in ["http://idp.example", "https://idp.example:8443/"] {
            assert!(check_origin(url).is_ok(), "{url}");
        }
        for url in [
            "idp.example",
            "http://idp.example/base",
            "ftp://idp.example",
            "http://",
            "",
            "http://a/?b",
        ] {
            assert!(check_origin(url).is_err(), "{url}");
        }
    }
}
