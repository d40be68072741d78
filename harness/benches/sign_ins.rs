//! `cargo bench --bench sign_ins`: what the live identity provider bears, in a process of its own.
//!
//! A sign-in is one request and one signed response: each client keeps a connection and a session, as a browser does.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use mock_idp::{Shared, directory::CONTOSO};
use openssl::{hash::MessageDigest, sign::Signer};
use scraper::{Html, Selector};

const SP: &str = "https://sp.example/metadata";
/// How many sign-ins the memory is watched for.
const MANY: u32 = 100_000;

fn main() {
    let state = tempfile::tempdir().expect("a folder can be made");
    let first = cold_start(state.path());
    let again = cold_start(state.path());
    let key = adopt(state.path());
    let idp = Idp::start(state.path());
    let start = start_path();
    let cookie = sign_in(idp.address, &start);
    println!("{} cores, server and clients in two processes", cores());
    fire(idp.address, &start, &cookie, 64, 4_000);
    let before = idp.memory();
    for clients in [1, 8, 64] {
        // In turns, since whatever else runs on the machine takes away from both.
        let (mut best, mut limit) = (0f64, 0f64);
        for _ in 0..3 {
            limit = limit.max(bare(&key));
            let begun = Instant::now();
            let done = fire(idp.address, &start, &cookie, clients, 4_000);
            best = best.max(f64::from(done) / begun.elapsed().as_secs_f64());
        }
        println!(
            "  {:<44} {best:>9.0}/s, none lost; a thread of bare RSA-2048: {limit:.0}/s",
            format!("sign-ins, {clients} clients")
        );
    }
    fire(idp.address, &start, &cookie, 64, MANY - 36_000);
    let after = idp.memory();
    println!("  {:<44} {before:>9} KiB", "memory before 100,000 sign-ins");
    println!("  {:<44} {after:>9} KiB", "memory after them");
    for (what, took) in [("keys to be made", first), ("keys on disk", again)] {
        let what = format!("start to first metadata byte, {what}");
        println!("  {what:<44} {:>9.0} ms", took.as_secs_f64() * 1e3);
    }
}

/// `samlitmus idp`, killed when dropped.
struct Idp {
    child: Child,
    address: SocketAddr,
}

impl Idp {
    fn start(state: &Path) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
        let address = port.expect("a port is free");
        let child = Command::new(env!("CARGO_BIN_EXE_samlitmus"))
            .args(["idp", "--listen", &address.to_string(), "--state"])
            .arg(state)
            .current_dir(state)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let idp = Self { child, address };
        let begun = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(60), "it does not listen");
            std::thread::sleep(Duration::from_millis(1));
        }
        idp
    }

    /// Resident, in KiB.
    fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.expect("the process is there");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        number.expect("Linux tells it")
    }
}

