//! The whole directory out and in again.

use mock_idp::Directory;

use super::single_sign_on::with_application;

#[tokio::test]
async fn what_is_exported_comes_back_as_it_was_with_a_report() {
    let (idp, mut admin, path) = with_application().await;
    let page = admin.open("/portal/contoso.example/transfer").await;
    let file = admin.follow(&page, "Download directory.toml").await;
    let text = String::from_utf8(file.bytes).unwrap();
    assert!(
        file.headers["content-disposition"]
            .to_str()
            .unwrap()
            .contains("directory.toml")
    );
    assert!(text.contains("B.Simon@contoso.example") && !text.contains("PRIVATE KEY"));
    let properties = admin.open(&format!("{path}/properties")).await;
    admin.press(&properties, "Save", &[("name", "Changed")]).await;
    let done = admin
        .submit(page.form("Import").file("directory.toml", text.clone()))
        .await;
    assert!(
        done.notice()
            .contains("Contoso: 4 users, 0 groups, 1 applications; its keys were kept."),
        "{}",
        done.notice()
    );
    assert_eq!(
        idp.directory().read().contoso().applications[0].display_name,
        "Example"
    );
    let counted = |text: &str| text.replace("revision = 2", "revision = 0");
    assert_eq!(
        counted(&idp.directory().read().to_toml()),
        text,
        "all but the count of changes is as it was"
    );
}

#[tokio::test]
async fn another_directory_takes_the_place_of_this_one_and_is_told_apart() {
    let (idp, mut admin, _) = with_application().await;
    let other = Directory::ephemeral().unwrap().to_toml();
    let page = admin.open("/portal/contoso.example/transfer").await;
    let done = admin.submit(page.form("Import").file("other.toml", other)).await;
    assert!(
        done.notice()
            .contains("Contoso: 4 users, 0 groups, 0 applications; new here, with new keys"),
        "{}",
        done.notice()
    );
    assert!(
        done.notice()
            .contains("Contoso is not in the file and was removed"),
        "{}",
        done.notice()
    );
    assert!(idp.directory().read().contoso().applications.is_empty());
}

#[tokio::test]
async fn a_file_that_is_none_changes_nothing_and_says_why() {
    let (idp, mut admin, _) = with_application().await;
    let before = idp.directory().read().to_toml();
    let page = admin.open("/portal/contoso.example/transfer").await;
    let wrong_domain = before.replace("alice@contoso.example", "alice@nowhere.example");
    for (file, why) in [
        (Vec::new(), "Choose a file first"),
        (vec![0xff, 0xfe, 0x00], "is no text"),
        (b"tenants = 7".to_vec(), "not a directory"),
        (
            before.replace("version = 1", "version = 9").into_bytes(),
            "version 9",
        ),
        (wrong_domain.into_bytes(), "nowhere.example"),
    ] {
        let told = admin.submit(page.form("Import").file("x.toml", file)).await;
        assert_eq!(told.status, 422);
        assert!(told.error("file").contains(why), "{}", told.error("file"));
    }
    let large = admin
        .submit(page.form("Import").file("x.toml", vec![b'#'; 17 * 1024 * 1024]))
        .await;
    assert_eq!(large.status, 413);
    assert!(large.text().contains("larger than this page takes"));
    assert_eq!(idp.directory().read().to_toml(), before);
}
