//! A run as the runner would tell it: every verdict once, an XSW with its hops and screenshot, hostile text everywhere.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
    time::Duration,
};

use base64::prelude::{BASE64_STANDARD, Engine};
use saml::{
    AuthnRequest, SigningKey,
    signature::{Secret, Template, sign_by_hand},
};
use samlitmus::{
    event::{Calibration, Event, Flawless, RunInfo, RunSummary, ScenarioResult, SnapshotState},
    judge::observation::{CookieSeen, Ended, Hop, Journey, Observation, Page, Party, Probe},
    judge::outcome::Outcome,
    judge::{FailOn, VerdictKind},
    report::Listener,
};
use scenarios::{Base, Catalogue, Message, Minted, Persona, Scenario, Wire};

const ISSUER: &str = "https://sts.windows.net/0b1c6a3e-6f5e-4f0e-9b57-8f2d0a3c1d11/";

/// One pixel.
const PNG: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

const SCENARIOS: &str = r#"
[[scenario]]
id       = "signature/xsw-3"
title    = "A forged assertion stands before the signed one"
verdict  = "MUST_REJECT"
severity = "critical"
attacker = "user"
refs     = { spec = ["Core 5.4.2"], cwe = [347], paper = ["On Breaking SAML, XSW3"] }
rule     = "only what the verified signature covers may be read (Core 5.4.2)"
why      = "The SP that verifies one assertion and reads another signs in whoever the attacker wrote."
mend     = "Take the subject from the element that the verified Reference names, never from a search."
as       = "attacker"
proves   = "genuine"
forge    = [
  { copy = "Assertion", to = "evil", id = "fresh", without = "Signature" },
  { write = "victim", in = "evil" },
  { put = "evil", before = "Assertion" },
]
[[scenario]]
id       = "baseline/post"
title    = "A flawless login"
verdict  = "MUST_ACCEPT"
severity = "high"
rule     = "a valid response signs its subject in (Prof 4.1.4)"
why      = "Nothing else means anything without it."
"#;

/// A scenario of the fixture under another id.
pub(crate) fn scenario(like: &str, id: &str, title: &str) -> Arc<Scenario> {
    let catalogue = Catalogue::read([("fixture.toml".to_owned(), SCENARIOS)]).unwrap();
    let mut scenario = catalogue.get(like).unwrap().as_ref().clone();
    (scenario.id, scenario.title) = (id.to_owned(), title.to_owned());
    Arc::new(scenario)
}

/// A response whose assertion is signed, and the key that signed it.
pub(crate) fn signed_response() -> (String, SigningKey) {
    static ONCE: LazyLock<(String, SigningKey)> = LazyLock::new(sign_response);
    ONCE.clone()
}

fn sign_response() -> (String, SigningKey) {
    let key = SigningKey::generate(saml::key::Kind::Rsa2048).unwrap();
    let signature = Template::azure("_a1", key.certificate(), false).to_xml();
    let before = format!(
        "<samlp:Response ID=\"_r1\" Version=\"2.0\" IssueInstant=\"2026-01-05T10:00:05.123Z\" Destination=\"http://127.0.0.1:8080/acs\" InResponseTo=\"_q1\" xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\"><Issuer xmlns=\"urn:oasis:names:tc:SAML:2.0:assertion\">{ISSUER}</Issuer><samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></samlp:Status>"
    );
    let (start, rest) = assertion("_a1", "attacker@contoso.example")
        .split_once("</Issuer>")
        .map(own)
        .unwrap();
    let text = format!("{before}{start}</Issuer>{signature}{rest}</samlp:Response>");
    let at = text.find("<Signature").unwrap();
    (sign_by_hand(&text, at, Secret::Key(&key)).unwrap(), key)
}

fn own((a, b): (&str, &str)) -> (String, String) {
    (a.to_owned(), b.to_owned())
}

fn assertion(id: &str, name_id: &str) -> String {
    format!(
        "<Assertion ID=\"{id}\" IssueInstant=\"2026-01-05T10:00:05.123Z\" Version=\"2.0\" xmlns=\"urn:oasis:names:tc:SAML:2.0:assertion\"><Issuer>{ISSUER}</Issuer><Subject><NameID Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress\">{name_id}</NameID><SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\"><SubjectConfirmationData InResponseTo=\"_q1\" NotOnOrAfter=\"2026-01-05T11:00:05.123Z\" Recipient=\"http://127.0.0.1:8080/acs\"/></SubjectConfirmation></Subject><AttributeStatement><Attribute Name=\"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name\"><AttributeValue>{name_id}</AttributeValue></Attribute></AttributeStatement></Assertion>"
    )
}

