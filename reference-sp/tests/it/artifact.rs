//! HTTP-Artifact: what a browser brings is exchanged at the IdP, and what comes back is judged as any other message. Each switch lets in
//! what is refused without it.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::routing::post;
use reference_sp::{Config, Flaw, ReferenceSp, Trusted};
use saml::artifact::{Artifact, ArtifactResolve, ArtifactResponse};
use saml::binding::percent_encode;
use saml::document::splice;
use saml::metadata::{AcsEndpoint, IdpMetadata};
use saml::names::{binding, status};
use saml::signature::{Template, sign};
use saml::soap;

use crate::kit::browser::{Browser, Outcome, location};
use crate::kit::*;

/// What the IdP answers.
type Answering = dyn Fn(&ArtifactResolve) -> String + Send + Sync;

/// An IdP's ArtifactResolutionService, and what it was asked.
struct Service {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
    answer: Arc<Mutex<Box<Answering>>>,
}

impl Service {
    async fn start() -> Self {
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let answer: Arc<Mutex<Box<Answering>>> = Arc::new(Mutex::new(Box::new(|_| String::new())));
        let handler = {
            let (asked, answer) = (asked.clone(), answer.clone());
            move |body: String| async move {
                let message = soap::unwrap(&body).unwrap();
                let resolve = ArtifactResolve::parse(&message).unwrap();
                asked.lock().unwrap().push(message);
                answer.lock().unwrap()(&resolve)
            }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/artifact", listener.local_addr().unwrap());
        let router = Router::new().route("/artifact", post(handler));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Service { url, asked, answer }
    }

    fn answers(&self, answer: impl Fn(&ArtifactResolve) -> String + Send + Sync + 'static) {
        *self.answer.lock().unwrap() = Box::new(answer);
    }
}

async fn with(service: &Service, config: Config) -> ReferenceSp {
    let artifact_resolution = vec![AcsEndpoint {
        binding: binding::SOAP.to_owned(),
        location: service.url.clone(),
        index: Some(0),
        is_default: true,
    }];
    let trusted = |idp: &Idp, artifact_resolution| Trusted {
        metadata: IdpMetadata {
            artifact_resolution,
            ..idp.metadata()
        },
        domains: Vec::new(),
    };
    ReferenceSp::start(Config {
        trust: vec![
            trusted(tenant(), artifact_resolution),
            trusted(other_tenant(), Vec::new()),
        ],
        create_users: true,
        artifact: true,
        ..config
    })
    .await
    .unwrap()
}

fn acs(sp: &ReferenceSp) -> String {
    let acs = sp.metadata().acs;
    let artifact = acs.iter().find(|acs| acs.binding == binding::ARTIFACT);
    artifact.unwrap().location.clone()
}

/// A flawless message for that ACS, signed.
fn message(sp: &ReferenceSp) -> String {
    sign_assertion(&unsigned(sp), tenant())
}

fn unsigned(sp: &ReferenceSp) -> String {
    let mut message = response(sp, tenant(), ALICE);
    message.destination = Some(acs(sp));
    for confirmation in &mut message.assertions[0].subject.confirmations {
        confirmation.recipient = Some(acs(sp));
    }
    message.to_xml()
}

/// The ArtifactResponse with it.
fn answer(asked: &str, message: &str) -> ArtifactResponse {
    ArtifactResponse {
        id: fresh_id(),
        in_response_to: Some(asked.to_owned()),
        issue_instant: Some(in_seconds(0)),
        destination: None,
        issuer: Some(ISSUER.to_owned()),
        status: vec![status::SUCCESS.to_owned()],
        message: Some(message.to_owned()),
    }
}

fn signed(response: &ArtifactResponse, idp: &Idp) -> String {
    let xml = response.to_xml();
    let at = xml.find("</Issuer>").unwrap() + "</Issuer>".len();
    let template = Template::azure(&response.id, idp.key.certificate(), false).to_xml();
    soap::wrap(&sign(&splice(&xml, at..at, &template), at, &idp.key).unwrap())
}

/// What becomes of an artifact in a browser.
async fn bring(browser: &Browser<'_>, artifact: &str) -> Outcome {
    let query = format!("/singlesignon/saml/Artifact?SAMLart={}", percent_encode(artifact));
    let answer = browser.get(&query).await;
    if answer.status() == 303 && location(&answer).contains("/finish") {
        browser.get(&location(&answer)).await;
    }
    match browser.whoami().await {
        Some(user) => Outcome::In(user),
        None => Outcome::Out(browser.sp.denials().pop().unwrap_or_default()),
    }
}

fn artifact() -> String {
    Artifact::issue(ISSUER).unwrap().encode()
}

/// What becomes of a new artifact that is answered so.
async fn comes_to(
    flaw: Option<Flaw>,
    answered: impl Fn(&ArtifactResolve, &str) -> String + Send + Sync + 'static,
) -> Outcome {
    let service = Service::start().await;
    let flaws = flaw.into_iter().collect();
    let sp = with(
        &service,
        Config {
            flaws,
            ..Config::default()
        },
    )
    .await;
    let message = message(&sp);
    service.answers(move |asked| answered(asked, &message));
    bring(&Browser::new(&sp), &artifact()).await
}

fn flawless(asked: &ArtifactResolve, message: &str) -> String {
    signed(&answer(&asked.id, message), tenant())
}

#[tokio::test]
async fn an_artifact_signs_in_by_query_and_by_form() {
    let service = Service::start().await;
    let sp = with(
        &service,
        Config {
            sign_requests: true,
            ..Config::default()
        },
    )
    .await;
    let first = message(&sp);
    service.answers(move |asked| flawless(asked, &first));
    bring(&Browser::new(&sp), &artifact()).await.is(ALICE);
    let second = message(&sp);
    service.answers(move |asked| flawless(asked, &second));
    let browser = Browser::new(&sp);
    let value = percent_encode(&artifact());
    browser.post_form_to(&acs(&sp), format!("SAMLart={value}")).await;
    assert_eq!(browser.whoami().await.as_deref(), Some(ALICE));
    let asked = service.asked.lock().unwrap().clone();
    let resolve = ArtifactResolve::parse(&asked[0]).unwrap();
    assert_eq!(resolve.destination.as_deref(), Some(service.url.as_str()));
    assert_eq!(resolve.issuer, Some(sp.metadata_url()));
    let key = &sp.metadata().signing[0];
    let at = saml::signature::signatures(&asked[0])[0];
    assert!(saml::signature::verify(&asked[0], at, key).unwrap());
}

#[tokio::test]
async fn the_answer_to_a_request_is_finished_by_the_browser_that_made_it() {
    let service = Service::start().await;
    let sp = with(&service, Config::default()).await;
    let browser = Browser::new(&sp);
    let request = browser.begin("").await;
    let mut message = answering(response(&sp, tenant(), ALICE), &request);
    message.destination = Some(acs(&sp));
    message.assertions[0].subject.confirmations[0].recipient = Some(acs(&sp));
    let message = sign_assertion(&message.to_xml(), tenant());
    service.answers(move |asked| flawless(asked, &message));
    bring(&browser, &artifact()).await.is(ALICE);
}

#[tokio::test]
async fn the_answer_must_be_the_idps_and_to_what_was_asked() {
    comes_to(None, flawless).await.is(ALICE);
    let unsigned = |asked: &ArtifactResolve, message: &str| soap::wrap(&answer(&asked.id, message).to_xml());
    let rogue = |asked: &ArtifactResolve, message: &str| signed(&answer(&asked.id, message), rogue());
    let other = |_: &ArtifactResolve, message: &str| signed(&answer("_other", message), tenant());
    let silent = |asked: &ArtifactResolve, message: &str| {
        let response = ArtifactResponse {
            in_response_to: None,
            ..answer(&asked.id, message)
        };
        signed(&response, tenant())
    };
    let failed = |asked: &ArtifactResolve, message: &str| {
        let response = ArtifactResponse {
            status: vec![status::RESPONDER.to_owned()],
            ..answer(&asked.id, message)
        };
        signed(&response, tenant())
    };
    let theirs = |asked: &ArtifactResolve, message: &str| {
        let response = ArtifactResponse {
            issuer: Some(OTHER_ISSUER.to_owned()),
            ..answer(&asked.id, message)
        };
        signed(&response, other_tenant())
    };
    comes_to(None, unsigned)
        .await
        .is_refused("the ArtifactResponse is not signed");
    comes_to(Some(Flaw::NoSigCheck), unsigned).await.is(ALICE);
    comes_to(None, rogue).await.is_refused("no key of this Issuer");
    comes_to(Some(Flaw::NoSigCheck), rogue).await.is(ALICE);
    comes_to(None, other).await.is_refused("which was not asked");
    comes_to(Some(Flaw::NoInResponseTo), other).await.is(ALICE);
    comes_to(None, silent).await.is_refused("which was not asked");
    comes_to(Some(Flaw::InResponseToIfPresent), silent)
        .await
        .is(ALICE);
    comes_to(Some(Flaw::InResponseToIfPresent), other)
        .await
        .is_refused("which was not asked");
    comes_to(None, failed).await.is_refused("status:Responder");
    comes_to(Some(Flaw::NoStatus), failed).await.is(ALICE);
    comes_to(None, theirs).await.is_refused("no key of this Issuer");
    comes_to(Some(Flaw::IssuerUnbound), theirs).await.is(ALICE);
}

#[tokio::test]
async fn what_comes_out_is_judged_as_any_other_message() {
    let service = Service::start().await;
    let sp = with(&service, Config::default()).await;
    let refused = |message: String, because: &'static str| {
        service.answers(move |asked| flawless(asked, &message));
        let sp = &sp;
        async move { bring(&Browser::new(sp), &artifact()).await.is_refused(because) }
    };
    refused(unsigned(&sp), "neither the Response nor the Assertion is signed").await;
    refused(flawless_elsewhere(&sp), "was sent to").await;
    refused("<a/>".to_owned(), "not a samlp:Response").await;
    refused(String::new(), "knows no message").await;
}

