//! Users, groups, roles, the organization.

use mock_idp::directory::SignInState;
use serde_json::{Value, json};

use super::{Graph, id, ids};

#[tokio::test]
async fn a_user_is_made_read_by_either_key_changed_and_deleted() {
    let graph = Graph::start().await;
    let user = graph.user("Dana").await;
    let by_name = graph.get("v1.0/users/dana@contoso.example").await.expect(200);
    assert_eq!(by_name["id"], json!(user));
    let names: Vec<&String> = by_name
        .as_object()
        .unwrap()
        .keys()
        .filter(|name| !name.starts_with('@'))
        .collect();
    assert_eq!(
        names.len(),
        11,
        "version 1.0 shows eleven properties unasked: {names:?}"
    );
    let selected = graph
        .get(&format!(
            "v1.0/users/{user}?$select=id,accountEnabled,passwordProfile"
        ))
        .await
        .expect(200);
    assert_eq!(
        (&selected["accountEnabled"], &selected["passwordProfile"]),
        (&json!(true), &Value::Null)
    );
    assert!(graph.get(&format!("beta/users/{user}")).await.expect(200)["createdDateTime"].is_string());

    let change = json!({
        "department": "Research", "businessPhones": ["+1 555"], "onPremisesExtensionAttributes": { "extensionAttribute7": "x" },
        "otherMails": ["d@home.example"], "givenName": "Dana", "surname": null, "mail": "dana@contoso.example", "userType": "Guest",
    });
    graph
        .patch(&format!("v1.0/users/{user}"), change)
        .await
        .expect(204);
    let shown = graph.get(&format!("beta/users/{user}")).await.expect(200);
    assert_eq!(
        (&shown["department"], &shown["businessPhones"]),
        (&json!("Research"), &json!(["+1 555"]))
    );
    assert_eq!(shown["onPremisesExtensionAttributes"]["extensionAttribute7"], "x");
    {
        let directory = graph.shared().read();
        let known = directory.contoso().user_by_id(&user).unwrap();
        assert_eq!(known.password, "Sesame-0pen");
        assert_eq!(known.profile.extension_attributes["7"], ["x"]);
        assert_eq!(known.profile.attributes["telephonenumber"], "+1 555");
    }
    let forced =
        json!({ "passwordProfile": { "forceChangePasswordNextSignIn": true, "password": "Other-Sesame" } });
    graph
        .patch(&format!("v1.0/users/{user}"), forced)
        .await
        .expect(204);
    let state = graph.shared().read().contoso().user_by_id(&user).unwrap().sign_in;
    assert_eq!(state, SignInState::PasswordExpired);
    graph.delete(&format!("v1.0/users/{user}")).await.expect(204);
    graph.get(&format!("v1.0/users/{user}")).await.expect(404);
}

#[tokio::test]
async fn a_user_that_azure_would_not_take_is_refused_in_its_words() {
    let graph = Graph::start().await;
    graph.user("taken").await;
    let good = json!({
        "accountEnabled": true, "displayName": "E", "mailNickname": "e", "userPrincipalName": "e@contoso.example",
        "passwordProfile": { "password": "Sesame-0pen" },
    });
    for (name, value, message) in [
        (
            "userPrincipalName",
            json!("taken@contoso.example"),
            "Another object with the same value for property userPrincipalName already exists.",
        ),
        (
            "mailNickname",
            json!("taken"),
            "Another object with the same value for property mailNickname already exists.",
        ),
        (
            "userPrincipalName",
            json!("e@elsewhere.example"),
            "One or more property values specified are invalid.",
        ),
        (
            "userPrincipalName",
            json!("e"),
            "One or more property values specified are invalid.",
        ),
        (
            "passwordProfile",
            json!({ "password": "short" }),
            "The specified password does not comply with password complexity requirements. Please provide a different password.",
        ),
        (
            "displayName",
            Value::Null,
            "A value is required for property 'displayName' of resource 'User'.",
        ),
        (
            "accountEnabled",
            json!("yes"),
            "One or more property values specified are invalid.",
        ),
        (
            "shoeSize",
            json!(7),
            "One or more property values specified are invalid.",
        ),
        (
            "businessPhones",
            json!(["1", "2"]),
            "One or more property values specified are invalid.",
        ),
        (
            "onPremisesExtensionAttributes",
            json!({ "extensionAttribute16": "x" }),
            "One or more property values specified are invalid.",
        ),
    ] {
        let mut user = good.clone();
        user[name] = value;
        let got = graph.post("v1.0/users", user).await.expect(400);
        assert_eq!(got["error"]["message"], message, "{name}");
    }
    graph.post("v1.0/users", good).await.expect(201);
}

