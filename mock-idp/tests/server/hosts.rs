//! The mock answers under its own names only, and gives up those who do not finish asking.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use mock_idp::server::{Answer, Live, MockIdp, Options, Reply, TICKET_COOKIE};

use super::{DIRECTORY, idp};

/// What is answered to these bytes, until the connection ends.
async fn told(address: SocketAddr, ask: impl Into<Vec<u8>>) -> String {
    let ask = ask.into();
    let told = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        // The other side may have ended it already.
        let _ = stream.write_all(&ask);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    });
    told.await.unwrap()
}

fn get(target: &str, hosts: &[&str]) -> String {
    let hosts: String = hosts.iter().map(|host| format!("Host: {host}\r\n")).collect();
    format!("GET {target} HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_not_the_mocks_is_told_so_and_nothing_else() {
    let idp = idp().await;
    let (address, port) = (idp.address(), idp.address().port());
    let password = &DIRECTORY.contoso().users[0].password;
    let export = "/portal/contoso.example/transfer/directory.toml";
    let own = format!("localhost:{port}");
    let served = told(address, get(export, &[&own])).await;
    assert!(
        served.starts_with("HTTP/1.1 200") && served.contains(password),
        "{served}"
    );

    let rebound = format!("rebound.example:{port}");
    for target in [export, "/", "/v1.0/users", "/contoso.example/saml2", "/nowhere"] {
        let refused = told(address, get(target, &[&rebound])).await;
        assert!(
            refused.starts_with("HTTP/1.1 421 Misdirected Request"),
            "{target}: {refused}"
        );
        assert!(
            refused.contains(idp.origin()) && !refused.contains(password),
            "{refused}"
        );
    }
    let absolute = format!("http://{rebound}{export}");
    let refused = told(address, get(&absolute, &[&own])).await;
    assert!(refused.starts_with("HTTP/1.1 421"), "{refused}");
    let absolute = format!("http://{own}{export}");
    assert!(
        told(address, get(&absolute, &[&own]))
            .await
            .starts_with("HTTP/1.1 200")
    );
    assert!(
        told(address, get(&absolute, &[&rebound]))
            .await
            .starts_with("HTTP/1.1 421")
    );
    for hosts in [&[][..], &[own.as_str(), &own], &[own.as_str(), &rebound]] {
        let refused = told(address, get(export, hosts)).await;
        assert!(refused.starts_with("HTTP/1.1 400"), "{hosts:?}: {refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_host_of_the_public_url_is_the_mocks() {
    let named = Options {
        url: Some("https://idp.contoso.example".to_owned()),
        ..Options::new(DIRECTORY.clone())
    };
    let idp = MockIdp::start(named).await.unwrap();
    for (host, status) in [("idp.contoso.example", "200"), ("contoso.example", "421")] {
        let answer = told(idp.address(), get("/", &[host])).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{host}: {answer}"
        );
    }
}

fn patient(patience: Duration) -> Options {
    Options {
        patience,
        ..Options::new(DIRECTORY.clone())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_is_half_sent_and_a_connection_that_says_nothing_end() {
    let idp = MockIdp::start(patient(Duration::from_millis(200))).await.unwrap();
    let address = idp.address();
    for half in ["", "G", "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow"] {
        assert_eq!(told(address, half).await, "", "{half:?} ended without an answer");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_half_sent_is_told_so() {
    let idp = MockIdp::start(patient(Duration::from_millis(200))).await.unwrap();
    let ask = format!(
        "POST /sign-out HTTP/1.1\r\nHost: localhost:{}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 99\r\n\r\nSAML",
        idp.address().port()
    );
    let answer = told(idp.address(), ask).await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert!(answer.contains("did not arrive within 0.4 seconds"), "{answer}");
}

/// Takes its time.
struct Slow(Duration);

impl Answer for Slow {
    fn answer(&self, _: &str, _: Live) -> std::pin::Pin<Box<dyn Future<Output = Reply> + Send + '_>> {
        Box::pin(async move {
            tokio::time::sleep(self.0).await;
            Reply::Page {
                status: 200,
                html: "at last".to_owned(),
            }
        })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_that_an_answer_takes_is_not_the_clients() {
    let patience = Duration::from_secs(1);
    let slow = Options {
        answer: Some(Arc::new(Slow(patience * 3))),
        ..patient(patience)
    };
    let idp = MockIdp::start(slow).await.unwrap();
    let host = format!("localhost:{}", idp.address().port());
    let ask = format!(
        "GET /contoso.example/saml2 HTTP/1.1\r\nHost: {host}\r\nCookie: {TICKET_COOKIE}=t\r\nConnection: close\r\n\r\n"
    );
    let answer = told(idp.address(), ask).await;
    assert!(answer.ends_with("at last"), "{answer}");
}
