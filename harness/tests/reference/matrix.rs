//! The kill matrix: which SP that is wrong in one thing makes which scenario fail. Measured and not declared.
//!
//! `scenarios/kill-matrix.json` and `.md` hold what was measured last. The gate holds the catalogue to them, and fires what each scenario
//! claims (`flaws`); the whole is measured anew, some ten minutes optimised, by
//!
//! ```sh
//! cargo test --release --package samlitmus --test reference -- --ignored kill_matrix        # fails where it changed
//! KILL_MATRIX=write cargo test … --include-ignored matrix::                                 # and writes it, with its page
//! KILL_MATRIX_ONLY=signature/xsw-1,signature/xsw-2 …                                        # measures these, and keeps the others
//! ```

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    path::{Path, PathBuf},
};

use reference_sp::Manner;
use samlitmus::run::options::DriverKind;
use serde::{Deserialize, Serialize};

use super::*;

/// What no SP of the matrix makes fail, and why it is kept. Most need an SP that has or trusts something that these have not.
const ARGUED: &[(&str, &str)] = &[
    (
        "azure/email-claim-unverified",
        "these SPs take the NameID for the user, and not the e-mail claim",
    ),
    (
        "identity/xss-in-nameid",
        "only a browser shows it, and none was asked",
    ),
    (
        "in-response-to/stripped-both-unsolicited-refused",
        "these SPs take what they did not ask for",
    ),
    (
        "replay/at-other-acs",
        "these SPs have one assertion consumer service",
    ),
    (
        "time/session-notonorafter-enforced",
        "no clock but the SP's own tells when its session ends",
    ),
    (
        "trust/cross-tenant-entityid-collision",
        "nobody enters an IdP of his own at these SPs",
    ),
    ("trust/disabled-idp", "these SPs have no IdP that was disabled"),
    (
        "trust/null-certificate-failopen",
        "these SPs have no IdP without a certificate",
    ),
    ("trust/public-ca-leaf", "these SPs trust keys, and no authority"),
    ("trust/tls-key-as-signing-key", "their IdP is reached without TLS"),
    (
        "trust/unconfigured-acs-reachable",
        "these SPs have no service without an IdP",
    ),
];

/// By scenario, the SPs that make it fail; a scenario that none does has none.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Matrix {
    killed_by: BTreeMap<String, BTreeSet<String>>,
}

impl Matrix {
    fn folder() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios")
    }

    fn kept() -> Self {
        let text = std::fs::read_to_string(Self::folder().join("kill-matrix.json")).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    /// A line a scenario, so that a change is a line.
    fn json(&self) -> String {
        let lines = self.killed_by.iter().map(|(id, by)| {
            let by = serde_json::to_string(by).unwrap();
            format!("    \"{id}\": {by}")
        });
        let lines: Vec<_> = lines.collect();
        format!("{{\n  \"killed_by\": {{\n{}\n  }}\n}}\n", lines.join(",\n"))
    }

    fn markdown(&self) -> String {
        let mut text = "# The kill matrix\n\nWhich wrong SP makes which scenario fail that the hardened reference SP passes: measured, see \
                        `harness/tests/reference/matrix.rs`. An SP is the reference SP with one check weakened, or one that accepts everything.\n\n\
                        | SP | scenarios that it fails | some of them |\n| --- | ---: | --- |\n"
            .to_owned();
        for (sp, _) in sps() {
            let by = |(_, by): &(&String, &BTreeSet<String>)| by.contains(&sp);
            let ids: Vec<_> = self
                .killed_by
                .iter()
                .filter(by)
                .map(|(id, _)| id.as_str())
                .collect();
            let some = &ids[..ids.len().min(3)];
            writeln!(text, "| {sp} | {} | {} |", ids.len(), some.join(", ")).unwrap();
        }
        text.push_str("\n| scenario | fails at |\n| --- | --- |\n");
        for (id, by) in &self.killed_by {
            let by: Vec<_> = by.iter().map(String::as_str).collect();
            writeln!(text, "| {id} | {} |", by.join(", ")).unwrap();
        }
        text.push_str("\n## What no SP here fails\n\n");
        for (id, why) in ARGUED {
            writeln!(text, "- `{id}`: {why}").unwrap();
        }
        text
    }

    /// What stands in one and not in the other, a line each.
    fn unlike(&self, other: &Self) -> Vec<String> {
        let ids: BTreeSet<_> = self.killed_by.keys().chain(other.killed_by.keys()).collect();
        let changed = ids.into_iter().filter_map(|id| {
            let (one, other) = (self.killed_by.get(id), other.killed_by.get(id));
            (one != other).then(|| format!("{id}: measured {one:?}, kept {other:?}"))
        });
        changed.collect()
    }
}

/// Every SP that is wrong, by the name of what is wrong with it.
fn sps() -> Vec<(String, Config)> {
    let flawed = Flaw::ALL.iter().map(|flaw| {
        let mut config = flawed(*flaw);
        if *flaw == Flaw::AuthnContextIgnored {
            config = personalities::asking("exact", config.flaws);
        }
        (flaw.name().to_owned(), config)
    });
    let anything = Config {
        manner: Manner::AcceptEverything,
        ..Config::default()
    };
    flawed
        .chain([("accepts-everything".to_owned(), anything)])
        .collect()
}

