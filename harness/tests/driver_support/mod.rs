//! Servers that the drivers' tests visit: an SP's stage, an identity provider, and peers that misbehave.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set up its stage has failed"
)]
#![allow(
    dead_code,
    clippy::allow_attributes,
    reason = "each test binary uses its own part of this module"
)]

use std::{
    future::Future,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::Router;
use samlitmus::{
    driver::{Guard, HttpDriver, HttpSession, Limits, Session, Setup, Site, Visit},
    judge::observation::{Hop, Journey},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use url::Url;

/// Serves a router on an address of this machine; the port is free.
pub(crate) async fn serve(host: &str, router: Router) -> SocketAddr {
    let listener = TcpListener::bind((host, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

/// A peer that does with each connection what it likes, and counts them.
pub(crate) async fn peer<F, R>(host: &str, act: F) -> (SocketAddr, Arc<AtomicUsize>)
where
    F: Fn(TcpStream) -> R + Send + Sync + 'static,
    R: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind((host, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let visits = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&visits);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(act(stream));
        }
    });
    (address, visits)
}

/// A peer that reads the request and says exactly these bytes, then closes.
pub(crate) async fn says(answer: &'static [u8]) -> SocketAddr {
    let (address, _) = peer("127.0.0.1", move |mut stream| async move {
        head(&mut stream).await;
        let _ = stream.write_all(answer).await;
        let _ = stream.shutdown().await;
    })
    .await;
    address
}

/// A peer that takes the request and never answers.
pub(crate) async fn silent() -> SocketAddr {
    let (address, _) = peer("127.0.0.1", |mut stream| async move {
        head(&mut stream).await;
        tokio::time::sleep(Duration::from_secs(600)).await;
        drop(stream);
    })
    .await;
    address
}

/// A peer that sends a byte of an endless page now and then.
pub(crate) async fn trickling() -> SocketAddr {
    let (address, _) = peer("127.0.0.1", |mut stream| async move {
        head(&mut stream).await;
        let start = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000000\r\n\r\n<p>";
        let _ = stream.write_all(start).await;
        while stream.write_all(b".").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
    address
}

/// Reads up to the end of a request's head.
pub(crate) async fn head(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut some = [0u8; 4096];
    while !bytes.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut some).await {
            Ok(0) | Err(_) => break,
            Ok(count) => bytes.extend_from_slice(&some[..count]),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What an SP at one address and an IdP at another need.
pub(crate) fn setup(sp: &str, idp: &str) -> Setup {
    let site = Site::new(&Url::parse(sp).unwrap(), &Url::parse(idp).unwrap());
    let mut setup = Setup::new(Guard::default(), site);
    setup.limits = Limits::of(Duration::from_secs(2));
    setup
}

/// A session of the HTTP driver for an SP at this address; its IdP is on port 1, where nobody is.
pub(crate) fn http(sp: &str) -> Session {
    Session::Http(http_session(setup(sp, "http://localhost:1")))
}

/// A session of the HTTP driver with this set-up.
pub(crate) fn http_session(setup: Setup) -> HttpSession {
    HttpDriver::new(setup).unwrap().session()
}

/// Visits a page with a fresh session.
pub(crate) async fn get(url: &str) -> Journey {
    http(url).travel(Visit::Get(url)).await
}

/// The methods, paths and statuses of a journey.
pub(crate) fn steps(journey: &Journey) -> Vec<String> {
    let step = |hop: &Hop| {
        let url = Url::parse(&hop.url).unwrap();
        let status = hop.status.map_or("-".to_owned(), |status| status.to_string());
        format!("{} {} {status}", hop.method, url.path())
    };
    journey.hops.iter().map(step).collect()
}

/// The body of the page where a journey came to rest.
pub(crate) fn body(journey: &Journey) -> &str {
    journey.page.as_ref().map_or("", |page| page.body.as_str())
}

/// Fields as a form takes them.
pub(crate) fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}