#[tokio::test]
async fn membership_is_seen_from_both_ends_and_through_nested_groups_and_cycles() {
    let graph = Graph::start().await;
    let user = graph.user("member").await;
    let group = async |name: &str, members: Vec<String>| {
        let bound: Vec<String> = members
            .iter()
            .map(|id| format!("https://graph.microsoft.com/v1.0/directoryObjects/{id}"))
            .collect();
        let body = json!({
            "displayName": name, "mailEnabled": false, "mailNickname": name, "securityEnabled": true, "members@odata.bind": bound,
        });
        id(&graph.post("v1.0/groups", body).await.expect(201))
    };
    let inner = group("inner", vec![user.clone()]).await;
    let outer = group("outer", vec![]).await;
    let add =
        |id: &str| json!({ "@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{id}") });
    graph
        .post(&format!("v1.0/groups/{outer}/members/$ref"), add(&inner))
        .await
        .expect(204);
    graph
        .post(&format!("v1.0/groups/{inner}/members/$ref"), add(&outer))
        .await
        .expect(204);
    graph
        .post(&format!("v1.0/groups/{outer}/members/$ref"), add(&inner))
        .await
        .expect(400);
    graph
        .post(&format!("v1.0/groups/{outer}/members/$ref"), add(&outer))
        .await
        .expect(400);

    let members = graph
        .get(&format!("v1.0/groups/{inner}/members"))
        .await
        .expect(200);
    assert_eq!(members["value"][0]["@odata.type"], "#microsoft.graph.user");
    assert_eq!(ids(&members), [user.as_str(), &outer]);
    assert_eq!(
        ids(&graph
            .get(&format!("v1.0/groups/{inner}/members/microsoft.graph.user"))
            .await
            .expect(200)),
        [user.as_str()]
    );
    let transitive = graph
        .get(&format!(
            "v1.0/groups/{outer}/transitiveMembers/microsoft.graph.user"
        ))
        .await
        .expect(200);
    assert_eq!(ids(&transitive), [user.as_str()]);
    assert_eq!(
        ids(&graph
            .get(&format!("v1.0/users/{user}/memberOf"))
            .await
            .expect(200)),
        [inner.as_str()]
    );
    let all = graph
        .get(&format!(
            "v1.0/users/{user}/transitiveMemberOf/microsoft.graph.group"
        ))
        .await
        .expect(200);
    assert_eq!(ids(&all), [inner.as_str(), &outer]);
    let objects = graph
        .post(
            &format!("v1.0/users/{user}/getMemberObjects"),
            json!({ "securityEnabledOnly": true }),
        )
        .await
        .expect(200);
    assert_eq!(objects["value"], json!([inner, outer]));
    let checked = graph
        .post(
            &format!("v1.0/users/{user}/checkMemberGroups"),
            json!({ "groupIds": [outer, user] }),
        )
        .await
        .expect(200);
    assert_eq!(checked["value"], json!([outer]));
    let count = graph
        .advanced(&format!("v1.0/groups/{inner}/members/$count"))
        .await;
    assert_eq!(count.body, json!(2));

    graph
        .delete(&format!("v1.0/groups/{inner}/members/{user}/$ref"))
        .await
        .expect(204);
    graph
        .delete(&format!("v1.0/groups/{inner}/members/{user}/$ref"))
        .await
        .expect(404);
    graph.delete(&format!("v1.0/groups/{inner}")).await.expect(204);
    assert!(
        ids(&graph
            .get(&format!("v1.0/groups/{outer}/members"))
            .await
            .expect(200))
        .is_empty(),
        "nobody is left behind"
    );
}

#[tokio::test]
async fn the_organization_its_domains_and_its_roles_are_read() {
    let graph = Graph::start().await;
    let organization = graph.get("v1.0/organization").await.expect(200);
    assert_eq!(organization["value"][0]["displayName"], "Contoso");
    let domains = graph.get("v1.0/domains").await.expect(200);
    assert_eq!(ids(&domains), ["contoso.example", "contoso.onmicrosoft.example"]);
    assert_eq!(
        graph.get("v1.0/domains/contoso.example").await.expect(200)["isDefault"],
        true
    );
    let template = "62e90394-69f5-4237-9190-012177145e10";
    let role = graph
        .post("v1.0/directoryRoles", json!({ "roleTemplateId": template }))
        .await
        .expect(201);
    graph
        .post("v1.0/directoryRoles", json!({ "roleTemplateId": template }))
        .await
        .expect(400);
    let user = graph.user("admin2").await;
    let members = format!("v1.0/directoryRoles(roleTemplateId='{template}')/members");
    graph
        .post(
            &format!("{members}/$ref"),
            json!({ "@odata.id": format!("https://x/v1.0/users/{user}") }),
        )
        .await
        .expect(204);
    assert_eq!(ids(&graph.get(&members).await.expect(200)), [user.as_str()]);
    let of = graph
        .get(&format!("v1.0/users/{user}/memberOf"))
        .await
        .expect(200);
    assert_eq!(
        (&of["value"][0]["@odata.type"], &of["value"][0]["id"]),
        (&json!("#microsoft.graph.directoryRole"), &role["id"])
    );
    assert!(
        ids(&graph.get("v1.0/groups").await.expect(200)).is_empty(),
        "a role is no group"
    );
    assert_eq!(graph.get("v1.0/me").await.status, 400);
}