impl Drop for Idp {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn cold_start(state: &Path) -> Duration {
    let begun = Instant::now();
    let idp = Idp::start(state);
    let mut connection = Connection::open(idp.address);
    connection.send(&format!(
        "GET /{CONTOSO}/federationmetadata/2007-06/federationmetadata.xml HTTP/1.1\r\nHost: idp\r\n\r\n"
    ));
    let mut first = [0];
    connection.stream.read_exact(&mut first).expect("it answers");
    begun.elapsed()
}

/// An application to sign in to; the key that signs for it.
fn adopt(state: &Path) -> saml::SigningKey {
    let shared = Shared::open(state).expect("the state can be read");
    let metadata = saml::SpMetadata {
        entity_id: SP.to_owned(),
        acs: vec![saml::metadata::AcsEndpoint {
            binding: saml::names::binding::POST.to_owned(),
            location: "https://sp.example/acs".to_owned(),
            index: Some(0),
            is_default: true,
        }],
        ..saml::SpMetadata::default()
    };
    let changed = shared.change(|directory| {
        directory.tenants[0].adopt(&metadata);
        Ok::<_, std::convert::Infallible>(())
    });
    changed.expect("the state can be written");
    shared.read().contoso().keys.k1.clone()
}

fn bare(key: &saml::SigningKey) -> f64 {
    let octets = [7u8; 640];
    let (begun, mut done) = (Instant::now(), 0u32);
    while begun.elapsed() < Duration::from_millis(500) {
        let mut signer = Signer::new(MessageDigest::sha256(), key.private()).expect("openssl has SHA-256");
        std::hint::black_box(signer.sign_oneshot_to_vec(&octets).expect("the key signs"));
        done += 1;
    }
    f64::from(done) / begun.elapsed().as_secs_f64()
}

fn start_path() -> String {
    let request = format!(
        r#"<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_bench" Version="2.0" IssueInstant="2026-01-05T10:00:00Z"><Issuer xmlns="urn:oasis:names:tc:SAML:2.0:assertion">{SP}</Issuer></samlp:AuthnRequest>"#
    );
    let query = saml::binding::redirect_query("SAMLRequest", &request, Some("state"));
    format!("/{CONTOSO}/saml2?{query}")
}

/// So many sign-ins by so many clients at once. Each must be answered with a response.
fn fire(address: SocketAddr, start: &str, cookie: &str, clients: u32, count: u32) -> u32 {
    let left = AtomicU32::new(count);
    let take = || left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
    let answered = AtomicU32::new(0);
    std::thread::scope(|scope| {
        for _ in 0..clients {
            scope.spawn(|| {
                let mut connection = Connection::open(address);
                while take().is_ok() {
                    connection.send(&format!(
                        "GET {start} HTTP/1.1\r\nHost: idp\r\nCookie: {cookie}\r\n\r\n"
                    ));
                    let (head, body) = connection.answer();
                    let good = head.starts_with("HTTP/1.1 200") && body.contains("name=\"SAMLResponse\"");
                    assert!(good, "{head}{body}");
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    let answered = answered.into_inner();
    assert_eq!(answered, count, "no client loses a request");
    answered
}

/// Signs alice in by whatever pages come; her browser's cookies.
fn sign_in(address: SocketAddr, start: &str) -> String {
    let mut connection = Connection::open(address);
    let mut cookies: Vec<(String, String)> = Vec::new();
    let mut request = format!("GET {start} HTTP/1.1\r\nHost: idp\r\n\r\n");
    for _ in 0..8 {
        connection.send(&request);
        let (head, body) = connection.answer();
        for line in head.lines().filter_map(|line| line.strip_prefix("set-cookie: ")) {
            let (name, value) = line
                .split(';')
                .next()
                .and_then(|pair| pair.split_once('='))
                .unwrap_or_default();
            cookies.retain(|(known, _)| known != name);
            cookies.push((name.to_owned(), value.to_owned()));
        }
        let jar: Vec<_> = cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let jar = jar.join("; ");
        if body.contains("name=\"SAMLResponse\"") {
            return jar;
        }
        let (action, fields) = filled(&body);
        request = format!(
            "POST {action} HTTP/1.1\r\nHost: idp\r\nCookie: {jar}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{fields}",
            fields.len()
        );
    }
    panic!("alice cannot sign in");
}

/// Where the page's form goes, and its fields with alice's account and password.
fn filled(page: &str) -> (String, String) {
    let page = Html::parse_document(page);
    let [form, input] = ["form", "form input[name]"].map(|css| Selector::parse(css).expect("it is CSS"));
    let action = page.select(&form).next().and_then(|form| form.attr("action"));
    let fields: Vec<_> = page
        .select(&input)
        .map(|input| {
            let name = input.attr("name").unwrap_or_default();
            let value = match name {
                "loginfmt" => "alice@contoso.example",
                "passwd" => "mock-alice",
                _ => input.attr("value").unwrap_or_default(),
            };
            format!("{name}={}", saml::binding::percent_encode(value))
        })
        .collect();
    (action.expect("a form").to_owned(), fields.join("&"))
}

/// One kept connection.
struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("it listens");
        stream.set_nodelay(true).expect("a socket can");
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .expect("a socket can");
        let buffer = Vec::with_capacity(32 * 1024);
        Self { stream, buffer }
    }

    fn send(&mut self, request: &str) {
        self.stream.write_all(request.as_bytes()).expect("it listens");
    }

    /// Head and body of the next answer.
    fn answer(&mut self) -> (String, String) {
        self.buffer.clear();
        let mut chunk = [0; 32 * 1024];
        loop {
            let got = self.stream.read(&mut chunk).expect("it answers");
            assert_ne!(got, 0, "the connection was closed");
            self.buffer.extend_from_slice(&chunk[..got]);
            if let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
                let length = head
                    .lines()
                    .find_map(|line| line.strip_prefix("content-length: "));
                let length: usize = length.and_then(|text| text.parse().ok()).expect("a length");
                if self.buffer.len() >= end + 4 + length {
                    let body = String::from_utf8_lossy(&self.buffer[end + 4..]).into_owned();
                    return (head, body);
                }
            }
        }
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
