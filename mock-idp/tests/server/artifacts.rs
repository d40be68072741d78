//! Artifacts are exchanged for what the harness handed out, and nothing else: by itself the mock hands none out, as Azure.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use mock_idp::federation_metadata;
use mock_idp::server::{Answer, Live, MockIdp, Options, Reply};
use proptest::prelude::*;
use saml::{ArtifactResolve, ArtifactResponse, IdpMetadata, names::binding, soap};

use super::browser::Browser;
use super::{DIRECTORY, SP, idp};

/// Knows one artifact.
struct Knowing;

impl Answer for Knowing {
    fn answer(&self, _: &str, _: Live) -> Pin<Box<dyn Future<Output = Reply> + Send + '_>> {
        Box::pin(std::future::ready(Reply::SignIn))
    }

    fn resolve(&self, tenant_id: &str, asked: &ArtifactResolve) -> Option<String> {
        let known = tenant_id == DIRECTORY.contoso().id && asked.artifact == "known";
        known.then(|| format!("<answer to=\"{}\"/>", asked.id))
    }
}

async fn knowing() -> MockIdp {
    MockIdp::start(Options {
        answer: Some(Arc::new(Knowing)),
        ..Options::new(DIRECTORY.clone())
    })
    .await
    .unwrap()
}

async fn post(idp: &MockIdp, tenant: &str, body: &str) -> (u16, String) {
    let page = Browser::new()
        .post_raw(
            &idp.artifact_url(tenant),
            soap::CONTENT_TYPE,
            body.as_bytes().into(),
        )
        .await;
    assert!(page.header("x-mock-idp").contains("for tests only"));
    (page.status, String::from_utf8_lossy(&page.bytes).into_owned())
}

fn asked(artifact: &str) -> String {
    let resolve = ArtifactResolve {
        id: "_q".to_owned(),
        issuer: Some(SP.to_owned()),
        artifact: artifact.to_owned(),
        ..ArtifactResolve::default()
    };
    soap::wrap(&resolve.to_xml())
}

#[tokio::test]
async fn what_the_harness_handed_out_is_exchanged_in_its_tenant() {
    let idp = knowing().await;
    let (status, body) = post(&idp, "contoso.example", &asked("known")).await;
    assert_eq!(status, 200);
    assert!(soap::unwrap(&body).unwrap().ends_with("to=\"_q\"/>"), "{body}");
    let elsewhere = post(&idp, "fabrikam.example", &asked("known")).await.1;
    assert!(soap::unwrap(&elsewhere).unwrap().contains("ArtifactResponse"));
}

#[tokio::test]
async fn for_an_unknown_artifact_there_is_an_answer_without_a_message() {
    for (idp, artifact) in [(knowing().await, "other"), (idp().await, "known")] {
        let (status, body) = post(&idp, "contoso.example", &asked(artifact)).await;
        let response = ArtifactResponse::parse(&soap::unwrap(&body).unwrap()).unwrap();
        assert_eq!((status, response.message.is_none()), (200, true));
        assert!(response.is_success());
        assert_eq!(response.in_response_to.as_deref(), Some("_q"));
        assert_eq!(response.issuer, Some(DIRECTORY.contoso().entity_id()));
    }
}

#[tokio::test]
async fn what_is_no_question_is_answered_with_a_fault() {
    let idp = knowing().await;
    for (tenant, body) in [
        ("contoso.example", "garbage".to_owned()),
        ("contoso.example", String::new()),
        ("contoso.example", soap::wrap("<a/>")),
        ("nobody.example", asked("known")),
    ] {
        let (status, body) = post(&idp, tenant, &body).await;
        let fault = soap::unwrap(&body).unwrap_err().to_string();
        assert_eq!(status, 500);
        assert!(fault.contains("SOAP-ENV:Client"), "{fault}");
    }
    let got = Browser::new().get(&idp.artifact_url("contoso.example")).await;
    assert_eq!(got.status, 405);
}

#[tokio::test]
async fn metadata_names_the_service_only_where_somebody_asked_for_that() {
    let mut tenant = DIRECTORY.contoso().clone();
    let services = |tenant: &mock_idp::Tenant| {
        let bytes = federation_metadata(tenant, "http://localhost:8400", None).unwrap();
        IdpMetadata::parse(&bytes).unwrap().artifact_resolution
    };
    assert_eq!(services(&tenant), []);
    tenant.artifact_resolution = true;
    let [service] = &services(&tenant)[..] else {
        panic!("one service");
    };
    assert_eq!(
        (service.binding.as_str(), service.index),
        (binding::SOAP, Some(0))
    );
    assert_eq!(
        service.location,
        format!("http://localhost:8400/{}/artifact", tenant.id)
    );
}

#[test]
fn any_body_has_an_answer() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let idp = runtime.block_on(knowing());
    proptest!(ProptestConfig::with_cases(32), |(body in "[<>/se:EnvlopBdyArtifactRsx\"'= ]{0,120}")| {
        let (status, answer) = runtime.block_on(post(&idp, "contoso.example", &body));
        prop_assert_eq!(status, 500);
        prop_assert!(soap::unwrap(&answer).is_err());
    });
}
