//! The token endpoint, and what a call without a good token is told.

use base64::prelude::*;
use mock_idp::server::Client;
use serde_json::{Value, json};

use super::{DIRECTORY, Graph, id, sent};

const SCOPE: &str = "https://graph.microsoft.com/.default";

fn client() -> Client {
    Client::of(DIRECTORY.contoso()).unwrap()
}

#[tokio::test]
async fn each_mistake_at_the_token_endpoint_has_azures_number() {
    let graph = Graph::start().await;
    let Client { id, secret } = client();
    let good = [
        ("grant_type", "client_credentials"),
        ("client_id", id.as_str()),
        ("client_secret", secret.as_str()),
        ("scope", SCOPE),
    ];
    for (tenant, change, status, error, code) in [
        (
            "contoso.example",
            ("grant_type", ""),
            400,
            "invalid_request",
            900_144,
        ),
        (
            "contoso.example",
            ("grant_type", "password"),
            400,
            "unsupported_grant_type",
            70_003,
        ),
        (
            "contoso.example",
            ("client_id", ""),
            400,
            "invalid_request",
            900_144,
        ),
        (
            "contoso.example",
            ("client_id", "nobody"),
            400,
            "unauthorized_client",
            700_016,
        ),
        (
            "contoso.example",
            ("client_secret", "wrong"),
            401,
            "invalid_client",
            7_000_215,
        ),
        (
            "contoso.example",
            ("client_secret", ""),
            401,
            "invalid_client",
            7_000_218,
        ),
        ("contoso.example", ("scope", ""), 400, "invalid_request", 900_144),
        (
            "contoso.example",
            ("scope", "User.Read"),
            400,
            "invalid_scope",
            70_011,
        ),
        (
            "contoso.example",
            ("scope", "https://vault.example/.default"),
            400,
            "invalid_resource",
            500_011,
        ),
        (
            "fabrikam.example",
            ("scope", SCOPE),
            400,
            "unauthorized_client",
            700_016,
        ),
        (
            "nowhere.example",
            ("scope", SCOPE),
            400,
            "invalid_request",
            90_002,
        ),
        ("nowhere", ("scope", SCOPE), 400, "invalid_request", 900_023),
    ] {
        let fields = good.map(|(name, value)| if name == change.0 { change } else { (name, value) });
        let got = graph.form(&format!("/{tenant}/oauth2/v2.0/token"), &fields).await;
        let body = got.expect(status);
        assert_eq!(
            (body["error"].as_str(), &body["error_codes"]),
            (Some(error), &json!([code])),
            "{body:#}"
        );
        let text = body["error_description"].as_str().unwrap();
        assert!(
            text.starts_with(&format!("AADSTS{code}: ")) && text.contains("\r\nTrace ID: "),
            "{text}"
        );
    }
    let by_get = sent(graph.http.get(format!(
        "{}/contoso.example/oauth2/v2.0/token",
        graph.idp.origin()
    )))
    .await;
    assert_eq!(by_get.expect(400)["error_codes"], json!([900_561]));
}

#[tokio::test]
async fn a_client_may_authenticate_in_its_header_and_name_graph_by_its_address_here() {
    let graph = Graph::start().await;
    let Client { id, secret } = client();
    let url = format!(
        "{}/{}/oauth2/v2.0/token",
        graph.idp.origin(),
        DIRECTORY.contoso().id
    );
    let scope = saml::binding::percent_encode(&format!("{}/.default", graph.idp.origin()));
    let request = graph.http.post(url).basic_auth(id, Some(secret));
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let got = sent(request.body(format!("grant_type=client_credentials&scope={scope}")))
        .await
        .expect(200);
    assert_eq!(
        (&got["token_type"], &got["expires_in"]),
        (&json!("Bearer"), &json!(3599))
    );
}

