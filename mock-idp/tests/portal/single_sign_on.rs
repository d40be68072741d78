//! Methods, addresses, and the service provider's metadata.

use mock_idp::directory::SsoMode;
use mock_idp::{Application, Shared};

use super::kit::{Admin, DIRECTORY};
use super::served;

/// Contoso with one application, and the path of that.
pub(crate) async fn with_application() -> (mock_idp::server::MockIdp, Admin, String) {
    let mut directory = DIRECTORY.clone();
    let mut application = Application::from_template("Example", None);
    application.enable_saml(jiff::Timestamp::now()).unwrap();
    let path = format!("/portal/contoso.example/applications/{}", application.app_id);
    directory.tenants[0].applications.push(application);
    let (idp, admin) = served(directory.into()).await;
    (idp, admin, path)
}

pub(crate) fn application(directory: &Shared) -> Application {
    directory.read().contoso().applications[0].clone()
}

#[tokio::test]
async fn several_identifiers_and_reply_urls_with_index_and_default_are_kept() {
    let (idp, mut admin, path) = with_application().await;
    let page = admin.open(&format!("{path}/single-sign-on/basic")).await;
    let page = admin
        .press(
            &page,
            "Add identifier",
            &[("identifier", "urn:one"), ("relay_state", "/start?a=1")],
        )
        .await;
    assert_eq!(page.status, 200);
    assert_eq!(
        (page.labelled("Identifier"), page.labelled("Identifier 2")),
        ("urn:one".to_owned(), String::new())
    );
    assert_eq!(
        page.labelled("Relay State"),
        "/start?a=1",
        "what was typed is still there"
    );
    assert!(
        application(idp.directory()).identifiers.is_empty(),
        "nothing was saved yet"
    );
    let page = admin
        .press(
            &page,
            "Save",
            &[
                ("identifier", "urn:one"),
                ("identifier", "urn:two"),
                ("identifier_default", "1"),
                ("reply_url", "https://sp.example/a"),
                ("reply_url", "http://localhost:8080/b"),
                ("reply_index", "0"),
                ("reply_index", "7"),
                ("reply_default", "1"),
                ("sign_on_url", "https://sp.example/login"),
                ("logout_url", "https://sp.example/logout"),
            ],
        )
        .await;
    assert_eq!(page.notice(), "Basic SAML Configuration was saved.");
    let saved = application(idp.directory());
    assert_eq!(
        saved.identifiers,
        ["urn:two", "urn:one"],
        "the default is the first"
    );
    let replies: Vec<_> = saved
        .reply_urls
        .iter()
        .map(|reply| (reply.url.as_str(), reply.index, reply.is_default))
        .collect();
    assert_eq!(
        replies,
        [
            ("https://sp.example/a", Some(0), false),
            ("http://localhost:8080/b", Some(7), true)
        ]
    );
    assert_eq!(saved.relay_state.as_deref(), Some("/start?a=1"));
    assert_eq!(saved.sign_on_url.as_deref(), Some("https://sp.example/login"));
    assert_eq!(saved.logout_url.as_deref(), Some("https://sp.example/logout"));
    let again = admin.open(&format!("{path}/single-sign-on/basic")).await;
    let form = again.form("Save");
    assert_eq!(form.values("identifier"), ["urn:two", "urn:one"]);
    assert_eq!(
        (form.values("reply_index"), form.value("reply_default")),
        (vec!["0", "7"], Some("1"))
    );
}

#[tokio::test]
async fn each_wrong_address_is_told_beside_its_row_and_nothing_is_lost() {
    let (idp, mut admin, path) = with_application().await;
    let page = admin.open(&format!("{path}/single-sign-on/basic")).await;
    let page = admin
        .press(
            &page,
            "Save",
            &[
                ("identifier", "urn:fine"),
                ("identifier", "two words"),
                ("reply_url", "https://sp.example/acs"),
                ("reply_url", "http://sp.example/acs"),
                ("reply_index", "1"),
                ("reply_index", "many"),
            ],
        )
        .await;
    assert_eq!(page.status, 422);
    assert!(page.alert().starts_with("Nothing was saved"), "{}", page.alert());
    assert!(page.error("identifier-1").contains("white space"));
    assert!(page.error("reply_url-1").contains("must use https"));
    assert!(page.error("reply_index-1").contains("number"));
    assert_eq!(page.labelled("Identifier 2"), "two words");
    assert_eq!(page.labelled("Reply URL 2"), "http://sp.example/acs");
    assert!(application(idp.directory()).identifiers.is_empty());
    let page = admin
        .press(&page, "Save", &[("identifier", ""), ("reply_url", "")])
        .await;
    assert!(page.error("identifier").starts_with("Write the Identifier"));
    assert!(page.error("reply_url").starts_with("Write the Reply URL"));
}

