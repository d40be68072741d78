//! Signing certificates, and those of the service provider.

use base64::prelude::*;
use saml::key::{Kind, SigningKey};
use serde_json::{Value, json};

use super::Graph;

#[tokio::test]
async fn a_token_signing_certificate_is_made_inactive_and_signs_once_it_is_preferred() {
    let graph = Graph::start().await;
    let (_, principal) = graph.instantiate("signing").await;
    let path = format!("v1.0/servicePrincipals/{principal}");
    let add = format!("{path}/addTokenSigningCertificate");
    let until = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * 365);
    let body = json!({ "displayName": "CN=Backup", "endDateTime": until.to_string() });
    let made = graph.post(&add, body).await.expect(200);
    assert_eq!(
        (&made["type"], &made["usage"], &made["displayName"]),
        (
            &json!("AsymmetricX509Cert"),
            &json!("Verify"),
            &json!("CN=Backup")
        )
    );
    let certificate = saml::key::Certificate::from_base64(made["key"].as_str().unwrap()).unwrap();
    assert_eq!(made["thumbprint"], certificate.thumbprint_sha1());
    assert_eq!(
        made["customKeyIdentifier"],
        BASE64_STANDARD.encode(openssl::sha::sha1(certificate.der()))
    );
    assert_eq!(certificate.not_after().as_second(), until.as_second());
    let default = graph.post(&add, json!({})).await.expect(200);
    assert_eq!(
        default["displayName"],
        "CN=Microsoft Azure Federated SSO Certificate"
    );

    let shown = graph.get(&path).await.expect(200);
    assert_eq!(shown["preferredTokenSigningKeyThumbprint"], Value::Null);
    let keys = shown["keyCredentials"].as_array().unwrap();
    let of_first: Vec<(&Value, &Value)> = keys
        .iter()
        .filter(|key| key["customKeyIdentifier"] == made["customKeyIdentifier"])
        .map(|key| (&key["usage"], &key["type"]))
        .collect();
    assert_eq!(
        of_first,
        [
            (&json!("Sign"), &json!("X509CertAndPassword")),
            (&json!("Verify"), &json!("AsymmetricX509Cert")),
        ]
    );
    assert_eq!(shown["passwordCredentials"].as_array().unwrap().len(), 2);
    assert!(
        keys.iter().all(|key| key["key"].is_null()),
        "keys are shown where they are asked for"
    );
    let asked = graph
        .get(&format!("{path}?$select=keyCredentials"))
        .await
        .expect(200);
    assert_eq!(asked["keyCredentials"][1]["key"], made["key"]);
    assert_eq!(
        asked["keyCredentials"][0]["key"],
        Value::Null,
        "a private one never"
    );

    let active = || {
        let directory = graph.shared().read();
        let tenant = directory.contoso();
        let application = tenant.application_by_id(&principal).unwrap();
        tenant.keys_of(application).active.certificate().thumbprint_sha1()
    };
    graph
        .patch(
            &path,
            json!({ "preferredTokenSigningKeyThumbprint": default["thumbprint"] }),
        )
        .await
        .expect(204);
    assert_eq!(default["thumbprint"], active());
    graph
        .patch(
            &path,
            json!({ "preferredTokenSigningKeyThumbprint": made["thumbprint"] }),
        )
        .await
        .expect(204);
    assert_eq!(made["thumbprint"], active());

    // Whoever leaves the credentials of one out deletes it.
    let left: Vec<&Value> = keys
        .iter()
        .filter(|key| key["customKeyIdentifier"] == made["customKeyIdentifier"])
        .collect();
    graph
        .patch(&path, json!({ "keyCredentials": left }))
        .await
        .expect(204);
    let shown = graph.get(&path).await.expect(200);
    assert_eq!(shown["keyCredentials"].as_array().unwrap().len(), 2);
    assert_eq!(shown["preferredTokenSigningKeyThumbprint"], made["thumbprint"]);
}

#[tokio::test]
async fn a_certificate_has_a_name_and_three_years_at_most() {
    let graph = Graph::start().await;
    let (_, principal) = graph.instantiate("bounds").await;
    let add = format!("v1.0/servicePrincipals/{principal}/addTokenSigningCertificate");
    for body in [
        json!({ "displayName": "Backup" }),
        json!({ "displayName": "CN=" }),
        json!({ "endDateTime": "2020-01-01T00:00:00Z" }),
        json!({ "endDateTime": "2099-01-01T00:00:00Z" }),
        json!({ "endDateTime": "tomorrow" }),
        json!({ "shoeSize": 7 }),
    ] {
        assert_eq!(graph.post(&add, body.clone()).await.status, 400, "{body}");
    }
    let shown = graph
        .get(&format!("v1.0/servicePrincipals/{principal}"))
        .await
        .expect(200);
    assert_eq!(shown["keyCredentials"], json!([]));
}

