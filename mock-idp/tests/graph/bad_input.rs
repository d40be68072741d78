//! What is no call, what is too much, and everybody at once.

use mock_idp::server::Options;
use mock_idp::{Directory, Shared};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Graph, ids, sent};

#[tokio::test]
async fn garbage_has_its_status_and_graphs_shape() {
    let graph = Graph::start().await;
    let (application, _) = graph.instantiate("garbage").await;
    let application = format!("v1.0/applications/{application}");
    for (method, path, kind, body, status) in [
        ("GET", "v1.0/moons", "", "", 404),
        ("GET", "v1.0/users/%FF", "", "", 404),
        ("GET", "v1.0/users/a/b/c/d/e/f/g/h/i/j/k/l/m", "", "", 404),
        ("GET", "v1.0/policies/moonPolicies", "", "", 404),
        ("GET", "v1.0/applications/not-a-guid", "", "", 404),
        ("GET", &format!("{application}/moons"), "", "", 404),
        ("PUT", "v1.0/users", "application/json", "{}", 405),
        ("DELETE", "v1.0/organization", "", "", 405),
        (
            "PATCH",
            "v1.0/applicationTemplates",
            "application/json",
            "{}",
            405,
        ),
        ("POST", "v1.0/applications", "", "{}", 400),
        ("POST", "v1.0/applications", "text/plain", "{}", 415),
        ("POST", "v1.0/applications", "application/json", "{", 400),
        ("POST", "v1.0/applications", "application/json", "[]", 400),
        ("POST", "v1.0/applications", "application/json", "\u{0}", 400),
        (
            "PATCH",
            &application,
            "servicePrincipal/json",
            "{\"notes\":\"taken\"}",
            204,
        ),
        (
            "PATCH",
            &application,
            "application/json; charset=utf-8",
            "{}",
            204,
        ),
    ] {
        let mut request = graph.request(method, path);
        if !kind.is_empty() {
            request = request.header("content-type", kind);
        }
        let got = sent(request.body(body.to_owned())).await;
        assert_eq!(got.status, status, "{method} {path} {body}: {:#}", got.body);
        assert!(
            status == 204 || got.body["error"]["message"].is_string(),
            "{method} {path}"
        );
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let got = sent(
        graph
            .request("PATCH", &application)
            .header("content-type", "application/json")
            .body(format!("{{\"notes\":{deep}}}")),
    )
    .await;
    assert_eq!((got.status, got.code()), (400, "Request_BadRequest"));
}

#[tokio::test]
async fn ten_megabytes_are_too_much_for_calls_and_tokens() {
    let graph = Graph::start().await;
    let body = format!("{{\"displayName\":\"{}\"}}", "x".repeat(10_000_000));
    let got = graph
        .request("POST", "v1.0/applications")
        .header("content-type", "application/json")
        .body(body);
    // The server may answer and close before all of it is sent.
    if let Ok(response) = got.send().await {
        assert_eq!(response.status(), 413);
    }
    let token = graph
        .http
        .post(format!(
            "{}/contoso.example/oauth2/v2.0/token",
            graph.idp.origin()
        ))
        .body("x".repeat(10_000_000));
    if let Ok(response) = token.send().await {
        assert_eq!(response.status(), 413);
    }
    graph.get("v1.0/users").await.expect(200);
    let long = graph
        .post("v1.0/applications", json!({ "displayName": "x".repeat(300) }))
        .await;
    assert_eq!((long.status, long.code()), (400, "Request_BadRequest"));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_nobody_is_lost_and_all_of_it_is_kept() {
    let state = tempfile::tempdir().unwrap();
    let graph = Graph::serving(Options::new(Shared::open(state.path()).unwrap())).await;
    let all: Vec<_> = (0..32)
        .map(|number| {
            let request = graph
                .request("POST", "v1.0/applications")
                .header("content-type", "application/json");
            tokio::spawn(sent(
                request.body(json!({ "displayName": format!("app {number}") }).to_string()),
            ))
        })
        .collect();
    let mut made = Vec::new();
    for one in all {
        made.push(super::id(&one.await.unwrap().expect(201)));
    }
    made.sort();
    let mut seen = ids(&graph.get("v1.0/applications?$top=999").await.expect(200));
    seen.sort();
    assert_eq!(seen, made);
    // Two that change different fields of one application both come through.
    let path = format!("v1.0/applications/{}", made[0]);
    let (notes, tags) = tokio::join!(
        graph.patch(&path, json!({ "notes": "n" })),
        graph.patch(&path, json!({ "tags": ["t"] }))
    );
    assert_eq!((notes.status, tags.status), (204, 204));
    let shown = graph.get(&path).await.expect(200);
    assert_eq!((&shown["notes"], &shown["tags"]), (&json!("n"), &json!(["t"])));

    let kept = Directory::open(state.path()).unwrap();
    let mut kept: Vec<_> = kept
        .contoso()
        .applications
        .iter()
        .map(|known| known.object_id.clone())
        .collect();
    kept.sort();
    assert_eq!(kept, made);
}

#[tokio::test]
async fn what_graph_made_survives_an_export_and_an_import() {
    let graph = Graph::start().await;
    let (application, principal) = graph.instantiate("portable").await;
    let path = format!("v1.0/applications/{application}");
    graph
        .patch(
            &path,
            json!({ "description": "d", "info": { "supportUrl": "https://s.example" } }),
        )
        .await
        .expect(204);
    graph
        .post(
            &format!("v1.0/servicePrincipals/{principal}/addPassword"),
            json!({}),
        )
        .await
        .expect(200);
    let before = graph.get(&path).await.expect(200);
    let text = graph.shared().read().to_toml();
    graph
        .shared()
        .change(|directory| directory.import(&text))
        .unwrap();
    assert_eq!(graph.get(&path).await.expect(200), before);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[ -~é]{0,12}".prop_map(Value::from),
    ];
    let key = prop_oneof![
        "[a-zA-Z@.]{1,8}",
        prop::sample::select(vec![
            "displayName",
            "web",
            "redirectUris",
            "identifierUris",
            "appRoles",
            "keyCredentials",
            "optionalClaims",
            "saml2Token",
            "tags",
            "info",
            "api",
            "samlSingleSignOnSettings",
            "passwordCredentials",
            "claims",
            "configurations",
            "groupMembershipClaims",
            "key",
            "uri",
            "index",
            "id",
            "name",
            "definition",
            "passwordProfile",
            "password",
            "members@odata.bind",
            "@odata.id",
        ])
        .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(4, 24, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(key.clone(), inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

#[test]
fn no_body_brings_a_call_down() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let graph = runtime.block_on(Graph::start());
    let (application, principal) = runtime.block_on(graph.instantiate("fuzzed"));
    let places = [
        ("PATCH", format!("v1.0/applications/{application}")),
        ("PATCH", format!("v1.0/servicePrincipals/{principal}")),
        ("PUT", format!("beta/servicePrincipals/{principal}/claimsPolicy")),
        ("POST", "v1.0/users".to_owned()),
        ("POST", "v1.0/groups".to_owned()),
        ("POST", "v1.0/policies/claimsMappingPolicies".to_owned()),
        (
            "POST",
            format!("v1.0/servicePrincipals/{principal}/appRoleAssignedTo"),
        ),
        (
            "POST",
            format!("v1.0/servicePrincipals/{principal}/claimsMappingPolicies/$ref"),
        ),
    ];
    proptest!(ProptestConfig::with_cases(200), |(body in any_json(), place in 0..places.len())| {
        let (method, path) = &places[place];
        let got = runtime.block_on(graph.send(method, path, &body));
        prop_assert!(got.status < 500, "{method} {path} {body}: {:#}", got.body);
        prop_assert!(got.status < 300 || got.body["error"]["code"].is_string());
    });
    runtime
        .block_on(graph.get(&format!("v1.0/applications/{application}")))
        .expect(200);
}