/// A message for the usual ACS.
fn flawless_elsewhere(sp: &ReferenceSp) -> String {
    crate::kit::flawless(sp, ALICE)
}

#[tokio::test]
async fn an_issuer_or_endpoint_that_is_not_known_is_not_asked() {
    for flaw in [None, Some(Flaw::IssuerUnbound)] {
        let service = Service::start().await;
        let flaws = flaw.into_iter().collect();
        let sp = with(
            &service,
            Config {
                flaws,
                ..Config::default()
            },
        )
        .await;
        let message = message(&sp);
        service.answers(move |asked| flawless(asked, &message));
        let foreign = Artifact::issue("https://nobody.example/").unwrap();
        let outcome = bring(&Browser::new(&sp), &foreign.encode()).await;
        match flaw {
            None => {
                outcome.is_refused("SourceID is of no IdP");
                let seventh = Artifact {
                    endpoint: 7,
                    ..Artifact::issue(ISSUER).unwrap()
                };
                let outcome = bring(&Browser::new(&sp), &seventh.encode()).await;
                outcome.is_refused("the endpoint 7");
                let unoffered = Artifact::issue(OTHER_ISSUER).unwrap();
                let outcome = bring(&Browser::new(&sp), &unoffered.encode()).await;
                outcome.is_refused("the endpoint 0");
                assert!(service.asked.lock().unwrap().is_empty());
            }
            Some(_) => outcome.is(ALICE),
        }
    }
}

