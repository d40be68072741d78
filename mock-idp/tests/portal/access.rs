//! Assignments and roles of an application.

use super::single_sign_on::{application, with_application};

#[tokio::test]
async fn a_role_is_created_given_disabled_and_deleted() {
    let (idp, mut admin, path) = with_application().await;
    let roles = admin.open(&format!("{path}/app-roles")).await;
    let new = admin.follow(&roles, "Create app role").await;
    let wrong = admin.press(&new, "Apply", &[("value", "two words")]).await;
    assert!(wrong.error("display_name").contains("name") && wrong.error("value").contains("white space"));
    let roles = admin
        .press(
            &wrong,
            "Apply",
            &[("display_name", "Operators"), ("value", "operator")],
        )
        .await;
    assert_eq!(roles.notice(), "The role Operators was saved.");
    let twin = admin
        .press(
            &new,
            "Apply",
            &[("revision", ""), ("display_name", "Other"), ("value", "operator")],
        )
        .await;
    assert!(twin.error("value").contains("Operators has this value already"));
    let role = application(idp.directory()).app_roles.last().cloned().unwrap();

    let directory = idp.directory().read();
    let alice = directory.contoso().user("alice").unwrap();
    let adding = admin
        .open(&format!(
            "{path}/users-and-groups/add?principal={}",
            alice.object_id
        ))
        .await;
    assert!(adding.text().contains("Operators (operator)") && !adding.text().contains("msiam_access"));
    let list = admin.press(&adding, "Assign", &[("role", &role.id)]).await;
    assert!(list.text().contains("User Operators"), "{}", list.text());
    let now = idp.directory().read();
    assert_eq!(
        now.contoso().roles_of(alice, &now.contoso().applications[0]),
        ["operator"]
    );

    let page = admin.follow(&roles, "Operators").await;
    let roles = admin.submit(page.form("Apply").without("enabled")).await;
    assert!(roles.text().contains("Disabled"));
    let roles = admin.press(&roles, "Delete Operators", &[]).await;
    assert_eq!(roles.notice(), "The role was deleted, with its assignments.");
    let after = application(idp.directory());
    assert!(after.role(&role.id).is_none() && after.assignments.is_empty());
    let names: Vec<_> = after
        .app_roles
        .iter()
        .map(|role| role.display_name.as_str())
        .collect();
    assert_eq!(names, ["User", "msiam_access"]);
}

#[tokio::test]
async fn an_enabled_role_and_azures_own_are_not_deleted() {
    let (idp, mut admin, path) = with_application().await;
    let roles = admin.open(&format!("{path}/app-roles")).await;
    let user = application(idp.directory()).app_roles[0].clone();
    let fixed = application(idp.directory()).app_roles[1].clone();
    let page = admin.follow(&roles, "User").await;
    let mut form = page.form("Apply").without("enabled");
    form = form.with(&[("display_name", "User")]);
    let roles = admin.submit(form).await;
    let ask = roles.form("Delete User");
    let page = admin.follow(&roles, "User").await;
    admin.submit(page.form("Apply").with(&[("enabled", "yes")])).await;
    let refused = admin.submit(ask).await;
    assert!(
        refused.alert().contains("Only a disabled role can be deleted"),
        "{}",
        refused.text()
    );
    let path = format!("{path}/app-roles/{}", fixed.id);
    let page = admin.open(&path).await;
    let refused = admin.press(&page, "Apply", &[("display_name", "mine")]).await;
    assert!(refused.error("display_name").contains("belongs to Azure"));
    assert_eq!(application(idp.directory()).app_roles, [user, fixed]);
}

#[tokio::test]
async fn users_and_groups_are_selected_searched_changed_and_removed() {
    let (idp, mut admin, path) = with_application().await;
    let groups = admin.open("/portal/contoso.example/groups").await;
    let new = admin.follow(&groups, "New group").await;
    let group = admin
        .press(
            &new,
            "Create",
            &[("name", "Sales"), ("description", "Everybody who sells")],
        )
        .await;
    assert_eq!(group.notice(), "Sales was created.");
    let id = idp.directory().read().contoso().groups[0].object_id.clone();
    let alice = idp
        .directory()
        .read()
        .contoso()
        .user("alice")
        .unwrap()
        .object_id
        .clone();

    let list = admin
        .open(&format!("{path}/users-and-groups/add/select?principal={id}"))
        .await;
    let found = admin.press(&list, "Search", &[("q", "alice")]).await;
    assert!(!found.text().contains("B.Simon"));
    let form = found.form("Select");
    assert_eq!(
        form.values("principal"),
        [id.as_str()],
        "the search keeps what was selected"
    );
    let adding = admin
        .submit(form.with(&[("principal", &id), ("principal", &alice)]))
        .await;
    let list = admin.press(&adding, "Assign", &[]).await;
    assert_eq!(list.notice(), "2 assignments were added.");
    let nobody = admin.open(&format!("{path}/users-and-groups/add")).await;
    let nobody = admin.press(&nobody, "Assign", &[]).await;
    assert!(nobody.error("principal").contains("at least one"));

    let edit = admin.follow(&list, "Edit assignment of Sales").await;
    let role = application(idp.directory()).app_roles[0].clone();
    let list = admin.press(&edit, "Assign", &[("role", &role.id)]).await;
    assert_eq!(list.notice(), "The assignment was changed.");
    assert!(list.text().contains("Sales Group User"), "{}", list.text());
    let gone = list.form("Remove Sales");
    let list = admin.press(&list, "Remove Sales", &[]).await;
    assert_eq!(list.notice(), "The assignment was removed.");
    assert_eq!(application(idp.directory()).assignments.len(), 1);
    assert_eq!(admin.submit(gone).await.status, 404, "it is not there any more");
}
