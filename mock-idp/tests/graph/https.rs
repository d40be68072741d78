//! The second listener, under an authority of the mock's own.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use mock_idp::server::{MockIdp, Options, Tls};

use super::{DIRECTORY, Graph, sent};

fn options(tls: &Tls) -> Options {
    Options {
        https: Some(("127.0.0.1:0".parse().unwrap(), tls.clone())),
        ..Options::new(DIRECTORY.clone())
    }
}

fn trusting(tls: &Tls) -> reqwest::Client {
    let authority = reqwest::Certificate::from_pem(tls.certificate_pem().as_bytes()).unwrap();
    reqwest::Client::builder()
        .add_root_certificate(authority)
        .build()
        .unwrap()
}

fn address(idp: &MockIdp) -> SocketAddr {
    let origin = idp.https_origin().unwrap();
    let (_, port) = origin.rsplit_once(':').unwrap();
    SocketAddr::from(([127, 0, 0, 1], port.parse().unwrap()))
}

#[tokio::test]
async fn whoever_trusts_the_authority_reaches_graph_and_the_pages_by_either_name() {
    let tls = Tls::ephemeral().unwrap();
    let mut graph = Graph::serving(options(&tls)).await;
    graph.http = trusting(&tls);
    let port = address(&graph.idp).port();
    assert_eq!(
        graph.idp.https_origin().unwrap(),
        format!("https://localhost:{port}")
    );
    for host in ["localhost", "127.0.0.1"] {
        let base = format!("https://{host}:{port}");
        let users = graph.get(&format!("{base}/v1.0/users?$top=1")).await.expect(200);
        let next = users["@odata.nextLink"].as_str().unwrap();
        assert!(next.starts_with(&format!("{base}/v1.0/users?")), "{next}");
        graph.get(next).await.expect(200);
        let configuration = graph
            .get(&format!(
                "{base}/contoso.example/v2.0/.well-known/openid-configuration"
            ))
            .await
            .expect(200);
        assert!(
            configuration["token_endpoint"]
                .as_str()
                .unwrap()
                .starts_with(&base)
        );
        assert_eq!(graph.get(&format!("{base}/")).await.status, 200);
    }
    let stranger = reqwest::Client::new()
        .get(format!("https://localhost:{port}/"))
        .send()
        .await;
    assert!(stranger.is_err(), "nobody trusts it unasked");
}

#[tokio::test]
async fn the_authority_of_a_state_folder_is_trusted_once_and_for_all() {
    let state = tempfile::tempdir().unwrap();
    let first = Tls::open(state.path()).unwrap();
    let file = first.certificate_file().unwrap().to_owned();
    let http = trusting(&first);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), first.certificate_pem());
    drop(first);
    let graph = Graph::serving(options(&Tls::open(state.path()).unwrap())).await;
    let url = format!("{}/", graph.idp.https_origin().unwrap());
    assert_eq!(sent(http.get(url)).await.status, 200);
}

#[tokio::test]
async fn the_certificate_names_the_host_that_the_idp_is_known_by() {
    let tls = Tls::ephemeral().unwrap();
    let known = Options {
        url: Some("https://idp.contoso.example".to_owned()),
        ..options(&tls)
    };
    let idp = MockIdp::start(known).await.unwrap();
    let authority = reqwest::Certificate::from_pem(tls.certificate_pem().as_bytes()).unwrap();
    let http = reqwest::Client::builder()
        .add_root_certificate(authority)
        .resolve("idp.contoso.example", address(&idp))
        .build()
        .unwrap();
    let url = format!("https://idp.contoso.example:{}/", address(&idp).port());
    assert_eq!(sent(http.get(url)).await.status, 200);
}

#[tokio::test]
async fn another_name_than_the_mocks_is_misdirected_over_https_too() {
    let tls = Tls::ephemeral().unwrap();
    let idp = MockIdp::start(options(&tls)).await.unwrap();
    let http = reqwest::Client::builder()
        .danger_accept_invalid_certs(true)
        .resolve("rebound.example", address(&idp))
        .build()
        .unwrap();
    for (host, status) in [("rebound.example", 421), ("localhost", 200)] {
        let url = format!("https://{host}:{}/", address(&idp).port());
        assert_eq!(sent(http.get(url)).await.status, status, "{host}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_http_is_told_and_garbage_and_silence_hold_up_nobody() {
    let tls = Tls::ephemeral().unwrap();
    let idp = MockIdp::start(options(&tls)).await.unwrap();
    let address = address(&idp);
    let silent: Vec<TcpStream> = (0..100).map(|_| TcpStream::connect(address).unwrap()).collect();
    let told = tokio::task::spawn_blocking(move || {
        let ask = |bytes: &[u8]| {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
            stream.write_all(bytes).unwrap();
            let mut answer = String::new();
            // A reset after the answer is as good as its end.
            let _ = stream.read_to_string(&mut answer);
            answer
        };
        ask(b"\x16\x03\x01\xff\xffgarbage that is no hello");
        ask(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    });
    let told = told.await.unwrap();
    assert!(
        told.starts_with("HTTP/1.1 400") && told.contains("https://"),
        "{told}"
    );
    assert_eq!(
        sent(trusting(&tls).get(format!("{}/", idp.https_origin().unwrap())))
            .await
            .status,
        200
    );
    drop(silent);
    idp.shutdown().await;
    free_again(address).await;
}

#[tokio::test]
async fn a_taken_or_open_address_is_refused_as_for_http() {
    let tls = Tls::ephemeral().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    for (address, hint) in [
        (taken.local_addr().unwrap(), "in use"),
        ("0.0.0.0:0".parse().unwrap(), "whole network"),
    ] {
        let options = Options {
            https: Some((address, tls.clone())),
            ..Options::new(DIRECTORY.clone())
        };
        let error = MockIdp::start(options).await.err().unwrap().to_string();
        assert!(error.contains(hint), "{error}");
    }
}

/// Nobody listens there any more. Another test may have been given the port at once: it gives it back as well.
async fn free_again(address: SocketAddr) {
    let begun = Instant::now();
    while TcpStream::connect(address).is_ok() {
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "somebody listens at {address}"
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
