//! `run --demo`, and what it is asked to fire.

use std::collections::{BTreeMap, BTreeSet};

use super::{causes, results, samlitmus};

#[test]
fn the_demo_conforms_and_its_reports_agree() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let reports = ["json=out/r.json", "junit=out/r.xml", "html=out/r.html"];
    let mut args = vec!["run", "--demo", "--driver", "http", "--seed", "7"];
    args.extend(reports.iter().flat_map(|report| ["--report", report]));
    let said = samlitmus(folder.path(), &args).code(0);
    assert!(said.err.is_empty(), "{said:#?}");

    let json = results(&at("out/r.json"));
    assert_eq!(
        (json["schema"].as_u64(), json["seed"].as_u64()),
        (Some(1), Some(7))
    );
    for pointer in [
        "/tool/name",
        "/tool/version",
        "/tool/catalogue",
        "/started",
        "/duration_ms",
        "/sp/name",
        "/sp/calibration/assertion_signed",
        "/sp/calibration/response_signed",
        "/sp/calibration/both_signed",
        "/sp/calibration/idp_initiated",
        "/sp/calibration/encryption",
        "/sp/calibration/refuses_with",
        "/summary/fail_by_severity",
        "/summary/causes",
    ] {
        assert!(json.pointer(pointer).is_some(), "{pointer} is missing");
    }
    let entries = json["scenarios"].as_array().unwrap();
    for entry in entries {
        for key in [
            "id",
            "base",
            "variant",
            "firing",
            "tier",
            "expected",
            "severity",
            "outcome",
            "verdict",
            "reason",
            "control",
            "duration_ms",
            "driver",
            "recipe",
        ] {
            assert!(entry.get(key).is_some(), "{key} is missing in {entry}");
        }
    }

    let mut counted: BTreeMap<&str, u64> = BTreeMap::new();
    for entry in entries {
        *counted.entry(entry["verdict"].as_str().unwrap()).or_default() += 1;
    }
    let of = |verdict: &str| counted.get(verdict).copied().unwrap_or(0);
    for verdict in [
        "pass",
        "pass-inert",
        "warn",
        "fail",
        "recorded",
        "inconclusive",
        "not-applicable",
        "waived",
    ] {
        assert_eq!(json["summary"][verdict].as_u64(), Some(of(verdict)), "{verdict}");
    }
    assert!(of("pass") + of("pass-inert") >= 150, "{counted:?}");
    assert_eq!((of("fail"), of("inconclusive")), (0, 0), "{counted:?}");

    let junit = std::fs::read_to_string(at("out/r.xml")).unwrap();
    let junit = roxmltree::Document::parse(&junit).unwrap();
    let cases: BTreeSet<&str> = junit
        .descendants()
        .filter(|node| node.has_tag_name("testcase"))
        .filter_map(|node| node.attribute("name"))
        .collect();
    let html = std::fs::read_to_string(at("out/r.html")).unwrap();
    for entry in entries {
        let (id, base) = (entry["id"].as_str().unwrap(), entry["base"].as_str().unwrap());
        assert!(
            cases.contains(format!("{id} [{base}]").as_str()),
            "{id} {base} is not in JUnit"
        );
        assert!(html.contains(id), "{id} is not in the page");
    }
    assert_eq!(cases.len(), entries.len() + 1, "one more stands for the run");
    let skipped = junit
        .descendants()
        .filter(|node| node.has_tag_name("skipped"))
        .count();
    assert_eq!(skipped as u64, of("not-applicable"));
    let wrong = |node: roxmltree::Node<'_, '_>| node.has_tag_name("failure") || node.has_tag_name("error");
    assert!(!junit.descendants().any(wrong));
    assert!(html.contains(">Conforms<"));

    let counts = format!("{} pass, {} pass-inert", of("pass"), of("pass-inert"));
    assert!(said.out.contains(&counts), "{}", said.out);
    assert!(said.out.ends_with("exit 0: conforms\n"), "{}", said.out);
}

