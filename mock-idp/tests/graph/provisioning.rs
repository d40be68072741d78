//! The calls by which a script sets up SAML single sign-on, in their order.

use serde_json::{Value, json};

use super::{Graph, NON_GALLERY, id, ids};

#[tokio::test]
async fn an_application_of_the_gallery_comes_with_what_its_template_sets_up() {
    let graph = Graph::start().await;
    let template = mock_idp::gallery::builtin()
        .iter()
        .find(|template| template.id == "endpoint-backup")
        .unwrap();
    let found = graph
        .get(&format!(
            "v1.0/applicationTemplates?$filter=displayName eq '{}'",
            template.name
        ))
        .await
        .expect(200);
    let [id] = ids(&found).try_into().unwrap();
    let path = format!("v1.0/applicationTemplates/{id}/instantiate");
    let made = graph
        .post(&path, json!({ "displayName": "Backup" }))
        .await
        .expect(201);
    assert_eq!(made["application"]["applicationTemplateId"], id);
    let directory = graph.idp.directory().read();
    let (_, application) = directory
        .application(made["application"]["appId"].as_str().unwrap())
        .unwrap();
    assert_eq!(
        application.template.as_deref(),
        Some("endpoint-backup"),
        "the portal knows where it is from"
    );

    let fixed = |template: &&mock_idp::gallery::Template| {
        let field = template.field(mock_idp::gallery::FieldName::Identifier);
        field.is_some_and(|field| field.values.iter().all(mock_idp::gallery::Pattern::is_fixed))
    };
    let fixed = mock_idp::gallery::builtin().iter().find(fixed).unwrap();
    let all = graph.get("v1.0/applicationTemplates").await.expect(200);
    let known = all["value"].as_array().unwrap().iter();
    let id = known
        .filter(|known| known["displayName"] == fixed.name.as_str())
        .map(|known| known["id"].as_str().unwrap().to_owned())
        .next()
        .unwrap();
    let path = format!("v1.0/applicationTemplates/{id}/instantiate");
    for identifiers in [1, 0] {
        let made = graph
            .post(&path, json!({ "displayName": "Twice" }))
            .await
            .expect(201);
        let uris = made["application"]["identifierUris"].as_array().unwrap();
        assert_eq!(
            uris.len(),
            identifiers,
            "an Identifier that is taken is left to be typed: {uris:?}"
        );
    }
}

#[tokio::test]
async fn a_restricted_claim_is_refused_where_the_portal_refuses_it() {
    let graph = Graph::start().await;
    let path = format!("v1.0/applicationTemplates/{NON_GALLERY}/instantiate");
    let made = graph
        .post(&path, json!({ "displayName": "Backup" }))
        .await
        .expect(201);
    let principal = made["servicePrincipal"]["id"].as_str().unwrap();
    let claim = json!({ "claims": [{
        "@odata.type": "#microsoft.graph.customClaim", "name": "tenantid", "tokenFormat": ["saml"],
        "namespace": "http://schemas.microsoft.com/identity/claims", "configurations": [{
            "condition": null, "transformations": [], "attribute": {
                "@odata.type": "#microsoft.graph.sourcedAttribute", "id": "displayname", "source": "user" } }],
    }] });
    let path = format!("beta/servicePrincipals/{principal}/claimsPolicy");
    let refused = graph.patch(&path, claim).await.expect(400);
    let detail = &refused["error"]["details"][0];
    assert_eq!(detail["target"], "claims", "{refused}");
    assert!(
        detail["message"].as_str().unwrap().contains("restricted"),
        "{refused}"
    );
}

