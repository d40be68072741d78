//! The tutorial as it is written.

use reference_sp::Config;

use crate::{
    book::Chapter,
    browser::Browser,
    portal,
    service_provider::{activate_britta_simon, create_britta_simon, upload},
    sign_in::{SignedIn, credentials, sign_in, test_this_application},
    stage::{B_SIMON, PRODUCT, Stage},
};

#[tokio::test(flavor = "multi_thread")]
async fn the_tutorial_leads_from_the_gallery_to_a_signed_in_user() {
    let Some(stage) = Stage::set(Config::default()).await else {
        return;
    };
    let mut chapter = Chapter::new(1, "The tutorial, as written");
    let (chapter, idp, sp) = (&mut chapter, &stage.idp, &stage.sp);
    let admin = stage.browser("administrator").await;

    portal::add(&admin, chapter, idp).await;
    portal::configure(&admin, chapter, sp).await;
    let handover = portal::hand_over(&admin, idp).await;
    chapter
        .step(
            &admin,
            "The Federation Metadata XML is downloaded, and the URLs of “Set up Endpoint Backup” are copied.",
        )
        .await;
    let password = portal::create_b_simon(&admin, chapter).await;
    not_before_assignment(&admin, chapter, &password).await;
    admin.open(&format!("{}/portal", idp.origin())).await;
    portal::assign_b_simon(&admin, chapter).await;

    let issuer = &handover.metadata.entity_id;
    upload(&admin, chapter, sp, &handover.file, issuer).await;
    test_again(&admin, &stage).await;
    admin.arrive("You were not signed in").await;
    assert_eq!(admin.text("#name-unknown").await, B_SIMON);
    chapter
        .main_step(
            &admin,
            "Test this application, before the account exists: refused by name.",
        )
        .await;
    create_britta_simon(&admin, chapter, sp, issuer).await;
    test_again(&admin, &stage).await;
    admin.arrive("You were not signed in").await;
    assert_eq!(admin.text("#name-inactive").await, B_SIMON);
    chapter
        .step(
            &admin,
            "Test this application, before the account is active: refused by name again.",
        )
        .await;
    activate_britta_simon(&admin, chapter, sp).await;
    test_again(&admin, &stage).await;
    let expected = SignedIn {
        name_id: B_SIMON.to_owned(),
        account: "Britta".to_owned(),
        issuer: issuer.clone(),
    };
    admin.open(&sp.account_url()).await;
    assert_eq!(SignedIn::read(&admin).await, expected);
    chapter
        .main_step(&admin, "Test this application once more: signed in as B.Simon.")
        .await;
    look_at_the_log(&admin, chapter, &stage).await;
    admin.close().await;

    let person = stage.browser("person").await;
    person.open(&format!("{}/myapps", idp.origin())).await;
    sign_in(&person, chapter, B_SIMON, &password).await;
    person.arrive("Apps").await;
    chapter
        .main_step(
            &person,
            "My Apps, in a browser that nobody has used: B.Simon has one tile.",
        )
        .await;
    person.follow(PRODUCT).await;
    assert_eq!(SignedIn::read(&person).await, expected);
    chapter
        .step(&person, "The tile signs in to the application.")
        .await;
    person.close().await;
    assert!(
        sp.denials()
            .iter()
            .all(|why| why.contains("an administrator must")),
        "{:?}",
        sp.denials()
    );
    stage.clear().await;
}

/// Before "Assign", the IdP refuses with AADSTS50105, and offers to mend it.
async fn not_before_assignment(admin: &Browser, chapter: &mut Chapter, password: &str) {
    portal::go_to(admin, "Single sign-on").await;
    admin.arrive("Set up single sign-on with SAML").await;
    admin.follow("Test this application").await;
    admin.arrive(&format!("Test single sign-on with {PRODUCT}")).await;
    chapter
        .main_step(admin, "Test this application, before anybody is assigned.")
        .await;
    test_this_application(admin).await;
    credentials(admin, chapter, B_SIMON, password).await;
    admin.told("[role=alert]", "AADSTS50105").await;
    admin.told("[role=alert]", B_SIMON).await;
    chapter
        .main_step(
            admin,
            "B.Simon is not assigned: AADSTS50105, on the identity provider’s own page.",
        )
        .await;
    admin.follow("Resolve this error").await;
    admin.arrive(&format!("Test single sign-on with {PRODUCT}")).await;
    assert!(
        admin
            .value("What does the error say?")
            .await
            .contains("AADSTS50105")
    );
    admin
        .told(".resolution", &format!("Assigns {B_SIMON} to this application"))
        .await;
    admin.told(".resolution button", "Fix it").await;
    chapter
        .main_step(
            admin,
            "The panel knows the error and offers to mend it. The tutorial assigns by hand, and so do we.",
        )
        .await;
}

/// "Test this application", from the portal.
async fn test_again(admin: &Browser, stage: &Stage) {
    admin.open(&format!("{}/portal", stage.idp.origin())).await;
    portal::go_to(admin, "Single sign-on").await;
    admin.arrive("Set up single sign-on with SAML").await;
    admin.follow("Test this application").await;
    test_this_application(admin).await;
}

/// What the IdP remembers of the four attempts.
async fn look_at_the_log(admin: &Browser, chapter: &mut Chapter, stage: &Stage) {
    admin.open(&format!("{}/portal", stage.idp.origin())).await;
    admin.follow("Sign-in logs").await;
    admin.arrive("Sign-in logs").await;
    admin.told("main", "50105").await;
    chapter
        .main_step(admin, "The sign-in log has every attempt, the refused one too.")
        .await;
}