#[tokio::test]
async fn the_published_keys_verify_the_token_and_discovery_leads_to_them() {
    let graph = Graph::start().await;
    let instance = format!(
        "common/discovery/instance?api-version=1.1&authorization_endpoint={}/contoso.example/oauth2/v2.0/authorize",
        graph.idp.origin()
    );
    let instance = graph.get(&instance).await.expect(200);
    let configuration = graph
        .get(instance["tenant_discovery_endpoint"].as_str().unwrap())
        .await
        .expect(200);
    let tenant = &DIRECTORY.contoso().id;
    assert_eq!(
        configuration["issuer"],
        format!("{}/{tenant}/v2.0", graph.idp.origin())
    );
    let keys = graph
        .get(configuration["jwks_uri"].as_str().unwrap())
        .await
        .expect(200);

    let parts: Vec<&str> = graph.token.split('.').collect();
    let part = |at: usize| -> Value {
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(parts[at]).unwrap()).unwrap()
    };
    let (header, claims) = (part(0), part(1));
    assert_eq!(
        (&header["alg"], &header["typ"], &header["kid"]),
        (&json!("RS256"), &json!("JWT"), &header["x5t"])
    );
    let keys = keys["keys"].as_array().unwrap();
    let key = keys.iter().find(|key| key["kid"] == header["kid"]).unwrap();
    let number = |name: &str| {
        let bytes = BASE64_URL_SAFE_NO_PAD
            .decode(key[name].as_str().unwrap())
            .unwrap();
        openssl::bn::BigNum::from_slice(&bytes).unwrap()
    };
    let rsa = openssl::rsa::Rsa::from_public_components(number("n"), number("e")).unwrap();
    let public = openssl::pkey::PKey::from_rsa(rsa).unwrap();
    let mut verifier = openssl::sign::Verifier::new(openssl::hash::MessageDigest::sha256(), &public).unwrap();
    let signature = BASE64_URL_SAFE_NO_PAD.decode(parts[2]).unwrap();
    let signed = format!("{}.{}", parts[0], parts[1]);
    assert!(verifier.verify_oneshot(&signature, signed.as_bytes()).unwrap());
    assert_eq!(claims["aud"], "https://graph.microsoft.com");
    assert_eq!(claims["iss"], format!("https://sts.windows.net/{tenant}/"));
    assert_eq!(
        (&claims["tid"], &claims["appid"]),
        (&json!(tenant), &json!(client().id))
    );
    assert!(
        claims["roles"]
            .as_array()
            .unwrap()
            .contains(&json!("Application.ReadWrite.All"))
    );

    let strange = graph
        .get("common/discovery/instance?authorization_endpoint=https://evil.example/x/authorize")
        .await;
    assert_eq!(strange.expect(400)["error"], "invalid_instance");
    assert_eq!(graph.get("nowhere.example/discovery/v2.0/keys").await.status, 400);
}

#[tokio::test]
async fn a_call_without_a_good_token_is_401_and_one_that_may_not_is_403() {
    let mut graph = Graph::start().await;
    let url = format!("{}/v1.0/users", graph.idp.origin());
    let nothing = sent(graph.http.get(&url)).await;
    assert_eq!(
        (nothing.status, nothing.code()),
        (401, "InvalidAuthenticationToken")
    );
    assert!(nothing.header("www-authenticate").starts_with("Bearer"));
    let good = graph.token.clone();
    for bad in [
        "x".to_owned(),
        format!("{good}x"),
        "a.b.c".to_owned(),
        "A".repeat(20_000),
    ] {
        let got = sent(graph.http.get(&url).bearer_auth(bad)).await;
        assert_eq!((got.status, got.code()), (401, "InvalidAuthenticationToken"));
    }

    graph.token = with_roles(&good, &["User.Read.All"]);
    graph.get("v1.0/users").await.expect(200);
    for (method, path) in [
        ("POST", "v1.0/users"),
        ("GET", "v1.0/applications"),
        ("GET", "v1.0/policies/claimsMappingPolicies"),
    ] {
        let got = graph.send(method, path, &json!({})).await;
        assert_eq!(
            (got.status, got.code()),
            (403, "Authorization_RequestDenied"),
            "{method} {path}"
        );
    }
    graph.token = with_roles(&good, &["Application.ReadWrite.All"]);
    let (_, principal) = graph.instantiate("mine").await;
    let assigned = format!("v1.0/servicePrincipals/{principal}/appRoleAssignedTo");
    graph.get(&assigned).await.expect(200);
    assert_eq!(graph.post(&assigned, json!({})).await.status, 403);
}