#[tokio::test]
async fn a_template_is_found_by_name_and_becomes_an_application() {
    let graph = Graph::start().await;
    let found = graph
        .get("v1.0/applicationTemplates?$filter=displayName eq 'Custom'")
        .await
        .expect(200);
    assert_eq!(ids(&found), [NON_GALLERY]);
    assert_eq!(
        found["value"][0]["supportedSingleSignOnModes"],
        json!(["saml", "external"])
    );
    let begins = graph
        .get("v1.0/applicationTemplates?$filter=startswith(displayName,'cus')")
        .await
        .expect(200);
    assert_eq!(ids(&begins), [NON_GALLERY]);

    let path = format!("v1.0/applicationTemplates/{NON_GALLERY}/instantiate");
    let made = graph
        .post(&path, json!({ "displayName": "Backup" }))
        .await
        .expect(201);
    let context = made["@odata.context"].as_str().unwrap();
    assert!(
        context.ends_with("/v1.0/$metadata#microsoft.graph.applicationServicePrincipal"),
        "{context}"
    );
    let (application, principal) = (&made["application"], &made["servicePrincipal"]);
    assert_eq!(application["applicationTemplateId"], NON_GALLERY);
    assert_eq!(
        (&application["signInAudience"], &application["identifierUris"]),
        (&json!("AzureADMyOrg"), &json!([]))
    );
    let roles: Vec<_> = application["appRoles"]
        .as_array()
        .unwrap()
        .iter()
        .map(|role| {
            (
                role["displayName"].clone(),
                role["value"].clone(),
                role["origin"].clone(),
            )
        })
        .collect();
    assert_eq!(
        roles,
        [
            (json!("User"), Value::Null, json!("Application")),
            (json!("msiam_access"), Value::Null, json!("Application")),
        ]
    );
    assert!(
        application["web"]["homePageUrl"]
            .as_str()
            .unwrap()
            .ends_with("|ISV9.1|primary|z")
    );
    assert_eq!(
        application["api"]["oauth2PermissionScopes"][0]["value"],
        "user_impersonation"
    );
    assert_eq!(principal["servicePrincipalNames"], json!([application["appId"]]));
    assert_eq!(
        (&principal["appRoleAssignmentRequired"], &principal["tags"]),
        (&json!(true), &json!(["WindowsAzureActiveDirectoryIntegratedApp"]))
    );
    assert_eq!(
        (
            &principal["preferredSingleSignOnMode"],
            &principal["samlSingleSignOnSettings"]
        ),
        (&Value::Null, &Value::Null)
    );

    for (path, body, status) in [
        (path.as_str(), json!({}), 400),
        (&path, json!({ "displayName": "x", "shoeSize": 7 }), 400),
        (
            "v1.0/applicationTemplates/8adf8e6e-0000-0000-0000-000000000000/instantiate",
            json!({ "displayName": "x" }),
            404,
        ),
    ] {
        graph.post(path, body).await.expect(status);
    }
}

#[tokio::test]
async fn single_sign_on_is_set_up_by_patches_of_both_objects() {
    let graph = Graph::start().await;
    let (application, principal) = graph.instantiate("Backup").await;
    let (application, principal) = (
        format!("v1.0/applications/{application}"),
        format!("v1.0/servicePrincipals/{principal}"),
    );
    let of_principal = json!({
        "preferredSingleSignOnMode": "saml", "loginUrl": "https://sp.example/login", "logoutUrl": "https://sp.example/slo",
        "notificationEmailAddresses": ["it@contoso.example"], "samlSingleSignOnSettings": { "relayState": "/start" },
        "appRoleAssignmentRequired": false, "accountEnabled": true, "notes": "n", "description": "d",
    });
    graph.patch(&principal, of_principal.clone()).await.expect(204);
    let of_application = json!({
        "identifierUris": ["https://sp.example", "urn:second"],
        "web": {
            "redirectUris": ["https://sp.example/acs", "https://sp.example/acs2"],
            "redirectUriSettings": [{ "uri": "https://sp.example/acs2", "index": 7 }],
        },
        "defaultRedirectUri": "https://sp.example/acs2",
        "groupMembershipClaims": "SecurityGroup",
        "optionalClaims": { "saml2Token": [{ "name": "groups", "additionalProperties": ["sam_account_name", "emit_as_roles"] }] },
        "requestSignatureVerification": { "isSignedRequestRequired": true, "allowedWeakAlgorithms": "rsaSha1" },
    });
    graph
        .patch(&application, of_application.clone())
        .await
        .expect(204);

    let shown = graph.get(&principal).await.expect(200);
    for (name, value) in of_principal.as_object().unwrap() {
        assert_eq!(&shown[name], value, "{name}");
    }
    assert_eq!(shown["replyUrls"], of_application["web"]["redirectUris"]);
    let app_id = shown["appId"].as_str().unwrap();
    assert_eq!(
        shown["servicePrincipalNames"],
        json!(["https://sp.example", "urn:second", app_id])
    );
    let shown = graph.get(&application).await.expect(200);
    assert_eq!(
        shown["web"]["redirectUriSettings"][1],
        json!({ "uri": "https://sp.example/acs2", "index": 7 })
    );
    assert_eq!(
        shown["web"]["logoutUrl"], "https://sp.example/slo",
        "it is one field"
    );
    assert_eq!(shown["defaultRedirectUri"], "https://sp.example/acs2");
    assert_eq!(shown["groupMembershipClaims"], "SecurityGroup");
    let groups = &shown["optionalClaims"]["saml2Token"][0];
    assert_eq!(
        groups["additionalProperties"],
        json!(["sam_account_name", "emit_as_roles"])
    );

    let directory = graph.shared().read();
    let known = directory.contoso().application("https://sp.example").unwrap();
    assert_eq!(known.default_reply_url(), Some("https://sp.example/acs2"));
    assert_eq!(known.relay_state.as_deref(), Some("/start"));
    assert!(known.verification.required && known.verification.allow_sha1 && !known.assignment_required);
    let claims = known.group_claims.as_ref().unwrap();
    assert_eq!(claims.value, mock_idp::directory::GroupValue::SamAccountName);
    assert!(claims.emit_as_roles);
    assert!(known.revision >= 2);
}