/// The signed response with a forged assertion before the signed one.
pub(crate) fn wrapped() -> Message {
    let (signed, key) = signed_response();
    let evil = assertion(
        "_evil",
        "admin@contoso.example<!--\u{202e}<script>alert(1)</script>-->",
    );
    let forged = signed.replacen(
        "<Assertion ID=\"_a1\"",
        &format!("{evil}<Assertion ID=\"_a1\""),
        1,
    );
    let trusted = proofs::TrustedKey::from_certificate_der(ISSUER, key.certificate().der()).unwrap();
    let proofs = proofs::proofs(forged.as_bytes(), &[trusted]);
    assert_eq!(proofs.genuine.len(), 1, "the fixture's signature holds");
    Message {
        persona: Persona::Attacker,
        kind: scenarios::Kind::Response,
        name_id: "attacker@contoso.example".to_owned(),
        base: Base::A,
        unsigned: String::new(),
        signed,
        hidden: scenarios::Hidden::default(),
        artifact: None,
        wire: Wire {
            url: "http://127.0.0.1:8080/acs".to_owned(),
            fields: vec![("SAMLResponse".to_owned(), BASE64_STANDARD.encode(&forged))],
            ..Wire::default()
        },
        forged: forged.into_bytes(),
        proofs,
        issued: Vec::new(),
        forged_values: Vec::new(),
        values: BTreeMap::new(),
        minted: Minted {
            request: Some(AuthnRequest {
                id: "_q1".to_owned(),
                ..AuthnRequest::default()
            }),
            response_id: "_r1".to_owned(),
            assertion_id: "_a1".to_owned(),
            ..Minted::default()
        },
    }
}

/// What the IdP would have sent had nobody asked it for anything else.
fn flawless() -> Message {
    let signed = wrapped().signed;
    Message {
        wire: Wire {
            fields: vec![("SAMLResponse".to_owned(), BASE64_STANDARD.encode(&signed))],
            ..wrapped().wire
        },
        forged: signed.into_bytes(),
        ..wrapped()
    }
}

/// What a browser saw when the attack worked.
pub(crate) fn observation() -> Observation {
    let hop = |method: &str, url: &str, party, status, set_cookies| Hop {
        method: method.to_owned(),
        url: url.to_owned(),
        party,
        status,
        location: (status == Some(302)).then(|| "/account?tab=<b>".to_owned()),
        fields: if method == "POST" {
            vec!["SAMLResponse".to_owned(), "RelayState".to_owned()]
        } else {
            vec![]
        },
        set_cookies,
        elapsed: Duration::from_millis(7),
    };
    let cookie = CookieSeen {
        name: "session".to_owned(),
        secure: false,
        http_only: true,
        same_site: Some("Lax".to_owned()),
    };
    Observation {
        journey: Journey {
            hops: vec![
                hop("GET", "http://127.0.0.1:8080/login", Party::Sp, Some(302), vec![]),
                hop(
                    "GET",
                    "http://localhost:8400/t/saml2?SAMLRequest=fZJNT8MwDIbvSPyHKPe",
                    Party::Idp,
                    Some(200),
                    vec![],
                ),
                hop(
                    "POST",
                    "http://127.0.0.1:8080/acs",
                    Party::Sp,
                    Some(302),
                    vec![cookie],
                ),
                hop(
                    "GET",
                    "http://127.0.0.1:8080/account/4711/3f2504e0-4f89-41d3-9a0c-0305e82c3301",
                    Party::Sp,
                    Some(200),
                    vec![],
                ),
            ],
            ended: Ended::Answered,
            page: Some(Page {
                url: "http://127.0.0.1:8080/account".to_owned(),
                status: 200,
                title: "Account</title><script>alert(2)</script>".to_owned(),
                content_type: "text/html".to_owned(),
                headers: vec![],
                claims: None,
                body: format!("<h1>admin</h1><script>alert(3)</script>{}", "x".repeat(200_000)),
            }),
            lost_cookies: Vec::new(),
            lacked: None,
            rules: Vec::new(),
            console: vec!["Uncaught \u{1b}[31mTypeError".to_owned()],
            screenshot: Some(BASE64_STANDARD.decode(PNG).unwrap()),
            elapsed: Duration::from_millis(31),
        },
        probe: Probe::SignedIn {
            identity: "admin@contoso.example".to_owned(),
            markers: vec!["victim".to_owned()],
        },
        ..Observation::default()
    }
}

/// The attack that worked.
pub(crate) fn caught() -> ScenarioResult {
    let scenario = scenario(
        "signature/xsw-3",
        "signature/xsw-3",
        "A forged assertion stands before the signed one",
    );
    ScenarioResult {
        base: "A".to_owned(),
        variant: None,
        firing: 41,
        expected: scenario.verdict,
        severity: scenario.severity,
        outcome: Outcome::SessionVictim,
        verdict: VerdictKind::Fail,
        reason: "admin@contoso.example is signed in, whom nobody signed: only what the verified signature covers may be read (Core 5.4.2)".to_owned(),
        control: Some(40),
        duration: Duration::from_millis(31),
        driver: "browser".to_owned(),
        recipe: serde_json::to_value(scenario.recipe()).unwrap(),
        kept: None,
        flawless: Some(Flawless::Message(Arc::new(flawless()))),
        by_server_error: false,
        message: Some(Arc::new(wrapped())),
        observation: Arc::new(observation()),
        identity: "victim".to_owned(),
        snapshot: SnapshotState::OutcomeDrift,
        last: None,
        variants: vec![],
        refused: vec![],
        sp_log: vec!["INFO signed in as admin@contoso.example".to_owned()],
        scenario,
    }
}

