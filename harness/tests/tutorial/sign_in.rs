//! The IdP's sign-in pages, and what the reference SP says afterwards.

use crate::{book::Chapter, browser::Browser, stage::PRODUCT};

/// Account and password; what comes then depends on the account.
pub(crate) async fn credentials(browser: &Browser, chapter: &mut Chapter, account: &str, password: &str) {
    browser.arrive("Sign in").await;
    browser.fill("Account", account).await;
    chapter.main_step(browser, "The account name is asked for.").await;
    browser.press("Next").await;
    browser.arrive("Enter password").await;
    browser.fill("Password", password).await;
    chapter
        .step(browser, "The password is asked for, on a page of its own.")
        .await;
    browser.press("Sign in").await;
}

/// The same, and "Yes" to staying signed in.
pub(crate) async fn sign_in(browser: &Browser, chapter: &mut Chapter, account: &str, password: &str) {
    credentials(browser, chapter, account, password).await;
    browser.arrive("Stay signed in?").await;
    chapter
        .step(browser, "Whether to stay signed in is asked last.")
        .await;
    browser.press("Yes").await;
}

/// "Test this application", up to the sign-in pages or whatever comes where somebody is signed in.
pub(crate) async fn test_this_application(browser: &Browser) {
    browser
        .arrive(&format!("Test single sign-on with {PRODUCT}"))
        .await;
    browser.follow("Sign in as current user").await;
}

/// Who the reference SP says is signed in, at which tenant, and what its account is called.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SignedIn {
    pub(crate) name_id: String,
    pub(crate) account: String,
    pub(crate) issuer: String,
}

impl SignedIn {
    /// Waits for the account page.
    pub(crate) async fn read(browser: &Browser) -> Self {
        browser.arrive("My account").await;
        Self {
            name_id: browser.text("#name-id").await,
            account: browser.text("#account").await,
            issuer: browser.text("#issuer").await,
        }
    }
}
