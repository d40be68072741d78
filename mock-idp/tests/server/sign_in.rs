//! A person signs in, page by page.

use mock_idp::server::MockIdp;

use super::browser::{Browser, Page};
use super::{ACS, DIRECTORY, change_application, idp, redirect, request};

pub(crate) const ALICE: (&str, &str) = ("alice@contoso.example", "mock-alice");

/// The response on the page, with its one signature verified.
pub(crate) fn response(page: &Page) -> String {
    let xml = page.saml_response();
    let signatures = saml::signature::signatures(&xml);
    let certificate = DIRECTORY.contoso().keys.active.certificate();
    assert_eq!(signatures.len(), 1);
    assert!(saml::signature::verify(&xml, signatures[0], certificate).unwrap());
    xml
}

fn authn_instant(xml: &str) -> &str {
    let (_, after) = xml.split_once("AuthnInstant=\"").unwrap();
    after.split('"').next().unwrap()
}

/// Up to the page that asks for alice's password.
async fn password_page(browser: &mut Browser, idp: &MockIdp, start: &str) -> Page {
    let page = browser.get(start).await;
    browser
        .submit(idp.origin(), &page, &[("loginfmt", ALICE.0)])
        .await
}

#[tokio::test]
async fn alice_signs_in_page_by_page_and_is_remembered_until_she_signs_out() {
    let (idp, mut browser) = (idp().await, Browser::new());
    let start = redirect(&idp, &request(""), Some("a=1&b=<2>"));
    let origin = idp.origin();

    let account = browser.get(&start).await;
    assert_eq!((account.status, account.title().as_str()), (200, "Sign in"));
    assert!(account.text().contains("Example &lt;Backup&gt;") && account.text().contains("for tests only"));
    let password = browser
        .submit(origin, &account, &[("loginfmt", " Alice@Contoso.example ")])
        .await;
    assert_eq!(password.title(), "Enter password");
    assert!(password.text().contains(ALICE.0));
    let stay = browser.submit(origin, &password, &[("passwd", ALICE.1)]).await;
    assert_eq!(stay.title(), "Stay signed in?");
    let posted = browser.submit(origin, &stay, &[("action", "no")]).await;
    let form = posted.form();
    let names: Vec<_> = form.fields.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        (form.action.as_str(), names),
        (ACS, vec!["SAMLResponse", "RelayState"])
    );
    assert_eq!(form.field("RelayState"), Some("a=1&b=<2>"));
    let first = response(&posted);
    assert_eq!(first.matches(r#"InResponseTo="id6f1c""#).count(), 2);
    assert!(first.contains(">alice@contoso.example</NameID>"));

    let silent = response(&browser.get(&start).await);
    assert_eq!(
        authn_instant(&silent),
        authn_instant(&first),
        "of the password, not of the response"
    );
    assert_ne!(silent, first);

    let out = browser.get(&format!("{origin}/sign-out")).await;
    assert!(out.text().contains(ALICE.0));
    let out = browser.submit(origin, &out, &[]).await;
    assert_eq!(out.title(), "Signed out");
    assert_eq!(browser.get(&start).await.title(), "Sign in");
}

#[tokio::test]
async fn forced_authentication_asks_for_the_password_of_whoever_is_there() {
    let (idp, mut browser) = (idp().await, Browser::new());
    let start = redirect(&idp, &request(""), None);
    let first = response(&browser.sign_in(idp.origin(), &start, ALICE.0, ALICE.1).await);
    let forced = redirect(&idp, &request(r#"ForceAuthn="true""#), None);
    let page = browser.get(&forced).await;
    assert_eq!(page.title(), "Enter password");
    let again = response(&browser.submit(idp.origin(), &page, &[("passwd", ALICE.1)]).await);
    assert!(authn_instant(&again) > authn_instant(&first));
}

#[tokio::test]
async fn a_request_without_relay_state_is_answered_without_one() {
    let (idp, mut browser) = (idp().await, Browser::new());
    let start = redirect(&idp, &request(""), None);
    let page = browser.sign_in(idp.origin(), &start, ALICE.0, ALICE.1).await;
    assert_eq!(page.form().field("RelayState"), None);
    let long = "x".repeat(64 * 1024);
    let message = saml::binding::encode_post(request("").as_bytes());
    let page = browser
        .post(
            &idp.sso_url("contoso.example"),
            &[("SAMLRequest", &message), ("RelayState", &long)],
        )
        .await;
    assert_eq!(
        page.form().field("RelayState"),
        Some(long.as_str()),
        "64 KiB come back whole"
    );
}

#[tokio::test]
async fn a_wrong_account_or_password_shows_the_page_again_with_what_was_typed() {
    let (idp, mut browser) = (idp().await, Browser::new());
    let mut page = browser.get(&redirect(&idp, &request(""), None)).await;
    for (account, code) in [
        ("nobody@contoso.example", 50034),
        ("nobody@nowhere.example", 50034),
        ("\"><script>alert(1)</script>", 90022),
        ("", 90022),
    ] {
        page = browser
            .submit(idp.origin(), &page, &[("loginfmt", account)])
            .await;
        assert_eq!((page.status, page.aadsts()), (200, Some(code)), "{account}");
        assert_eq!(page.form().field("loginfmt"), Some(account));
        assert!(!page.text().contains("<script"), "what was typed is text");
    }
    page = browser
        .submit(idp.origin(), &page, &[("loginfmt", ALICE.0)])
        .await;
    for _ in 0..2 {
        page = browser.submit(idp.origin(), &page, &[("passwd", "wrong")]).await;
        assert_eq!((page.status, page.aadsts()), (200, Some(50126)));
        assert_eq!(page.form().field("passwd"), Some(""));
    }
    let other = browser.submit(idp.origin(), &page, &[("action", "other")]).await;
    assert_eq!(other.title(), "Sign in");
    page = browser
        .submit(idp.origin(), &other, &[("loginfmt", ALICE.0)])
        .await;
    page = browser.submit(idp.origin(), &page, &[("passwd", ALICE.1)]).await;
    response(&browser.submit(idp.origin(), &page, &[]).await);
}

#[tokio::test]
async fn a_page_works_in_its_own_browser_and_once() {
    let (idp, mut browser, mut other) = (idp().await, Browser::new(), Browser::new());
    let page = password_page(&mut browser, &idp, &redirect(&idp, &request(""), None)).await;
    let stranger = other.submit(idp.origin(), &page, &[("passwd", ALICE.1)]).await;
    assert_eq!(stranger.status, 403, "without the token of its own");
    let own = other.get(&redirect(&idp, &request(""), None)).await.form();
    let stolen = [("passwd", ALICE.1), ("csrf", own.field("csrf").unwrap())];
    assert_eq!(
        other.submit(idp.origin(), &page, &stolen).await.aadsts(),
        Some(90023)
    );
    let stay = browser.submit(idp.origin(), &page, &[("passwd", ALICE.1)]).await;
    assert_eq!(stay.title(), "Stay signed in?", "nobody else has used it up");
    let again = browser.submit(idp.origin(), &page, &[("passwd", ALICE.1)]).await;
    assert_eq!((again.status, again.aadsts()), (400, Some(90023)));
}

#[tokio::test]
async fn two_tabs_of_one_browser_do_not_disturb_each_other() {
    let (idp, mut browser) = (idp().await, Browser::new());
    let url = redirect(&idp, &request(""), None);
    let one = password_page(&mut browser, &idp, &url).await;
    let two = password_page(&mut browser, &idp, &url).await;
    for page in [one, two] {
        let stay = browser.submit(idp.origin(), &page, &[("passwd", ALICE.1)]).await;
        response(&browser.submit(idp.origin(), &stay, &[("action", "no")]).await);
    }
}

#[tokio::test]
async fn a_login_hint_leads_to_the_password_of_that_account() {
    let (idp, mut browser) = (idp().await, Browser::new());
    let url = redirect(&idp, &request(""), None);
    let page = browser
        .get(&format!("{url}&login_hint=alice%40contoso.example"))
        .await;
    assert_eq!(page.title(), "Enter password");
    assert_eq!(page.form().field("loginfmt"), Some(ALICE.0));
    let unknown = browser
        .get(&format!("{url}&login_hint=nobody%40contoso.example"))
        .await;
    assert_eq!(unknown.title(), "Sign in");
    assert_eq!(unknown.form().field("loginfmt"), Some("nobody@contoso.example"));
}

#[tokio::test]
async fn a_posted_request_comes_back_by_get_for_its_cookies() {
    let (idp, mut browser) = (idp().await, Browser::new());
    let message = saml::binding::encode_post(request("").as_bytes());
    let fields = [("SAMLRequest", message.as_str()), ("RelayState", "r")];
    let arrived = browser.post(&idp.sso_url("contoso.example"), &fields).await;
    assert_eq!(arrived.status, 303);
    let back = format!("{}{}", idp.origin(), arrived.header("location"));
    let page = browser.sign_in(idp.origin(), &back, ALICE.0, ALICE.1).await;
    assert_eq!(page.form().field("RelayState"), Some("r"));
    assert!(response(&page).contains(r#"InResponseTo="id6f1c""#));
    response(&browser.get(&back).await);
    assert_eq!(browser.get(&format!("{back}0")).await.aadsts(), Some(90023));
}

#[tokio::test]
async fn a_launch_link_signs_in_without_a_request() {
    let (idp, mut browser) = (idp().await, Browser::new());
    let app_id = &DIRECTORY.contoso().applications[0].app_id;
    let launch = idp.launch_url(app_id, "contoso.example");
    let page = browser
        .sign_in(idp.origin(), &launch, "admin@contoso.example", "mock-victim")
        .await;
    assert_eq!(page.form().field("RelayState"), Some("/start?a=1&b=\"2\""));
    let xml = response(&page);
    assert!(!xml.contains("InResponseTo") && xml.contains(">admin@contoso.example</NameID>"));

    for link in [
        format!("{}/api/signin/{app_id}", idp.origin()),
        format!("{}/signin/Example/{app_id}", idp.origin()),
        format!("{}/applications/signin/Example/{app_id}", idp.origin()),
    ] {
        response(&browser.get(&link).await);
    }
    let unknown = idp.launch_url("00000000-0000-0000-0000-000000000000", "contoso.example");
    assert_eq!(browser.get(&unknown).await.aadsts(), Some(700016));
    let nowhere = format!("{}/api/signin/nothing", idp.origin());
    assert_eq!(browser.get(&nowhere).await.aadsts(), Some(90019));
}

#[tokio::test]
async fn a_sign_on_url_makes_a_launch_start_at_the_service_provider() {
    let (idp, mut browser) = (idp().await, Browser::new());
    let app_id = DIRECTORY.contoso().applications[0].app_id.clone();
    let launch = idp.launch_url(&app_id, "contoso.example");
    change_application(&idp, |application| {
        application.sign_on_url = Some("https://sp.example/login".to_owned());
    });
    let page = browser.get(&launch).await;
    assert_eq!(
        (page.status, page.header("location")),
        (302, "https://sp.example/login")
    );
    change_application(&idp, |application| application.enabled = false);
    assert_eq!(browser.get(&launch).await.aadsts(), Some(7000112));
}
