//! Who is remembered, and for how long.

use super::browser::Browser;
use super::sign_in::{ALICE, response};
use super::{ACS, change, idp, redirect, request};

const ATTACKER: (&str, &str) = ("attacker@contoso.example", "mock-attacker");

#[tokio::test]
async fn staying_signed_in_outlives_the_browser_and_not_staying_does_not() {
    for (action, stays) in [("yes", true), ("no", false)] {
        let (idp, mut browser) = (idp().await, Browser::new());
        let page = browser.get(&redirect(&idp, &request(""), None)).await;
        let page = browser
            .submit(idp.origin(), &page, &[("loginfmt", ALICE.0)])
            .await;
        let page = browser.submit(idp.origin(), &page, &[("passwd", ALICE.1)]).await;
        let page = browser.submit(idp.origin(), &page, &[("action", action)]).await;
        let session = page
            .headers
            .get_all("set-cookie")
            .iter()
            .map(|cookie| cookie.to_str().unwrap())
            .find(|cookie| cookie.starts_with("mock-idp-session="));
        assert_eq!(session.unwrap().contains("Max-Age=7776000"), stays, "{action}");
    }
}

#[tokio::test]
async fn several_people_in_one_browser_are_asked_which() {
    let (idp, mut browser) = (idp().await, Browser::new());
    let start = redirect(&idp, &request(""), None);
    browser.sign_in(idp.origin(), &start, ALICE.0, ALICE.1).await;
    let hint = format!("{start}&login_hint=attacker%40contoso.example");
    browser.sign_in(idp.origin(), &hint, ATTACKER.0, ATTACKER.1).await;

    let picker = browser.get(&start).await;
    assert_eq!(picker.title(), "Pick an account");
    let text = picker.text();
    assert!(text.contains(ALICE.0) && text.contains(ATTACKER.0) && text.contains("Use another account"));
    let alice = idp
        .directory()
        .read()
        .contoso()
        .user("alice")
        .unwrap()
        .object_id
        .clone();
    let page = browser
        .submit(idp.origin(), &picker, &[("account", &alice)])
        .await;
    assert!(response(&page).contains(">alice@contoso.example</NameID>"));
    let hinted = browser.get(&hint).await;
    assert!(
        response(&hinted).contains(">attacker@contoso.example</NameID>"),
        "the hint chooses"
    );

    let passive = browser
        .get(&redirect(&idp, &request(r#"IsPassive="true""#), None))
        .await;
    assert!(passive.saml_response().contains("AADSTS16000"));
    let other = browser.get(&start).await;
    let other = browser.submit(idp.origin(), &other, &[("action", "other")]).await;
    assert_eq!(other.title(), "Sign in");
    let unknown = browser.get(&start).await;
    let unknown = browser
        .submit(idp.origin(), &unknown, &[("account", "nobody")])
        .await;
    assert_eq!(unknown.title(), "Sign in");
}

#[tokio::test]
async fn one_who_is_signed_in_may_choose_another_account() {
    let (idp, mut browser) = (idp().await, Browser::new());
    let start = redirect(&idp, &request(""), None);
    browser.sign_in(idp.origin(), &start, ALICE.0, ALICE.1).await;
    let page = browser.get(&format!("{start}&prompt=select_account")).await;
    assert_eq!(page.title(), "Pick an account");
}

#[tokio::test]
async fn a_passive_request_is_told_that_nobody_is_signed_in() {
    let (idp, mut browser) = (idp().await, Browser::new());
    for attributes in [r#"IsPassive="true""#, r#"IsPassive="true" ForceAuthn="true""#] {
        let page = browser
            .get(&redirect(&idp, &request(attributes), Some("r")))
            .await;
        let form = page.form();
        assert_eq!((form.action.as_str(), form.field("RelayState")), (ACS, Some("r")));
        let xml = page.saml_response();
        assert!(
            xml.contains("status:NoPassive") && xml.contains("AADSTS50058") && !xml.contains("Assertion")
        );
    }
    let start = redirect(&idp, &request(""), None);
    browser.sign_in(idp.origin(), &start, ALICE.0, ALICE.1).await;
    let passive = redirect(&idp, &request(r#"IsPassive="true""#), None);
    response(&browser.get(&passive).await);
}

#[tokio::test]
async fn a_changed_password_ends_the_session() {
    let (idp, mut browser) = (idp().await, Browser::new());
    let start = redirect(&idp, &request(""), None);
    browser.sign_in(idp.origin(), &start, ALICE.0, ALICE.1).await;
    change(&idp, |directory| {
        directory.tenants[0].users[0].password = "another".to_owned()
    });
    let passive = redirect(&idp, &request(r#"IsPassive="true""#), None);
    assert!(
        browser
            .get(&passive)
            .await
            .saml_response()
            .contains("AADSTS50133")
    );
    let page = browser.get(&start).await;
    assert_eq!(page.title(), "Enter password");
    response(
        &browser
            .submit(idp.origin(), &page, &[("passwd", "another")])
            .await,
    );
    change(&idp, |directory| drop(directory.tenants[0].users.remove(0)));
    let page = browser.get(&start).await;
    assert_eq!(page.title(), "Sign in", "whose account is gone is not signed in");
}
