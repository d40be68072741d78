//! The guided setup reaches what the tutorial reaches.

use std::sync::Arc;

use mock_idp::{Application, Directory, directory::SigningCertificate};
use reference_sp::Config;

use crate::{
    book::Chapter,
    portal,
    service_provider::{activate_britta_simon, create_britta_simon, upload},
    sign_in::{SignedIn, sign_in, test_this_application},
    stage::{B_SIMON, PRODUCT, Stage, application},
};

#[tokio::test(flavor = "multi_thread")]
async fn the_guided_setup_reaches_the_same_state_and_signs_in() {
    let Some(stage) = Stage::set(Config::default()).await else {
        return;
    };
    let mut chapter = Chapter::new(2, "The guided setup");
    let (chapter, sp) = (&mut chapter, &stage.sp);
    let admin = stage.browser("administrator").await;

    let by_hand = Stage::another_idp(sp).await;
    let untold = &mut Chapter::untold();
    portal::add(&admin, untold, &by_hand).await;
    portal::configure(&admin, untold, sp).await;
    portal::create_b_simon(&admin, untold).await;
    portal::assign_b_simon(&admin, untold).await;

    let guided = &stage.idp;
    admin.open(&format!("{}/portal", guided.origin())).await;
    let password = portal::create_b_simon(&admin, untold).await;
    admin.follow("Guided setup").await;
    admin.arrive("Add an application").await;
    admin.follow_tile(PRODUCT).await;
    assert_eq!(admin.value("Name").await, PRODUCT);
    chapter
        .main_step(&admin, "The guided setup begins with the gallery.")
        .await;
    admin.press("Create").await;
    admin.arrive("Add users and groups").await;
    admin.tick(&format!("B.Simon {B_SIMON}")).await;
    chapter
        .main_step(&admin, "B.Simon is ticked among the users and groups.")
        .await;
    admin.press("Next").await;
    admin.arrive("Assign roles").await;
    assert_eq!(
        admin.selected("Select a role for B.Simon (User)").await,
        "Default Access"
    );
    chapter
        .step(
            &admin,
            "Without roles of the application, everybody has Default Access.",
        )
        .await;
    admin.press("Next").await;
    admin.arrive("Set up single sign-on").await;
    admin.fill("Identifier", &sp.metadata_url()).await;
    admin.fill("Reply URL", &sp.acs_url()).await;
    chapter
        .main_step(
            &admin,
            "Identifier and Reply URL are typed, with the gallery’s patterns beside them.",
        )
        .await;
    admin.press("Next").await;
    admin.arrive("Test single sign-on").await;
    let handover = portal::hand_over(&admin, guided).await;
    chapter
        .main_step(
            &admin,
            "The last step hands over the metadata and the URLs, and offers the test.",
        )
        .await;

    let last_step = admin.url().await;
    assert_eq!(comparable(application(guided)), comparable(application(&by_hand)));

    let issuer = &handover.metadata.entity_id;
    let untold = &mut Chapter::untold();
    upload(&admin, untold, sp, &handover.file, issuer).await;
    create_britta_simon(&admin, untold, sp, issuer).await;
    activate_britta_simon(&admin, untold, sp).await;
    admin.open(last_step.as_str()).await;
    admin.arrive("Test single sign-on").await;
    admin.follow("Test").await;
    test_this_application(&admin).await;
    sign_in(&admin, untold, B_SIMON, &password).await;
    admin.open(&sp.account_url()).await;
    let expected = SignedIn {
        name_id: B_SIMON.to_owned(),
        account: "Britta".to_owned(),
        issuer: issuer.clone(),
    };
    assert_eq!(SignedIn::read(&admin).await, expected);
    chapter
        .step(&admin, "The test signs B.Simon in to the application.")
        .await;
    admin.close().await;
    by_hand.shutdown().await;
    stage.clear().await;
}

/// The application field by field, without what is made anew for each: ids, times, keys, and how often it was saved.
fn comparable((directory, application): (Arc<Directory>, Application)) -> toml::Table {
    let mut table = toml::Table::try_from(&application).unwrap();
    for own in [
        "app_id",
        "object_id",
        "service_principal_id",
        "created",
        "revision",
    ] {
        assert!(table.remove(own).is_some(), "{own}");
    }
    for (list, own) in [
        ("app_roles", ["id"].as_slice()),
        ("assignments", &["id", "created"]),
        ("certificates", &["key_id", "certificate"]),
    ] {
        for entry in table[list].as_array_mut().unwrap() {
            let entry = entry.as_table_mut().unwrap();
            for own in own {
                assert!(entry.remove(*own).is_some(), "{list}.{own}");
            }
        }
    }
    let years = |certificate: &SigningCertificate| {
        let certificate = &certificate.certificate;
        (certificate.not_after().as_second() - certificate.not_before().as_second()) / (365 * 24 * 60 * 60)
    };
    let years: Vec<i64> = application.certificates.iter().map(years).collect();
    table.insert("years".to_owned(), years.into());
    // The user is the same in both directories by name, not by id.
    let user = directory.tenants[0].account(B_SIMON).unwrap();
    let text = table.to_string().replace(&user.object_id, B_SIMON);
    assert!(text.contains(B_SIMON), "B.Simon is assigned");
    text.parse().unwrap()
}
