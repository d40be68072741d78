//! The signature beside a message: a query that says nothing of its own is signed as the standard has it, and a recipe may
//! send and sign what it likes.

#![expect(clippy::unwrap_used, reason = "the helpers of tests may panic as tests do")]

use std::collections::BTreeMap;

use mock_idp::Directory;
use saml::{
    SpMetadata,
    binding::{decode_post, decode_redirect, verify_query},
    logout::LogoutRequest,
    metadata::{AcsEndpoint, Endpoint},
    names::binding,
};
use scenarios::{Base, Context, KeyRing, Message, Recipe, forge};

const SLO: &str = "https://sp.example/slo";
const SLO_POST: &str = "https://sp.example/slo/post";

struct Stage {
    directory: Directory,
    sp: SpMetadata,
    keys: KeyRing,
    values: BTreeMap<String, String>,
}

impl Stage {
    fn new() -> Self {
        let sp = SpMetadata {
            entity_id: "https://sp.example/metadata".to_owned(),
            acs: vec![AcsEndpoint {
                binding: binding::POST.to_owned(),
                location: "https://sp.example/acs".to_owned(),
                index: Some(0),
                is_default: true,
            }],
            slo: [(binding::REDIRECT, SLO), (binding::POST, SLO_POST)]
                .map(|(binding, location)| Endpoint {
                    binding: binding.to_owned(),
                    location: location.to_owned(),
                    response_location: None,
                })
                .into(),
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

    fn forge(&self, recipe: &str) -> Message {
        self.forge_for(None, recipe)
    }

    /// The same for a sign-in that the SP began with a RelayState.
    fn forge_for(&self, relay_state: Option<&str>, recipe: &str) -> Message {
        let recipe: Recipe = toml::from_str(recipe).unwrap();
        let context = Context {
            directory: &self.directory,
            sp: &self.sp,
            keys: &self.keys,
            origin: "http://localhost:8400",
            request: None,
            relay_state,
            now: jiff::Timestamp::now(),
            out_of_band: None,
            each: None,
            azure: mock_idp::Azure::default(),
            identity: None,
            encryption: None,
            values: &self.values,
        };
        forge(&recipe, Base::A, &context).unwrap()
    }

    /// Whether the IdP signed this query.
    fn holds(&self, query: &str) -> bool {
        verify_query(query, self.directory.contoso().keys.k1.certificate()).unwrap()
    }
}

/// What a parameter stands for.
fn parameter(query: &str, name: &str) -> String {
    let parts = query.split('&');
    let value = parts
        .filter_map(|part| part.split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value));
    let decoded = percent_encoding::percent_decode_str(value.unwrap()).decode_utf8();
    decoded.unwrap().into_owned()
}

#[test]
fn a_logout_request_asks_for_the_session_of_the_last_login_and_is_signed_in_its_query() {
    let mut stage = Stage::new();
    stage.values = stage.forge("as = 'alice'").values;
    let sent = stage.forge("message = 'logout-request'\ndeliver = { relay-state = 'to here' }");
    let query = sent.wire.query.clone().unwrap();
    assert_eq!(sent.wire.target(), format!("{SLO}?{query}"));
    assert_eq!(sent.wire.relay_state().as_deref(), Some("to here"));
    assert!(stage.holds(&query));
    let request = LogoutRequest::parse(&decode_redirect(&parameter(&query, "SAMLRequest")).unwrap()).unwrap();
    assert_eq!(request.session_indexes, [stage.values["session_index"].clone()]);
    assert_eq!(request.name_id.unwrap().value, stage.values["name_id"]);
    assert_eq!(request.destination.as_deref(), Some(SLO));
    assert_eq!(request.issuer, Some(stage.directory.contoso().entity_id()));
}

#[test]
fn small_letters_are_signed_as_they_are_sent() {
    let stage = Stage::new();
    let sent = stage.forge(
        "message = 'logout-request'\ndeliver = { relay-state = '/x', detached = { lower-case = true } }",
    );
    let query = sent.wire.query.unwrap();
    assert!(query.contains("RelayState=%2fx&SigAlg=http%3a%2f%2f"), "{query}");
    assert!(stage.holds(&query));
    assert!(!stage.holds(&query.replace("%2fx", "%2Fx")));
}

#[test]
fn what_is_sent_is_not_what_is_signed_where_a_recipe_says_so() {
    let stage = Stage::new();
    let sent = stage.forge(
        "message = 'logout-request'\n[deliver]\nquery = 'SAMLRequest={message}&RelayState=b&SigAlg={SigAlg}&Signature={Signature}'\n\
         detached = { signed = 'SAMLRequest={message}&RelayState=a&SigAlg={SigAlg}' }",
    );
    let query = sent.wire.query.unwrap();
    assert!(!stage.holds(&query));
    assert!(stage.holds(&query.replace("RelayState=b", "RelayState=a")));
    let rogue = stage.forge("message = 'logout-request'\ndeliver = { detached = { key = 'rogue' } }");
    assert!(!stage.holds(&rogue.wire.query.unwrap()));
}

#[test]
fn the_genuine_message_beside_a_forged_one_is_the_attackers_own() {
    let stage = Stage::new();
    let sent = stage.forge(
        "message = 'logout-request'\nas = 'victim'\n[deliver]\n\
         query = '%53AMLRequest={message}&SAMLRequest={beside}&SigAlg={SigAlg}&Signature={Signature}'\n\
         detached = { beside = 'logout-request', signed = 'SAMLRequest={beside}&SigAlg={SigAlg}' }",
    );
    let query = sent.wire.query.unwrap();
    assert!(
        stage.holds(&query),
        "whoever does not decode names sees a genuine query"
    );
    let about = |name: &str| {
        let text = decode_redirect(&parameter(&query, name)).unwrap();
        LogoutRequest::parse(&text).unwrap().name_id.unwrap().value
    };
    let named = |user: &str| stage.directory.user(user).unwrap().1.user_principal_name.clone();
    assert_eq!(about("SAMLRequest"), named("attacker"));
    assert_eq!(about("%53AMLRequest"), named("victim"));
}

#[test]
fn what_follows_a_deflated_message_and_what_wraps_it_can_be_read_leniently_or_not() {
    let stage = Stage::new();
    let packed = |packing: &str| {
        let recipe =
            format!("message = 'logout-request'\ndeliver = {{ detached = {{ packing = '{packing}' }} }}");
        let query = stage.forge(&recipe).wire.query.unwrap();
        assert!(stage.holds(&query), "all of it is signed");
        parameter(&query, "SAMLRequest")
    };
    for packing in ["trailing-octets", "second-stream"] {
        let value = packed(packing);
        assert!(decode_redirect(&value).unwrap().contains("LogoutRequest"));
        assert!(saml::binding::decode_redirect_exactly(&value).is_err());
    }
    assert!(decode_redirect(&packed("zlib")).is_err());
}

#[test]
fn a_form_is_signed_over_the_message_itself() {
    let stage = Stage::new();
    let sent = stage.forge(
        "base = 'N'\nproves = 'nothing'\n[deliver]\n\
         fields = [['SAMLResponse', '{SAMLResponse}'], ['SigAlg', '{SigAlg}'], ['Signature', '{Signature}']]\n\
         detached = { signed = 'SAMLResponse={message}&SigAlg={SigAlg}' }",
    );
    let field = |name: &str| {
        let mut fields = sent.wire.fields.iter();
        fields.find(|(key, _)| key == name).unwrap().1.clone()
    };
    let message = decode_post(&field("SAMLResponse")).unwrap();
    let input = format!("SAMLResponse={message}&SigAlg={}", field("SigAlg"));
    let value = openssl::base64::decode_block(&field("Signature")).unwrap();
    let key = stage.directory.contoso().keys.k1.certificate().public_key();
    let mut verifier = openssl::sign::Verifier::new(openssl::hash::MessageDigest::sha256(), &key).unwrap();
    assert!(verifier.verify_oneshot(&value, input.as_bytes()).unwrap());
}

#[test]
fn a_logout_message_in_a_form_is_signed_itself_unless_its_base_says_that_nothing_is() {
    let stage = Stage::new();
    let sent = |more: &str, field: &str| {
        let message = stage.forge(&format!("deliver = {{ by = 'form' }}\n{more}"));
        assert_eq!(
            (message.wire.target(), message.wire.query.clone()),
            (SLO_POST.to_owned(), None)
        );
        let mut fields = message.wire.fields.iter();
        decode_post(&fields.find(|(key, _)| key == field).unwrap().1).unwrap()
    };
    let k1 = [stage.directory.contoso().keys.k1.certificate().clone()];
    let is_signed = |text: &str| saml::signature::verify_message(text, &k1, false).is_ok();
    let request = sent("message = 'logout-request'", "SAMLRequest");
    assert!(is_signed(&request), "{request}");
    let read = LogoutRequest::parse(&request).unwrap();
    assert_eq!(read.destination.as_deref(), Some(SLO_POST));
    assert!(is_signed(&sent("message = 'logout-response'", "SAMLResponse")));
    assert!(!is_signed(&sent(
        "message = 'logout-request'\nbase = 'N'",
        "SAMLRequest"
    )));
    let rogue = sent(
        "message = 'logout-request'\nsign = { key = 'rogue' }",
        "SAMLRequest",
    );
    assert!(rogue.contains("SignatureValue") && !is_signed(&rogue));
}

/// An SP that finds its request by the RelayState would else refuse for that, whatever the message is.
#[test]
fn the_relay_state_is_said_again_and_signed_where_there_is_one_and_left_out_where_there_is_none() {
    let stage = Stage::new();
    let query = r#"deliver = { query = "SAMLResponse={message}&RelayState={RelayState}&SigAlg={SigAlg}&Signature={Signature}" }"#;
    for (sent, said) in [(Some("ss:1"), "RelayState=ss%3A1"), (None, "")] {
        let message = stage.forge_for(sent, query);
        let text = message.wire.query.as_deref().unwrap();
        assert!(stage.holds(text), "{text}");
        assert!(
            text.contains(said) && text.contains("RelayState") == sent.is_some(),
            "{text}"
        );
    }
    let form =
        r#"deliver = { fields = [["SAMLResponse", "{SAMLResponse}"], ["RelayState", "{RelayState}"]] }"#;
    for (sent, fields) in [(Some("ss:1"), 2), (None, 1)] {
        let message = stage.forge_for(sent, form);
        assert_eq!(message.wire.fields.len(), fields, "{:?}", message.wire.fields);
    }
}
