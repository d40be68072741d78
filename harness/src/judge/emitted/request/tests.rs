//! Each property of a request, by one that has it and one that lacks it.

use jiff::Timestamp;
use mock_idp::server::{Binding, Live};
use saml::{
    AuthnRequest, SigningKey, SpMetadata,
    authn_request::{NameIdPolicy, RequestedContext},
    binding::{redirect_query, sign_query},
    key::Kind,
    metadata::AcsEndpoint,
    names::{binding, name_id},
};
use scenarios::RequestProperty as P;

use crate::judge::{
    emitted::{Emitted, Held, request::holds},
    observation::{Ended, Hop, Journey, Party},
};

const SSO: &str = "https://idp.example/saml2";
const ACS: &str = "https://sp.example/acs";

fn request() -> AuthnRequest {
    AuthnRequest {
        id: "_8a6f".to_owned(),
        version: "2.0".to_owned(),
        issue_instant: Some("2026-01-01T00:00:00Z".to_owned()),
        issuer: Some("https://sp.example".to_owned()),
        destination: Some(SSO.to_owned()),
        acs_url: Some(ACS.to_owned()),
        protocol_binding: Some(binding::POST.to_owned()),
        ..AuthnRequest::default()
    }
}

fn came(xml: &str, raw_query: String, relay_state: Option<&str>) -> Live {
    Live {
        tenant_id: String::new(),
        application: None,
        request: AuthnRequest::parse(xml).ok(),
        unreadable: None,
        refusals: Vec::new(),
        parameter: None,
        request_xml: Some(xml.to_owned()),
        relay_state: relay_state.map(str::to_owned),
        raw_query: Some(raw_query),
        binding: Binding::Redirect,
        fetched_for: Some("document".to_owned()),
        came: Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_secs(1_767_225_600),
    }
}

fn live(xml: &str) -> Live {
    came(xml, redirect_query("SAMLRequest", xml, None), None)
}

fn emitted(requests: Vec<Live>) -> Emitted {
    let acs = AcsEndpoint {
        binding: binding::POST.to_owned(),
        location: ACS.to_owned(),
        index: Some(0),
        is_default: true,
    };
    Emitted {
        requests,
        sp: SpMetadata {
            entity_id: "https://sp.example".to_owned(),
            acs: vec![acs],
            ..SpMetadata::default()
        },
        sso: vec![SSO.to_owned()],
        people: vec!["alice@contoso.example".to_owned()],
        ..Emitted::default()
    }
}

fn judged(property: P, xml: &str) -> Held {
    holds(property, &emitted(vec![live(xml)]))
}

fn lacks(held: Held, word: &str) {
    match held {
        Held::Lacks(why) => assert!(why.contains(word), "{why}"),
        other => panic!("{other:?}, and {word} is wrong"),
    }
}

#[test]
fn a_good_request_has_every_property_that_can_be_seen_of_it() {
    for property in [
        P::RequestSchema,
        P::RequestNoDoctype,
        P::RequestIdName,
        P::RequestVersion,
        P::RequestInstant,
        P::RequestDestination,
        P::RequestIssuer,
        P::RequestIssuerPublished,
        P::RequestAcsPublished,
        P::RequestAcsFixed,
        P::RequestAcsOneWay,
        P::RequestResponseBinding,
        P::RequestEncoding,
        P::RequestNameIdPolicy,
        P::RequestContext,
        P::RequestForcePassive,
        P::RequestSubject,
        P::RequestRelayState,
        P::RequestRelayStateOpaque,
        P::RequestTopLevel,
        P::RequestNoUserData,
    ] {
        assert_eq!(judged(property, &request().to_xml()), Held::Holds, "{property:?}");
        assert!(
            matches!(holds(property, &emitted(Vec::new())), Held::CannotTell(_)),
            "{property:?}"
        );
    }
    for property in [
        P::RequestSigned,
        P::RequestSignature,
        P::RequestSignatureAlgorithm,
        P::RequestSignatureRelayState,
    ] {
        assert!(
            matches!(judged(property, &request().to_xml()), Held::CannotTell(_)),
            "{property:?}"
        );
    }
}

