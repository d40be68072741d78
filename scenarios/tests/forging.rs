//! From sentence to message: the attack proves itself, and a broken construction is refused as our own fault.

#![expect(clippy::unwrap_used, reason = "the helpers of tests may panic as tests do")]

use std::collections::BTreeMap;

use mock_idp::Directory;
use saml::{
    AuthnRequest, SpMetadata,
    authn_request::NameIdPolicy,
    metadata::AcsEndpoint,
    names::{binding, name_id},
};
use scenarios::{Base, Catalogue, Claim, Context, Fault, KeyRing, Message, Persona, Recipe, forge};

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
        self.context_for(None, None)
    }

    /// The same for an SP that knows its users by an attribute, and for a request.
    fn context_for<'a>(
        &'a self,
        identity: Option<&'a str>,
        request: Option<&'a AuthnRequest>,
    ) -> Context<'a> {
        Context {
            directory: &self.directory,
            sp: &self.sp,
            keys: &self.keys,
            origin: "http://localhost:8400",
            request,
            relay_state: None,
            now: jiff::Timestamp::now(),
            encryption: None,
            out_of_band: None,
            each: None,
            azure: mock_idp::Azure::default(),
            identity,
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
    let mut stage = Stage::new();
    let own = stage.keys.named("encryption", &stage.directory).unwrap();
    stage.sp.encryption = vec![own.certificate().clone()];
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

const MAIL: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress";
const DISPLAY_NAME: &str = "http://schemas.microsoft.com/identity/claims/displayname";

fn mail() -> Claim {
    Claim::Attribute(MAIL.to_owned())
}

/// A request for a NameID of this format.
fn asking_for(format: &str) -> AuthnRequest {
    AuthnRequest {
        id: "id-of-the-request".to_owned(),
        version: "2.0".to_owned(),
        name_id_policy: Some(NameIdPolicy {
            format: Some(format.to_owned()),
            ..NameIdPolicy::default()
        }),
        ..AuthnRequest::default()
    }
}

/// The first variant of a scenario's message.
fn message_of(id: &str, context: &Context<'_>) -> Message {
    let scenario = Catalogue::embedded().get(id).unwrap();
    let take = scenario.takes().remove(0);
    forge(&take.recipe, scenario.bases[0], context).unwrap_or_else(|fault| panic!("{id}: {fault}"))
}

fn values_of<'m>(values: &'m [(Claim, String)], claim: &Claim) -> Vec<&'m str> {
    let of_claim = values.iter().filter(|(other, _)| other == claim);
    of_claim.map(|(_, value)| value.as_str()).collect()
}

#[test]
fn the_identity_is_forged_wherever_this_sp_looks_for_it() {
    let stage = Stage::new();
    let truncated = "identity/comment-truncation";
    let name_only = message_of(truncated, &stage.context());
    let text = String::from_utf8(name_only.forged).unwrap();
    assert_eq!(text.matches("<!---->").count(), 1, "{text}");
    assert_eq!(
        values_of(&name_only.issued, &mail()),
        ["attacker@contoso.example"]
    );

    let displayed = message_of(truncated, &stage.context_for(Some(DISPLAY_NAME), None));
    let text = String::from_utf8(displayed.forged).unwrap();
    assert!(
        text.contains(">admin@contoso.example<!---->.evil.example</NameID>"),
        "{text}"
    );
    assert!(
        text.contains(">Victim Marker-d85c<!---->.evil.example</AttributeValue>"),
        "{text}"
    );
    let issued = values_of(&displayed.issued, &Claim::Attribute(DISPLAY_NAME.to_owned()));
    assert_eq!(issued, ["Victim Marker-d85c.evil.example"]);
    assert_eq!(displayed.name_id, "admin@contoso.example.evil.example");
}

