//! The file that is there already.

use std::sync::atomic::Ordering;

use super::site::{Site, listener, port};

#[test]
fn a_file_that_init_did_not_write_is_left_alone_and_nothing_is_sent() {
    let site = Site::new();
    let (there, count) = listener(|_| {});
    let own = "[sp]\nname = \"mine\"\n";
    std::fs::write(site.path("samlitmus.toml"), own).unwrap();
    let said = site.init(&[&format!("http://127.0.0.1:{there}/")]).code(2);
    said.tells(&["samlitmus.toml is there", "--out", "--force"]);
    assert_eq!(site.read("samlitmus.toml"), own);
    assert_eq!(count.load(Ordering::SeqCst), 0, "somebody came");
}

#[test]
fn what_its_owner_wrote_stays_and_what_is_missing_is_filled_in() {
    let site = Site::new();
    let sp = port();
    std::fs::write(site.path("idp.xml"), site.metadata()).unwrap();
    let _served = site.serve(sp, "idp.xml");
    let home = format!("http://127.0.0.1:{sp}/");
    site.init(&[&home]).code(0);

    let file = "samlitmus.toml";
    site.edit(file, &format!("name = \"sp-{sp}\""), "name = \"billing\" # ours");
    site.edit(
        file,
        "#logout = \"http://127.0.0.1:8080/logout\"",
        &format!("logout = \"{home}logout\""),
    );
    site.edit(file, "\nidentity = \"json:/nameId\"\n", "\n#identity = \"\"\n");
    site.edit(
        file,
        &format!("url = \"{home}whoami\""),
        &format!("url = \"{home}account\""),
    );
    site.init(&[]).code(0).tells(&["what you wrote there stays"]);
    let text = site.read(file);
    assert!(text.contains("name = \"billing\" # ours\n"), "{text}");
    assert_eq!(site.value("sp", "logout").unwrap(), format!("{home}logout"));
    assert_eq!(site.value("sp.probe", "url").unwrap(), format!("{home}account"));
    let rule = site.value("sp.probe", "identity").unwrap();
    assert!(rule.starts_with("css:"), "found anew on the other page: {rule}");

    // Told to, it begins anew.
    site.init(&[&home, "--force"]).code(0);
    assert_eq!(site.value("sp", "name").unwrap(), format!("sp-{sp}"));
    assert_eq!(site.value("sp.probe", "url").unwrap(), format!("{home}whoami"));
}

#[test]
fn another_file_in_another_folder_is_whole_too() {
    let site = Site::new();
    let sp = port();
    std::fs::create_dir_all(site.path("deep")).unwrap();
    std::fs::rename(site.path(".samlitmus"), site.path("deep/.samlitmus")).unwrap();
    let stranger = Site::with_keys_of_its_own();
    std::fs::write(site.path("idp.xml"), stranger.metadata()).unwrap();
    let served = site.serve(sp, "idp.xml");
    let home = format!("http://127.0.0.1:{sp}/");
    let said = site.init(&[&home, "--out", "deep/sso.toml"]).code(3);
    said.tells(&[
        "then: samlitmus init --out deep/sso.toml",
        "deep/.samlitmus/idp-metadata.xml",
    ]);
    drop(served);
    let _served = site.serve(sp, "deep/.samlitmus/idp-metadata.xml");
    site.init(&["--out", "deep/sso.toml"])
        .code(0)
        .tells(&["next: samlitmus run --config deep/sso.toml"]);
    assert!(!site.path("samlitmus.toml").exists() && !site.path(".samlitmus").exists());
}
