//! Serves the rows byte for byte, over http and https, and echoes what it is asked at `/echo`.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use openssl::{
    asn1::Asn1Time,
    bn::BigNum,
    hash::MessageDigest,
    pkey::{PKey, Private},
    rsa::Rsa,
    ssl::{Ssl, SslAcceptor, SslMethod},
    x509::{X509, X509NameBuilder, extension::SubjectAlternativeName},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
};
use tokio_openssl::SslStream;

/// Answers by path.
pub(crate) type Answers = Arc<Mutex<HashMap<String, Vec<u8>>>>;

/// Listens in the clear.
pub(crate) async fn clear(answers: Answers) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, Arc::clone(&answers)));
        }
    });
    address
}

/// Listens with TLS; with the certificate as PEM.
pub(crate) async fn tls(answers: Answers, names: &[&str]) -> (SocketAddr, Vec<u8>) {
    let (certificate, key) = certificate(names);
    let mut acceptor = SslAcceptor::mozilla_intermediate(SslMethod::tls()).unwrap();
    acceptor.set_certificate(&certificate).unwrap();
    acceptor.set_private_key(&key).unwrap();
    let acceptor = acceptor.build();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (answers, context) = (Arc::clone(&answers), acceptor.context().to_owned());
            tokio::spawn(async move {
                let mut stream = SslStream::new(Ssl::new(&context).unwrap(), stream).unwrap();
                if std::pin::Pin::new(&mut stream).accept().await.is_ok() {
                    serve(stream, answers).await;
                }
            });
        }
    });
    (address, certificate.to_pem().unwrap())
}

async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, answers: Answers) {
    let Some((head, body)) = request(&mut stream).await else {
        return;
    };
    let mut words = head.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let path = target.split('?').next().unwrap_or_default();
    let known = answers.lock().unwrap().get(path).cloned();
    let reply = match known {
        Some(known) => known,
        None if path.ends_with("/echo") => echo(method, target, &head, &body),
        None => b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec(),
    };
    let _ = stream.write_all(&reply).await;
    let _ = stream.shutdown().await;
    // Closing while the other side still sends would take the answer from it.
    let _ = tokio::time::timeout(std::time::Duration::from_secs(5), stream.read(&mut [0; 64])).await;
}

async fn request(stream: &mut (impl AsyncRead + Unpin)) -> Option<(String, Vec<u8>)> {
    let (mut bytes, mut some) = (Vec::new(), [0u8; 4096]);
    loop {
        // Nobody speaks TLS here.
        if bytes.first() == Some(&0x16) {
            return None;
        }
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let length = header(&head, "content-length").parse().unwrap_or(0);
            if bytes.len() >= end + 4 + length {
                return Some((head, bytes[end + 4..].to_vec()));
            }
        }
        match stream.read(&mut some).await {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&some[..count]),
        }
    }
}

fn header<'a>(head: &'a str, name: &str) -> &'a str {
    let lines = head.lines().filter_map(|line| line.split_once(':'));
    lines
        .into_iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map_or("-", |(_, value)| value.trim())
}

/// The request as a page: what a server sees of a navigation.
fn echo(method: &str, target: &str, head: &str, body: &[u8]) -> Vec<u8> {
    let mut seen = format!("{method} {target}\n");
    for name in [
        "host",
        "cookie",
        "origin",
        "referer",
        "sec-fetch-site",
        "sec-fetch-mode",
        "sec-fetch-dest",
        "sec-fetch-user",
        "content-type",
        "upgrade-insecure-requests",
    ] {
        seen.push_str(&format!("{name}: {}\n", header(head, name)));
    }
    seen.push_str(&String::from_utf8_lossy(body));
    super::row::answer(
        "200 OK",
        &[
            "Content-Type: text/plain; charset=utf-8",
            "Cache-Control: no-store",
        ],
        seen,
    )
}

fn certificate(names: &[&str]) -> (X509, PKey<Private>) {
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let mut name = X509NameBuilder::new().unwrap();
    name.append_entry_by_text("CN", "samlitmus test").unwrap();
    let name = name.build();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder
        .set_serial_number(&BigNum::from_u32(1).unwrap().to_asn1_integer().unwrap())
        .unwrap();
    builder.set_subject_name(&name).unwrap();
    builder.set_issuer_name(&name).unwrap();
    builder
        .set_not_before(&Asn1Time::days_from_now(0).unwrap())
        .unwrap();
    builder
        .set_not_after(&Asn1Time::days_from_now(2).unwrap())
        .unwrap();
    let mut all = SubjectAlternativeName::new();
    all.ip("127.0.0.1");
    for name in names {
        all.dns(name);
    }
    let all = all.build(&builder.x509v3_context(None, None)).unwrap();
    builder.append_extension(all).unwrap();
    builder.set_pubkey(&key).unwrap();
    builder.sign(&key, MessageDigest::sha256()).unwrap();
    (builder.build(), key)
}