#[tokio::test]
async fn what_azure_would_not_take_changes_nothing() {
    let graph = Graph::start().await;
    let (first, _) = graph.instantiate("first").await;
    let (second, principal) = graph.instantiate("second").await;
    graph
        .patch(
            &format!("v1.0/applications/{first}"),
            json!({ "identifierUris": ["https://taken.example"] }),
        )
        .await
        .expect(204);
    let (second, principal) = (
        format!("v1.0/applications/{second}"),
        format!("v1.0/servicePrincipals/{principal}"),
    );
    let before = graph.get(&second).await.expect(200);
    for (path, body, message) in [
        (
            &second,
            json!({ "identifierUris": ["https://taken.example"] }),
            "Another object with the same value for property identifierUris already exists.",
        ),
        (
            &second,
            json!({ "web": { "redirectUris": ["http://sp.example/acs"] } }),
            "One or more property values specified are invalid.",
        ),
        (
            &second,
            json!({ "notes": "kept?", "shoeSize": 7 }),
            "One or more property values specified are invalid.",
        ),
        (
            &second,
            json!({ "identifierUris": "https://x" }),
            "One or more property values specified are invalid.",
        ),
        (
            &second,
            json!({ "web": { "shoeSize": 7 } }),
            "One or more property values specified are invalid.",
        ),
        (
            &second,
            json!({ "web": { "redirectUriSettings": [{ "uri": "https://x.example", "index": -1 }] } }),
            "One or more property values specified are invalid.",
        ),
        (
            &second,
            json!({ "appId": "x" }),
            "One or more property values specified are invalid.",
        ),
        (
            &second,
            json!({ "tokenEncryptionKeyId": "00000000-0000-0000-0000-000000000001" }),
            "One or more property values specified are invalid.",
        ),
        (
            &principal,
            json!({ "loginUrl": "ftp://x" }),
            "One or more property values specified are invalid.",
        ),
        (
            &principal,
            json!({ "preferredSingleSignOnMode": "oidc" }),
            "One or more property values specified are invalid.",
        ),
        (
            &principal,
            json!({ "preferredTokenSigningKeyThumbprint": "00" }),
            "One or more property values specified are invalid.",
        ),
        (
            &principal,
            json!({ "notificationEmailAddresses": ["1", "2", "3", "4", "5", "6"] }),
            "One or more property values specified are invalid.",
        ),
    ] {
        let got = graph.patch(path, body.clone()).await;
        assert_eq!((got.status, got.code()), (400, "Request_BadRequest"), "{body}");
        assert_eq!(got.body["error"]["message"], message, "{body}");
        assert!(got.body["error"]["details"][0]["target"].is_string(), "{body}");
    }
    assert_eq!(graph.get(&second).await.expect(200), before);
}

