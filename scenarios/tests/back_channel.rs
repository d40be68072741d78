//! What goes without a browser: a message behind an artifact, and a logout message in a SOAP envelope.

#![expect(clippy::unwrap_used, reason = "the helpers of tests may panic as tests do")]

use std::collections::BTreeMap;

use mock_idp::Directory;
use saml::{
    Artifact, ArtifactResponse, LogoutRequest, SpMetadata,
    artifact::source_id,
    metadata::{AcsEndpoint, Endpoint},
    names::binding,
};
use scenarios::{Base, Carriage, Context, Fault, KeyRing, Message, Recipe, forge};

const ACS: &str = "https://sp.example/artifact";
const SLO: &str = "https://sp.example/slo/soap";

struct Stage {
    directory: Directory,
    sp: SpMetadata,
    keys: KeyRing,
    values: BTreeMap<String, String>,
}

impl Stage {
    fn new() -> Self {
        let acs = |binding: &str, location: &str, index| AcsEndpoint {
            binding: binding.to_owned(),
            location: location.to_owned(),
            index: Some(index),
            is_default: index == 0,
        };
        let sp = SpMetadata {
            entity_id: "https://sp.example/metadata".to_owned(),
            acs: vec![
                acs(binding::POST, "https://sp.example/acs", 0),
                acs(binding::ARTIFACT, ACS, 1),
            ],
            slo: vec![Endpoint {
                binding: binding::SOAP.to_owned(),
                location: SLO.to_owned(),
                response_location: None,
            }],
            ..SpMetadata::default()
        };
        let mut directory = Directory::ephemeral().unwrap();
        for tenant in &mut directory.tenants {
            tenant.adopt(&sp);
        }
        Self {
            directory,
            sp,
            keys: KeyRing::default(),
            values: BTreeMap::new(),
        }
    }

    fn context(&self) -> Context<'_> {
        Context {
            directory: &self.directory,
            sp: &self.sp,
            keys: &self.keys,
            origin: "http://localhost:8400",
            request: None,
            relay_state: Some("to here"),
            now: jiff::Timestamp::now(),
            out_of_band: None,
            each: None,
            azure: mock_idp::Azure::default(),
            identity: None,
            encryption: None,
            values: &self.values,
        }
    }

    fn forge(&self, recipe: &str) -> Result<Message, Fault> {
        let recipe: Recipe = toml::from_str(recipe).unwrap();
        forge(&recipe, Base::A, &self.context())
    }

    fn exchanged(&self, message: &Message) -> (String, ArtifactResponse) {
        let text = scenarios::exchange::exchanged(message, "_q", &self.context()).unwrap();
        let read = ArtifactResponse::parse(&text).unwrap();
        (text, read)
    }

    /// How many signatures of a message hold.
    fn holding(&self, text: &str) -> usize {
        let covered = proofs::coverage(text, &self.context().trusted());
        covered.iter().filter(|one| one.verifies).count()
    }
}

#[test]
fn a_message_by_artifact_is_for_that_acs_and_comes_out_of_the_exchange_as_it_was_signed() {
    let stage = Stage::new();
    let sent = stage.forge("deliver = { by = 'artifact' }").unwrap();
    assert_eq!((sent.wire.by, sent.wire.method()), (Carriage::Artifact, "GET"));
    assert!(!sent.wire.is_the_runners());
    let target = sent.wire.target();
    assert!(target.starts_with(&format!("{ACS}?SAMLart=AAQAA")), "{target}");
    assert!(target.ends_with("&RelayState=to%20here"), "{target}");
    let artifact = Artifact::parse(&sent.artifact.as_ref().unwrap().artifact).unwrap();
    assert_eq!(artifact.source, source_id(&stage.directory.contoso().entity_id()));
    assert!(sent.signed.contains(&format!("Destination=\"{ACS}\"")));
    assert!(sent.signed.contains(&format!("Recipient=\"{ACS}\"")));
    let (text, read) = stage.exchanged(&sent);
    assert_eq!(read.in_response_to.as_deref(), Some("_q"));
    assert!(read.is_success());
    assert_eq!(read.issuer, Some(stage.directory.contoso().entity_id()));
    assert_eq!(stage.holding(&text), 2);
    let proofs = proofs::proofs(read.message.unwrap().as_bytes(), &stage.context().trusted());
    assert_eq!(proofs.strict, sent.proofs.strict);
    assert_eq!(proofs.strict.len(), 1);
}

#[test]
fn artifact_and_exchange_are_a_recipes_to_change() {
    let stage = Stage::new();
    let by = |rest: &str| format!("deliver = {{ by = 'artifact', artifact = {{ {rest} }} }}");
    let nobodys = stage
        .forge(&by("source = 'https://nobody', endpoint = 7"))
        .unwrap();
    let artifact = Artifact::parse(&nobodys.artifact.unwrap().artifact).unwrap();
    assert_eq!(
        (artifact.source, artifact.endpoint),
        (source_id("https://nobody"), 7)
    );
    let wrong = "draft = [{ set = 'ArtifactResponse', attribute = 'InResponseTo', value = '_x' }]";
    let (text, read) = stage.exchanged(&stage.forge(&by(wrong)).unwrap());
    assert_eq!(read.in_response_to.as_deref(), Some("_x"));
    assert_eq!(stage.holding(&text), 2);
    let (text, _) = stage.exchanged(&stage.forge(&by("unsigned = true")).unwrap());
    assert_eq!(stage.holding(&text), 1);
    let (text, _) = stage.exchanged(&stage.forge(&by("sign = { key = 'rogue' }")).unwrap());
    assert_eq!(stage.holding(&text), 1);
    let gone = "draft = [{ remove = 'Response' }]";
    assert_eq!(stage.exchanged(&stage.forge(&by(gone)).unwrap()).1.message, None);
}

#[test]
fn an_exchange_that_spoils_the_message_is_no_test_of_anything() {
    let stage = Stage::new();
    let spoilt = "deliver = { by = 'artifact', artifact = { draft = [{ set = 'Response/Assertion', attribute = 'ID', value = '_x' }] } }";
    let Err(Fault::SelfCheck(why)) = stage.forge(spoilt) else {
        panic!("it can be forged");
    };
    assert!(why.contains("proves somebody else"), "{why}");
    let garbage = "proves = 'unchecked'\nforge = [{ insert = '<!DOCTYPE a>', before = 'document' }]\ndeliver = { by = 'artifact' }";
    assert!(stage.forge(garbage).is_err());
}

#[test]
fn a_logout_request_by_soap_is_signed_itself_and_stands_in_the_body_as_it_is() {
    let stage = Stage::new();
    let sent = stage
        .forge("message = 'logout-request'\ndeliver = { by = 'soap' }")
        .unwrap();
    assert!(sent.wire.is_the_runners() && sent.wire.query.is_none());
    assert_eq!(sent.wire.url, SLO);
    assert_eq!(sent.wire.fields[0].1.as_bytes(), sent.forged);
    let request = LogoutRequest::parse(&sent.wire.fields[0].1).unwrap();
    assert_eq!(request.destination.as_deref(), Some(SLO));
    assert_eq!(stage.holding(&sent.wire.fields[0].1), 1);
    let unsigned = stage
        .forge("message = 'logout-request'\nbase = 'N'\nproves = 'nothing'\ndeliver = { by = 'soap' }")
        .unwrap();
    assert!(!unsigned.wire.fields[0].1.contains("Signature"));
}
