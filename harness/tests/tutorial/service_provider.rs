//! What the tutorial leaves to the application's support team, on the reference SP's administration pages.

use std::path::Path;

use reference_sp::ReferenceSp;

use crate::{book::Chapter, browser::Browser, stage::B_SIMON};

/// "Configure … SSO": the administrator signs in and uploads the metadata.
pub(crate) async fn upload(
    browser: &Browser,
    chapter: &mut Chapter,
    sp: &ReferenceSp,
    file: &Path,
    issuer: &str,
) {
    browser.open(&sp.admin_url()).await;
    browser.arrive("Administration").await;
    browser.fill("Password", sp.admin_password()).await;
    chapter
        .step(browser, "At the service provider, its administrator signs in.")
        .await;
    browser.press("Sign in").await;
    browser.arrive("Single sign-on").await;
    browser.give("Federation Metadata XML file", file).await;
    chapter
        .main_step(browser, "The Federation Metadata XML is chosen for upload.")
        .await;
    browser.press("Upload metadata").await;
    browser.told(".notice", &format!("{issuer} is trusted now")).await;
    chapter
        .step(browser, "The identity provider is trusted now.")
        .await;
}

/// "Create … test user": Britta Simon, linked to B.Simon, and not active yet.
pub(crate) async fn create_britta_simon(
    browser: &Browser,
    chapter: &mut Chapter,
    sp: &ReferenceSp,
    issuer: &str,
) {
    browser.open(&sp.admin_url()).await;
    browser.arrive("Single sign-on").await;
    browser.follow("Users").await;
    browser.arrive("Users").await;
    browser.fill("Name", "Britta Simon").await;
    browser.fill("User name (NameID)", B_SIMON).await;
    browser.fill("Display name", "Britta").await;
    assert_eq!(browser.selected("Identity provider").await, issuer);
    chapter
        .main_step(
            browser,
            "A user is created there: Britta Simon, linked to the NameID of B.Simon.",
        )
        .await;
    browser.press("Create user").await;
    browser.told("#users", "Not active").await;
    chapter
        .step(browser, "The user exists, and is not active yet.")
        .await;
}

/// "… and activated before you use single sign-on".
pub(crate) async fn activate_britta_simon(browser: &Browser, chapter: &mut Chapter, sp: &ReferenceSp) {
    browser.open(&format!("{}/users", sp.admin_url())).await;
    browser.press("Activate Britta Simon").await;
    browser.told("#users .tag.good", "Active").await;
    chapter.step(browser, "Britta Simon is activated.").await;
}
