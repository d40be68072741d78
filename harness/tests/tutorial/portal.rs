//! The administrator's steps in the portal, in the tutorial's order and by its words.

use std::path::PathBuf;

use mock_idp::server::MockIdp;
use reference_sp::ReferenceSp;
use saml::IdpMetadata;

use crate::{
    book::Chapter,
    browser::Browser,
    stage::{B_SIMON, PRODUCT, application},
};

/// What the administrator takes along to the application's support team.
pub(crate) struct Handover {
    /// The downloaded Federation Metadata XML.
    pub(crate) file: PathBuf,
    pub(crate) metadata: IdpMetadata,
}

/// "Add from the gallery".
pub(crate) async fn add(browser: &Browser, chapter: &mut Chapter, idp: &MockIdp) {
    browser.open(&format!("{}/portal", idp.origin())).await;
    browser.arrive("Overview").await;
    chapter
        .main_step(
            browser,
            "The portal needs no sign-in. It opens with Azure Active Directory, the first tenant’s overview.",
        )
        .await;
    browser.follow("Enterprise applications").await;
    browser.arrive("All applications").await;
    chapter
        .step(
            browser,
            "Enterprise applications, All applications: there is none yet.",
        )
        .await;
    browser.follow("New application").await;
    browser.arrive("Browse the application gallery").await;
    chapter
        .main_step(browser, "New application opens the gallery.")
        .await;
    browser.fill("Search application", PRODUCT).await;
    browser.press("Search").await;
    browser.told("[role=status]", "1 application for").await;
    browser.follow_tile(PRODUCT).await;
    assert_eq!(browser.value("Name").await, PRODUCT);
    chapter
        .step(
            browser,
            "The application is searched for in the gallery and selected from the results.",
        )
        .await;
    browser.press("Create").await;
    browser
        .told(".notice", "Endpoint Backup was added to Contoso")
        .await;
    chapter
        .step(browser, "Create adds it, and its overview is shown.")
        .await;
}

/// "Configure Azure AD SSO", up to Basic SAML Configuration.
pub(crate) async fn configure(browser: &Browser, chapter: &mut Chapter, sp: &ReferenceSp) {
    browser.follow("Single sign-on").await;
    browser.arrive("Select a single sign-on method").await;
    chapter
        .step(browser, "Manage, Single sign-on: a method is to be selected.")
        .await;
    browser.press("SAML").await;
    browser.arrive("Set up single sign-on with SAML").await;
    chapter
        .step(browser, "SAML brings the page of the five cards.")
        .await;
    browser.follow("Edit Basic SAML Configuration").await;
    browser.arrive("Basic SAML Configuration").await;
    browser.fill("Identifier", &sp.metadata_url()).await;
    browser.fill("Reply URL", &sp.acs_url()).await;
    chapter
        .main_step(browser, "The pencil of Basic SAML Configuration: Identifier and Reply URL of the service provider are typed.")
        .await;
    browser.press("Save").await;
    browser
        .told(".notice", "Basic SAML Configuration was saved")
        .await;
    chapter
        .main_step(browser, "Save leads back, and the first card shows the values.")
        .await;
}