#[test]
fn each_thing_that_a_request_lacks_is_told() {
    let text = |value: &str| Some(value.to_owned());
    let policy = |format: &str, allow_create| {
        Some(NameIdPolicy {
            format: text(format),
            allow_create,
            ..NameIdPolicy::default()
        })
    };
    let context = |comparison: &str, classes: Vec<String>| {
        Some(RequestedContext {
            comparison: text(comparison),
            classes,
            has_declaration: false,
        })
    };
    for (property, broken, word) in [
        (
            P::RequestSchema,
            AuthnRequest {
                issue_instant: None,
                ..request()
            },
            "IssueInstant",
        ),
        (
            P::RequestIdName,
            AuthnRequest {
                id: "1f".to_owned(),
                ..request()
            },
            "`1f`",
        ),
        (
            P::RequestVersion,
            AuthnRequest {
                version: "2".to_owned(),
                ..request()
            },
            "`2`",
        ),
        (
            P::RequestInstant,
            AuthnRequest {
                issue_instant: text("2026-01-01T01:00:00+01:00"),
                ..request()
            },
            "UTC",
        ),
        (
            P::RequestInstant,
            AuthnRequest {
                issue_instant: text("2026-01-01T00:10:00Z"),
                ..request()
            },
            "600 s after",
        ),
        (
            P::RequestDestination,
            AuthnRequest {
                destination: text("https://other"),
                ..request()
            },
            "https://other",
        ),
        (
            P::RequestIssuer,
            AuthnRequest {
                issuer: None,
                ..request()
            },
            "no Issuer",
        ),
        (
            P::RequestIssuerPublished,
            AuthnRequest {
                issuer: text("https://sp.example/"),
                ..request()
            },
            "entityID",
        ),
        (
            P::RequestAcsPublished,
            AuthnRequest {
                acs_url: text("http://sp.example/acs"),
                ..request()
            },
            "http://sp",
        ),
        (
            P::RequestAcsPublished,
            AuthnRequest {
                acs_url: None,
                acs_index: Some(7),
                ..request()
            },
            "index 7",
        ),
        (
            P::RequestAcsFixed,
            AuthnRequest {
                acs_url: text("https://evil.example/acs"),
                ..request()
            },
            "evil",
        ),
        (
            P::RequestAcsOneWay,
            AuthnRequest {
                acs_index: Some(0),
                ..request()
            },
            "AssertionConsumerServiceURL",
        ),
        (
            P::RequestResponseBinding,
            AuthnRequest {
                protocol_binding: text(binding::REDIRECT),
                ..request()
            },
            "Redirect",
        ),
        (
            P::RequestNameIdPolicy,
            AuthnRequest {
                name_id_policy: policy("urn:x", None),
                ..request()
            },
            "urn:x",
        ),
        (
            P::RequestNameIdPolicy,
            AuthnRequest {
                name_id_policy: policy(name_id::PERSISTENT, None),
                ..request()
            },
            "AllowCreate",
        ),
        (
            P::RequestContext,
            AuthnRequest {
                requested_context: context("exact", Vec::new()),
                ..request()
            },
            "nothing",
        ),
        (
            P::RequestContext,
            AuthnRequest {
                requested_context: context("better", vec!["urn:c".to_owned()]),
                ..request()
            },
            "better",
        ),
        (
            P::RequestForcePassive,
            AuthnRequest {
                force_authn: true,
                is_passive: true,
                ..request()
            },
            "IsPassive",
        ),
    ] {
        lacks(judged(property, &broken.to_xml()), word);
    }
    let xml = request().to_xml();
    lacks(
        judged(P::RequestNoDoctype, &format!("<!DOCTYPE a>{xml}")),
        "declaration",
    );
    assert_eq!(
        judged(P::RequestNoDoctype, &format!("<!-- <!DOCTYPE a> -->{xml}")),
        Held::Holds
    );
    let subject = "</saml:Issuer><saml:Subject xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"><saml:SubjectConfirmation/></saml:Subject>";
    lacks(
        judged(P::RequestSubject, &xml.replace("</saml:Issuer>", subject)),
        "SubjectConfirmation",
    );
    lacks(
        judged(
            P::RequestIssuer,
            &xml.replace("<saml:Issuer ", "<saml:Issuer Format=\"urn:x\" "),
        ),
        "urn:x",
    );
}

