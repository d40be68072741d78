//! The SP's own AuthnRequests: those that Azure refuses are told with their codes, each once, and those that it takes are not.
//!
//! One SP sends whatever request a case wants. To see the table: `cargo test -p samlitmus --test requests -- --nocapture`.

#![expect(clippy::unwrap_used, reason = "the helpers of tests may panic as tests do")]

mod cases;
mod sp;

use std::{path::Path, sync::Arc};

use samlitmus::{
    config::Config,
    event::{Event, RunSummary, ScenarioResult},
    judge::{VerdictKind, waiver::Waivers},
    run::{litmus::run, options::Options},
    subject::target::Target,
};
use scenarios::{Catalogue, Need, Scenario, Severity};

use crate::{
    cases::{Case, refused, taken},
    sp::Sp,
};

/// What one run told.
struct Told {
    summary: RunSummary,
    notes: Vec<String>,
    results: Vec<Arc<ScenarioResult>>,
}

impl Told {
    fn rows(&self) -> Vec<&ScenarioResult> {
        let all = self.results.iter().map(AsRef::as_ref);
        all.filter(|row| row.scenario.watches()).collect()
    }

    /// Of an attack that stands for the rest of the catalogue.
    fn attack(&self) -> Option<VerdictKind> {
        let mut all = self.results.iter();
        all.find(|row| row.scenario.id == ATTACK).map(|row| row.verdict)
    }
}

const ATTACK: &str = "signature/xsw-3";

/// Runs the checks, the baseline and one attack against the SP of a case.
async fn told(case: &Case, state: &Path, waivers: Waivers) -> Told {
    let pick = |one: &Scenario| one.watches() || one.id == ATTACK || one.id == "baseline/sp-initiated";
    told_of(case, state, waivers, pick).await
}

/// Runs these scenarios against the SP of a case.
async fn told_of(case: &Case, state: &Path, waivers: Waivers, pick: impl Fn(&Scenario) -> bool) -> Told {
    let sp = Sp::start(case, state).await;
    let config = Config::parse(&sp.configuration(state), &state.join("samlitmus.toml"), &|_| None);
    let target = Target::of(&config.unwrap()).unwrap();
    sp.trusts(target.directory());
    let all = Catalogue::embedded().scenarios.iter();
    let fired: Vec<_> = all.filter(|one| pick(one)).cloned().collect();
    let (mut results, mut notes) = (Vec::new(), Vec::new());
    let options = Options {
        waivers,
        ..Options::default()
    };
    let tell = |event: &Event| match event {
        Event::ScenarioFinished(result) => results.push(result.clone()),
        Event::Calibrated(learned) => notes.clone_from(&learned.notes),
        _ => {}
    };
    let summary = run(target, &fired, options, tell).await.unwrap();
    Told {
        summary,
        notes,
        results,
    }
}

/// A state folder whose keys all cases share.
fn state() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    mock_idp::Directory::open(&folder.path().join("state")).unwrap();
    folder
}