#[tokio::test]
async fn roles_are_patched_as_a_whole_and_an_enabled_one_stays() {
    let graph = Graph::start().await;
    let (application, principal) = graph.instantiate("roles").await;
    let path = format!("v1.0/servicePrincipals/{principal}");
    let mut roles = graph.get(&path).await.expect(200)["appRoles"]
        .as_array()
        .unwrap()
        .clone();
    roles.push(json!({
        "allowedMemberTypes": ["User"], "description": "Runs it", "displayName": "Admin",
        "id": "1b4f816e-5eaf-48b9-8613-7923830595ad", "isEnabled": true, "value": "admin",
    }));
    graph.patch(&path, json!({ "appRoles": roles })).await.expect(204);
    let seen = graph
        .get(&format!("v1.0/applications/{application}"))
        .await
        .expect(200);
    assert_eq!(seen["appRoles"][2]["value"], "admin", "both objects have them");

    let without: Vec<Value> = roles[..2].to_vec();
    let refused = graph.patch(&path, json!({ "appRoles": without })).await;
    assert_eq!(
        (refused.status, refused.code()),
        (400, "CannotDeleteOrUpdateEnabledEntitlement")
    );
    roles[2]["isEnabled"] = false.into();
    graph.patch(&path, json!({ "appRoles": roles })).await.expect(204);
    graph
        .patch(&path, json!({ "appRoles": without }))
        .await
        .expect(204);

    let mut twice = without.clone();
    twice.push(without[0].clone());
    assert_eq!(graph.patch(&path, json!({ "appRoles": twice })).await.status, 400);
    assert_eq!(
        graph.patch(&path, json!({ "appRoles": [] })).await.code(),
        "CannotDeleteOrUpdateEnabledEntitlement",
        "msiam_access stays"
    );
}

#[tokio::test]
async fn a_registration_gets_its_service_principal_loses_it_and_is_deleted() {
    let graph = Graph::start().await;
    let made = graph
        .post(
            "v1.0/applications",
            json!({ "displayName": "by hand", "identifierUris": ["urn:by-hand"] }),
        )
        .await
        .expect(201);
    let app_id = made["appId"].as_str().unwrap();
    let by_app_id = format!("v1.0/servicePrincipals(appId='{app_id}')");
    graph.get(&by_app_id).await.expect(404);
    let principal = graph
        .post(
            "v1.0/servicePrincipals",
            json!({ "appId": app_id, "tags": ["HideApp"] }),
        )
        .await
        .expect(201);
    assert_eq!(id(&graph.get(&by_app_id).await.expect(200)), id(&principal));
    let again = graph
        .post("v1.0/servicePrincipals", json!({ "appId": app_id }))
        .await;
    assert_eq!(
        (again.status, again.code()),
        (409, "Request_MultipleObjectsWithSameKeyValue")
    );
    let nobody = graph
        .post(
            "v1.0/servicePrincipals",
            json!({ "appId": "1b4f816e-5eaf-48b9-8613-7923830595ad" }),
        )
        .await
        .expect(400);
    assert!(
        nobody["error"]["message"]
            .as_str()
            .unwrap()
            .contains("does not reference a valid application object")
    );
    graph.delete(&by_app_id).await.expect(204);
    graph.get(&by_app_id).await.expect(404);
    let by_filter = graph
        .get(&format!("v1.0/applications?$filter=appId eq '{app_id}'"))
        .await
        .expect(200);
    assert_eq!(ids(&by_filter), [id(&made)]);
    graph
        .delete(&format!("v1.0/applications(appId='{app_id}')"))
        .await
        .expect(204);
    graph
        .get(&format!("v1.0/applications/{}", id(&made)))
        .await
        .expect(404);
}

#[tokio::test]
async fn provisioning_of_users_by_scim_is_said_not_to_be_there() {
    let graph = Graph::start().await;
    let (_, principal) = graph.instantiate("scim").await;
    let got = graph
        .post(
            &format!("v1.0/servicePrincipals/{principal}/synchronization/jobs"),
            json!({ "templateId": "x" }),
        )
        .await;
    assert_eq!((got.status, got.code()), (501, "NotImplemented"));
    assert!(
        got.body["error"]["message"]
            .as_str()
            .unwrap()
            .contains("synchronization")
    );
}
