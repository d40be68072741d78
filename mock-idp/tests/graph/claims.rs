//! The beta's claims policy, which is the portal's "Attributes & Claims".

use mock_idp::directory::{Attribute, On, Transformation, UserKind, Value as Source};
use serde_json::{Value, json};

use super::Graph;

fn sourced(id: &str) -> Value {
    json!({ "@odata.type": "#microsoft.graph.sourcedAttribute", "id": id, "source": "user", "isExtensionAttribute": false })
}

fn policy() -> Value {
    json!({
        "@odata.type": "#microsoft.graph.customClaimsPolicy",
        "includeBasicClaimSet": false, "includeApplicationIdInIssuer": true, "audienceOverride": "https://aud.example",
        "claims": [
            { "@odata.type": "#microsoft.graph.samlNameIdClaim", "nameIdFormat": "persistent", "configurations": [
                { "condition": null, "attribute": sourced("objectid"), "transformations": [] },
            ]},
            { "@odata.type": "#microsoft.graph.customClaim", "name": "mail", "namespace": "https://ns.example",
              "samlAttributeNameFormat": "uri", "tokenFormat": ["saml"], "configurations": [
                { "condition": null, "attribute": sourced("mail"), "transformations": [] },
                { "condition": { "userType": "allGuests", "memberOf": [] }, "attribute": null, "transformations": [
                    { "@odata.type": "#microsoft.graph.joinTransformation", "input": { "attribute": sourced("mailnickname") },
                      "separator": "-", "input2": { "attribute": { "@odata.type": "#microsoft.graph.valueBasedAttribute", "value": "guest" } } },
                    { "@odata.type": "#microsoft.graph.toUppercaseTransformation" },
                ]},
            ]},
        ],
    })
}

#[tokio::test]
async fn a_claims_policy_replaces_name_id_and_claims_and_is_read_back() {
    let graph = Graph::start().await;
    let (_, principal) = graph.instantiate("claims").await;
    let path = format!("beta/servicePrincipals/{principal}/claimsPolicy");
    let before = graph.get(&path).await.expect(200);
    assert_eq!(before["includeBasicClaimSet"], true, "Azure's four");
    assert_eq!(before["claims"].as_array().unwrap().len(), 1, "the NameID");
    graph.send("PUT", &path, &policy()).await.expect(200);
    {
        let directory = graph.shared().read();
        let known = directory.contoso().application_by_id(&principal).unwrap();
        assert!(known.name_id.format.ends_with("persistent") && known.issuer_with_application_id);
        assert_eq!(known.name_id.value, Source::Attribute(Attribute::OBJECT_ID));
        assert_eq!(known.claims.len(), 1);
        assert_eq!(known.claims[0].wire_name(), "https://ns.example/mail");
        assert_eq!(known.claims[0].conditions[0].users, UserKind::AllGuests);
        let Source::Transformation(chain) = &known.claims[0].conditions[0].value else {
            panic!("{:?}", known.claims[0]);
        };
        assert_eq!(chain[1], Transformation::ToUppercase { input: On::Previous });
    }
    let shown = graph.get(&path).await.expect(200);
    graph.send("PUT", &path, &shown).await.expect(200);
    assert_eq!(
        graph.get(&path).await.expect(200)["claims"][1],
        shown["claims"][1],
        "what is read can be written"
    );

    graph
        .patch(&path, json!({ "audienceOverride": null }))
        .await
        .expect(204);
    let shown = graph.get(&path).await.expect(200);
    assert_eq!(
        (&shown["audienceOverride"], &shown["includeApplicationIdInIssuer"]),
        (&Value::Null, &json!(true))
    );
    assert_eq!(
        shown["claims"].as_array().unwrap().len(),
        2,
        "what is not spoken of stays"
    );
    graph
        .patch(&path, json!({ "includeBasicClaimSet": true }))
        .await
        .expect(204);
    let shown = graph.get(&path).await.expect(200);
    assert_eq!(
        (
            &shown["includeBasicClaimSet"],
            shown["claims"].as_array().unwrap().len()
        ),
        (&json!(true), 2)
    );
    let wire = graph
        .shared()
        .read()
        .contoso()
        .application_by_id(&principal)
        .unwrap()
        .claims
        .len();
    assert_eq!(wire, 5);
    graph.get(&path.replacen("beta", "v1.0", 1)).await.expect(404);
}

#[tokio::test]
async fn a_claims_policy_with_something_strange_in_it_changes_nothing() {
    let graph = Graph::start().await;
    let (_, principal) = graph.instantiate("strange").await;
    let path = format!("beta/servicePrincipals/{principal}/claimsPolicy");
    let before = graph.get(&path).await.expect(200);
    for (pointer, value) in [
        ("/claims/1/name", json!("")),
        ("/claims/1/@odata.type", json!("#microsoft.graph.other")),
        ("/claims/1/configurations/0/attribute/id", json!("shoesize")),
        ("/claims/1/configurations/1/condition/userType", json!("martians")),
        ("/claims/1/configurations/1/transformations/0/input", Value::Null),
        (
            "/claims/1/configurations/1/transformations/0/@odata.type",
            json!("#microsoft.graph.spinTransformation"),
        ),
        ("/claims/1/samlAttributeNameFormat", json!("x")),
        ("/claims/0/nameIdFormat", json!("kerberos")),
        ("/claims", json!("x")),
    ] {
        let mut policy = policy();
        *policy.pointer_mut(pointer).unwrap() = value;
        assert_eq!(graph.send("PUT", &path, &policy).await.status, 400, "{pointer}");
    }
    assert_eq!(graph.get(&path).await.expect(200), before);
}
