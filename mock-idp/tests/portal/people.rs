//! Users, guests, groups, directory roles.

use mock_idp::directory::{AuthMethod, GroupKind, SignInState};

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

#[tokio::test]
async fn groups_nest_and_forget_who_is_deleted() {
    let (idp, mut admin) = portal().await;
    let mut ids = Vec::new();
    for name in ["Inner", "Outer"] {
        let new = admin.open("/portal/contoso.example/groups/new").await;
        let page = admin.press(&new, "Create", &[("name", name)]).await;
        ids.push(
            page.path
                .rsplit('/')
                .next()
                .unwrap()
                .split('?')
                .next()
                .unwrap()
                .to_owned(),
        );
    }
    let alice = idp
        .directory()
        .read()
        .contoso()
        .user("alice")
        .unwrap()
        .object_id
        .clone();
    for (group, member) in [(&ids[0], &alice), (&ids[1], &ids[0])] {
        let list = admin
            .open(&format!("/portal/contoso.example/groups/{group}/members"))
            .await;
        let searched = admin
            .press(&list, "Search", &[("q", "zzz"), ("principal", member)])
            .await;
        assert_eq!(searched.form("Select").values("principal"), [member.as_str()]);
        let page = admin.press(&searched, "Select", &[]).await;
        assert_eq!(page.notice(), "The members were added.");
    }
    let list = admin
        .open(&format!("/portal/contoso.example/groups/{}/members", ids[0]))
        .await;
    let itself = admin.press(&list, "Select", &[("principal", &ids[0])]).await;
    assert!(itself.error("principal").contains("itself"));
    let directory = idp.directory().read();
    let user = directory.contoso().user("alice").unwrap();
    assert_eq!(directory.contoso().groups_of(user, true).len(), 2);

    let page = admin
        .open(&format!("/portal/contoso.example/groups/{}", ids[0]))
        .await;
    let form = page.form("Save").with(&[
        ("on_premises", "yes"),
        ("sam_account_name", "inner"),
        ("kind", "mail"),
    ]);
    let page = admin.submit(form).await;
    assert_eq!(page.notice(), "The group was saved.");
    let group = idp.directory().read().contoso().group(&ids[0]).cloned().unwrap();
    assert_eq!(
        (group.kind, group.on_premises.unwrap().sam_account_name.as_str()),
        (GroupKind::Mail, "inner")
    );

    let question = admin
        .open(&format!("/portal/contoso.example/users/{alice}/delete"))
        .await;
    let name = user.display_name.clone();
    let list = admin.press(&question, &format!("Delete {name}"), &[]).await;
    assert_eq!(list.notice(), format!("{name} was deleted."));
    assert!(
        idp.directory()
            .read()
            .contoso()
            .group(&ids[0])
            .unwrap()
            .members
            .is_empty()
    );
    let question = admin
        .open(&format!("/portal/contoso.example/groups/{}/delete", ids[0]))
        .await;
    admin.press(&question, "Delete Inner", &[]).await;
    assert!(
        idp.directory()
            .read()
            .contoso()
            .group(&ids[1])
            .unwrap()
            .members
            .is_empty()
    );
}

#[tokio::test]
async fn a_directory_role_is_assigned_and_taken_away() {
    let (idp, mut admin) = portal().await;
    let roles = admin.open("/portal/contoso.example/roles").await;
    let role = admin.follow(&roles, "Global Administrator").await;
    let list = admin.follow(&role, "Add assignments").await;
    let none = admin.press(&list, "Add", &[]).await;
    assert!(none.error("principal").contains("at least one"));
    let id = idp
        .directory()
        .read()
        .contoso()
        .user("alice")
        .unwrap()
        .object_id
        .clone();
    let role = admin.press(&list, "Add", &[("principal", &id)]).await;
    assert_eq!(role.notice(), "The role was assigned.");
    let directory = idp.directory().read();
    let alice = directory.contoso().user("alice").unwrap();
    assert_eq!(
        directory.contoso().directory_roles_of(alice),
        ["62e90394-69f5-4237-9190-012177145e10"]
    );
    let groups = admin.open("/portal/contoso.example/groups").await;
    assert!(groups.text().contains("No group"), "a role is no group");
    let role = admin
        .press(&role, &format!("Remove {}", alice.display_name), &[])
        .await;
    assert_eq!(role.notice(), "The assignment was removed.");
    assert!(
        idp.directory()
            .read()
            .contoso()
            .directory_roles_of(alice)
            .is_empty()
    );
}