#[tokio::test]
async fn an_artifact_is_used_once_whether_it_was_good_or_not() {
    for flaw in [None, Some(Flaw::NoReplay)] {
        let service = Service::start().await;
        let flaws = flaw.into_iter().collect();
        let sp = with(
            &service,
            Config {
                flaws,
                ..Config::default()
            },
        )
        .await;
        service.answers(|_| "garbage".to_owned());
        let artifact = artifact();
        let browser = Browser::new(&sp);
        bring(&browser, &artifact).await.is_refused("cannot be exchanged");
        let message = message(&sp);
        service.answers(move |asked| flawless(asked, &message));
        let outcome = bring(&browser, &artifact).await;
        match flaw {
            None => outcome.is_refused("the artifact was used before"),
            Some(_) => outcome.is(ALICE),
        }
    }
}

#[tokio::test]
async fn garbage_has_a_reason() {
    let service = Service::start().await;
    let sp = with(&service, Config::default()).await;
    let browser = Browser::new(&sp);
    for (text, because) in [
        ("", "0x0004"),
        ("%%", "Base64"),
        ("AAQ=", "44 octets"),
        ("AAEA", "0x0004"),
    ] {
        bring(&browser, text).await.is_refused(because);
    }
    browser.get("/singlesignon/saml/Artifact").await;
    assert!(sp.denials().pop().unwrap().contains("exactly one SAMLart"));
    let value = percent_encode(&artifact());
    browser
        .get(&format!(
            "/singlesignon/saml/Artifact?SAMLart={value}&SAMLart={value}"
        ))
        .await;
    assert!(sp.denials().pop().unwrap().contains("exactly one SAMLart"));
    assert!(service.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn nobody_takes_artifacts_unless_it_is_asked_for() {
    let sp = hardened().await;
    assert!(
        sp.metadata()
            .acs
            .iter()
            .all(|acs| acs.binding != binding::ARTIFACT)
    );
    let answer = Browser::new(&sp)
        .get("/singlesignon/saml/Artifact?SAMLart=x")
        .await;
    assert_eq!(answer.status(), 404);
}
