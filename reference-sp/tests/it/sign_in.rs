//! A user signs in, looks around and leaves.

use crate::kit::browser::{Browser, deliver, location};
use crate::kit::*;
use reference_sp::Config;
use saml::AuthnRequest;
use saml::metadata::SpMetadata;

#[tokio::test]
async fn the_idp_may_begin() {
    let sp = hardened().await;
    let browser = Browser::new(&sp);
    let answer = browser.post(&flawless(&sp, ALICE), None).await;
    assert_eq!(
        (answer.status().as_u16(), location(&answer)),
        (303, "/account".to_owned())
    );
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    assert!(
        cookie.starts_with("sp_session=") && cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax"),
        "{cookie}"
    );
    assert_eq!(browser.whoami().await.as_deref(), Some(ALICE));
}

#[tokio::test]
async fn each_place_of_the_signature_will_do() {
    let sp = hardened().await;
    let plain = response(&sp, tenant(), ALICE).to_xml();
    deliver(&sp, &sign_response(&plain, tenant())).await.is(ALICE);
    let plain = response(&sp, tenant(), ALICE).to_xml();
    deliver(&sp, &sign_response(&sign_assertion(&plain, tenant()), tenant()))
        .await
        .is(ALICE);
    let plain = response(&sp, other_tenant(), "bob@other.example").to_xml();
    deliver(&sp, &sign_assertion(&plain, other_tenant()))
        .await
        .is("bob@other.example");
}

#[tokio::test]
async fn a_protected_page_leads_to_the_idp_and_back() {
    let sp = hardened().await;
    let browser = Browser::new(&sp);
    let to_login = browser.get("/account").await;
    assert_eq!(location(&to_login), "/singlesignon/saml/login?to=/account");
    let id = browser.begin("?to=/account").await;
    let answer = browser
        .post(
            &sign_assertion(&answering(response(&sp, tenant(), ALICE), &id).to_xml(), tenant()),
            Some("/account"),
        )
        .await;
    assert!(
        answer.headers().get("set-cookie").is_none(),
        "the browser has yet to show that it began this"
    );
    let finish = browser.get(&location(&answer)).await;
    assert_eq!(location(&finish), "/account");
    let page = browser.get("/account").await.text().await.unwrap();
    assert!(page.contains(&format!("id=\"name-id\">{ALICE}<")), "{page}");
    assert!(page.contains("operator") && page.contains("Display of alice") && page.contains(ISSUER));
}

#[tokio::test]
async fn the_request_says_who_asks_and_where_to_answer() {
    let sp = hardened().await;
    let browser = Browser::new(&sp);
    let (xml, address) = browser.request("?to=/deep/link").await;
    assert!(
        address.starts_with(&format!("{ISSUER}saml2?SAMLRequest="))
            && address.ends_with("&RelayState=%2Fdeep%2Flink"),
        "{address}"
    );
    let request = AuthnRequest::parse(&xml).unwrap();
    assert_eq!(request.issuer.as_deref(), Some(&*sp.metadata_url()));
    assert_eq!(request.acs_url.as_deref(), Some(&*sp.acs_url()));
    assert_eq!(request.destination.as_deref(), Some(&*format!("{ISSUER}saml2")));
    assert!(request.id.starts_with('_') && request.id.len() == 41 && !request.force_authn);
    assert_ne!(browser.begin("").await, request.id);
    assert!(
        AuthnRequest::parse(&browser.request("?force=true").await.0)
            .unwrap()
            .force_authn
    );
    let (_, address) = browser
        .request(&format!("?idp={}", saml::binding::percent_encode(OTHER_ISSUER)))
        .await;
    assert!(address.starts_with(OTHER_ISSUER), "{address}");
}

#[tokio::test]
async fn nobody_is_led_off_the_site() {
    let sp = hardened().await;
    let browser = Browser::new(&sp);
    let id = browser.begin("?to=https://evil.example/").await;
    let answer = browser
        .post(
            &sign_assertion(&answering(response(&sp, tenant(), ALICE), &id).to_xml(), tenant()),
            Some("//evil.example"),
        )
        .await;
    assert_eq!(location(&browser.get(&location(&answer)).await), "/account");
    let answer = browser
        .post(&flawless(&sp, ALICE), Some("https://evil.example/"))
        .await;
    assert_eq!(location(&answer), "/account");
    let answer = browser.post(&flawless(&sp, ALICE), Some("/files?q=1")).await;
    assert_eq!(location(&answer), "/files?q=1");
}

#[tokio::test]
async fn two_tabs_may_finish_in_any_order() {
    let sp = hardened().await;
    let browser = Browser::new(&sp);
    let (first, second) = (browser.begin("").await, browser.begin("").await);
    for id in [second, first] {
        browser.cookies.borrow_mut().remove("sp_session");
        browser
            .deliver(&sign_assertion(
                &answering(response(&sp, tenant(), ALICE), &id).to_xml(),
                tenant(),
            ))
            .await
            .is(ALICE);
    }
}

