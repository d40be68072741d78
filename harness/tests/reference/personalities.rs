use reference_sp::Manner;
use saml::authn_request::RequestedContext;
use scenarios::{Property, RequestProperty};

use super::*;

/// These put something into attributes, of which this SP reads none: it signs their sender in as himself.
const OF_ATTRIBUTES: [&str; 7] = [
    "attribute/friendlyname-spoof",
    "attribute/internal-key-collision",
    "attribute/separator-injection",
    "attribute/header-injection",
    "attribute/advice-attributes",
    "azure/tenantid-claim-mismatch",
    "azure/email-claim-unverified",
];

/// These hold something beside what is read, which an SP may leave aside, as this one does; come by GET, for which it has no page, or are no message.
const BESIDE: [&str; 9] = [
    "metadata/sso-location-javascript",
    "metadata/xinclude-schema-ssrf",
    "parser/deep-nesting",
    "parser/schema-location",
    "parser/xinclude",
    "parser/xml-stylesheet-pi",
    "post-binding/duplicate-param-evil-last",
    "post-binding/get-instead-of-post",
    "slo/relaystate-open-redirect",
];

#[tokio::test(flavor = "multi_thread")]
async fn an_sp_that_accepts_everything_fails_every_negative() {
    let read = |s: &Scenario| {
        let id = s.id.as_str();
        // Of `dos/` some are no messages at all.
        !["baseline", "dos"].contains(&s.namespace())
            && !OF_ATTRIBUTES.contains(&id)
            && !BESIDE.contains(&id)
            && !is_by_a_question(s)
    };
    let attacks = chosen(|s| s.verdict.is_negative() && read(s));
    let config = Config {
        manner: Manner::AcceptEverything,
        ..Config::default()
    };
    let told = against(config, &attacks, quick()).await.unwrap();
    let escaped: Vec<_> = told
        .results
        .iter()
        .map(AsRef::as_ref)
        .filter(|r| {
            !matches!(
                r.verdict,
                VerdictKind::Fail | VerdictKind::Warn | VerdictKind::NotApplicable
            )
        })
        .collect();
    assert!(escaped.is_empty(), "{:#?}", Told::ids(&escaped));
    let must: Vec<_> = told
        .of(VerdictKind::Warn)
        .into_iter()
        .filter(|r| r.expected == scenarios::Expected::MustReject)
        .collect();
    assert!(must.is_empty(), "a MUST is only amber: {:#?}", Told::ids(&must));
    assert_eq!(told.summary.exit, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_sp_that_refuses_everything_cannot_be_judged() {
    let config = Config {
        manner: Manner::RefuseEverything,
        ..Config::default()
    };
    let told = against(config, &chosen(|_| true), quick()).await.unwrap();
    assert_eq!(told.summary.exit, 3);
    assert!(told.results.is_empty());
    assert!(
        told.summary.causes[0].contains("no flawless login works"),
        "{:?}",
        told.summary.causes
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_sp_whose_clock_is_an_hour_off_is_told_so() {
    for (hours, word) in [(1, "ahead"), (-1, "behind")] {
        let config = Config {
            clock_offset: jiff::SignedDuration::from_hours(hours),
            ..Config::default()
        };
        let run = against(config, &chosen(|_| true), quick()).await.unwrap();
        assert_eq!(run.summary.exit, 3);
        let cause = &run.summary.causes[0];
        let told = ["59 minutes", "60 minutes"]
            .iter()
            .any(|amount| cause.contains(amount));
        assert!(told && cause.contains("clock") && cause.contains(word), "{cause}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_sp_that_wants_both_signatures_is_judged_by_what_it_takes() {
    let config = Config {
        both_signed: true,
        ..Config::default()
    };
    let told = against(config, &chosen(|_| true), quick()).await.unwrap();
    let fail: Vec<_> = told
        .of(VerdictKind::Fail)
        .iter()
        .map(|r| r.scenario.id.clone())
        .collect();
    assert_eq!(
        fail,
        ["baseline/assertion-signed"],
        "that Azure's default is refused, and nothing else"
    );
    for id in [
        "baseline/second-user",
        "replay/same-bytes-new-session",
        "audience/wrong",
    ] {
        let result = told.results.iter().find(|r| r.scenario.id == id).unwrap();
        assert_eq!(
            (result.base.as_str(), result.verdict),
            ("B", VerdictKind::Pass),
            "{}",
            result.reason
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_sp_that_wants_to_begin_is_judged_all_the_same() {
    let config = Config {
        sp_initiated_only: true,
        ..Config::default()
    };
    let told = against(config, &chosen(|_| true), quick()).await.unwrap();
    let fail = told.of(VerdictKind::Fail);
    assert!(fail.is_empty(), "{:#?}", Told::ids(&fail));
    assert!(
        told.results
            .iter()
            .any(|r| r.verdict == VerdictKind::NotApplicable)
    );
}

/// An SP that asks for a context by password, in this comparison.
pub(crate) fn asking(comparison: &str, flaws: Flaws) -> Config {
    let requested = RequestedContext {
        comparison: Some(comparison.to_owned()),
        classes: vec!["urn:oasis:names:tc:SAML:2.0:ac:classes:Password".to_owned()],
        ..RequestedContext::default()
    };
    Config {
        requested_context: Some(requested),
        flaws,
        ..Config::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_sp_that_asks_for_a_context_is_judged_by_whether_it_compares() {
    let contexts = chosen(|s| s.namespace() == "authn-context");
    let kind = |told: &Told, id: &str| told.verdicts()[&format!("authn-context/{id} A")];
    for comparison in ["exact", "minimum"] {
        let told = against(asking(comparison, Flaws::NONE), &contexts, quick())
            .await
            .unwrap();
        for id in ["weaker-than-requested-exact", "unknown-class", "empty-class"] {
            assert_eq!(kind(&told, id), VerdictKind::Pass, "{comparison}: {id}");
        }
        let stronger = match comparison {
            "minimum" => VerdictKind::Pass,
            _ => VerdictKind::NotApplicable,
        };
        assert_eq!(kind(&told, "stronger-than-requested-minimum"), stronger);
        assert_eq!(
            kind(&told, "unspecified-without-request"),
            VerdictKind::NotApplicable
        );
    }
    let ignoring = asking("exact", Flaws::NONE.with(Flaw::AuthnContextIgnored));
    let told = against(ignoring, &contexts, quick()).await.unwrap();
    assert_eq!(kind(&told, "weaker-than-requested-exact"), VerdictKind::Fail);
    assert_eq!(kind(&told, "unknown-class"), VerdictKind::Warn);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_sp_that_has_a_key_is_held_to_what_it_signs() {
    let config = Config {
        sign_requests: true,
        ..Config::default()
    };
    let slo = chosen(|s| {
        s.namespace() == "slo" || s.holds == Some(Property::Request(RequestProperty::RequestSignedWhereAsked))
    });
    let told = against(config, &slo, quick()).await.unwrap();
    for kind in [
        VerdictKind::Fail,
        VerdictKind::Warn,
        VerdictKind::Inconclusive,
        VerdictKind::NotApplicable,
    ] {
        let found = told.of(kind);
        assert!(found.is_empty(), "{:#?}", Told::ids(&found));
    }
    assert_eq!(told.results.len(), slo.len());
}

/// Of what the SP sends by itself.
fn of_its_own(scenario: &Scenario) -> bool {
    ["authn-request", "sp-metadata"].contains(&scenario.namespace())
        && !scenario.needs.contains(&Need::Browser)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_sp_with_a_key_sends_by_itself_is_right() {
    let config = Config {
        sign_requests: true,
        ..Config::default()
    };
    let own = chosen(of_its_own);
    let told = against(config, &own, quick()).await.unwrap();
    for kind in [VerdictKind::Fail, VerdictKind::Warn, VerdictKind::Inconclusive] {
        let found = told.of(kind);
        assert!(found.is_empty(), "{:#?}", Told::ids(&found));
    }
    // This SP takes a signed response, and says so.
    let not = Told::ids(&told.of(VerdictKind::NotApplicable));
    assert_eq!(not.len(), 1, "{not:#?}");
    assert!(not[0].contains("want-assertions-signed-enforced"), "{not:#?}");
    assert_eq!(told.results.len(), own.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_sp_that_asks_for_a_fresh_sign_in_is_judged_by_whether_it_compares() {
    let stale = chosen(|s| s.id == "time/authninstant-stale-with-forceauthn");
    let fresh = Config {
        force_authn: true,
        ..Config::default()
    };
    let told = against(fresh, &stale, quick()).await.unwrap();
    assert_eq!(told.of(VerdictKind::Pass).len(), 1, "{:?}", told.verdicts());
    let told = against(flawed(Flaw::NoTime), &stale, quick()).await.unwrap();
    assert_eq!(told.of(VerdictKind::Warn).len(), 1, "{:?}", told.verdicts());
}