#[test]
fn a_pattern_that_picks_nothing_ends_with_4_and_the_report_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let args = [
        "run",
        "--demo",
        "no-such/*",
        "--report",
        "json=r.json",
        "--report",
        "junit=r.xml",
    ];
    let said = samlitmus(folder.path(), &args).code(4);
    assert!(
        said.sentence()
            .starts_with("nothing ran: no scenario matches \"no-such/*\""),
        "{said:#?}"
    );
    let json = results(&folder.path().join("r.json"));
    assert_eq!(json["summary"]["exit"].as_i64(), Some(4));
    assert!(causes(&json)[0].contains("no-such/*"), "{json}");
    let junit = std::fs::read_to_string(folder.path().join("r.xml")).unwrap();
    assert!(
        junit.contains("errors=\"1\"") && junit.contains("no-such/*"),
        "{junit}"
    );
}

#[test]
fn a_misspelt_id_beside_a_good_one_runs_nothing_and_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["run", "--demo", "signature/xsw-3", "signature/xsw3"];
    let said = samlitmus(folder.path(), &args).code(2);
    assert_eq!(
        said.sentence(),
        "there is no scenario \"signature/xsw3\"; did you mean 'signature/xsw-3'?"
    );
    assert!(said.out.is_empty(), "{said:#?}");
}

#[test]
fn a_warning_fails_the_run_only_where_it_is_asked_to() {
    let folder = tempfile::tempdir().unwrap();
    // An SP that never reads instants, and a scenario that no MUST covers.
    let scenario = "time/assertion-issueinstant-future";
    let args = ["run", "--demo", "--flaw", "V37", scenario];
    let said = samlitmus(folder.path(), &args).code(0);
    assert!(said.out.contains(&format!("warn  {scenario}")), "{said:#?}");
    let strict = samlitmus(folder.path(), &[&args[..], &["--fail-on", "warn"]].concat()).code(1);
    assert!(
        strict
            .causes()
            .iter()
            .any(|cause| cause.contains("--fail-on warn") && cause.contains(scenario)),
        "{strict:#?}"
    );
}

#[test]
fn what_a_profile_demands_is_a_failure_under_it_and_a_warning_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let scenario = "time/expired-beyond-skew";
    let run = |more: &[&str]| {
        let args = [
            "run",
            "--demo",
            "--flaw",
            "V37",
            "--report",
            "json=r.json",
            scenario,
        ];
        samlitmus(folder.path(), &[&args[..], more].concat())
    };
    let said = run(&["--profile", "spid"]).code(0);
    assert!(said.out.contains(&format!("warn  {scenario}")), "{said:#?}");

    let said = run(&["--profile", "spid,saml2int"]).code(1);
    assert!(said.out.contains("judged by spid, saml2int as well"), "{said:#?}");
    assert!(
        said.out.contains("and the profile saml2int demands it"),
        "{said:#?}"
    );
    let told = results(&folder.path().join("r.json"));
    assert_eq!(told["run"]["profiles"], serde_json::json!(["spid", "saml2int"]));
    assert_eq!(told["scenarios"][0]["severity"], "medium");

    let said = run(&["--profile", "saml2"]).code(2);
    assert!(
        said.err.contains("there are saml2int, kantara-fedinterop, spid"),
        "{said:#?}"
    );
}

#[test]
fn the_end_says_what_to_type_next_and_who_wants_quiet_hears_what_deviates_alone() {
    let folder = tempfile::tempdir().unwrap();
    let run = |more: &[&str]| {
        let args = ["run", "--demo", "--driver", "http", "signature/xsw-3"];
        samlitmus(folder.path(), &[&args[..], more].concat())
    };
    let flawed = ["--flaw", "V11"];
    let said = run(&flawed).code(1);
    let last: Vec<&str> = said.out.lines().rev().take(2).collect();
    assert_eq!(
        last,
        ["exit 1: deviates", "next: samlitmus explain signature/xsw-3"]
    );
    samlitmus(folder.path(), &["explain", "signature/xsw-3"]).code(0);

    let quiet = run(&[&flawed[..], &["--quiet"]].concat()).code(1);
    assert_eq!(quiet.causes().len(), 1);
    for aside in ["learned: ", "next: ", "what it takes"] {
        assert!(
            said.out.contains(aside) && !quiet.out.contains(aside),
            "{quiet:#?}"
        );
    }
    let silent = run(&["-q"]).code(0);
    assert_eq!((silent.out.as_str(), silent.err.as_str()), ("", ""));
}