#[tokio::test]
async fn assertions_are_encrypted_to_the_certificate_that_is_chosen() {
    let graph = Graph::start().await;
    let (application, _) = graph.instantiate("encrypted").await;
    let path = format!("v1.0/applications/{application}");
    let certificate = SigningKey::generate(Kind::Rsa2048).unwrap().certificate().clone();
    let key_id = "1b4f816e-5eaf-48b9-8613-7923830595ad";
    let credential = json!({
        "type": "AsymmetricX509Cert", "usage": "Encrypt", "keyId": key_id, "key": certificate.base64(),
        "startDateTime": "2026-01-01T00:00:00Z", "endDateTime": "2027-01-01T00:00:00Z",
    });
    // Both at once: the choice is made among what comes along.
    let both = json!({ "keyCredentials": [credential], "tokenEncryptionKeyId": key_id });
    graph.patch(&path, both).await.expect(204);
    let chosen = || {
        let directory = graph.shared().read();
        let known = directory.contoso().application_by_id(&application).unwrap();
        known
            .encryption_certificate()
            .map(|known| known.certificate.clone())
    };
    assert_eq!(chosen(), Some(certificate));
    // As it was read it can be written again: a key that is not shown is kept.
    let shown = graph.get(&path).await.expect(200);
    assert_eq!(
        (&shown["tokenEncryptionKeyId"], &shown["keyCredentials"][0]["key"]),
        (&json!(key_id), &Value::Null)
    );
    graph
        .patch(&path, json!({ "keyCredentials": shown["keyCredentials"] }))
        .await
        .expect(204);
    assert!(chosen().is_some());

    let garbage =
        json!({ "keyCredentials": [{ "type": "AsymmetricX509Cert", "usage": "Encrypt", "key": "AAAA" }] });
    assert_eq!(graph.patch(&path, garbage).await.status, 400);
    assert!(chosen().is_some());
    graph
        .patch(&path, json!({ "keyCredentials": [] }))
        .await
        .expect(204);
    assert_eq!(chosen(), None);
    assert_eq!(
        graph.get(&path).await.expect(200)["tokenEncryptionKeyId"],
        Value::Null
    );
}

#[tokio::test]
async fn a_key_of_ones_own_comes_as_a_pfx_with_its_password() {
    let graph = Graph::start().await;
    let (_, principal) = graph.instantiate("imported").await;
    let path = format!("v1.0/servicePrincipals/{principal}");
    let key = SigningKey::generate(Kind::Rsa2048).unwrap();
    let x509 = openssl::x509::X509::from_der(key.certificate().der()).unwrap();
    let pfx = openssl::pkcs12::Pkcs12::builder()
        .name("own")
        .pkey(key.private())
        .cert(&x509)
        .build2("sesame")
        .unwrap();
    let pfx = BASE64_STANDARD.encode(pfx.to_der().unwrap());
    let sign = "4c266507-3e74-4b91-aeba-18a25b450f6e";
    let body = |password: &str| {
        json!({
            "keyCredentials": [
                { "type": "X509CertAndPassword", "usage": "Sign", "keyId": sign, "key": pfx },
                { "type": "AsymmetricX509Cert", "usage": "Verify", "keyId": "e35a7d11-fef0-49ad-9f3e-aacbe0a42c42", "key": key.certificate().base64() },
            ],
            "passwordCredentials": [{ "keyId": sign, "secretText": password }],
        })
    };
    assert_eq!(graph.patch(&path, body("wrong")).await.status, 400);
    graph.patch(&path, body("sesame")).await.expect(204);
    graph
        .patch(
            &path,
            json!({ "preferredTokenSigningKeyThumbprint": key.certificate().thumbprint_sha1() }),
        )
        .await
        .expect(204);
    let directory = graph.shared().read();
    let known = directory.contoso().application_by_id(&principal).unwrap();
    assert!(known.certificates[0].imported && known.certificates[0].active);
    assert!(known.certificates[0].key.is_some());
}
