//! What toolkits for documents fetch that a message names: for a switch. Only from this machine, and little of it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use crate::doctype::declaration;

/// The most that is read, in bytes.
const MOST: u64 = 4 << 10;

/// How long anybody has to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// What begins a place that names an address, and what ends it.
const PLACES: [(&str, &str); 4] = [
    ("<?xml-stylesheet", "?>"),
    ("<xi:include", ">"),
    (":schemaLocation=", ">"),
    (":noNamespaceSchemaLocation=", ">"),
];

/// Asks for each address that stands where one is followed.
pub(crate) fn followed(text: &str) {
    let declaration = declaration(text).map(|range| &text[range]);
    let places = PLACES.iter().filter_map(|(begin, end)| {
        let place = text.split_once(begin)?.1;
        place.split(end).next()
    });
    for place in declaration.into_iter().chain(places) {
        for address in addresses(place) {
            let _whatever = fetched(address);
        }
    }
}

/// The addresses that stand in a text.
pub(crate) fn addresses(text: &str) -> impl Iterator<Item = &str> {
    let found = text.match_indices("http://").chain(text.match_indices("file:"));
    found.filter_map(|(at, _)| text[at..].split(['"', '\'', ' ', '<', '>']).next())
}

/// What is behind an address.
pub(crate) fn fetched(address: &str) -> Option<String> {
    let mut bytes = Vec::new();
    if let Some(path) = address.strip_prefix("file://") {
        let file = std::fs::File::open(path).ok()?;
        file.take(MOST).read_to_end(&mut bytes).ok()?;
        return String::from_utf8(bytes).ok();
    }
    let (host, path) = address.strip_prefix("http://")?.split_once('/')?;
    let here = |address: &SocketAddr| address.ip().is_loopback();
    let to = host.to_socket_addrs().ok()?.find(here)?;
    let mut stream = TcpStream::connect_timeout(&to, PATIENCE).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    write!(
        stream,
        "GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    )
    .ok()?;
    stream.take(MOST).read_to_end(&mut bytes).ok()?;
    let answer = String::from_utf8(bytes).ok()?;
    answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned())
}

/// The same where nobody cares for what comes: on a thread of its own, since who serves the answer may wait for this one.
pub(crate) fn fetch(address: &str) {
    let address = address.to_owned();
    let _whatever = std::thread::spawn(move || fetched(&address)).join();
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn what_is_named_anywhere_is_asked_for_once_and_nothing_beyond_this_machine() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let text = format!(
            "<!DOCTYPE r SYSTEM '{origin}/a' [<!ENTITY % p \"<!ENTITY q SYSTEM '{origin}/b'>\">]>\
             <?xml-stylesheet href='{origin}/c'?><r xsi:schemaLocation='urn:x {origin}/d'>\
             <xi:include href='{origin}/e'/><a>{origin}/f</a></r>"
        );
        let heard = std::thread::spawn(move || {
            let paths = listener.incoming().take(5).map(|stream| {
                let mut stream = stream.unwrap();
                let mut line = [0; 6];
                stream.read_exact(&mut line).unwrap();
                stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
                char::from(line[5])
            });
            paths.collect::<String>()
        });
        followed(&text);
        assert_eq!(heard.join().unwrap(), "abced");
        assert_eq!(fetched("http://192.0.2.1/x"), None);
    }
}