#[test]
fn what_a_person_is_called_is_of_the_claim_that_is_written() {
    let stage = Stage::new();
    let recipe = recipe(
        r#"
        as = "attacker"
        proves = "nothing"
        forge = [
          { set = "Identity", text = "{text:Identity}|{victim}|{alice:http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname}" },
        ]
        "#,
    );
    let message = forge(&recipe, Base::A, &stage.context_for(Some(DISPLAY_NAME), None)).unwrap();
    let forged = &message.forged_values;
    let displayed = Claim::Attribute(DISPLAY_NAME.to_owned());
    let name = "attacker@contoso.example|admin@contoso.example|Alice-a19c";
    assert_eq!(values_of(forged, &Claim::NameId), [name]);
    let name = "Attacker Marker-2b6e|Victim Marker-d85c|Alice-a19c";
    assert_eq!(values_of(forged, &displayed), [name]);

    let nobody = forge(&recipe, Base::A, &stage.context_for(Some("urn:x:badge"), None)).unwrap();
    assert_eq!(
        values_of(&nobody.forged_values, &Claim::NameId).len(),
        1,
        "the NameID is there"
    );
}

#[test]
fn an_attribute_that_the_idp_does_not_issue_cannot_be_forged_in_anybodys_name() {
    let stage = Stage::new();
    let context = stage.context_for(Some("urn:x:badge"), None);
    assert_eq!(
        context.value_of(Persona::Victim, &Claim::Attribute("urn:x:badge".to_owned())),
        None
    );
    let scenario = Catalogue::embedded().get("identity/cdata-split").unwrap();
    let fault = forge(&scenario.recipe(), Base::A, &context).unwrap_err();
    assert!(
        fault
            .to_string()
            .contains("issues victim no attribute urn:x:badge"),
        "{fault}"
    );
}

