//! Card 2: what assertions say.

use mock_idp::directory::{
    Attribute, Group, GroupValue, Matches, NameFormat, On, Policy, PolicyKind, Transformation, UserKind,
    Value, WhichGroups,
};

use super::single_sign_on::{application, with_application};

#[tokio::test]
async fn the_name_id_takes_a_format_and_a_transformation() {
    let (idp, mut admin, path) = with_application().await;
    let cards = admin.open(&format!("{path}/single-sign-on")).await;
    let list = admin.follow(&cards, "Edit Attributes & Claims").await;
    let page = admin.follow(&list, "Unique User Identifier (Name ID)").await;
    let page = admin
        .press(&page, "Show the fields of this transformation", &[("t1", "join")])
        .await;
    assert!(page.text().contains("Separator"), "the fields of Join are shown");
    let told = admin
        .press(&page, "Save", &[("t1_input", ""), ("t1_second", "text")])
        .await;
    assert!(told.error("t1_input").contains("Select an attribute"));
    let list = admin
        .press(
            &told,
            "Save",
            &[
                ("format", "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"),
                ("t1_input", "user.employeeid"),
                ("t1_separator", "@"),
                ("t1_second", "text"),
                ("t1_second_text", "contoso.example"),
            ],
        )
        .await;
    assert_eq!(list.notice(), "The claim was saved.");
    let saved = application(idp.directory()).name_id;
    assert!(saved.format.ends_with("persistent"));
    let join = Transformation::Join {
        input: On::Attribute("user.employeeid".parse().unwrap()),
        separator: "@".to_owned(),
        second: On::Constant("contoso.example".to_owned()),
    };
    assert_eq!(saved.value, Value::Transformation(vec![join]));
    assert!(
        list.text().contains("Join() of user.employeeid [Persistent]"),
        "{}",
        list.text()
    );
}

#[tokio::test]
async fn a_claim_is_added_edited_and_deleted() {
    let (idp, mut admin, path) = with_application().await;
    let list = admin.open(&format!("{path}/single-sign-on/claims")).await;
    let new = admin.follow(&list, "Add new claim").await;
    let told = admin.press(&new, "Save", &[("name", "department")]).await;
    assert!(told.error("attribute").contains("Select the attribute"));
    let list = admin
        .press(
            &told,
            "Save",
            &[
                ("name", "department"),
                ("namespace", "https://sp.example/claims"),
                ("attribute", "user.department"),
                ("name_format", "uri"),
            ],
        )
        .await;
    let claim = application(idp.directory()).claims[4].clone();
    assert_eq!(
        (claim.wire_name().as_str(), claim.name_format),
        ("https://sp.example/claims/department", Some(NameFormat::Uri))
    );
    let page = admin.follow(&list, "https://sp.example/claims/department").await;
    let list = admin
        .press(
            &page,
            "Save",
            &[
                ("source", "constant"),
                ("constant", "the same"),
                ("namespace", ""),
            ],
        )
        .await;
    let claim = application(idp.directory()).claims[4].clone();
    assert_eq!(
        (claim.wire_name().as_str(), claim.value),
        ("department", Value::Constant("the same".to_owned()))
    );
    let list = admin.press(&list, "Delete the claim 4", &[]).await;
    assert_eq!(list.notice(), "The claim was deleted.");
    assert_eq!(application(idp.directory()).claims.len(), 4);
}

#[tokio::test]
async fn a_restricted_claim_and_a_name_twice_are_refused_with_the_reason() {
    let (idp, mut admin, path) = with_application().await;
    let new = admin.open(&format!("{path}/single-sign-on/claims/new")).await;
    let claim = |namespace, name| {
        [
            ("namespace", namespace),
            ("name", name),
            ("attribute", "user.mail"),
        ]
    };
    let restricted = claim("http://schemas.microsoft.com/identity/claims", "tenantid");
    let told = admin.press(&new, "Save", &restricted).await;
    assert_eq!(told.status, 422);
    assert!(
        told.error("name").contains("restricted claim set"),
        "{}",
        told.error("name")
    );
    assert_eq!(told.labelled("Name"), "tenantid");
    let twice = claim("http://schemas.xmlsoap.org/ws/2005/05/identity/claims", "surname");
    let told = admin.press(&new, "Save", &twice).await;
    assert!(told.error("name").contains("already"), "{}", told.error("name"));
    assert_eq!(application(idp.directory()).claims.len(), 4);
}

