//! Users, guests, groups, directory roles.

use mock_idp::directory::{AuthMethod, SignInState};

use super::portal;

#[tokio::test]
async fn a_user_is_made_with_the_domain_beside_and_refused_with_the_reason_at_its_field() {
    let (idp, mut admin) = portal().await;
    let new = admin.open("/portal/contoso.example/users/new").await;
    let wrong = admin
        .press(&new, "Create", &[("display_name", ""), ("user_name", "b.new")])
        .await;
    assert!(wrong.error("display_name").contains("empty"));
    let wrong = admin
        .press(
            &wrong,
            "Create",
            &[("display_name", "New"), ("user_name", "alice")],
        )
        .await;
    assert!(wrong.error("user_name").contains("already exists"));
    let wrong = admin
        .press(&wrong, "Create", &[("user_name", "b.new@elsewhere.example")])
        .await;
    assert!(wrong.error("user_name").contains("no verified domain"));
    let list = admin
        .press(
            &wrong,
            "Create",
            &[
                ("user_name", "b.new"),
                ("domain", "contoso.onmicrosoft.example"),
                ("given_name", "B"),
                ("surname", "New"),
                ("password", "Secret 1!"),
            ],
        )
        .await;
    assert_eq!(
        list.notice(),
        "New was created: b.new@contoso.onmicrosoft.example"
    );
    let made = idp
        .directory()
        .read()
        .contoso()
        .account("b.new@contoso.onmicrosoft.example")
        .cloned()
        .unwrap();
    assert_eq!(
        (made.given_name.as_deref(), made.surname.as_deref(), made.mail),
        (Some("B"), Some("New"), None)
    );
    assert!(made.enabled && made.password == "Secret 1!");
}

#[tokio::test]
async fn a_profile_holds_whatever_a_claim_may_carry() {
    let (idp, mut admin) = portal().await;
    let users = admin.open("/portal/contoso.example/users").await;
    let page = admin.follow(&users, "B.Simon").await;
    let form = page.form("Save").with(&[
        ("department", "Sales"),
        ("jobtitle", "Clerk"),
        ("employeeid", "007"),
        ("other_mails", "a@x.example\nb@x.example"),
        ("extension_1", "one\ntwo"),
        ("on_premises", "yes"),
        ("sam_account_name", "bsimon"),
        ("method", "fido2"),
        ("sign_in_state", "locked"),
        ("state", "Bavaria"),
        ("strong", "yes"),
        ("mail", ""),
    ]);
    let page = admin.submit(form.without("enabled")).await;
    assert_eq!(page.notice(), "The profile was saved.");
    let user = idp
        .directory()
        .read()
        .contoso()
        .account("B.Simon@contoso.example")
        .cloned()
        .unwrap();
    assert_eq!(user.profile.attributes["department"], "Sales");
    assert_eq!(user.profile.other_mails, ["a@x.example", "b@x.example"]);
    assert_eq!(user.profile.extension_attributes["1"], ["one", "two"]);
    assert_eq!(user.on_premises.as_ref().unwrap().sam_account_name, "bsimon");
    assert_eq!(
        (user.method, user.sign_in, user.mail.clone()),
        (AuthMethod::Fido2, SignInState::Locked, None)
    );
    assert!(!user.enabled);
    let again = admin.press(&page, "Save", &[]).await;
    assert_eq!(again.notice(), "The profile was saved.");
    let same = idp
        .directory()
        .read()
        .contoso()
        .account("B.Simon@contoso.example")
        .cloned()
        .unwrap();
    assert_eq!(same, user, "saving what is shown changes nothing");
}

#[tokio::test]
async fn a_guest_is_named_after_the_address_and_its_home() {
    let (idp, mut admin) = portal().await;
    let page = admin.open("/portal/contoso.example/users/invite").await;
    for (mail, why) in [
        ("nobody", "mail address"),
        ("x@contoso.example", "belongs to this tenant"),
        ("a b@x.example", "Before the @"),
    ] {
        let wrong = admin.press(&page, "Invite", &[("mail", mail)]).await;
        assert!(
            wrong.error("mail").contains(why),
            "{mail}: {}",
            wrong.error("mail")
        );
    }
    let guest = admin
        .press(
            &page,
            "Invite",
            &[
                ("mail", "outsider@fabrikam.example"),
                ("display_name", "Out Sider"),
            ],
        )
        .await;
    let account = "outsider_fabrikam.example#EXT#@contoso.onmicrosoft.example";
    assert_eq!(guest.notice(), format!("Out Sider was invited as {account}."));
    let directory = idp.directory().read();
    let user = directory.contoso().account(account).unwrap();
    assert!(user.is_guest());
    assert_eq!(
        user.guest.as_ref().unwrap().identity_provider,
        directory.fabrikam().entity_id()
    );
    assert_eq!(user.mail.as_deref(), Some("outsider@fabrikam.example"));
    let page = admin.open("/portal/contoso.example/users/invite").await;
    admin
        .press(&page, "Invite", &[("mail", "x@y.example"), ("home", "live.com")])
        .await;
    let directory = idp.directory().read();
    let user = directory
        .contoso()
        .account("x_y.example#EXT#@contoso.onmicrosoft.example")
        .unwrap();
    assert_eq!(user.guest.as_ref().unwrap().identity_provider, "live.com");
}