#[test]
fn a_name_that_stands_for_two_places_is_for_the_verbs_that_do_two() {
    let stage = Stage::new();
    let removed = recipe(
        r#"proves = "nothing"
        forge = [{ remove = "Identity" }]"#,
    );
    let message = forge(&removed, Base::A, &stage.context_for(Some(MAIL), None)).unwrap();
    assert!(values_of(&message.forged_values, &Claim::NameId).is_empty());
    assert!(values_of(&message.forged_values, &mail()).is_empty());
    let fault = forge(
        &recipe(r#"forge = [{ copy = "Identity", to = "it" }]"#),
        Base::A,
        &stage.context(),
    );
    assert!(fault.unwrap_err().to_string().contains("only `set` and `remove`"));
}

#[test]
fn a_person_is_called_as_this_request_asks() {
    let stage = Stage::new();
    let persistent = asking_for(name_id::PERSISTENT);
    let context = stage.context_for(None, Some(&persistent));
    let victim = context.value_of(Persona::Victim, &Claim::NameId).unwrap();
    assert!(
        victim.len() == 44 && !victim.contains('@'),
        "{victim} is not pairwise"
    );
    let wrapped = message_of("signature/xsw-3", &context);
    let names = values_of(&wrapped.forged_values, &Claim::NameId);
    assert_eq!(names, [victim.as_str(), wrapped.name_id.as_str()]);
    assert_ne!(wrapped.name_id, victim);

    let transient = asking_for(name_id::TRANSIENT);
    let context = stage.context_for(None, Some(&transient));
    let wrapped = message_of("signature/xsw-3", &context);
    let names = values_of(&wrapped.forged_values, &Claim::NameId);
    assert_eq!(names, ["admin@contoso.example", wrapped.name_id.as_str()]);
    // The attacker's own is the one that this message issued.
    message_of("identity/comment-leading", &context);
}

#[test]
fn a_message_tells_what_was_issued_and_what_may_be_read_in_it() {
    let stage = Stage::new();
    let genuine = message_of("baseline/assertion-signed", &stage.context());
    assert_eq!(genuine.issued, genuine.forged_values);
    assert_eq!(
        values_of(&genuine.issued, &Claim::NameId),
        ["alice@contoso.example"]
    );

    let truncated = message_of("identity/attribute-comment-truncation", &stage.context());
    let whole = "admin@contoso.example.evil.example";
    assert_eq!(values_of(&truncated.issued, &mail()), [whole]);
    assert_eq!(values_of(&truncated.forged_values, &mail()), [whole]);

    let entity = message_of("identity/entity-split", &stage.context());
    assert_eq!(values_of(&entity.forged_values, &Claim::NameId), [whole]);

    let wrapped = message_of("signature/xsw-3", &stage.context());
    assert_eq!(values_of(&wrapped.issued, &mail()), ["attacker@contoso.example"]);
    let both = ["admin@contoso.example", "attacker@contoso.example"];
    assert_eq!(values_of(&wrapped.forged_values, &mail()), both);

    let rogue = message_of("trust/rogue-key-x509-keyinfo", &stage.context());
    assert!(
        values_of(&rogue.issued, &mail()).is_empty(),
        "the IdP issued none of it"
    );
    assert_eq!(
        values_of(&rogue.forged_values, &mail()),
        ["admin@contoso.example"]
    );

    let tenant_b = message_of("trust/cross-tenant-same-nameid", &stage.context());
    assert_eq!(
        values_of(&tenant_b.issued, &Claim::NameId),
        ["admin@contoso.example"]
    );

    let two_documents = message_of("signature/xmldom-multiple-roots", &stage.context());
    assert!(two_documents.forged_values.is_empty() && !two_documents.issued.is_empty());
}

/// The victim's assertion beside the attacker's own, with `change` done to it.
fn beside(change: &str, own: &str) -> Recipe {
    recipe(&format!(
        r#"
        as = "attacker"
        proves = "elsewhere"
        draft = [
          {{ copy = "Assertion", to = "victims", id = "_victims" }},
          {{ write = "victim", in = "victims" }},
          {change}
          {own}
        ]
        forge = [{{ sign = "victims" }}, {{ put = "victims", before = "Response/Assertion" }}]
        "#
    ))
}

#[test]
fn a_victim_who_is_signed_for_elsewhere_only_is_held_to_that() {
    let stage = Stage::new();
    let other_audience = r#"{ set = "victims//Audience", text = "urn:other" },"#;
    for reason in [
        other_audience,
        r#"{ set = "victims//SubjectConfirmationData", attribute = "Recipient", value = "{acs}/other" },"#,
        r#"{ set = "victims//SubjectConfirmation", attribute = "Method", value = "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches" },"#,
        r#"{ remove = "victims/AuthnStatement" },"#,
    ] {
        let message =
            forge(&beside(reason, ""), Base::A, &stage.context()).unwrap_or_else(|f| panic!("{reason}: {f}"));
        let names = message
            .proofs
            .strict
            .iter()
            .map(|i| i.name_id.as_deref().unwrap_or_default());
        assert_eq!(
            names.collect::<Vec<_>>(),
            ["admin@contoso.example", "attacker@contoso.example"]
        );
    }

    let refused = |recipe: &Recipe| forge(recipe, Base::A, &stage.context()).unwrap_err().to_string();
    let usable = refused(&beside("", ""));
    assert!(
        usable.contains("the assertion _victims signs the victim in here"),
        "{usable}"
    );
    let beside_usable = refused(&Recipe {
        forge: recipe(
            r#"forge = [
              { sign = "victims" },
              { put = "victims", before = "Response/Assertion" },
              { copy = "Response/Assertion", to = "again", id = "_again", without = "Signature" },
              { set = "again//Audience", text = "{sp}" },
              { sign = "again" },
              { put = "again", before = "Response/Assertion" },
            ]"#,
        )
        .forge,
        ..beside(other_audience, "")
    });
    assert!(
        beside_usable.contains("the assertion _again signs the victim in"),
        "{beside_usable}"
    );
    let own_too = refused(&beside(
        other_audience,
        r#"{ remove = "Assertion/AuthnStatement" },"#,
    ));
    assert!(own_too.contains("can sign nobody in here either"), "{own_too}");
    let nobody = refused(&Recipe {
        forge: Vec::new(),
        ..beside(other_audience, "")
    });
    assert!(nobody.contains("he is not signed"), "{nobody}");
    let broken = refused(&Recipe {
        forge: recipe(
            r#"forge = [{ sign = "victims" }, { put = "victims", before = "Response/Assertion" }, { write = "alice", in = "Assertion[2]" }]"#,
        )
        .forge,
        ..beside(other_audience, "")
    });
    assert!(broken.contains("no longer verifies"), "{broken}");
    let genuine = refused(&Recipe {
        proves: Some(scenarios::Proves::Genuine),
        ..beside(other_audience, "")
    });
    assert!(genuine.contains("stands in validly signed bytes"), "{genuine}");
}

