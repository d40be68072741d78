//! Second factors, and accounts that sign in without a password.

use mock_idp::directory::{AuthMethod, ConditionalAccess, StrongAuthentication};

use super::browser::Browser;
use super::sign_in::{ALICE, response};
use super::{change, change_application, idp, redirect, request};

const MULTIPLE: &str = "http://schemas.microsoft.com/claims/multipleauthn";

#[tokio::test]
async fn an_account_with_two_factors_is_asked_for_both() {
    let (idp, mut browser) = (idp().await, Browser::new());
    let start = redirect(&idp, &request(""), None);
    for (method, title) in [
        (AuthMethod::PasswordAndPush, "Approve sign in request"),
        (AuthMethod::PasswordAndOath, "Enter code"),
        (AuthMethod::PasswordAndVoice, "We’re calling your phone"),
    ] {
        change(&idp, |directory| directory.tenants[0].users[0].method = method);
        let mut browser = Browser::new();
        let page = browser.get(&start).await;
        let page = browser
            .submit(idp.origin(), &page, &[("loginfmt", ALICE.0)])
            .await;
        let page = browser.submit(idp.origin(), &page, &[("passwd", ALICE.1)]).await;
        assert_eq!(page.title(), title);
        let refused = browser.submit(idp.origin(), &page, &[("action", "deny")]).await;
        assert_eq!(refused.aadsts(), Some(50074));
        assert_eq!(browser.get(&start).await.title(), "Sign in", "no session began");
    }
    let page = browser.sign_in(idp.origin(), &start, ALICE.0, ALICE.1).await;
    assert!(response(&page).contains(MULTIPLE));
    assert!(
        response(&browser.get(&start).await).contains(MULTIPLE),
        "the session remembers both"
    );
}

#[tokio::test]
async fn conditional_access_asks_for_a_second_factor_once() {
    let (idp, mut browser) = (idp().await, Browser::new());
    let start = redirect(&idp, &request(""), None);
    let passive = redirect(&idp, &request(r#"IsPassive="true""#), None);
    assert!(!response(&browser.sign_in(idp.origin(), &start, ALICE.0, ALICE.1).await).contains(MULTIPLE));
    change_application(&idp, |application| {
        application.conditional_access = Some(ConditionalAccess::RequireMfa);
    });
    assert_eq!(browser.get(&start).await.aadsts(), Some(50072), "none is set up");
    assert!(
        browser
            .get(&passive)
            .await
            .saml_response()
            .contains("AADSTS50079")
    );

    let set = |state| {
        change(&idp, |directory| {
            directory.tenants[0].users[0].strong_authentication = state
        })
    };
    set(StrongAuthentication::Expired);
    assert!(
        browser
            .get(&passive)
            .await
            .saml_response()
            .contains("AADSTS50078")
    );
    set(StrongAuthentication::Registered);
    assert!(
        browser
            .get(&passive)
            .await
            .saml_response()
            .contains("AADSTS50076")
    );
    let page = browser.get(&start).await;
    assert_eq!(page.title(), "Approve sign in request");
    assert!(response(&browser.submit(idp.origin(), &page, &[]).await).contains(MULTIPLE));
    response(&browser.get(&passive).await);

    set(StrongAuthentication::Expired);
    assert_eq!(
        browser.get(&start).await.title(),
        "Approve sign in request",
        "it has expired"
    );
}

#[tokio::test]
async fn an_account_without_a_password_is_taken_at_its_word() {
    let idp = idp().await;
    let start = redirect(&idp, &request(""), None);
    for method in [
        AuthMethod::Fido2,
        AuthMethod::Certificate,
        AuthMethod::WindowsIntegrated,
    ] {
        change(&idp, |directory| directory.tenants[0].users[0].method = method);
        let mut browser = Browser::new();
        let page = browser.get(&start).await;
        let page = browser
            .submit(idp.origin(), &page, &[("loginfmt", ALICE.0)])
            .await;
        assert_eq!(
            (page.title().as_str(), page.form().field("passwd")),
            ("Verify your identity", None)
        );
        let page = browser.submit(idp.origin(), &page, &[]).await;
        response(&browser.submit(idp.origin(), &page, &[]).await);
    }
}
