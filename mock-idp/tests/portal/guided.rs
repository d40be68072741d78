//! The guided setup: the same end by another way, and nothing typed is lost on the way back.

use mock_idp::Shared;
use mock_idp::server::MockIdp;

use super::kit::Admin;
use super::page::Page;
use super::portal;

const ADDRESSES: [(&str, &str); 2] = [
    (
        "identifier",
        "https://acme.backup.example/singlesignon/saml/metadata",
    ),
    ("reply_url", "https://acme.backup.example/singlesignon/saml/SSO"),
];

/// The users' step of a new application.
async fn begun() -> (MockIdp, Admin, Page) {
    let (idp, mut admin) = portal().await;
    let start = admin.open("/portal").await;
    let gallery = admin.open(&start.link("Guided setup")).await;
    assert_eq!(gallery.title(), "Add an application");
    let panel = admin
        .open("/portal/contoso.example/guided?template=endpoint-backup")
        .await;
    let users = admin.press(&panel, "Create", &[]).await;
    assert_eq!(users.title(), "Add users and groups");
    (idp, admin, users)
}

fn simon(directory: &Shared) -> String {
    directory
        .read()
        .contoso()
        .account("B.Simon@contoso.example")
        .unwrap()
        .object_id
        .clone()
}

#[tokio::test]
async fn it_ends_in_the_same_state_as_the_separate_pages() {
    let (idp, mut admin, users) = begun().await;
    let simon = simon(idp.directory());
    let roles = admin.press(&users, "Next", &[("principal", &simon)]).await;
    assert_eq!(roles.title(), "Assign roles");
    assert!(roles.text().contains("Select a role for B.Simon (User)"));
    let sign_on = admin.press(&roles, "Next", &[]).await;
    assert_eq!(sign_on.title(), "Set up single sign-on");
    let test = admin.press(&sign_on, "Next", &ADDRESSES).await;
    assert_eq!(test.title(), "Test single sign-on");
    assert!(test.link("Test").contains("/test/"));
    assert!(test.labelled("Login URL").ends_with("/saml2"));
    let file = admin.follow(&test, "Download Federation Metadata XML").await;
    assert_eq!(file.status, 200);
    let app = admin.follow(&test, "Finish").await;
    assert_eq!(app.title(), "Overview");

    let (other, mut admin) = portal().await;
    let panel = admin
        .open("/portal/contoso.example/applications/new?template=endpoint-backup")
        .await;
    let app = admin.press(&panel, "Create", &[]).await;
    let path = app.path.split('?').next().unwrap().to_owned();
    let method = admin.open(&format!("{path}/single-sign-on")).await;
    admin.press(&method, "SAML", &[]).await;
    let basic = admin.open(&format!("{path}/single-sign-on/basic")).await;
    admin.press(&basic, "Save", &ADDRESSES).await;
    let adding = admin
        .open(&format!("{path}/users-and-groups/add?principal={simon}"))
        .await;
    admin.press(&adding, "Assign", &[]).await;
    assert_eq!(masked(idp.directory()), masked(other.directory()));
}

/// The application without what differs in every run.
fn masked(directory: &Shared) -> serde_json::Value {
    let mut application = directory.read().contoso().applications[0].clone();
    for text in [
        &mut application.app_id,
        &mut application.object_id,
        &mut application.service_principal_id,
    ] {
        "id".clone_into(text);
    }
    application.created = jiff::Timestamp::UNIX_EPOCH;
    application.revision = 0;
    assert!(
        application
            .certificates
            .iter()
            .all(|own| own.active && own.key.is_some())
    );
    assert_eq!(application.certificates.len(), 1);
    application.certificates.clear();
    for role in &mut application.app_roles {
        "role".clone_into(&mut role.id);
    }
    for assignment in &mut application.assignments {
        "assignment".clone_into(&mut assignment.id);
        assignment.created = jiff::Timestamp::UNIX_EPOCH;
    }
    serde_json::to_value(application).unwrap()
}

#[tokio::test]
async fn going_back_keeps_what_was_entered_saved_or_not() {
    let (idp, mut admin, users) = begun().await;
    let simon = simon(idp.directory());
    let roles = admin.press(&users, "Next", &[("principal", &simon)]).await;
    let sign_on = admin.press(&roles, "Next", &[]).await;
    let typed = [
        ("identifier", "urn:half"),
        ("reply_url", "sp.example/half"),
        ("relay_state", "/x"),
    ];
    let roles = admin.press(&sign_on, "Back", &typed).await;
    assert_eq!(roles.title(), "Assign roles");
    let users = admin.press(&roles, "Back", &[]).await;
    assert_eq!(users.form("Next").values("principal"), [simon.as_str()]);
    let roles = admin.press(&users, "Next", &[]).await;
    let sign_on = admin.press(&roles, "Next", &[]).await;
    assert_eq!(
        [
            sign_on.labelled("Identifier"),
            sign_on.labelled("Reply URL"),
            sign_on.labelled("Relay State")
        ],
        ["urn:half", "sp.example/half", "/x"]
    );
    let application = idp.directory().read().contoso().applications[0].clone();
    assert!(application.identifiers.is_empty(), "half a step is saved nowhere");
    let told = admin.press(&sign_on, "Next", &[]).await;
    assert!(told.error("reply_url").contains("https://"));
    let test = admin
        .press(&told, "Next", &[("reply_url", "https://sp.example/acs")])
        .await;
    assert_eq!(test.title(), "Test single sign-on");
    let mut other = Admin::new(idp.origin());
    let elsewhere = other.open(&sign_on.path).await;
    assert_eq!(
        elsewhere.labelled("Identifier"),
        "urn:half",
        "saved now, so everybody sees it"
    );
}

#[tokio::test]
async fn a_role_is_made_and_given_on_the_way() {
    let (idp, mut admin, users) = begun().await;
    let simon = simon(idp.directory());
    let roles = admin.press(&users, "Next", &[("principal", &simon)]).await;
    let told = admin
        .press(&roles, "Create app role", &[("display_name", "")])
        .await;
    assert!(told.error("display_name").contains("name"));
    let roles = admin
        .press(
            &told,
            "Create app role",
            &[("display_name", "Operators"), ("value", "operator")],
        )
        .await;
    assert!(roles.text().contains("Operators (operator)"));
    let application = idp.directory().read().contoso().applications[0].clone();
    let field = format!("role-{}", application.assignments[0].id);
    let role = application.app_roles.last().unwrap().id.clone();
    let sign_on = admin.press(&roles, "Next", &[(&field, &role)]).await;
    assert_eq!(sign_on.title(), "Set up single sign-on");
    let directory = idp.directory().read();
    let tenant = directory.contoso();
    let user = tenant.user_by_id(&simon).unwrap();
    assert_eq!(tenant.roles_of(user, &tenant.applications[0]), ["operator"]);
}

#[tokio::test]
async fn whoever_is_unticked_is_not_assigned_any_more() {
    let (idp, mut admin, users) = begun().await;
    let simon = simon(idp.directory());
    let roles = admin.press(&users, "Next", &[("principal", &simon)]).await;
    let users = admin.press(&roles, "Back", &[]).await;
    admin.submit(users.form("Next").without("principal")).await;
    assert!(
        idp.directory().read().contoso().applications[0]
            .assignments
            .is_empty()
    );
}
