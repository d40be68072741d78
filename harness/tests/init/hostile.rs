//! Addresses where no SP is, or one that nobody can talk to.

use std::{io::Write, time::Duration};

use super::site::{Site, listener, port};

#[test]
fn where_nobody_listens_that_is_said_and_nothing_is_written() {
    let site = Site::new();
    let url = format!("http://127.0.0.1:{}/", port());
    site.init(&[&url]).code(3).tells(&[&url, "start the SP"]);
    assert!(!site.path("samlitmus.toml").exists());
}

#[test]
fn bytes_that_are_no_http_are_named() {
    let site = Site::new();
    let (there, _) = listener(|stream| {
        let _ = stream.write_all(b"SSH-2.0-OpenSSH_9.9\r\n\0\0\0\xff\xfe");
    });
    let url = format!("http://127.0.0.1:{there}/");
    site.init(&[&url])
        .code(3)
        .tells(&[&url, "is no page that can be read"]);
    assert!(!site.path("samlitmus.toml").exists());
}

#[test]
fn an_answer_without_an_end_comes_to_one() {
    let site = Site::new();
    let (there, _) = listener(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n");
        while stream.write_all(&[b'x'; 65_536]).is_ok() {}
    });
    let url = format!("http://127.0.0.1:{there}/");
    site.init(&[&url])
        .code(3)
        .tells(&[&url, "is no page that can be read"]);
    assert!(!site.path("samlitmus.toml").exists());
}

#[test]
fn who_never_answers_is_not_waited_for_for_ever() {
    let site = Site::new();
    let (there, _) = listener(|_| std::thread::sleep(Duration::from_secs(3600)));
    let url = format!("http://127.0.0.1:{there}/");
    site.init(&[&url, "--timeout", "1s"])
        .code(3)
        .tells(&["takes the connection and does not answer", "--timeout"]);
    assert!(!site.path("samlitmus.toml").exists());
}

#[test]
fn pages_that_never_answer_behind_one_that_does_are_given_up() {
    let site = Site::new();
    let (there, _) = listener(|stream| {
        let _ = stream.set_nodelay(true);
        static FIRST: std::sync::Once = std::sync::Once::new();
        let mut first = false;
        FIRST.call_once(|| first = true);
        if !first {
            std::thread::sleep(Duration::from_secs(3600));
        }
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi");
    });
    let url = format!("http://127.0.0.1:{there}/");
    site.init(&[&url, "--timeout", "1s"])
        .code(3)
        .tells(&["3 pages of", "did not answer in time"]);
}

#[test]
fn a_host_that_nobody_named_is_sent_nothing() {
    let site = Site::new();
    let (there, _) = listener(|stream| {
        let _ = stream.write_all(
            b"HTTP/1.1 302 Found\r\nLocation: http://sso.elsewhere.example/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        );
    });
    site.init(&[&format!("http://127.0.0.1:{there}/")])
        .code(3)
        .tells(&["sso.elsewhere.example, which you did not name, so nothing was sent there"]);
}

#[test]
fn pages_of_garbage_are_no_metadata() {
    let site = Site::new();
    let (there, _) = listener(|stream| {
        let body = "<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\"><![CDATA[\u{0}<a href='//['>";
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        let _ = stream.write_all((head + body).as_bytes());
    });
    site.init(&[&format!("http://127.0.0.1:{there}/")])
        .code(2)
        .tells(&["missing metadata", "missing sign-in", "--entity-id and --acs"]);
}
