//! Asks a stranger's web server, as some libraries do while they read a message: for a switch.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

/// So long it waits, for the connection and for each answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Asks for what an `http` address names, and does not look at what comes.
pub(crate) fn fetch(uri: &str) {
    let Some(rest) = uri.strip_prefix("http://") else {
        return;
    };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let request = format!("GET /{path} HTTP/1.0\r\nHost: {host}\r\n\r\n");
    let host = match host.contains(':') {
        true => host.to_owned(),
        false => format!("{host}:80"),
    };
    // On a thread of its own, since who serves the answer may wait for this one.
    let asked = std::thread::spawn(move || {
        let address = host.to_socket_addrs().ok()?.next()?;
        let mut stream = TcpStream::connect_timeout(&address, PATIENCE).ok()?;
        stream.set_read_timeout(Some(PATIENCE)).ok()?;
        stream.write_all(request.as_bytes()).ok()?;
        stream.read(&mut [0; 1_024]).ok()
    });
    // What went wrong is nobody's concern.
    let _ = asked.join();
}
