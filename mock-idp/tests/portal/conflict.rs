//! Two administrators at once, forged forms, and a state folder that takes nothing.

use mock_idp::Shared;

use super::kit::Admin;
use super::single_sign_on::{application, with_application};
use super::{portal, served};

#[tokio::test]
async fn the_slower_of_two_is_shown_what_was_changed_and_keeps_what_was_typed() {
    let (idp, mut first, path) = with_application().await;
    let mut second = Admin::new(idp.origin());
    let basic = format!("{path}/single-sign-on/basic");
    let (one, two) = (first.open(&basic).await, second.open(&basic).await);
    let mine = [
        ("identifier", "urn:first"),
        ("reply_url", "https://one.example/acs"),
    ];
    assert_eq!(first.press(&one, "Save", &mine).await.status, 200);
    let theirs = [
        ("identifier", "urn:second"),
        ("reply_url", "https://two.example/acs"),
    ];
    let told = second.press(&two, "Save", &theirs).await;
    assert_eq!(told.status, 409);
    assert!(told.alert().contains("Somebody else changed this meanwhile"));
    assert!(
        told.alert().contains("Identifier (nothing) urn:first"),
        "{}",
        told.alert()
    );
    assert!(
        told.alert()
            .contains("Reply URL (nothing) https://one.example/acs"),
        "{}",
        told.alert()
    );
    assert_eq!(
        told.labelled("Identifier"),
        "urn:second",
        "what was typed is still there"
    );
    assert_eq!(application(idp.directory()).identifiers, ["urn:first"]);
    let saved = second.press(&told, "Save", &[]).await;
    assert_eq!(saved.notice(), "Basic SAML Configuration was saved.");
    assert_eq!(application(idp.directory()).identifiers, ["urn:second"]);
}

#[tokio::test]
async fn a_profile_is_not_written_over_either_and_what_was_deleted_is_told() {
    let (idp, mut first) = portal().await;
    let mut second = Admin::new(idp.origin());
    let id = idp
        .directory()
        .read()
        .contoso()
        .user("alice")
        .unwrap()
        .object_id
        .clone();
    let path = format!("/portal/contoso.example/users/{id}");
    let (one, two) = (first.open(&path).await, second.open(&path).await);
    first.press(&one, "Save", &[("department", "Sales")]).await;
    let told = second
        .press(&two, "Save", &[("department", "Support"), ("city", "Bonn")])
        .await;
    assert_eq!(told.status, 409);
    assert_eq!(told.labelled("City"), "Bonn");
    let question = first.open(&format!("{path}/delete")).await;
    let name = idp
        .directory()
        .read()
        .contoso()
        .user("alice")
        .unwrap()
        .display_name
        .clone();
    first.press(&question, &format!("Delete {name}"), &[]).await;
    let gone = second.press(&told, "Save", &[]).await;
    assert_eq!((gone.status, gone.title().as_str()), (404, "Not found"));
}

#[tokio::test]
async fn two_who_add_different_things_do_not_meet() {
    let (idp, mut first, path) = with_application().await;
    let mut second = Admin::new(idp.origin());
    let directory = idp.directory().read();
    let tenant = directory.contoso();
    let add = |name: &str| {
        format!(
            "{path}/users-and-groups/add?principal={}",
            tenant.user(name).unwrap().object_id
        )
    };
    let (one, two) = (
        first.open(&add("alice")).await,
        second.open(&add("attacker")).await,
    );
    first.press(&one, "Assign", &[]).await;
    second.press(&two, "Assign", &[]).await;
    assert_eq!(application(idp.directory()).assignments.len(), 2);
}

#[tokio::test]
async fn a_form_without_the_browsers_token_changes_nothing() {
    let (idp, mut admin, path) = with_application().await;
    let before = application(idp.directory()).revision;
    let page = admin.open(&format!("{path}/properties")).await;
    for token in ["", "0000", &"0".repeat(64)] {
        let forged = admin
            .press(&page, "Save", &[("name", "Forged"), ("csrf", token)])
            .await;
        assert_eq!(forged.status, 403);
        assert!(forged.text().contains("Nothing was changed"));
    }
    let mut other = Admin::new(idp.origin());
    let stolen = other.submit(page.form("Save").with(&[("name", "Forged")])).await;
    assert_eq!(stolen.status, 403, "another browser has another token");
    let certificates = admin.open(&format!("{path}/single-sign-on/certificates")).await;
    let upload = certificates.form("Add").with(&[("csrf", "")]).file("a.pfx", "x");
    assert_eq!(admin.submit(upload).await.status, 403);
    assert_eq!(application(idp.directory()).revision, before);
}

#[tokio::test]
async fn a_state_folder_that_is_gone_is_one_sentence_and_nothing_is_lost() {
    let state = tempfile::tempdir().unwrap();
    let (idp, mut admin) = served(Shared::open(state.path()).unwrap()).await;
    let new = admin.open("/portal/contoso.example/users/new").await;
    let made = [("display_name", "First"), ("user_name", "first")];
    assert_eq!(
        admin.press(&new, "Create", &made).await.notice(),
        "First was created: first@contoso.example"
    );
    let folder = mock_idp::Directory::folder(state.path());
    let away = state.path().join("away");
    std::fs::rename(&folder, &away).unwrap();
    std::fs::write(&folder, "in the way").unwrap();
    let failed = admin
        .press(
            &new,
            "Create",
            &[("display_name", "Second"), ("user_name", "second")],
        )
        .await;
    assert_eq!(failed.status, 507, "{}", failed.text());
    assert!(
        failed.alert().starts_with("Nothing was saved"),
        "{}",
        failed.alert()
    );
    assert!(
        failed.alert().contains(&*folder.to_string_lossy()) && failed.alert().contains("put it back"),
        "{}",
        failed.alert()
    );
    assert_eq!(
        (failed.labelled("Name"), failed.labelled("User name")),
        ("Second".to_owned(), "second".to_owned())
    );
    assert!(
        idp.directory()
            .read()
            .contoso()
            .account("second@contoso.example")
            .is_none()
    );
    std::fs::remove_file(&folder).unwrap();
    std::fs::rename(&away, &folder).unwrap();
    let saved = admin.press(&failed, "Create", &[]).await;
    assert_eq!(saved.notice(), "Second was created: second@contoso.example");
    drop(idp);
    let again = Shared::open(state.path()).unwrap();
    assert!(again.read().contoso().account("second@contoso.example").is_some());
}