#[test]
fn a_victim_in_a_signed_attribute_is_refused_where_that_is_the_identity() {
    let stage = Stage::new();
    let signed = recipe(&format!(
        r#"as = "attacker"
        proves = "strict"
        draft = [{{ set = "Attribute[@Name={MAIL}]/AttributeValue", text = "{{victim:{MAIL}}}" }}]"#
    ));
    forge(&signed, Base::A, &stage.context()).unwrap();
    let fault = forge(&signed, Base::A, &stage.context_for(Some(MAIL), None)).unwrap_err();
    assert!(fault.to_string().contains("validly signed"), "{fault}");
    // What everybody has tells nobody from anybody.
    let tenant = "http://schemas.microsoft.com/identity/claims/tenantid";
    forge(
        &Recipe::default(),
        Base::A,
        &stage.context_for(Some(tenant), None),
    )
    .unwrap();
}

#[test]
fn what_was_kept_goes_beside_the_message_in_field_and_address() {
    let stage = Stage::new();
    let beside = recipe(
        r#"
as      = "attacker"
proves  = "genuine"
forge   = [
  { copy = "document", to = "evil" },
  { set = "evil//NameID", text = "x@evil.example" },
]
deliver = { parameters = [["SAMLResponse", "{base64-of:xml:evil}"], ["n", "{count:3:a# }"]] }
"#,
    );
    let message = forge(&beside, Base::A, &stage.context()).unwrap();
    assert_eq!(message.forged, message.signed.as_bytes());
    let own = saml::binding::encode_post(&message.forged);
    assert_eq!(message.wire.fields[0], ("SAMLResponse".to_owned(), own));
    let evil = message.signed.replace(&message.name_id, "x@evil.example");
    let query = message.wire.url.split_once('?').unwrap().1;
    let (sent, counted) = query.split_once('&').unwrap();
    let sent = sent.strip_prefix("SAMLResponse=").unwrap().replace("%2B", "+");
    let sent = sent.replace("%2F", "/").replace("%3D", "=");
    let sent = saml::binding::decode_post(&sent).unwrap();
    assert!(sent.contains("<NameID") && sent.contains("x@evil.example") && sent.len() <= evil.len() + 99);
    assert_eq!(counted.replace("%20", " ").replace('+', " "), "n=a1 a2 a3 ");
}

#[test]
fn what_no_page_submits_the_runner_sends_itself() {
    let stage = Stage::new();
    for (deliver, runners) in [
        ("by = \"get\"", false),
        ("writing = \"unpadded\"", false),
        ("by = \"json\"", true),
        ("by = \"multipart\"", true),
        ("fields = [[\"SAMLResponse[]\", \"{SAMLResponse}\"]]", true),
        ("fields = []", true),
        ("headers = { \"X-A\" = \"1\" }", true),
    ] {
        let recipe = recipe(&format!("deliver = {{ {deliver} }}"));
        let wire = forge(&recipe, Base::A, &stage.context()).unwrap().wire;
        assert_eq!(wire.is_the_runners(), runners, "{deliver}");
        assert_eq!(recipe.deliver.unwrap().is_the_runners(), runners, "{deliver}");
    }
}
