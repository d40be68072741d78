//! Whatever is sent, the answer is a page with Azure's code for it.

use std::io::Write as _;
use std::net::TcpStream;

use mock_idp::server::MockIdp;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use saml::binding::{deflate, encode_post, percent_encode};

use super::browser::{Browser, Page};
use super::{DIRECTORY, idp, redirect, request};

async fn by_redirect(idp: &MockIdp, message: &str) -> Page {
    let url = format!(
        "{}?SAMLRequest={}",
        idp.sso_url("contoso.example"),
        percent_encode(message)
    );
    Browser::new().get(&url).await
}

async fn by_post(idp: &MockIdp, message: &str) -> Page {
    let mut browser = Browser::new();
    let arrived = browser
        .post(&idp.sso_url("contoso.example"), &[("SAMLRequest", message)])
        .await;
    match arrived.status {
        303 => {
            browser
                .get(&format!("{}{}", idp.origin(), arrived.header("location")))
                .await
        }
        _ => arrived,
    }
}

#[tokio::test]
async fn who_sends_no_message_is_told_so() {
    let idp = idp().await;
    let page = Browser::new().get(&idp.sso_url("contoso.example")).await;
    assert_eq!((page.status, page.aadsts()), (400, Some(750054)));
    let mut browser = Browser::new();
    let arrived = browser
        .post_raw(&idp.sso_url("contoso.example"), "text/xml", request("").into())
        .await;
    let back = format!("{}{}", idp.origin(), arrived.header("location"));
    let page = browser.get(&back).await;
    assert_eq!((page.status, page.aadsts()), (400, Some(90023)));
}