/// The token again with other roles, signed by the tenant's key.
fn with_roles(token: &str, roles: &[&str]) -> String {
    let parts: Vec<&str> = token.split('.').collect();
    let mut claims: Value =
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
    claims["roles"] = json!(roles);
    let signed = format!(
        "{}.{}",
        parts[0],
        BASE64_URL_SAFE_NO_PAD.encode(claims.to_string())
    );
    let key = DIRECTORY.contoso().keys.k1.private();
    let mut signer = openssl::sign::Signer::new(openssl::hash::MessageDigest::sha256(), key).unwrap();
    let signature = signer.sign_oneshot_to_vec(signed.as_bytes()).unwrap();
    format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
}

#[tokio::test]
async fn a_token_of_one_tenant_sees_nothing_of_the_other() {
    let mut graph = Graph::start().await;
    let (application, _) = graph.instantiate("contosos").await;
    graph.token = graph.token_of("fabrikam.example").await;
    assert_eq!(
        graph
            .get(&format!("v1.0/applications/{application}"))
            .await
            .status,
        404
    );
    let people = graph.get("v1.0/users").await.expect(200);
    assert_eq!(people["value"].as_array().unwrap().len(), 1, "outsider alone");
}

#[tokio::test]
async fn an_application_asks_with_a_secret_of_its_own_until_that_is_removed_or_it_does_saml() {
    let graph = Graph::start().await;
    let made = graph
        .post("v1.0/applications", json!({ "displayName": "robot" }))
        .await
        .expect(201);
    let (application, app_id) = (id(&made), made["appId"].as_str().unwrap().to_owned());
    let path = format!("v1.0/applications/{application}");
    let body = json!({ "passwordCredential": { "displayName": "ci" } });
    let secret = graph.post(&format!("{path}/addPassword"), body).await.expect(200);
    let text = secret["secretText"].as_str().unwrap();
    assert_eq!(secret["hint"], text[..3]);
    let ask = async |text: &str| {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &app_id),
            ("client_secret", text),
            ("scope", SCOPE),
        ];
        graph.form("/contoso.example/oauth2/v2.0/token", &form).await
    };
    ask(text).await.expect(200);
    let shown = graph.get(&path).await.expect(200);
    assert_eq!(
        shown["passwordCredentials"][0]["secretText"],
        Value::Null,
        "it is shown once"
    );
    assert_eq!(shown["passwordCredentials"][0]["displayName"], "ci");

    let principal = graph
        .post("v1.0/servicePrincipals", json!({ "appId": app_id }))
        .await
        .expect(201);
    let principal = format!("v1.0/servicePrincipals/{}", id(&principal));
    graph
        .patch(&principal, json!({ "preferredSingleSignOnMode": "saml" }))
        .await
        .expect(204);
    assert_eq!(ask(text).await.expect(400)["error_codes"], json!([399_274]));
    graph
        .patch(&principal, json!({ "preferredSingleSignOnMode": null }))
        .await
        .expect(204);
    ask(text).await.expect(200);

    let remove = json!({ "keyId": secret["keyId"] });
    graph
        .post(&format!("{path}/removePassword"), remove.clone())
        .await
        .expect(204);
    assert_eq!(ask(text).await.expect(401)["error_codes"], json!([7_000_215]));
    graph
        .post(&format!("{path}/removePassword"), remove)
        .await
        .expect(400);
    let over = json!({ "passwordCredential": { "startDateTime": "2020-01-01T00:00:00Z", "endDateTime": "2021-01-01T00:00:00Z" } });
    let over = graph.post(&format!("{path}/addPassword"), over).await.expect(200);
    let expired = ask(over["secretText"].as_str().unwrap()).await.expect(401);
    assert_eq!(expired["error_codes"], json!([7_000_222]));
}
