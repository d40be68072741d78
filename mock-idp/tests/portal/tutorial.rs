//! The tutorial of an application with IdP-initiated single sign-on, step by step, by the words that its page uses.

use saml::metadata::IdpMetadata;

use super::portal;

const IDENTIFIER: &str = "https://acme.backup.example/singlesignon/saml/metadata";
const REPLY: &str = "https://acme.backup.example/singlesignon/saml/SSO";

#[tokio::test]
async fn somebody_who_follows_the_page_word_for_word_finds_each_label_and_button() {
    let (idp, mut admin) = portal().await;

    // Add from the gallery.
    let start = admin.open("/portal").await;
    let service = admin.follow(&start, "Azure Active Directory").await;
    let enterprise = admin.follow(&service, "Enterprise Applications").await;
    let all = admin.follow(&enterprise, "All Applications").await;
    let gallery = admin.follow(&all, "New application").await;
    assert!(gallery.text().contains("Add from the gallery"));
    let found = admin.press(&gallery, "Search", &[("q", "Endpoint Backup")]).await;
    let tile = found.html();
    let tile = tile
        .select(&scraper::Selector::parse(".tiles a").unwrap())
        .next()
        .and_then(|tile| tile.value().attr("href"))
        .unwrap()
        .to_owned();
    let panel = admin.open(tile.split('#').next().unwrap()).await;
    let app = admin.press(&panel, "Create", &[]).await;
    assert_eq!(app.notice(), "Endpoint Backup was added to Contoso.");

    // Single sign-on.
    assert!(app.text().contains("Manage"));
    let method = admin.follow(&app, "single sign-on").await;
    assert_eq!(method.title(), "Select a single sign-on method");
    let cards = admin.press(&method, "SAML", &[]).await;
    assert_eq!(cards.title(), "Set up single sign-on with SAML");
    let basic = admin.follow(&cards, "Edit Basic SAML Configuration").await;
    assert_eq!(
        (basic.labelled("Identifier"), basic.labelled("Reply URL")),
        (String::new(), String::new())
    );
    assert!(
        basic
            .text()
            .contains("https://<SUBDOMAIN>.backup.example/singlesignon/saml/SSO")
    );
    let cards = admin
        .press(
            &basic,
            "Save",
            &[("identifier", IDENTIFIER), ("reply_url", REPLY)],
        )
        .await;
    assert_eq!(cards.notice(), "Basic SAML Configuration was saved.");
    assert!(cards.text().contains(IDENTIFIER) && cards.text().contains(REPLY));

    // Download, copy.
    assert!(
        cards.text().contains("SAML Signing Certificate") && cards.text().contains("Set up Endpoint Backup")
    );
    let file = admin.follow(&cards, "Download Federation Metadata XML").await;
    let disposition = file.headers["content-disposition"].to_str().unwrap().to_owned();
    assert!(
        disposition.contains("filename=\"Endpoint Backup.xml\""),
        "{disposition}"
    );
    let metadata = IdpMetadata::parse(&file.bytes).unwrap();
    assert_eq!(metadata.entity_id, cards.labelled("Azure AD Identifier"));
    assert_eq!(metadata.sso[0].location, cards.labelled("Login URL"));
    assert_eq!(cards.labelled("Logout URL"), cards.labelled("Login URL"));
    assert!(
        cards
            .labelled("App Federation Metadata Url")
            .contains("federationmetadata.xml?appid=")
    );

    // The test user.
    let users = admin.follow(&cards, "Users").await;
    let users = admin.follow(&users, "All users").await;
    let new = admin.follow(&users, "New user").await;
    let password = new.labelled("Password");
    assert_eq!(password.len(), 8, "{password}");
    assert!(new.text().contains("Show password"));
    let users = admin
        .press(
            &new,
            "Create",
            &[
                ("display_name", "B.Simon"),
                ("user_name", "B.Simon2@contoso.example"),
            ],
        )
        .await;
    assert_eq!(users.notice(), "B.Simon was created: B.Simon2@contoso.example");
    let made = idp
        .directory()
        .read()
        .contoso()
        .account("B.Simon2@contoso.example")
        .cloned()
        .unwrap();
    assert_eq!(made.password, password);

    // Assign.
    let all = admin.follow(&users, "Enterprise applications").await;
    let app = admin.follow(&all, "Endpoint Backup").await;
    let assigned = admin.follow(&app, "Users and groups").await;
    let adding = admin.follow(&assigned, "Add user/group").await;
    assert!(adding.text().contains("None Selected") && adding.text().contains("Default Access"));
    let list = admin.open(&select(&adding)).await;
    let adding = admin
        .press(&list, "Select", &[("principal", &made.object_id)])
        .await;
    assert_eq!(adding.title(), "Add Assignment");
    let assigned = admin.press(&adding, "Assign", &[]).await;
    assert_eq!(assigned.notice(), "1 assignment was added.");
    assert!(
        assigned.text().contains("B.Simon User Default Access"),
        "{}",
        assigned.text()
    );

    // Test.
    let cards = admin.follow(&assigned, "Single sign-on").await;
    let test = cards.link("Test");
    assert_eq!(test, cards.link("Test this application"));
    let directory = idp.directory().read();
    let tenant = directory.contoso();
    let application = tenant.application(IDENTIFIER).unwrap();
    assert_eq!(test, format!("/{}/test/{}", tenant.id, application.app_id));
    assert_eq!(application.template.as_deref(), Some("endpoint-backup"));
    assert_eq!(tenant.assignments_of(&made, application).len(), 1);
    assert_eq!(metadata.signing[0], application.certificates[0].certificate);
}

/// The link "Users and groups" of the dialog, not that of the navigation.
fn select(page: &super::page::Page) -> String {
    let html = page.html();
    let link = html
        .select(&scraper::Selector::parse("form h2 a").unwrap())
        .next()
        .unwrap();
    link.value().attr("href").unwrap().to_owned()
}