#[tokio::test]
async fn each_kind_of_garbage_has_its_code() {
    let idp = idp().await;
    let raw = encode_post(request("").as_bytes());
    let deflated = |text: &str| encode_post(&deflate(text));
    let deep = "<a>".repeat(100_000);
    let dtd = r#"<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>"#;
    for (message, code) in [
        ("", 750056),
        ("%%%", 750056),
        ("Zm9v-_", 750056),
        (&raw, 750055),
        (&deflated("not xml"), 7500525),
        (&deflated("<a><b></a>"), 7500525),
        (&deflated(dtd), 7500525),
        (&deflated(&deep), 7500525),
        (&deflated("<a/>"), 75005),
        (
            &deflated(r#"<p:LogoutRequest xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol"/>"#),
            75005,
        ),
    ] {
        let page = by_redirect(&idp, message).await;
        assert_eq!(page.aadsts(), Some(code), "{}", &message[..message.len().min(40)]);
    }
    let page = by_redirect(&idp, &"A".repeat(40_000)).await;
    assert_eq!((page.status, page.aadsts()), (400, Some(90015)));
    let not_text = deflate("\u{e9}").into_iter().chain([0xff]).collect::<Vec<_>>();
    for (message, code) in [
        ("", 750056),
        ("****", 750056),
        (&encode_post(&not_text), 90107),
        (&encode_post(b"\xff\xfe<\x00a\x00"), 90107),
        (&encode_post(b"<a"), 7500525),
        (&encode_post(deep.as_bytes()), 7500525),
        (&encode_post(&deflate(&request(""))), 90107),
    ] {
        let page = by_post(&idp, message).await;
        assert_eq!(page.aadsts(), Some(code), "{}", &message[..message.len().min(40)]);
    }
}

/// A parser would compare each attribute with each.
#[tokio::test]
async fn a_request_with_thousands_of_attributes_is_refused_by_their_number() {
    let idp = idp().await;
    for count in [4_000, 32_000] {
        let attributes: String = (0..count).map(|at| format!(" a{at}=''")).collect();
        let page = by_post(&idp, &encode_post(request(&attributes).as_bytes())).await;
        assert_eq!(page.aadsts(), Some(7500525));
        assert!(
            page.text().contains("more than the 256 attributes"),
            "{}",
            page.text()
        );
    }
    let elements = "<a/>".repeat(32_000);
    let xml = request("").replace(
        "</samlp:AuthnRequest>",
        &format!("{elements}</samlp:AuthnRequest>"),
    );
    assert_eq!(
        by_post(&idp, &encode_post(xml.as_bytes())).await.title(),
        "Sign in"
    );
}

#[tokio::test]
async fn a_redirect_that_inflates_without_end_is_cut_off() {
    let idp = idp().await;
    let bomb = encode_post(&deflate(&"<a>".repeat(2_000_000)));
    assert!(bomb.len() < 32_000, "{}", bomb.len());
    let page = by_redirect(&idp, &bomb).await;
    assert!(
        page.aadsts().is_some_and(|code| [75005, 7500525].contains(&code)),
        "{}",
        page.text()
    );
}

#[tokio::test]
async fn ten_megabytes_are_refused_and_the_next_request_is_served() {
    let idp = idp().await;
    let big = "A".repeat(10 * 1024 * 1024);
    // The answer comes before the body has been sent, so that a client may also see a closed connection.
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let body = format!("SAMLRequest={big}");
    let sent = client
        .post(idp.sso_url("contoso.example"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body)
        .send()
        .await;
    if let Ok(answer) = sent {
        assert_eq!(answer.status(), 400);
        if let Ok(text) = answer.text().await {
            assert!(text.contains("AADSTS90023"), "{text}");
        }
    }
    let page = Browser::new().get(&redirect(&idp, &request(""), None)).await;
    assert!(page.form().field("ctx").is_some());
}

#[tokio::test]
async fn what_this_tenant_does_not_know_is_named() {
    let idp = idp().await;
    let asked = |url: String| async move { Browser::new().get(&url).await };
    let other = redirect(&idp, &request("").replace("/metadata", "/Metadata"), None);
    let page = asked(other).await;
    assert_eq!((page.status, page.aadsts()), (200, Some(700016)));
    assert!(page.text().contains("https://sp.example/Metadata") && page.text().contains("Contoso"));
    for label in [
        "Request Id:",
        "Correlation Id:",
        "Timestamp:",
        "Message:",
        "for tests only",
    ] {
        assert!(page.text().contains(label), "{label}");
    }
    assert_eq!(page.header("x-ms-request-id").len(), 36);

    let acs = redirect(
        &idp,
        &request(r#"AssertionConsumerServiceURL="https://evil.example/&lt;b&gt;""#),
        None,
    );
    let page = asked(acs).await;
    assert_eq!(page.aadsts(), Some(50011));
    assert!(page.text().contains("https://evil.example/&lt;b&gt;") && !page.text().contains("<b>"));

    let digit = redirect(&idp, &request("").replace("id6f1c", "6f1c"), None);
    assert_eq!(asked(digit).await.aadsts(), Some(7500529));

    let tenant = &DIRECTORY.contoso().id;
    let unknown = "00000000-0000-0000-0000-000000000000";
    for (named, code) in [
        (unknown, 90002),
        ("nowhere.example", 90002),
        ("nonsense", 900023),
        ("a%2Fb", 900023),
    ] {
        let page = asked(redirect(&idp, &request(""), None).replace(tenant, named)).await;
        assert_eq!(page.aadsts(), Some(code), "{named}");
        let page = asked(idp.metadata_url("contoso.example").replace(tenant, named)).await;
        assert!(page.aadsts() == Some(code) || page.status == 404, "{named}");
    }
}

#[tokio::test]
async fn a_form_without_its_fields_names_the_first_that_is_missing() {
    let idp = idp().await;
    let url = format!("{}/contoso.example/login", idp.origin());
    let mut browser = Browser::new();
    let page = browser.get(&redirect(&idp, &request(""), None)).await;
    let form = page.form();
    let (token, ctx) = (form.field("csrf").unwrap(), form.field("ctx").unwrap());
    for (fields, missing) in [
        (vec![("csrf", token), ("passwd", "x")], "ctx"),
        (vec![("csrf", token), ("ctx", ctx), ("passwd", "x")], "loginfmt"),
    ] {
        let page = browser.post(&url, &fields).await;
        assert_eq!((page.status, page.aadsts()), (400, Some(90014)));
        assert!(page.text().contains(missing));
    }
}

#[test]
fn no_message_brings_the_server_down() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let idp = runtime.block_on(idp());
    let messages = prop_oneof![
        ".*",
        prop::collection::vec(any::<u8>(), 0..200).prop_map(|bytes| encode_post(&bytes)),
        prop::collection::vec(any::<u8>(), 0..200)
            .prop_map(|bytes| encode_post(&deflate(&String::from_utf8_lossy(&bytes)))),
        (0..request("").len(), ".{0,3}").prop_map(|(at, with)| {
            let mut xml = request("");
            xml.replace_range(at..=at, &with);
            encode_post(&deflate(&xml))
        }),
    ];
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 64,
        ..ProptestConfig::default()
    });
    runner
        .run(&messages, |message| {
            for page in
                runtime.block_on(async { [by_redirect(&idp, &message).await, by_post(&idp, &message).await] })
            {
                prop_assert!([200, 400].contains(&page.status), "{}", page.status);
                prop_assert!(page.aadsts().is_some() || page.form().field("ctx").is_some());
            }
            Ok(())
        })
        .unwrap();
}

#[tokio::test]
async fn a_client_that_says_nothing_keeps_nobody_waiting() {
    let idp = idp().await;
    let half = format!(
        "POST /contoso.example/saml2 HTTP/1.1\r\nHost: {}\r\nContent-Length: 99\r\n\r\nSAML",
        idp.address()
    );
    let mut silent: Vec<_> = (0..32)
        .map(|_| TcpStream::connect(idp.address()).unwrap())
        .collect();
    for stream in &mut silent {
        stream.write_all(half.as_bytes()).unwrap();
    }
    let page = Browser::new().get(&redirect(&idp, &request(""), None)).await;
    assert!(page.form().field("ctx").is_some());
    idp.shutdown().await;
}

#[tokio::test]
async fn posts_that_nobody_comes_back_for_take_a_bounded_room() {
    let idp = idp().await;
    let padded = format!("{}<!--{}-->", request(""), "x".repeat(600 * 1024));
    let message = encode_post(padded.as_bytes());
    let mut backs = Vec::new();
    for _ in 0..40 {
        let page = Browser::new()
            .post(&idp.sso_url("contoso.example"), &[("SAMLRequest", &message)])
            .await;
        assert_eq!(page.status, 303);
        backs.push(format!("{}{}", idp.origin(), page.header("location")));
    }
    let mut browser = Browser::new();
    assert_eq!(
        browser.get(&backs[0]).await.aadsts(),
        Some(90023),
        "the oldest made room"
    );
    assert_eq!(browser.get(&backs[39]).await.title(), "Sign in");
}