/// The Federation Metadata XML is downloaded, and the URLs of "Set up …" are copied.
pub(crate) async fn hand_over(browser: &Browser, idp: &MockIdp) -> Handover {
    let (directory, application) = application(idp);
    let tenant = &directory.tenants[0];
    let file = browser.download("Download Federation Metadata XML").await;
    assert_eq!(file.file_name().unwrap(), "Endpoint Backup.xml");
    let bytes = std::fs::read(&file).unwrap();
    assert!(
        bytes.starts_with(b"\xEF\xBB\xBF<?xml"),
        "it begins as Azure’s does, with a byte order mark"
    );
    let metadata = IdpMetadata::parse(&bytes).unwrap();
    let [certificate] = application.certificates.as_slice() else {
        panic!("SAML makes one certificate");
    };
    assert!(certificate.active);
    assert_eq!(
        metadata.signing.first(),
        Some(&certificate.certificate),
        "the application’s own certificate comes first"
    );

    assert_eq!(metadata.entity_id, tenant.entity_id());
    assert_eq!(browser.value("Azure AD Identifier").await, metadata.entity_id);
    assert_eq!(browser.value("Login URL").await, idp.sso_url(&tenant.id));
    assert_eq!(browser.value("Logout URL").await, idp.sso_url(&tenant.id));
    let locations = metadata.sso.iter().chain(&metadata.slo);
    assert!(locations.clone().count() >= 2);
    for endpoint in locations {
        assert_eq!(
            endpoint.location,
            idp.sso_url(&tenant.id),
            "the file and the card say the same"
        );
    }
    browser.press("Copy Login URL").await;
    browser.told("[data-copy=login-url]", "Copied").await;
    Handover { file, metadata }
}

/// "Create an Azure AD test user". Returns the password that was shown.
pub(crate) async fn create_b_simon(browser: &Browser, chapter: &mut Chapter) -> String {
    browser.follow("Users").await;
    browser.arrive("All users").await;
    assert!(!browser.shows(B_SIMON).await, "there is no B.Simon yet");
    chapter.step(browser, "Users, All users.").await;
    browser.follow("New user").await;
    browser.arrive("New user").await;
    browser.fill("Name", "B.Simon").await;
    browser.fill("User name", "B.Simon").await;
    assert_eq!(browser.selected("@ domain").await, "contoso.example");
    assert!(!browser.is_legible("Password").await);
    browser.tick("Show password").await;
    assert!(browser.is_legible("Password").await);
    let password = browser.value("Password").await;
    assert!(password.len() >= 8, "{password}");
    chapter
        .main_step(
            browser,
            "New user: B.Simon, and the password is shown to be written down.",
        )
        .await;
    browser.press("Create").await;
    browser
        .told(".notice", &format!("B.Simon was created: {B_SIMON}"))
        .await;
    assert!(browser.shows(B_SIMON).await);
    chapter
        .step(
            browser,
            "Create leads back to the users, and B.Simon is among them.",
        )
        .await;
    password
}

/// From anywhere to the application's page of that name.
pub(crate) async fn go_to(browser: &Browser, page: &str) {
    browser.follow("Enterprise applications").await;
    browser.arrive("All applications").await;
    browser.follow(PRODUCT).await;
    browser.arrive("Overview").await;
    browser.follow(page).await;
}

/// "Assign the Azure AD test user".
pub(crate) async fn assign_b_simon(browser: &Browser, chapter: &mut Chapter) {
    go_to(browser, "Users and groups").await;
    browser.arrive("Users and groups").await;
    browser.told("main", "Nobody is assigned yet").await;
    chapter
        .step(
            browser,
            "Enterprise applications, the application, Manage, Users and groups.",
        )
        .await;
    browser.follow("Add user/group").await;
    browser.arrive("Add Assignment").await;
    browser.told("main", "None Selected").await;
    chapter
        .step(browser, "Add user/group opens Add Assignment.")
        .await;
    browser.follow_heading("Users and groups").await;
    browser.arrive("Users and groups").await;
    browser.tick(&format!("B.Simon {B_SIMON}")).await;
    chapter
        .step(browser, "Users and groups: B.Simon is selected.")
        .await;
    browser.press("Select").await;
    browser.arrive("Add Assignment").await;
    browser.told("#principal", "B.Simon").await;
    assert_eq!(browser.selected("Select a role").await, "Default Access");
    chapter
        .step(
            browser,
            "Back in Add Assignment, with Default Access selected as the role.",
        )
        .await;
    browser.press("Assign").await;
    browser.told(".notice", "1 assignment was added").await;
    chapter
        .main_step(browser, "Assign: B.Simon may use the application.")
        .await;
}