fn plain(id: &str, title: &str, outcome: Outcome, verdict: VerdictKind, reason: &str) -> ScenarioResult {
    let like = if outcome == Outcome::SessionExpected {
        "baseline/post"
    } else {
        "signature/xsw-3"
    };
    let scenario = scenario(like, id, title);
    ScenarioResult {
        expected: scenario.verdict,
        severity: scenario.severity,
        outcome,
        verdict,
        reason: reason.to_owned(),
        driver: "http".to_owned(),
        message: None,
        observation: Arc::new(Observation::default()),
        identity: "nobody".to_owned(),
        snapshot: SnapshotState::Same,
        scenario,
        ..caught()
    }
}

/// A whole run, event by event.
pub(crate) fn run() -> Vec<Event> {
    let mut garbled = plain(
        "encoding/two-roots",
        "Two documents in one",
        Outcome::Rejected,
        VerdictKind::Pass,
        "refused, as it must be",
    );
    garbled.message = Some(Arc::new(Message {
        forged: b"<a/><b/>&<!-- \xff".to_vec(),
        ..wrapped()
    }));
    let mut varied = plain(
        "trust/hmac-confusion",
        "The public key serves as a shared secret",
        Outcome::Rejected,
        VerdictKind::PassInert,
        "the attacker stays himself",
    );
    varied.variants = vec![
        ("pem".to_owned(), Outcome::SessionAttacker, VerdictKind::PassInert),
        ("spki-der".to_owned(), Outcome::Rejected, VerdictKind::Pass),
    ];
    varied.variant = Some("pem".to_owned());
    let results = [
        plain(
            "baseline/post",
            "A flawless login",
            Outcome::SessionExpected,
            VerdictKind::Pass,
            "alice is signed in, as signed",
        ),
        caught(),
        garbled,
        varied,
        plain(
            "time/no-instant",
            "IssueInstant is missing",
            Outcome::SessionAttacker,
            VerdictKind::Warn,
            "signed in, though the schema requires it (Core 1.3.3)",
        ),
        plain(
            "replay/same-bytes",
            "The same bytes again",
            Outcome::Unobserved,
            VerdictKind::Inconclusive,
            "the control after it failed",
        ),
        plain(
            "interop/relay-state-80",
            "RelayState has 80 bytes",
            Outcome::SessionExpected,
            VerdictKind::Recorded,
            "accepted",
        ),
        plain(
            "encryption/oaep",
            "An encrypted assertion",
            Outcome::Unobserved,
            VerdictKind::NotApplicable,
            "the SP reads no encrypted assertions",
        ),
        plain(
            "destination/foreign",
            "Another SP's Destination",
            Outcome::SessionAttacker,
            VerdictKind::Waived,
            "known, tracked as SSO-12",
        ),
    ];
    let info = RunInfo {
        profiles: vec![],
        sp: "billing <staging>".to_owned(),
        address: "http://127.0.0.1:8080".to_owned(),
        config: Some("samlitmus.toml".to_owned()),
        baseline: None,
        shard: None,
        fail_on: FailOn::Fail,
        driver: "auto".to_owned(),
        seed: 7,
        planned: results.len(),
        started: "2026-01-05T10:00:00Z".to_owned(),
        version: "0.1.0".to_owned(),
        catalogue: "1".to_owned(),
    };
    let calibration = Calibration {
        assertion_signed: true,
        both_signed: true,
        sp_initiated: true,
        idp_initiated: true,
        refuses_with: Some("403 /acs \"Forbidden\"".to_owned()),
        probe_tells_users_apart: true,
        server: Some("gunicorn/21.2".to_owned()),
        notes: vec!["an unsigned response is refused".to_owned()],
        ..Calibration::default()
    };
    let mut summary = RunSummary {
        causes: vec![
            "1 scenario fails: signature/xsw-3".to_owned(),
            "1 scenario could not be judged".to_owned(),
        ],
        warnings: vec!["the SP refuses with a constant 500".to_owned()],
        exit: 1,
        duration: Duration::from_millis(3_240),
        requests: 402,
        ..RunSummary::default()
    };
    for result in &results {
        *summary.counts.entry(result.verdict).or_default() += 1;
        if result.verdict == VerdictKind::Fail {
            *summary.fail_by_severity.entry(result.severity).or_default() += 1;
        }
    }
    let mut events = vec![
        Event::Started(Arc::new(info)),
        Event::Calibrated(Arc::new(calibration)),
    ];
    for result in results {
        events.push(Event::ScenarioStarted {
            id: result.scenario.id.clone(),
        });
        events.push(Event::ScenarioFinished(Arc::new(result)));
    }
    events.push(Event::Warning("the SP refuses with a constant 500".to_owned()));
    events.push(Event::Finished(Arc::new(summary)));
    events
}

/// Tells a listener all of it.
pub(crate) fn tell(mut listener: Box<dyn Listener>, events: &[Event]) {
    for event in events {
        listener.on(event);
    }
    listener.write().unwrap();
    listener.publish().unwrap();
}