#[tokio::test]
async fn signing_in_again_changes_the_session_and_ends_the_old_one() {
    let sp = hardened().await;
    let browser = Browser::new(&sp);
    browser
        .cookies
        .borrow_mut()
        .insert("sp_session".to_owned(), "chosen-by-somebody".to_owned());
    let mut sessions = Vec::new();
    for user in [ALICE, ATTACKER] {
        let id = browser.begin("").await;
        browser
            .deliver(&sign_assertion(
                &answering(response(&sp, tenant(), user), &id).to_xml(),
                tenant(),
            ))
            .await
            .is(user);
        sessions.push(browser.cookies.borrow()["sp_session"].clone());
    }
    assert!(sessions[0] != sessions[1] && sessions[0] != "chosen-by-somebody");
    browser
        .cookies
        .borrow_mut()
        .insert("sp_session".to_owned(), sessions.swap_remove(0));
    assert_eq!(browser.whoami().await, None);
}

#[tokio::test]
async fn signing_out_ends_the_session() {
    let sp = hardened().await;
    let browser = Browser::new(&sp);
    browser.deliver(&flawless(&sp, ALICE)).await.is(ALICE);
    let session = browser.cookies.borrow()["sp_session"].clone();
    browser.get("/logout").await;
    browser
        .cookies
        .borrow_mut()
        .insert("sp_session".to_owned(), session);
    assert_eq!(browser.whoami().await, None);
    assert_eq!(browser.get("/account").await.status(), 303);
}

#[tokio::test]
async fn programs_are_told_who_is_signed_in() {
    let sp = hardened().await;
    let browser = Browser::new(&sp);
    let answer = browser.get("/whoami").await;
    assert_eq!(answer.status(), 401);
    assert_eq!(answer.text().await.unwrap(), r#"{"error":"not signed in"}"#);
    browser.deliver(&flawless(&sp, ALICE)).await.is(ALICE);
    let json: serde_json::Value =
        serde_json::from_str(&browser.get("/whoami").await.text().await.unwrap()).unwrap();
    assert_eq!(json["issuer"], ISSUER);
    assert_eq!(
        json["attributes"]["http://schemas.microsoft.com/ws/2008/06/identity/claims/role"][0],
        "operator"
    );
}

#[tokio::test]
async fn metadata_can_be_read_back() {
    let sp = hardened().await;
    let answer = Browser::new(&sp).get("/singlesignon/saml/metadata").await;
    assert_eq!(answer.headers()["content-type"], "application/samlmetadata+xml");
    let metadata = SpMetadata::parse(&answer.bytes().await.unwrap()).unwrap();
    assert_eq!(metadata.entity_id, sp.metadata_url());
    assert_eq!(metadata.default_acs().unwrap().location, sp.acs_url());
}

#[tokio::test]
async fn a_name_of_its_own_is_used_everywhere() {
    let sp = start(Config {
        url: Some("https://backup.example/".to_owned()),
        ..Config::default()
    })
    .await;
    assert_eq!(sp.acs_url(), "https://backup.example/singlesignon/saml/SSO");
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let login = client
        .get(format!("http://{}/singlesignon/saml/login", sp.address()))
        .header("Host", "evil.example")
        .send()
        .await
        .unwrap();
    assert!(
        login.headers()["set-cookie"]
            .to_str()
            .unwrap()
            .ends_with("; Secure")
    );
    let location = login.headers()["location"].to_str().unwrap();
    assert!(
        location.starts_with(ISSUER) && !location.contains("evil"),
        "{location}"
    );
}

#[tokio::test]
async fn markup_in_a_name_is_only_text() {
    let sp = hardened().await;
    let browser = Browser::new(&sp);
    let name = "\"><img src=x onerror=alert(1)>";
    browser
        .deliver(&sign_assertion(&response(&sp, tenant(), name).to_xml(), tenant()))
        .await
        .is(name);
    for path in ["/", "/account"] {
        let page = browser.get(path).await;
        assert!(
            page.headers()["content-security-policy"]
                .to_str()
                .unwrap()
                .contains("default-src 'none'")
        );
        assert!(!page.text().await.unwrap().contains("<img"), "{path}");
    }
}

#[tokio::test]
async fn an_sp_that_trusts_nobody_says_so() {
    let sp = hardened().await;
    sp.set_trust(Vec::new());
    let browser = Browser::new(&sp);
    assert_eq!(browser.get("/singlesignon/saml/login").await.status(), 503);
    assert!(
        browser
            .get("/")
            .await
            .text()
            .await
            .unwrap()
            .contains("No identity provider is trusted yet")
    );
    browser
        .deliver(&flawless(&sp, ALICE))
        .await
        .is_refused("is not trusted");
}