/// The scenarios that a run makes fail; amber counts, where it is not for an error page alone.
fn failing(told: &Told, errors: bool) -> BTreeSet<String> {
    let fails = |r: &&Arc<ScenarioResult>| match r.verdict {
        VerdictKind::Fail => true,
        VerdictKind::Warn => errors || r.outcome != Outcome::ServerError,
        _ => false,
    };
    told.results
        .iter()
        .filter(fails)
        .map(|r| r.scenario.id.clone())
        .collect()
}

async fn measured() -> Matrix {
    let only = std::env::var("KILL_MATRIX_ONLY").ok();
    let asked = |s: &Scenario| {
        only.as_ref()
            .is_none_or(|only| only.split(',').any(|id| id == s.id))
    };
    let (in_browser, over_http): (Vec<_>, Vec<_>) = chosen(asked)
        .into_iter()
        .partition(|s| s.needs.contains(&Need::Browser));
    let hardened = against(Config::default(), &over_http, quick()).await.unwrap();
    let wrong = failing(&hardened, true);
    assert!(wrong.is_empty(), "the hardened SP fails {wrong:?}");
    let mut matrix = match only {
        Some(_) => Matrix::kept(),
        None => Matrix::default(),
    };
    for scenario in over_http.iter().chain(&in_browser) {
        matrix.killed_by.insert(scenario.id.clone(), BTreeSet::new());
    }
    for (name, config) in sps() {
        let errors = name == Flaw::ErrorLeak.name();
        let mut failed = failing(
            &against(config.clone(), &over_http, quick()).await.unwrap(),
            errors,
        );
        // What only a browser shows is fired where it is said to be seen.
        let number = name.split('-').next().unwrap_or_default().to_owned();
        let shown: Vec<_> = in_browser
            .iter()
            .filter(|s| s.kills.contains(&number))
            .cloned()
            .collect();
        if !shown.is_empty() {
            let options = Options {
                driver: DriverKind::Browser,
                ..Options::default()
            };
            failed.extend(failing(&against(config, &shown, options).await.unwrap(), errors));
        }
        println!("{name:<28} {}", failed.len());
        for id in failed {
            matrix.killed_by.entry(id).or_default().insert(name.clone());
        }
    }
    matrix
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes ten minutes, optimised: ci/nightly runs it"]
async fn the_kill_matrix_is_what_was_measured_last() {
    let measured = measured().await;
    if std::env::var_os("KILL_MATRIX").is_some_and(|what| what == "write") {
        std::fs::write(Matrix::folder().join("kill-matrix.json"), measured.json()).unwrap();
    }
    assert_eq!(measured.unlike(&Matrix::kept()), Vec::<String>::new());
}

#[test]
fn the_matrix_is_about_this_catalogue_and_its_page_says_what_it_holds() {
    let matrix = Matrix::kept();
    let known: BTreeSet<_> = chosen(|_| true).iter().map(|s| s.id.clone()).collect();
    let kept: BTreeSet<_> = matrix.killed_by.keys().cloned().collect();
    assert_eq!(
        kept.symmetric_difference(&known).collect::<Vec<_>>(),
        Vec::<&String>::new()
    );
    let page = Matrix::folder().join("kill-matrix.md");
    if std::env::var_os("KILL_MATRIX").is_some() {
        std::fs::write(&page, matrix.markdown()).unwrap();
    }
    let same = std::fs::read_to_string(page).unwrap() == matrix.markdown();
    assert!(same, "with KILL_MATRIX=write this test writes the page anew");
}

#[test]
fn each_switch_is_killed_by_what_is_said_to_kill_it() {
    let matrix = Matrix::kept();
    let killed: BTreeSet<_> = matrix.killed_by.values().flatten().map(String::as_str).collect();
    let alive: Vec<_> = Flaw::ALL
        .iter()
        .map(|flaw| flaw.name())
        .filter(|name| !killed.contains(name))
        .collect();
    assert!(alive.is_empty(), "no scenario kills {alive:?}");
    let mut untrue = Vec::new();
    for scenario in chosen(|s| !ARGUED.iter().any(|(id, _)| *id == s.id)) {
        let by = &matrix.killed_by[&scenario.id];
        let kills = |number: &&String| !by.iter().any(|name| name.split('-').next() == Some(number));
        untrue.extend(
            scenario
                .kills
                .iter()
                .filter(kills)
                .map(|number| format!("{} {number}", scenario.id)),
        );
    }
    assert!(untrue.is_empty(), "said, and not measured: {untrue:?}");
}

#[test]
fn an_attack_that_no_sp_fails_is_argued() {
    let matrix = Matrix::kept();
    let argued: BTreeSet<_> = ARGUED.iter().map(|(id, _)| (*id).to_owned()).collect();
    let attacks = chosen(|s| s.verdict.is_negative());
    let alive = attacks
        .iter()
        .map(|s| &s.id)
        .filter(|id| matrix.killed_by[*id].is_empty());
    let alive: BTreeSet<_> = alive.cloned().collect();
    assert_eq!(
        alive.symmetric_difference(&argued).collect::<Vec<_>>(),
        Vec::<&String>::new()
    );
}
