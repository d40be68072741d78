//! What is assigned to an application: policies, people, groups.

use serde_json::{Value, json};

use super::{CLAIMS, Graph, id, ids};

#[tokio::test]
async fn policies_are_made_assigned_listed_taken_away_and_deleted() {
    let graph = Graph::start().await;
    let (application, principal) = graph.instantiate("policies").await;
    let issuance = r#"{"TokenIssuancePolicy":{"Version":1,"SigningAlgorithm":"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256","TokenResponseSigningPolicy":"ResponseAndToken","SamlTokenVersion":"2.0"}}"#;
    let lifetime = r#"{"TokenLifetimePolicy":{"Version":1,"AccessTokenLifetime":"00:30:00"}}"#;
    for (set, definition, at) in [
        (
            "claimsMappingPolicies",
            CLAIMS,
            format!("servicePrincipals/{principal}"),
        ),
        (
            "tokenIssuancePolicies",
            issuance,
            format!("applications/{application}"),
        ),
        (
            "tokenIssuancePolicies",
            issuance,
            format!("servicePrincipals/{principal}"),
        ),
        (
            "tokenLifetimePolicies",
            lifetime,
            format!("servicePrincipals/{principal}"),
        ),
    ] {
        let made = graph
            .post(
                &format!("v1.0/policies/{set}"),
                json!({ "definition": [definition], "displayName": set }),
            )
            .await;
        let location = made.header("location").to_owned();
        let policy = id(&made.expect(201));
        assert!(location.ends_with(&format!("/v1.0/policies/{set}/{policy}")));
        let shown = graph.get(&location).await.expect(200);
        assert_eq!(
            (&shown["definition"], &shown["isOrganizationDefault"]),
            (&json!([definition]), &json!(false))
        );
        let held = format!("v1.0/{at}/{set}");
        let reference =
            json!({ "@odata.id": format!("https://graph.microsoft.com/v1.0/policies/{set}/{policy}") });
        graph
            .post(&format!("{held}/$ref"), reference.clone())
            .await
            .expect(204);
        assert_eq!(ids(&graph.get(&held).await.expect(200)), [policy.as_str()]);
        graph.post(&format!("{held}/$ref"), reference).await.expect(400);
        let applies = graph.get(&format!("{location}/appliesTo")).await.expect(200);
        assert_eq!(ids(&applies), [principal.as_str()]);
        let other = graph
            .post(
                &format!("v1.0/policies/{set}"),
                json!({ "definition": [definition], "displayName": "2" }),
            )
            .await;
        let second = json!({ "@odata.id": format!("{}/v1.0/policies/{set}/{}", graph.idp.origin(), id(&other.expect(201))) });
        graph.post(&format!("{held}/$ref"), second).await.expect(400);

        graph
            .patch(&location, json!({ "displayName": "renamed" }))
            .await
            .expect(204);
        assert_eq!(graph.get(&location).await.expect(200)["displayName"], "renamed");
        graph.delete(&format!("{held}/{policy}/$ref")).await.expect(204);
        graph.delete(&format!("{held}/{policy}/$ref")).await.expect(404);
        assert!(ids(&graph.get(&held).await.expect(200)).is_empty());
        graph.delete(&location).await.expect(204);
        graph.get(&location).await.expect(404);
    }
    let bad = json!({ "definition": ["{\"claimsMappingPolicy\":{}}"], "displayName": "x" });
    assert_eq!(
        graph
            .post("v1.0/policies/claimsMappingPolicies", bad)
            .await
            .status,
        400
    );
    let nobody = json!({ "@odata.id": "https://x/v1.0/policies/claimsMappingPolicies/00000000-0000-0000-0000-000000000001" });
    graph
        .post(
            &format!("v1.0/servicePrincipals/{principal}/claimsMappingPolicies/$ref"),
            nobody,
        )
        .await
        .expect(404);
}

#[tokio::test]
async fn people_and_groups_are_assigned_and_seen_from_both_ends() {
    let graph = Graph::start().await;
    let (_, principal) = graph.instantiate("assigned").await;
    let user = graph.user("dana").await;
    let group =
        json!({ "displayName": "ops", "mailEnabled": false, "mailNickname": "ops", "securityEnabled": true });
    let group = id(&graph.post("v1.0/groups", group).await.expect(201));
    let at = format!("v1.0/servicePrincipals/{principal}/appRoleAssignedTo");
    let zero = "00000000-0000-0000-0000-000000000000";
    let body =
        |who: &str, role: &str| json!({ "principalId": who, "resourceId": principal, "appRoleId": role });
    let made = graph.post(&at, body(&user, zero)).await.expect(201);
    assert_eq!(
        (&made["principalType"], &made["principalDisplayName"]),
        (&json!("User"), &json!("dana"))
    );
    assert_eq!(
        (&made["resourceDisplayName"], &made["deletedDateTime"]),
        (&json!("assigned"), &Value::Null)
    );
    let role = graph
        .get(&format!("v1.0/servicePrincipals/{principal}"))
        .await
        .expect(200)["appRoles"][0]["id"]
        .clone();
    let of_group = format!("v1.0/groups/{group}/appRoleAssignments");
    let second = graph
        .post(&of_group, body(&group, role.as_str().unwrap()))
        .await
        .expect(201);
    assert_eq!(second["principalType"], "Group");

    assert_eq!(ids(&graph.get(&at).await.expect(200)), [id(&made), id(&second)]);
    let of_user = format!("v1.0/users/{user}/appRoleAssignments");
    let filtered = format!("{of_user}?$filter=resourceId eq {principal}");
    assert_eq!(ids(&graph.get(&filtered).await.expect(200)), [id(&made)]);
    assert_eq!(
        graph.get(&format!("{at}/{}", id(&made))).await.expect(200)["principalId"],
        json!(user)
    );

    for (body, status, message) in [
        (body(&user, zero), 400, "already exists"),
        (
            body(&user, "1b4f816e-5eaf-48b9-8613-7923830595ad"),
            400,
            "was not found on application",
        ),
        (
            body("1b4f816e-5eaf-48b9-8613-7923830595ad", zero),
            404,
            "does not exist",
        ),
        (
            json!({ "principalId": user, "resourceId": principal }),
            400,
            "appRoleId",
        ),
        (
            json!({ "principalId": user, "resourceId": user, "appRoleId": zero }),
            400,
            "invalid",
        ),
    ] {
        let got = graph.post(&at, body).await.expect(status);
        assert!(
            got["error"]["message"].as_str().unwrap().contains(message),
            "{got:#}"
        );
    }
    graph.delete(&format!("{at}/{}", id(&made))).await.expect(204);
    graph
        .delete(&format!("{of_group}/{}", id(&second)))
        .await
        .expect(204);
    graph
        .delete(&format!("{of_user}/{}", id(&made)))
        .await
        .expect(404);
    assert!(ids(&graph.get(&at).await.expect(200)).is_empty());
}
