//! From sentence to message: the attack proves itself, and a broken construction is refused as our own fault.

#![expect(clippy::unwrap_used, reason = "the helpers of tests may panic as tests do")]

use std::collections::BTreeMap;

use mock_idp::Directory;
use saml::{SpMetadata, metadata::AcsEndpoint, names::binding};
use scenarios::{Base, Catalogue, Context, Fault, KeyRing, Recipe, forge};

struct Stage {
    directory: Directory,
    sp: SpMetadata,
    keys: KeyRing,
    values: BTreeMap<String, String>,
}

impl Stage {
    fn new() -> Self {
        let acs = AcsEndpoint {
            binding: binding::POST.to_owned(),
            location: "https://sp.example/acs".to_owned(),
            index: Some(0),
            is_default: true,
        };
        let sp = SpMetadata {
            entity_id: "https://sp.example/metadata".to_owned(),
            acs: vec![acs],
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
            relay_state: None,
            now: jiff::Timestamp::now(),
            out_of_band: None,
            each: None,
            azure: mock_idp::Azure::default(),
            values: &self.values,
        }
    }
}

fn recipe(toml: &str) -> Recipe {
    toml::from_str(toml).unwrap()
}

#[test]
fn a_flawless_login_proves_its_user_under_each_base() {
    let stage = Stage::new();
    for base in [Base::A, Base::R, Base::B] {
        let message = forge(&Recipe::default(), base, &stage.context()).unwrap();
        assert_eq!(
            message.proofs.strict[0].name_id.as_deref(),
            Some("alice@contoso.example"),
            "{base:?}"
        );
        assert_eq!(message.unsigned.len(), message.unsigned.trim().len());
    }
}

#[test]
fn every_wrapping_keeps_the_genuine_signature_over_the_genuine_element() {
    let stage = Stage::new();
    let mut wrapped = 0;
    let all = Catalogue::embedded()
        .scenarios
        .iter()
        .filter(|s| s.id.contains("/xsw-"));
    for scenario in all {
        for (base, take) in scenario
            .bases
            .iter()
            .flat_map(|base| scenario.takes().into_iter().map(move |t| (base, t)))
        {
            let message = forge(&take.recipe, *base, &stage.context())
                .unwrap_or_else(|fault| panic!("{} {base:?} {:?}: {fault}", scenario.id, take.variant));
            let victim = message
                .proofs
                .genuine
                .iter()
                .any(|i| i.name_id.as_deref() == Some("admin@contoso.example"));
            assert!(!victim, "{}", scenario.id);
            wrapped += 1;
        }
    }
    assert!(wrapped >= 8, "only {wrapped} wrappings in the catalogue");
}

#[test]
fn a_wrapping_that_loses_its_namespaces_is_refused_as_our_own_fault() {
    let stage = Stage::new();
    let lost = |drop: bool| {
        recipe(&format!(
            r#"
            as = "attacker"
            proves = "genuine"
            draft = [
              {{ restyle = "prefixes", on-root = true, prefixes = {{ "urn:oasis:names:tc:SAML:2.0:assertion" = "saml" }} }},
            ]
            forge = [
              {{ copy = "Assertion", to = "genuine", drop-namespaces = {drop} }},
              {{ write = "victim" }},
              {{ set = "Response/Assertion", attribute = "ID", value = "{{fresh}}" }},
              {{ remove = "Response/Assertion/Signature" }},
              {{ wrap = "genuine", in = "<x:parked xmlns:x='urn:x'{}>{{inner}}</x:parked>" }},
              {{ put = "genuine", after = "Response/Status" }},
            ]
            "#,
            if drop {
                " xmlns:saml='urn:somewhere-else'"
            } else {
                ""
            },
        ))
    };
    forge(&lost(false), Base::A, &stage.context()).unwrap();
    let fault = forge(&lost(true), Base::A, &stage.context()).unwrap_err();
    assert!(matches!(fault, Fault::SelfCheck(_)), "{fault}");
    assert!(fault.to_string().contains("no longer verifies"), "{fault}");
}

#[test]
fn a_victim_in_signed_bytes_would_prove_nothing_and_is_refused() {
    let stage = Stage::new();
    let signed = recipe(
        r#"as = "attacker"
        name-id = "{victim}"
        proves = "strict""#,
    );
    let fault = forge(&signed, Base::A, &stage.context()).unwrap_err();
    assert!(fault.to_string().contains("victim"), "{fault}");
}

#[test]
fn a_recipe_that_cannot_be_done_says_which_verb_and_why() {
    let stage = Stage::new();
    let fault = forge(
        &recipe(r#"forge = [{ remove = "Advice" }]"#),
        Base::A,
        &stage.context(),
    )
    .unwrap_err();
    assert_eq!(fault.to_string(), "remove: there is no Advice in the message");
    let fault = forge(&recipe(r#"name-id = "{nobody}""#), Base::A, &stage.context()).unwrap_err();
    assert!(
        fault.to_string().contains("{nobody} stands for nothing here"),
        "{fault}"
    );
}