#[tokio::test]
async fn a_condition_names_users_groups_and_another_source() {
    let (idp, mut admin, path) = with_application().await;
    let group = Group::new("Sales");
    let id = group.object_id.clone();
    idp.directory()
        .change(|directory| {
            directory.tenants[0].groups.push(group);
            Ok::<_, std::convert::Infallible>(())
        })
        .unwrap();
    let page = admin.open(&format!("{path}/single-sign-on/claims/0")).await;
    let new = admin.follow(&page, "Add condition").await;
    let page = admin
        .press(
            &new,
            "Save",
            &[
                ("users", "members"),
                ("groups", &id),
                ("attribute", "user.displayname"),
            ],
        )
        .await;
    assert_eq!(page.notice(), "The condition was saved.");
    assert!(
        page.text().contains("Members in Sales: user.displayname"),
        "{}",
        page.text()
    );
    let condition = application(idp.directory()).claims[0].conditions[0].clone();
    assert_eq!((condition.users, condition.groups), (UserKind::Members, vec![id]));
    assert_eq!(condition.value, Value::Attribute(Attribute::DISPLAY_NAME));
    let edit = admin.follow(&page, "Edit condition 1").await;
    let page = admin.press(&edit, "Save", &[("users", "all_guests")]).await;
    assert_eq!(
        application(idp.directory()).claims[0].conditions[0].users,
        UserKind::AllGuests
    );
    let page = admin.press(&page, "Delete condition 1", &[]).await;
    assert_eq!(page.notice(), "The condition was deleted.");
    assert!(application(idp.directory()).claims[0].conditions.is_empty());
}

#[tokio::test]
async fn the_group_claim_has_all_its_options() {
    let (idp, mut admin, path) = with_application().await;
    let list = admin.open(&format!("{path}/single-sign-on/claims")).await;
    let page = admin.follow(&list, "Add a group claim").await;
    let told = admin
        .press(&page, "Save", &[("which", "all"), ("value", "cloud")])
        .await;
    assert!(told.error("value").contains("assigned"), "{}", told.text());
    let told = admin
        .press(
            &page,
            "Save",
            &[("which", "all"), ("filter", "yes"), ("customize", "yes")],
        )
        .await;
    assert!(told.error("filter_text").contains("filtered by"));
    let list = admin
        .press(
            &page,
            "Save",
            &[
                ("which", "assigned"),
                ("value", "netbios"),
                ("cloud_display_names", "yes"),
                ("filter", "yes"),
                ("filter_by", "sam"),
                ("filter_how", "suffix"),
                ("filter_text", "-sales"),
                ("customize", "yes"),
                ("name", "teams"),
                ("namespace", "https://sp.example"),
                ("emit_as_roles", "yes"),
                ("replace", "yes"),
                ("pattern", "^CONTOSO.(.*)$"),
                ("with", "{1}"),
            ],
        )
        .await;
    assert_eq!(list.notice(), "The group claim was saved.", "{}", list.text());
    let saved = application(idp.directory()).group_claims.unwrap();
    assert_eq!(
        (saved.groups, saved.value),
        (WhichGroups::Assigned, GroupValue::NetbiosAndSam)
    );
    let filter = saved.filter.clone().unwrap();
    assert!(filter.sam_account_name && filter.how == Matches::EndsWith && filter.text == "-sales");
    assert_eq!(
        (saved.name.as_deref(), saved.namespace.as_deref()),
        (Some("teams"), Some("https://sp.example"))
    );
    assert!(saved.emit_as_roles && saved.cloud_display_names && saved.replace.is_some());
    let page = admin.follow(&list, "Group claim").await;
    admin.press(&page, "Save", &[]).await;
    assert_eq!(application(idp.directory()).group_claims, Some(saved));
    let list = admin.open(&format!("{path}/single-sign-on/claims")).await;
    admin.press(&list, "Delete the claim groups", &[]).await;
    assert_eq!(application(idp.directory()).group_claims, None);
}

#[tokio::test]
async fn where_a_policy_decides_the_page_is_read_only() {
    let (idp, mut admin, path) = with_application().await;
    let new = admin.open(&format!("{path}/single-sign-on/claims/new")).await;
    let policy = Policy {
        id: "5f1c1d3e-0000-4000-8000-000000000001".to_owned(),
        kind: PolicyKind::ClaimsMapping,
        display_name: "By Graph".to_owned(),
        definition: Vec::new(),
        is_organization_default: false,
    };
    idp.directory()
        .change(|directory| {
            let tenant = &mut directory.tenants[0];
            tenant.applications[0].policies.push(policy.id.clone());
            tenant.policies.push(policy);
            Ok::<_, std::convert::Infallible>(())
        })
        .unwrap();
    let list = admin.open(&format!("{path}/single-sign-on/claims")).await;
    assert!(list.text().contains("By Graph") && !list.text().contains("Add new claim"));
    let form = [("revision", "1"), ("name", "x"), ("attribute", "user.mail")];
    let told = admin.press(&new, "Save", &form).await;
    assert!(told.error("name").contains("policy decides"), "{}", told.text());
}

#[tokio::test]
async fn issuer_and_audience_are_changed_by_the_advanced_options() {
    let (idp, mut admin, path) = with_application().await;
    let list = admin.open(&format!("{path}/single-sign-on/claims")).await;
    let page = admin.follow(&list, "Advanced SAML claims options").await;
    let told = admin.press(&page, "Save", &[("audience", "no uri")]).await;
    assert!(told.error("audience").contains("absolute URI"));
    let fields = [("audience", "urn:other"), ("issuer_with_application_id", "yes")];
    let list = admin.press(&told, "Save", &fields).await;
    assert_eq!(list.notice(), "The advanced options were saved.");
    let saved = application(idp.directory());
    assert_eq!(saved.audience_override.as_deref(), Some("urn:other"));
    assert!(saved.issuer_with_application_id);
}
