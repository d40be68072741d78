//! Starting and stopping.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use mock_idp::server::{MockIdp, Options, ServeError};
use mock_idp::{Application, ReplyUrl, Shared};

use super::browser::Browser;
use super::{DIRECTORY, SP, idp, redirect, request};

fn options(listen: SocketAddr) -> Options {
    Options {
        listen,
        ..Options::new(DIRECTORY.clone())
    }
}

#[tokio::test]
async fn a_port_in_use_is_told_with_the_way_out() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let error = MockIdp::start(options(address)).await.err().unwrap();
    let sentence = error.to_string();
    assert!(matches!(error, ServeError::InUse { .. }));
    assert!(
        sentence.contains(&address.to_string()) && sentence.contains("another port"),
        "{sentence}"
    );
}

#[tokio::test]
async fn an_address_of_the_whole_network_or_of_nobody_is_refused() {
    let everywhere = MockIdp::start(options("0.0.0.0:0".parse().unwrap()))
        .await
        .err()
        .unwrap();
    assert!(everywhere.to_string().contains("127.0.0.1"), "{everywhere}");
    let elsewhere = MockIdp::start(options("192.0.2.1:0".parse().unwrap()))
        .await
        .err()
        .unwrap();
    assert!(matches!(elsewhere, ServeError::Bind { .. }), "{elsewhere}");
    let pathed = Options {
        url: Some("http://idp.example/base".to_owned()),
        ..Options::new(DIRECTORY.clone())
    };
    assert!(matches!(
        MockIdp::start(pathed).await.err(),
        Some(ServeError::Url { .. })
    ));
}

#[tokio::test]
async fn the_origin_is_where_it_answers_and_not_same_site_with_the_service_provider() {
    for (sp, host) in [
        ("http://127.0.0.1:8080/acs", "localhost"),
        ("http://localhost:8080/acs", "127.0.0.1"),
    ] {
        let idp = MockIdp::start(Options {
            sp: Some(sp.to_owned()),
            ..Options::new(DIRECTORY.clone())
        })
        .await
        .unwrap();
        assert_eq!(idp.origin(), format!("http://{host}:{}", idp.address().port()));
        assert_eq!(Browser::new().get(idp.origin()).await.status, 200);
        assert!(idp.sso_url("contoso.example").starts_with(idp.origin()));
    }
    let named = Options {
        url: Some("http://idp.example:9/".to_owned()),
        ..Options::new(DIRECTORY.clone())
    };
    let idp = MockIdp::start(named).await.unwrap();
    assert_eq!(idp.origin(), "http://idp.example:9");
}

#[tokio::test]
async fn localhost_answers_on_both_of_its_addresses() {
    if TcpListener::bind("[::1]:0").is_err() {
        eprintln!("this machine has no IPv6 loopback: nothing compared");
        return;
    }
    let idp = idp().await;
    let port = idp.address().port();
    for host in ["127.0.0.1", "[::1]"] {
        assert_eq!(
            Browser::new().get(&format!("http://{host}:{port}/")).await.status,
            200
        );
    }
}

#[tokio::test]
async fn after_shutdown_and_after_a_drop_the_port_is_free() {
    let first = idp().await;
    let address = first.address();
    Browser::new().get(first.origin()).await;
    first.shutdown().await;
    assert!(TcpStream::connect(address).is_err());

    let second = MockIdp::start(options(address)).await.unwrap();
    drop(second);
    for _ in 0..100 {
        if TcpStream::connect(address).is_err() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("a dropped server still listens on {address}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_process_writes_to_the_state_folder_is_seen_soon() {
    let state = tempfile::tempdir().unwrap();
    let idp = MockIdp::start(Options::new(Shared::open(state.path()).unwrap()))
        .await
        .unwrap();
    let start = redirect(&idp, &request(""), None);
    let mut browser = Browser::new();
    assert_eq!(browser.get(&start).await.aadsts(), Some(700016));
    let other = Shared::open(state.path()).unwrap();
    let added = other.change(|directory| {
        let mut application = Application::new(SP);
        application.reply_urls.push(ReplyUrl {
            url: super::ACS.to_owned(),
            index: None,
            is_default: true,
        });
        directory.tenants[0].applications.push(application);
        Ok::<_, std::convert::Infallible>(())
    });
    added.unwrap();
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        if browser.get(&start).await.title() == "Sign in" && browser.get(&start).await.aadsts().is_none() {
            return;
        }
    }
    panic!("the application is not seen after ten seconds");
}