#[test]
fn how_it_travels_is_looked_at() {
    let xml = request().to_xml();
    let with = |change: fn(&mut Live)| {
        let mut live = live(&xml);
        change(&mut live);
        emitted(vec![live])
    };
    lacks(
        holds(
            P::RequestRelayState,
            &with(|live| live.relay_state = Some("x".repeat(81))),
        ),
        "81 bytes",
    );
    for (stated, word) in [
        ("/reports/7?for=alice@contoso.example", "alice@contoso.example"),
        // {"user":"alice@contoso.example"}
        (
            "eyJ1c2VyIjoiYWxpY2VAY29udG9zby5leGFtcGxlIn0",
            "alice@contoso.example",
        ),
        // {"session":"5f2b"}, and what signs it
        ("eyJzZXNzaW9uIjoiNWYyYiJ9.c2ln", "session"),
        ("/account?sid=5f2b", "sid"),
    ] {
        let mut came = emitted(vec![live(&xml)]);
        came.requests[0].relay_state = Some(stated.to_owned());
        lacks(holds(P::RequestRelayStateOpaque, &came), word);
    }
    for stated in ["/account?tab=1", "ss:mem:0f8c2e", "_8c1f"] {
        let mut came = emitted(vec![live(&xml)]);
        came.requests[0].relay_state = Some(stated.to_owned());
        assert_eq!(holds(P::RequestRelayStateOpaque, &came), Held::Holds, "{stated}");
    }
    lacks(
        holds(
            P::RequestTopLevel,
            &with(|live| live.fetched_for = Some("iframe".to_owned())),
        ),
        "iframe",
    );
    assert!(matches!(
        holds(P::RequestTopLevel, &with(|live| live.fetched_for = None)),
        Held::CannotTell(_)
    ));
    lacks(
        holds(
            P::RequestEncoding,
            &with(|live| live.unreadable = Some("it is not deflated".to_owned())),
        ),
        "deflated",
    );
    lacks(
        holds(
            P::RequestEncoding,
            &with(|live| live.raw_query = Some("SAMLRequest=a%0Ab".to_owned())),
        ),
        "line feeds",
    );
    for (query, word) in [
        ("SAMLRequest=x&JSESSIONID=1", "JSESSIONID"),
        ("SAMLRequest=x&u=alice%40contoso.example", "`u`"),
    ] {
        let mut came = emitted(vec![live(&xml)]);
        came.requests[0].raw_query = Some(query.to_owned());
        lacks(holds(P::RequestNoUserData, &came), word);
    }
    let hinted =
        with(|live| live.raw_query = Some("SAMLRequest=x&login_hint=alice%40contoso.example".to_owned()));
    assert_eq!(holds(P::RequestNoUserData, &hinted), Held::Holds);
}

fn hop(party: Party, url: &str) -> Hop {
    Hop {
        method: "GET".to_owned(),
        url: url.to_owned(),
        party,
        status: Some(200),
        location: None,
        fields: Vec::new(),
        set_cookies: Vec::new(),
        elapsed: std::time::Duration::ZERO,
    }
}

fn led(begun: Option<&str>, ended: Ended, hops: Vec<Hop>) -> Emitted {
    let journey = Journey {
        hops,
        ended,
        ..Journey::default()
    };
    Emitted {
        journey: Some((begun.map(str::to_owned), journey)),
        ..emitted(Vec::new())
    }
}