#[tokio::test]
async fn an_identifier_of_another_application_is_refused_by_its_name() {
    let (idp, mut admin, path) = with_application().await;
    idp.directory()
        .change(|directory| {
            directory.tenants[0]
                .applications
                .push(Application::new("urn:taken"));
            Ok::<_, std::convert::Infallible>(())
        })
        .unwrap();
    let page = admin.open(&format!("{path}/single-sign-on/basic")).await;
    let page = admin
        .press(
            &page,
            "Save",
            &[
                ("identifier", "urn:taken"),
                ("reply_url", "https://sp.example/acs"),
            ],
        )
        .await;
    assert!(
        page.error("identifier").contains("is used by the application"),
        "{}",
        page.text()
    );
}

const METADATA: &str = r#"<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://up.example/sp">
<md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://up.example/slo"/>
<md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://up.example/acs/0" index="0"/>
<md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://up.example/acs/1" index="1" isDefault="true"/>
</md:SPSSODescriptor></md:EntityDescriptor>"#;

#[tokio::test]
async fn uploaded_metadata_fills_the_fields_and_is_saved_only_then() {
    let (idp, mut admin, path) = with_application().await;
    let cards = admin.open(&format!("{path}/single-sign-on")).await;
    let page = admin.follow(&cards, "Upload metadata file").await;
    let filled = admin.submit(page.form("Upload").file("sp.xml", METADATA)).await;
    assert!(filled.text().contains("Nothing is saved yet"));
    assert_eq!(filled.labelled("Identifier"), "https://up.example/sp");
    assert_eq!(filled.labelled("Reply URL 2"), "https://up.example/acs/1");
    assert!(application(idp.directory()).identifiers.is_empty());
    let cards = admin.press(&filled, "Save", &[]).await;
    assert_eq!(cards.notice(), "Basic SAML Configuration was saved.");
    let saved = application(idp.directory());
    assert_eq!(saved.default_reply_url(), Some("https://up.example/acs/1"));
    assert_eq!(saved.logout_url.as_deref(), Some("https://up.example/slo"));
    for (bytes, why) in [
        (&b"<html><body>Not found</body></html>"[..], "HTML page"),
        (&b"\xff\xfe\x00"[..], "not SAML metadata"),
        (&b""[..], "Choose a file"),
    ] {
        let wrong = admin.submit(page.form("Upload").file("sp.xml", bytes)).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.error("file").contains(why), "{}", wrong.error("file"));
    }
}

#[tokio::test]
async fn the_method_is_selected_and_changed() {
    let (idp, mut admin, path) = with_application().await;
    let cards = admin.open(&format!("{path}/single-sign-on")).await;
    let method = admin.follow(&cards, "Change single sign-on mode").await;
    let linked = admin.press(&method, "Linked", &[]).await;
    assert_eq!(linked.title(), "Linked sign-on");
    let wrong = admin
        .press(&linked, "Save", &[("sign_on_url", "sp.example")])
        .await;
    assert!(wrong.error("sign_on_url").contains("https://"));
    let linked = admin
        .press(&wrong, "Save", &[("sign_on_url", "https://sp.example/")])
        .await;
    assert_eq!(linked.notice(), "The link was saved.");
    assert_eq!(application(idp.directory()).sso_mode, Some(SsoMode::Linked));
    let method = admin.follow(&linked, "Change single sign-on modes").await;
    let none = admin.press(&method, "Disabled", &[]).await;
    assert_eq!(none.title(), "Select a single sign-on method");
    assert_eq!(application(idp.directory()).sso_mode, None);
    let cards = admin.press(&none, "SAML", &[]).await;
    assert_eq!(cards.notice(), "Single sign-on is now: SAML.");
    assert_eq!(
        application(idp.directory()).certificates.len(),
        1,
        "its certificate was kept"
    );
}

#[tokio::test]
async fn properties_are_saved_and_an_application_is_deleted_after_a_question() {
    let (idp, mut admin, path) = with_application().await;
    let page = admin.open(&format!("{path}/properties")).await;
    let form = page
        .form("Save")
        .with(&[("name", "Renamed"), ("notes", "ours"), ("access", "mfa")]);
    let page = admin.submit(form.without("enabled").without("visible")).await;
    assert_eq!(page.notice(), "The properties were saved.");
    let saved = application(idp.directory());
    assert_eq!(
        (saved.display_name.as_str(), saved.notes.as_str()),
        ("Renamed", "ours")
    );
    assert!(
        !saved.enabled && !saved.visible && saved.assignment_required && saved.conditional_access.is_some()
    );
    let wrong = admin.press(&page, "Save", &[("name", " ")]).await;
    assert!(wrong.error("name").contains("empty"));
    let question = admin.follow(&page, "Delete").await;
    let list = admin.press(&question, "Delete Renamed", &[]).await;
    assert_eq!(list.notice(), "Renamed was deleted.");
    assert!(idp.directory().read().contoso().applications.is_empty());
    assert_eq!(admin.open(&path).await.status, 404);
}
