//! HTTPS with certificates that only the configuration knows.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set up its stage has failed"
)]

mod driver_support;

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    thread,
};

use driver_support::*;
use openssl::{
    asn1::Asn1Time,
    bn::BigNum,
    hash::MessageDigest,
    pkey::{PKey, Private},
    rsa::Rsa,
    ssl::{SslAcceptor, SslMethod},
    x509::{X509, X509NameBuilder, extension::SubjectAlternativeName},
};
use samlitmus::{
    driver::{HttpDriver, Session, Visit},
    judge::observation::Ended,
};

fn certificate() -> (X509, PKey<Private>) {
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let mut name = X509NameBuilder::new().unwrap();
    name.append_entry_by_text("CN", "localhost").unwrap();
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
    let names = SubjectAlternativeName::new()
        .dns("localhost")
        .build(&builder.x509v3_context(None, None))
        .unwrap();
    builder.append_extension(names).unwrap();
    builder.set_pubkey(&key).unwrap();
    builder.sign(&key, MessageDigest::sha256()).unwrap();
    (builder.build(), key)
}

fn serve_tls(certificate: &X509, key: &PKey<Private>) -> SocketAddr {
    let mut acceptor = SslAcceptor::mozilla_intermediate(SslMethod::tls()).unwrap();
    acceptor.set_certificate(certificate).unwrap();
    acceptor.set_private_key(key).unwrap();
    let acceptor = acceptor.build();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let Ok(mut stream) = acceptor.accept(stream) else {
                continue;
            };
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nSet-Cookie: __Host-a=1; Secure; Path=/\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello");
            let _ = stream.shutdown();
        }
    });
    address
}

fn file(name: &str, content: &[u8]) -> PathBuf {
    let path = std::env::temp_dir().join(format!("samlitmus-test-{}-{name}", std::process::id()));
    std::fs::write(&path, content).unwrap();
    path
}

#[tokio::test]
async fn a_certificate_is_trusted_only_if_the_configuration_says_so() {
    let (certificate, key) = certificate();
    let url = format!("https://localhost:{}/", serve_tls(&certificate, &key).port());
    let stranger = Session::Http(http_session(setup(&url, "http://localhost:1")))
        .travel(Visit::Get(&url))
        .await;
    assert!(
        matches!(&stranger.ended, Ended::Unreachable(why) if why.contains("certificate")),
        "{:?}",
        stranger.ended
    );

    let pem = file("ca.pem", &certificate.to_pem().unwrap());
    let mut trusting = setup(&url, "http://localhost:1");
    trusting.ca = Some(pem.clone());
    let journey = Session::Http(http_session(trusting))
        .travel(Visit::Get(&url))
        .await;
    assert_eq!(body(&journey), "hello", "{:?}", journey.ended);
    assert_eq!(journey.hops[0].set_cookies[0].name, "__Host-a");
    std::fs::remove_file(pem).unwrap();
}

#[tokio::test]
async fn a_file_without_certificates_is_named() {
    let empty = file("empty.pem", b"nothing");
    for (path, word) in [
        (PathBuf::from("/no/such.pem"), "No such file"),
        (empty.clone(), "there is none"),
    ] {
        let mut setup = setup("https://localhost/", "http://localhost:1");
        setup.ca = Some(path.clone());
        let error = HttpDriver::new(setup).unwrap_err().to_string();
        assert!(
            error.contains(path.to_str().unwrap()) && error.contains(word),
            "{error}"
        );
    }
    std::fs::remove_file(empty).unwrap();
}