#[tokio::test]
async fn what_azure_refuses_is_told_with_its_code_and_the_rest_is_judged_all_the_same() {
    let (state, mut faults) = (state(), Vec::new());
    println!("\nrefused by Azure             code     row                           verdict  attack  bytes");
    for case in refused() {
        let told = told(&case, state.path(), Waivers::default()).await;
        let rows = told.rows();
        for row in &rows {
            let first = &row.refused[0];
            println!(
                "{:<28} {:<8} {:<29} {:<8} {:<7} {}",
                case.name,
                first.code,
                row.scenario.id,
                row.verdict.word(),
                told.attack().map_or("none", VerdictKind::word),
                first.part.chars().take(90).collect::<String>()
            );
        }
        let [row] = rows[..] else {
            faults.push(format!(
                "{}: {} rows; {:?}",
                case.name,
                rows.len(),
                told.summary.causes
            ));
            continue;
        };
        let first = &row.refused[0];
        let codes: Vec<u32> = row.refused.iter().map(|refused| refused.code).collect();
        let right = codes == [case.code.unwrap()]
            && row.verdict == case.verdict
            && row.reason.contains(&format!("AADSTS{}", first.code))
            && row.reason.contains(&first.part)
            && first.part.contains(case.bytes)
            && row.severity != Severity::Critical
            && (1..=told.summary.authn_requests_refused).contains(&first.count)
            && (told.summary.exit == 1) == (row.verdict == VerdictKind::Fail)
            && told.summary.counts[&row.verdict] == 1;
        // What can be read is answered, so that the SP is judged by all else.
        let judged = told.attack() == Some(VerdictKind::Pass);
        if !right || judged != case.judged {
            faults.push(format!("{}: {row:#?} {:?}", case.name, told.summary));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test]
async fn what_azure_takes_is_counted_and_makes_no_row() {
    let (state, mut faults) = (state(), Vec::new());
    println!("\ntaken by Azure               AuthnRequests  refused  exit");
    for case in taken() {
        let told = told(&case, state.path(), Waivers::default()).await;
        let summary = &told.summary;
        println!(
            "{:<28} {:<14} {:<8} {}",
            case.name, summary.authn_requests, summary.authn_requests_refused, summary.exit
        );
        let said = told
            .notes
            .iter()
            .any(|note| note.ends_with("checked as Azure checks them: it takes all"));
        let right = told.rows().is_empty()
            && summary.exit == 0
            && summary.authn_requests > 0
            && summary.authn_requests_refused == 0
            && said;
        if !right {
            let reasons: Vec<&String> = told.results.iter().map(|row| &row.reason).collect();
            faults.push(format!(
                "{}: {summary:?} {:?} {reasons:#?}",
                case.name, told.notes
            ));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// By SAML's rules, beside Azure's. The IDs of this SP are the clock, it believes a header that names its host, and its metadata has
/// nobody to ask.
#[tokio::test]
async fn what_breaks_a_rule_of_saml_is_told_of_requests_and_of_metadata() {
    let state = state();
    let mut case = taken().remove(0);
    case.change = |request| (request.force_authn, request.is_passive) = (true, true);
    let pick = |one: &Scenario| {
        ["authn-request", "sp-metadata"].contains(&one.namespace()) && !one.needs.contains(&Need::Browser)
    };
    let told = told_of(&case, state.path(), Waivers::default(), pick).await;
    let of = |kind| {
        let found = told.results.iter().filter(|row| row.verdict == kind);
        let mut ids: Vec<&str> = found.map(|row| row.scenario.id.as_str()).collect();
        ids.sort_unstable();
        ids
    };
    let warned = [
        "authn-request/acs-url-host-header",
        "authn-request/forceauthn-ispassive-exclusive",
        // By the tenant's domain, where the metadata has its id.
        "authn-request/https-idp-url",
        "authn-request/id-entropy",
        "sp-metadata/contact-technical",
        "sp-metadata/encryption-key-present",
    ];
    let reasons: Vec<&String> = told.results.iter().map(|row| &row.reason).collect();
    assert_eq!(of(VerdictKind::Warn), warned, "{reasons:#?}");
    assert_eq!(of(VerdictKind::Fail), [""; 0]);
    assert_eq!(of(VerdictKind::Inconclusive), [""; 0]);
    for unseen in [
        "sp-metadata/content-type",
        "sp-metadata/stable",
        "authn-request/signature-valid",
    ] {
        assert!(of(VerdictKind::NotApplicable).contains(&unseen), "{unseen}");
    }
}

#[tokio::test]
async fn a_row_is_waived_by_its_id_and_a_waiver_that_healed_is_told() {
    let state = state();
    let waivers = || {
        let text = "[[waiver]]\nid = 'azure/request-id'\nreason = 'known'\n";
        Waivers::read("w.toml", text, "2026-01-01".parse().unwrap()).unwrap()
    };
    let case = refused().into_iter().find(|case| case.code == Some(7_500_529));
    let waived = told(&case.unwrap(), state.path(), waivers()).await;
    assert_eq!(waived.rows()[0].verdict, VerdictKind::Waived);
    assert_eq!(waived.summary.exit, 0, "{:?}", waived.summary);

    let healed = told(&taken().remove(0), state.path(), waivers()).await;
    assert_eq!(healed.summary.exit, 1);
    assert!(healed.summary.causes[0].contains("the waiver for azure/request-id no longer bites"));
}

/// Whatever Azure says before anybody is asked for a name has one scenario, and none is in two.
#[test]
fn every_code_of_a_refused_request_stands_in_one_scenario() {
    let mut codes: Vec<u32> = Catalogue::embedded()
        .scenarios
        .iter()
        .flat_map(|scenario| scenario.aadsts.iter().copied())
        .collect();
    let count = codes.len();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), count, "a code stands twice");
    for code in &codes {
        let known = mock_idp::aadsts::CODES.iter().any(|known| known.number == *code);
        assert!(known, "the mock IdP never answers {code}");
    }
    // As `check_request` and what decodes a message document them.
    let given = [
        75005, 7_500_529, 500_011, 76021, 700_016, 500_014, 7_000_112, 650_056, 50011, 900_971, 50006, 76026,
        75008, 90011, 75016, 750_161, 900_236, 900_235, 750_032, 75001, 750_054, 750_055, 750_056, 7_500_525,
        90107, 90015, 90023, 90002, 900_023, 90019,
    ];
    for code in given {
        assert!(codes.contains(&code), "no scenario tells of AADSTS{code}");
    }
}
