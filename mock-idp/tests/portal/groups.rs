//! Groups, nested ones too, and directory roles.

use mock_idp::directory::GroupKind;

use super::portal;

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
