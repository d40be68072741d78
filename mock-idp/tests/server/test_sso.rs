//! "Test single sign-on", and the errors that it resolves.

use mock_idp::server::MockIdp;

use super::browser::{Browser, Page};
use super::sign_in::{ALICE, response};
use super::{ACS, DIRECTORY, SP, change_application, idp, redirect, request};

fn pane(idp: &MockIdp) -> String {
    let tenant = DIRECTORY.contoso();
    format!(
        "{}/{}/test/{}",
        idp.origin(),
        tenant.id,
        tenant.applications[0].app_id
    )
}

/// Presses "Fix it".
async fn fix(browser: &mut Browser, idp: &MockIdp, page: &Page) -> Page {
    let mut forms = page.forms().into_iter();
    let form = forms.find(|form| form.action.ends_with("/fix"));
    browser.send_form(idp.origin(), form.unwrap(), &[]).await
}

#[tokio::test]
async fn the_test_signs_in_without_a_request_to_answer() {
    let (idp, mut browser) = (idp().await, Browser::new());
    let page = browser.get(&pane(&idp)).await;
    assert_eq!(page.all("h1"), ["Test single sign-on with Example <Backup>"]);
    let start = format!("{}{}", idp.origin(), page.link("a.button").unwrap());
    let sent = browser.get(&start).await;
    let page = browser
        .sign_in(idp.origin(), sent.header("location"), ALICE.0, ALICE.1)
        .await;
    assert_eq!(page.form().action, ACS);
    assert!(!response(&page).contains("InResponseTo"));
    let as_other = browser.get(&format!("{}/sign-in?as=other", pane(&idp))).await;
    let page = browser.get(as_other.header("location")).await;
    assert_eq!(page.title(), "Pick an account");

    change_application(&idp, |application| {
        application.sign_on_url = Some("https://sp.example/login".to_owned())
    });
    assert_eq!(
        browser.get(&start).await.header("location"),
        "https://sp.example/login"
    );
    change_application(&idp, |application| application.verification.required = true);
    assert_eq!(browser.get(&start).await.aadsts(), Some(76021));
    assert!(
        browser
            .get(&pane(&idp))
            .await
            .text()
            .contains("takes signed requests only")
    );
}

#[tokio::test]
async fn what_went_wrong_is_explained_and_mended() {
    let (idp, mut browser) = (idp().await, Browser::new());
    browser.get(&pane(&idp)).await;
    change_application(&idp, |application| {
        application.identifiers = vec!["urn:another".to_owned()];
        application.reply_urls[0].url = "https://sp.example/another".to_owned();
        application.assignment_required = true;
    });
    let acs = format!(r#"AssertionConsumerServiceURL="{ACS}""#);
    let start = redirect(&idp, &request(&acs), None);
    for (code, done) in [
        (700016, format!("{SP} is an Identifier")),
        (50011, format!("{ACS} is a Reply URL")),
        (50105, format!("{} is assigned", ALICE.0)),
    ] {
        let error = browser.sign_in(idp.origin(), &start, ALICE.0, ALICE.1).await;
        assert_eq!(error.aadsts(), Some(code));
        let resolve = format!("{}{}", idp.origin(), error.link("a.button").unwrap());
        assert_eq!(resolve, pane(&idp));
        let page = browser.get(&resolve).await;
        assert_eq!(
            page.all("h3"),
            [format!("AADSTS{code}")],
            "the message is filled in"
        );
        let page = fix(&mut browser, &idp, &page).await;
        assert!(page.all("[role=status]")[0].starts_with(&done), "{}", page.text());
    }
    response(&browser.sign_in(idp.origin(), &start, ALICE.0, ALICE.1).await);
}

#[tokio::test]
async fn a_pasted_message_is_explained_and_one_that_breaks_a_rule_is_not_obeyed() {
    let (idp, mut browser) = (idp().await, Browser::new());
    let paste = |message: &str| {
        format!(
            "{}?message={}",
            pane(&idp),
            saml::binding::percent_encode(message)
        )
    };
    let page = browser
        .get(&paste("Message: AADSTS75011: Authentication method ..."))
        .await;
    assert_eq!(page.all("h3"), ["AADSTS75011"]);
    assert!(page.forms().iter().all(|form| !form.action.ends_with("/fix")));
    let page = browser.get(&paste("it does not work")).await;
    assert!(page.text().contains("There is no AADSTS code in this text"));
    let bad = "AADSTS50011: The reply URL 'javascript:alert(1)' specified in the request";
    let page = browser.get(&paste(bad)).await;
    let page = fix(&mut browser, &idp, &page).await;
    assert!(page.all("[role=alert]")[0].contains("Nothing was changed. Reply URL:"));
    let urls = idp.directory().read().contoso().applications[0].reply_urls.len();
    assert_eq!(urls, 1);
}

#[tokio::test]
async fn who_tests_nothing_is_shown_no_way_to_change_anything() {
    let (idp, mut browser) = (idp().await, Browser::new());
    let error = browser
        .get(&redirect(&idp, &request("").replace(SP, "urn:unknown"), None))
        .await;
    assert_eq!(error.link("a.button"), None);
    let unknown = format!("{}/contoso.example/test/nothing", idp.origin());
    assert_eq!(browser.get(&unknown).await.aadsts(), Some(700016));
}
