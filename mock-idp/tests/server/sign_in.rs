//! A person signs in.

use mock_idp::Directory;
use mock_idp::server::MockIdp;

use super::browser::{Browser, Form, Page};
use super::{ACS, DIRECTORY, idp, redirect, request};

async fn fill_in(browser: &mut Browser, idp: &MockIdp, page: &Page, account: &str, password: &str) -> Page {
    let form = page.form();
    let ctx = form.field("ctx").unwrap();
    let url = format!("{}{}", idp.origin(), form.action);
    browser
        .post(&url, &[("ctx", ctx), ("loginfmt", account), ("passwd", password)])
        .await
}

/// The response in the form, with its one signature verified.
fn response(form: &Form) -> String {
    let xml = saml::binding::decode_post(form.field("SAMLResponse").unwrap()).unwrap();
    let signatures = saml::signature::signatures(&xml);
    let certificate = DIRECTORY.contoso().keys.active.certificate();
    assert_eq!(signatures.len(), 1);
    assert!(saml::signature::verify(&xml, signatures[0], certificate).unwrap());
    xml
}

fn authn_instant(xml: &str) -> &str {
    xml.split_once("AuthnInstant=\"")
        .unwrap()
        .1
        .split('"')
        .next()
        .unwrap()
}

#[tokio::test]
async fn alice_signs_in_once_and_is_remembered_until_she_signs_out() {
    let (idp, mut browser) = (idp().await, Browser::new());
    let start = redirect(&idp, &request(""), Some("a=1&b=<2>"));

    let page = browser.get(&start).await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("Example &lt;Backup&gt;") && page.text().contains("for tests only"));
    let posted = fill_in(&mut browser, &idp, &page, "Alice@Contoso.example", "mock-alice").await;
    let form = posted.form();
    assert_eq!(form.action, ACS);
    assert_eq!(
        form.fields
            .iter()
            .map(|(name, _)| name.as_str())
            .collect::<Vec<_>>(),
        ["SAMLResponse", "RelayState"]
    );
    assert_eq!(form.field("RelayState"), Some("a=1&b=<2>"));
    let first = response(&form);
    assert_eq!(first.matches(r#"InResponseTo="id6f1c""#).count(), 2);
    assert!(first.contains(">alice@contoso.example</NameID>"));

    let silent = response(&browser.get(&start).await.form());
    assert_eq!(
        authn_instant(&silent),
        authn_instant(&first),
        "the time of the password, not of the response"
    );
    assert_ne!(silent, first);

    let forced = browser
        .get(&redirect(&idp, &request(r#"ForceAuthn="true""#), None))
        .await;
    assert!(forced.form().field("ctx").is_some());

    let out = browser.post(&format!("{}/sign-out", idp.origin()), &[]).await;
    assert_eq!((out.status, out.header("location")), (303, "/"));
    assert!(browser.get(&start).await.form().field("ctx").is_some());
}

#[tokio::test]
async fn a_request_without_relay_state_is_answered_without_one() {
    let (idp, mut browser) = (idp().await, Browser::new());
    let page = browser.get(&redirect(&idp, &request(""), None)).await;
    let form = fill_in(&mut browser, &idp, &page, "alice@contoso.example", "mock-alice")
        .await
        .form();
    assert_eq!(form.field("RelayState"), None);
}

#[tokio::test]
async fn a_wrong_password_or_account_shows_the_page_again_with_what_was_typed() {
    let (idp, mut browser) = (idp().await, Browser::new());
    let page = browser.get(&redirect(&idp, &request(""), None)).await;
    for (account, password, code) in [
        ("alice@contoso.example", "wrong", 50126),
        ("outsider@fabrikam.example", "mock-outsider", 50034),
        ("\"><script>alert(1)</script>", "x", 50034),
    ] {
        let again = fill_in(&mut browser, &idp, &page, account, password).await;
        assert_eq!((again.status, again.aadsts()), (200, Some(code)), "{account}");
        assert_eq!(again.form().field("loginfmt"), Some(account));
        assert!(!again.text().contains("<script"), "what was typed is text");
        assert_eq!(again.form().field("passwd"), Some(""));
    }
    let posted = fill_in(&mut browser, &idp, &page, "alice@contoso.example", "mock-alice").await;
    response(&posted.form());
}

#[tokio::test]
async fn the_page_of_one_browser_is_of_no_use_in_another_nor_twice() {
    let (idp, mut browser, mut other) = (idp().await, Browser::new(), Browser::new());
    let page = browser.get(&redirect(&idp, &request(""), None)).await;
    let alice = ("alice@contoso.example", "mock-alice");
    assert_eq!(
        fill_in(&mut other, &idp, &page, alice.0, alice.1).await.aadsts(),
        Some(90023)
    );
    other.get(&redirect(&idp, &request(""), None)).await;
    assert_eq!(
        fill_in(&mut other, &idp, &page, alice.0, alice.1).await.aadsts(),
        Some(90023)
    );
    response(&fill_in(&mut browser, &idp, &page, alice.0, alice.1).await.form());
    assert_eq!(
        fill_in(&mut browser, &idp, &page, alice.0, alice.1)
            .await
            .aadsts(),
        Some(90023)
    );
}

#[tokio::test]
async fn two_tabs_of_one_browser_do_not_disturb_each_other() {
    let (idp, mut browser) = (idp().await, Browser::new());
    let url = redirect(&idp, &request(""), None);
    let (one, two) = (browser.get(&url).await, browser.get(&url).await);
    response(
        &fill_in(&mut browser, &idp, &one, "alice@contoso.example", "mock-alice")
            .await
            .form(),
    );
    response(
        &fill_in(&mut browser, &idp, &two, "alice@contoso.example", "mock-alice")
            .await
            .form(),
    );
}

#[tokio::test]
async fn a_login_hint_fills_the_account_in() {
    let (idp, mut browser) = (idp().await, Browser::new());
    let url = format!(
        "{}&login_hint=alice%40contoso.example",
        redirect(&idp, &request(""), None)
    );
    assert_eq!(
        browser.get(&url).await.form().field("loginfmt"),
        Some("alice@contoso.example")
    );
}

#[tokio::test]
async fn a_posted_request_comes_back_by_get_for_its_cookies() {
    let (idp, mut browser) = (idp().await, Browser::new());
    let message = saml::binding::encode_post(request("").as_bytes());
    let fields = [("SAMLRequest", message.as_str()), ("RelayState", "r")];
    let arrived = browser.post(&idp.sso_url("contoso.example"), &fields).await;
    assert_eq!(arrived.status, 303);
    let back = format!("{}{}", idp.origin(), arrived.header("location"));
    let page = browser.get(&back).await;
    let form = fill_in(&mut browser, &idp, &page, "alice@contoso.example", "mock-alice")
        .await
        .form();
    assert_eq!(form.field("RelayState"), Some("r"));
    assert!(response(&form).contains(r#"InResponseTo="id6f1c""#));
    response(&browser.get(&back).await.form());
    assert_eq!(browser.get(&format!("{back}0")).await.aadsts(), Some(90023));
}

#[tokio::test]
async fn a_passive_request_is_told_that_nobody_is_signed_in() {
    let (idp, mut browser) = (idp().await, Browser::new());
    let page = browser
        .get(&redirect(&idp, &request(r#"IsPassive="true""#), Some("r")))
        .await;
    let form = page.form();
    assert_eq!((form.action.as_str(), form.field("RelayState")), (ACS, Some("r")));
    let xml = saml::binding::decode_post(form.field("SAMLResponse").unwrap()).unwrap();
    assert!(xml.contains("status:NoPassive") && xml.contains("AADSTS50058") && !xml.contains("Assertion"));
}

#[tokio::test]
async fn a_launch_link_signs_in_without_a_request() {
    let (idp, mut browser) = (idp().await, Browser::new());
    let app_id = &DIRECTORY.contoso().applications[0].app_id;
    let page = browser.get(&idp.launch_url(app_id, "contoso.example")).await;
    let form = fill_in(&mut browser, &idp, &page, "admin@contoso.example", "mock-victim")
        .await
        .form();
    assert_eq!(form.field("RelayState"), Some("/start?a=1&b=\"2\""));
    let xml = response(&form);
    assert!(!xml.contains("InResponseTo") && xml.contains(">admin@contoso.example</NameID>"));

    let without_tenant = format!("{}/api/signin/{app_id}", idp.origin());
    response(&browser.get(&without_tenant).await.form());
    let unknown = idp.launch_url("00000000-0000-0000-0000-000000000000", "contoso.example");
    assert_eq!(browser.get(&unknown).await.aadsts(), Some(700016));
    let nowhere = format!("{}/api/signin/nothing", idp.origin());
    assert_eq!(browser.get(&nowhere).await.aadsts(), Some(90019));
}

#[tokio::test]
async fn a_sign_on_url_makes_a_launch_start_at_the_service_provider() {
    let (idp, mut browser) = (idp().await, Browser::new());
    let app_id = DIRECTORY.contoso().applications[0].app_id.clone();
    let change = |directory: &mut Directory| {
        directory.tenants[0].applications[0].sign_on_url = Some("https://sp.example/login".to_owned());
    };
    change(&mut idp.directory().write().unwrap());
    let page = browser.get(&idp.launch_url(&app_id, "contoso.example")).await;
    assert_eq!(
        (page.status, page.header("location")),
        (302, "https://sp.example/login")
    );
}