#[test]
fn where_the_browser_went_is_looked_at() {
    let to = |url: &str| led(None, Ended::Answered, vec![hop(Party::Idp, url)]);
    assert_eq!(
        holds(P::RequestLocation, &to("https://idp.example/saml2?SAMLRequest=x")),
        Held::Holds
    );
    lacks(
        holds(P::RequestLocation, &to("http://idp.example/saml2?SAMLRequest=x")),
        "http://idp",
    );
    let begun = Some("https://sp.example/login?next=https%3A%2F%2Fevil.example%2F");
    let home = || vec![hop(Party::Sp, "https://sp.example/")];
    assert_eq!(
        holds(P::LoginStays, &led(begun, Ended::Answered, home())),
        Held::Holds
    );
    lacks(
        holds(
            P::LoginStays,
            &led(begun, Ended::NotAllowed("evil.example".to_owned()), home()),
        ),
        "evil",
    );
    let there = vec![hop(Party::Other, "https://evil.example/")];
    lacks(holds(P::LoginStays, &led(begun, Ended::Answered, there)), "evil");
    // Elsewhere than the link says is the SP's own affair.
    assert_eq!(
        holds(
            P::LoginStays,
            &led(begun, Ended::NotAllowed("help.example".to_owned()), home())
        ),
        Held::Holds
    );
}

#[test]
fn a_signature_holds_over_all_under_a_key_of_the_metadata() {
    let key = SigningKey::generate(Kind::Rsa2048).unwrap();
    let xml = request().to_xml();
    let query = sign_query(&redirect_query("SAMLRequest", &xml, Some("/a")), &key).unwrap();
    let signed = |query: &str, advertised: bool| {
        let mut emitted = emitted(vec![came(&xml, query.to_owned(), Some("/a"))]);
        emitted.sp.signing = vec![key.certificate().clone()];
        emitted.sp.authn_requests_signed = advertised;
        emitted
    };
    for property in [
        P::RequestSigned,
        P::RequestSignature,
        P::RequestSignatureAlgorithm,
        P::RequestSignatureRelayState,
    ] {
        assert_eq!(
            holds(property, &signed(&query, true)),
            Held::Holds,
            "{property:?}"
        );
    }
    let plain = redirect_query("SAMLRequest", &xml, None);
    lacks(holds(P::RequestSigned, &signed(&plain, true)), "not signed");
    lacks(super::signed_as_said(&signed(&plain, true)), "not signed");
    lacks(super::signed_as_said(&signed(&query, false)), "does not say");
    lacks(
        holds(P::RequestSignature, &signed(&query.replace("%2Fa", "%2Fb"), true)),
        "no certificate",
    );
    let without = sign_query(&plain, &key)
        .unwrap()
        .replacen("&SigAlg", "&RelayState=%2Fa&SigAlg", 1);
    lacks(
        holds(P::RequestSignatureRelayState, &signed(&without, true)),
        "without the RelayState",
    );
    let weak = query.replace(
        "2001%2F04%2Fxmldsig-more%23rsa-sha256",
        "2000%2F09%2Fxmldsig%23rsa-sha1",
    );
    lacks(
        holds(P::RequestSignatureAlgorithm, &signed(&weak, true)),
        "rsa-sha1",
    );
    let mut nowhere = signed(&query, true);
    nowhere.requests[0].request.as_mut().unwrap().destination = None;
    lacks(holds(P::RequestDestination, &nowhere), "no Destination");
}

#[test]
fn ids_are_held_against_each_other() {
    let of = |make: &dyn Fn(u32) -> String| {
        let all = (0..24).map(|at| {
            live(
                &AuthnRequest {
                    id: make(at),
                    ..request()
                }
                .to_xml(),
            )
        });
        emitted(all.collect())
    };
    let random = |at: u32| {
        let hash = openssl::sha::sha256(&at.to_be_bytes());
        format!(
            "_{}",
            hash[..20]
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>()
        )
    };
    assert_eq!(holds(P::RequestIdUnique, &of(&random)), Held::Holds);
    assert_eq!(holds(P::RequestIdEntropy, &of(&random)), Held::Holds);
    lacks(
        holds(P::RequestIdUnique, &of(&|at| random(at / 2))),
        "two have the ID",
    );
    lacks(
        holds(
            P::RequestIdEntropy,
            &of(&|at| format!("_{:040x}", 0xdead_0000 + at)),
        ),
        "bits at most",
    );
    lacks(
        holds(P::RequestIdEntropy, &of(&|at| random(at)[..9].to_owned())),
        "32 bits",
    );
    let few = emitted(vec![live(&request().to_xml())]);
    assert!(matches!(holds(P::RequestIdUnique, &few), Held::CannotTell(_)));
}
