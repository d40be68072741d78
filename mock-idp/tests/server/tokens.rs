//! No form is taken from a browser that was not shown it.

use super::browser::Browser;
use super::sign_in::{ALICE, response};
use super::{DIRECTORY, idp, redirect, request};

#[tokio::test]
async fn a_form_without_its_token_or_with_anothers_changes_nothing() {
    let (idp, mut browser) = (idp().await, Browser::new());
    let start = redirect(&idp, &request(""), None);
    browser.sign_in(idp.origin(), &start, ALICE.0, ALICE.1).await;
    let app_id = &DIRECTORY.contoso().applications[0].app_id;
    let tenant = &DIRECTORY.contoso().id;
    let strangers = Browser::new()
        .get(&start)
        .await
        .form()
        .field("csrf")
        .unwrap()
        .to_owned();
    for path in [
        "/sign-out".to_owned(),
        format!("/{tenant}/login"),
        format!("/{tenant}/test/{app_id}/fix"),
    ] {
        for token in ["", "x", &strangers] {
            let url = format!("{}{path}", idp.origin());
            let page = browser
                .post(&url, &[("csrf", token), ("message", "AADSTS50011")])
                .await;
            assert_eq!(
                (page.status, page.title().as_str()),
                (403, "Nothing was changed"),
                "{path}"
            );
        }
    }
    response(&browser.get(&start).await);
}

#[tokio::test]
async fn the_token_stays_the_same_in_all_tabs_and_nobody_gets_a_cookie_who_needs_none() {
    let (idp, mut browser) = (idp().await, Browser::new());
    browser.get(&idp.metadata_url("contoso.example")).await;
    assert!(browser.cookies.is_empty());
    let start = redirect(&idp, &request(""), None);
    let first = browser.get(&start).await;
    assert!(browser.cookies.contains_key("mock-idp-browser"));
    let second = browser.get(&start).await;
    assert_eq!(first.form().field("csrf"), second.form().field("csrf"));
    assert!(second.headers.get("set-cookie").is_none());
}
