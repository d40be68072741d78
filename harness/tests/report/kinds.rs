//! The reports of a run in which every verdict occurs once and everything foreign is hostile.

use std::path::{Path, PathBuf};

use super::{told, unpacked::unpacked};
use proptest::prelude::*;
use samlitmus::{
    event::Event,
    report::{
        Target,
        anatomy::{Mark, Trust, anatomy, draw},
        annotations::{Annotations, Service},
        json::Results,
        terminal::Terminal,
    },
};

fn write(kind: &str, file: &str, events: &[Event]) -> String {
    // Kept after the test, so that a person can look at it.
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(file);
    let target: Target = format!("{kind}={}", path.display()).parse().unwrap();
    told::tell(target.open().unwrap(), events);
    std::fs::read_to_string(&path).unwrap()
}

#[test]
fn json_holds_what_the_contract_promises() {
    let text = write("json", "results.json", &told::run());
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["schema"], 1);
    assert_eq!(value["tool"]["name"], "samlitmus");
    assert_eq!(value["sp"]["calibration"]["assertion_signed"], true);
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
        assert_eq!(
            value["summary"][verdict],
            if verdict == "pass" { 2 } else { 1 },
            "{verdict}"
        );
    }
    assert_eq!(value["summary"]["fail_by_severity"]["critical"], 1);
    assert_eq!(value["summary"]["causes"][0], "1 scenario fails: signature/xsw-3");
    let entry = value["scenarios"]
        .as_array()
        .unwrap()
        .iter()
        .find(|s| s["id"] == "signature/xsw-3")
        .unwrap();
    assert_eq!(entry["base"], "A");
    assert_eq!(entry["expected"], "MUST_REJECT");
    assert_eq!(entry["outcome"], "session:victim");
    assert_eq!(entry["verdict"], "fail");
    assert_eq!(entry["severity"], "critical");
    assert_eq!(entry["variant"], serde_json::Value::Null);
    assert_eq!((&entry["firing"], &entry["control"]), (&41.into(), &40.into()));
    assert_eq!(entry["recipe"]["as"], "attacker");
    assert_eq!(entry["attacker"], "user");
    assert_eq!(entry["page"]["status"], 200);
    assert_eq!(entry["page"]["url"], "http://127.0.0.1:8080/account");
    let page = &entry["page"];
    assert_eq!(page["title"], "Account</title><script>alert(2)</script>");
    assert!(
        page["says"].as_str().unwrap().starts_with("admin · xxx"),
        "{page}"
    );
    let login = &value["scenarios"][0];
    assert_eq!(
        (&login["id"], &login["attacker"]),
        (&"baseline/post".into(), &serde_json::Value::Null)
    );

    let results: Results = serde_json::from_str(&text).unwrap();
    let ids: Vec<&str> = results.scenarios.iter().map(|entry| entry.id.as_str()).collect();
    assert!(
        ids.is_sorted(),
        "the order does not depend on who finished first: {ids:?}"
    );
}

#[test]
fn a_run_that_does_not_end_is_never_mistaken_for_a_good_one() {
    let mut events = told::run();
    events.pop();
    let value: serde_json::Value = serde_json::from_str(&write("json", "cut-off.json", &events)).unwrap();
    assert_eq!(value["summary"]["causes"][0], "the run did not come to an end");
    assert_eq!(value["summary"]["exit"], serde_json::Value::Null);
    assert!(write("junit", "cut-off.xml", &events).contains("the run did not come to an end"));
    assert!(write("html", "cut-off.html", &events).contains("The run did not come to an end"));

    let nothing: serde_json::Value = serde_json::from_str(&write("json", "nothing.json", &[])).unwrap();
    assert_eq!(nothing["scenarios"], serde_json::json!([]));
}

#[test]
fn junit_has_a_suite_a_namespace_and_tells_the_verdicts_apart() {
    let text = write("junit", "junit.xml", &told::run());
    let document = roxmltree::Document::parse(&text).unwrap();
    let case = |name: &str| {
        document
            .descendants()
            .find(|node| node.attribute("name") == Some(name))
            .expect("a test case")
    };
    let has = |name: &str, child: &str| case(name).children().any(|node| node.has_tag_name(child));
    assert!(has("signature/xsw-3 [A]", "failure"));
    assert!(has("replay/same-bytes [A]", "error"));
    assert!(has("encryption/oaep [A]", "skipped"));
    assert!(has("destination/foreign [A]", "skipped"));
    assert!(has("time/no-instant [A]", "system-out"));
    assert!(!has("baseline/post [A]", "failure"));
    assert!(has("run/conforms", "failure"));
    let suite = case("signature/xsw-3 [A]").parent().unwrap();
    assert_eq!(suite.attribute("name"), Some("signature"));
    assert_eq!(suite.attribute("failures"), Some("1"));
}

#[test]
fn junit_tells_how_bad_it_is_and_where_that_stands_written() {
    let text = write("junit", "properties.xml", &told::run());
    let document = roxmltree::Document::parse(&text).unwrap();
    let case = document
        .descendants()
        .find(|node| node.attribute("name") == Some("signature/xsw-3 [A]"));
    let properties: Vec<(&str, &str)> = case
        .unwrap()
        .descendants()
        .filter(|node| node.has_tag_name("property"))
        .filter_map(|node| Some((node.attribute("name")?, node.attribute("value")?)))
        .collect();
    assert!(properties.contains(&("severity", "critical")), "{properties:?}");
    assert!(
        properties.iter().any(|(name, _)| *name == "reference"),
        "{properties:?}"
    );
}

#[test]
fn sarif_has_a_rule_a_scenario_and_a_result_a_deviation() {
    let text = write("sarif", "results.sarif", &told::run());
    let told: serde_json::Value = serde_json::from_str(&text).unwrap();
    let run = &told["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    let of = |id: &str| results.iter().find(|result| result["ruleId"] == id);
    let caught = of("signature/xsw-3").unwrap();
    assert_eq!(caught["level"], "error");
    let rule = &rules[usize::try_from(caught["ruleIndex"].as_u64().unwrap()).unwrap()];
    assert_eq!(rule["id"], "signature/xsw-3");
    assert_eq!(rule["properties"]["security-severity"], "9.5");
    assert!(
        rule["help"]["text"]
            .as_str()
            .unwrap()
            .contains("samlitmus explain 'signature/xsw-3'")
    );
    let place = &caught["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(place, "samlitmus.toml");
    assert_eq!(of("time/no-instant").unwrap()["level"], "note", "a warning");
    let waived = of("destination/foreign").unwrap();
    assert_eq!(waived["suppressions"][0]["kind"], "external");
    assert!(of("baseline/post").is_none() && of("replay/same-bytes").is_none());
    let named = |id: &str| rules.iter().any(|rule| rule["id"] == id);
    assert!(named("baseline/post"), "what is well closes what was open");
    assert!(!named("encryption/oaep"), "what was not judged says nothing");
    assert_eq!(run["invocations"][0]["exitCode"], 1);
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);

    let nothing: serde_json::Value = serde_json::from_str(&write("sarif", "nothing.sarif", &[])).unwrap();
    assert_eq!(nothing["runs"][0]["invocations"][0]["executionSuccessful"], false);
}

#[test]
fn markdown_says_on_one_page_what_a_person_decides_by() {
    insta::assert_snapshot!("markdown", write("md", "summary.md", &told::run()));
}

#[test]
fn a_ci_system_marks_the_run_and_its_worst_failures() {
    let lines = |service| {
        let said = Said::default();
        told::tell(Box::new(Annotations::new(service, said.clone())), &told::run());
        said.text()
    };
    let github = lines(Service::GitHub);
    let first = github.lines().next().unwrap();
    assert!(
        first.starts_with("::error title=samlitmus%3A billing"),
        "{github}"
    );
    assert!(
        github.contains("::error title=signature/xsw-3 (base A)%2C critical::"),
        "{github}"
    );
    assert!(github.contains("::warning title=replay/same-bytes"), "{github}");
    assert!(!github.contains("time/no-instant"), "{github}");
    assert!(lines(Service::AzurePipelines).starts_with("##vso[task.logissue type=error]samlitmus: billing"));
}

#[test]
fn the_terminal_says_what_failed_and_the_one_sentence_that_matters() {
    let said = Said::default();
    let reports = vec![Target {
        kind: samlitmus::report::Kind::Html,
        path: PathBuf::from("report.html"),
    }];
    let mut terminal = Terminal::plain(said.clone());
    terminal.wrote(reports);
    told::tell(Box::new(terminal), &told::run());
    insta::assert_snapshot!("terminal", said.text());
}

#[test]
fn html_is_one_page_that_trusts_nothing() {
    let written = write("html", "report.html", &told::run());
    assert!(written.len() < 200_000, "bodies are cut: {}", written.len());
    let text = unpacked(&written);
    assert_eq!(text.matches("<script>").count(), 1, "only its own script");
    assert_eq!(
        text.matches("<script").count(),
        2,
        "and what is packed, which is none"
    );
    assert!(!text.contains("\u{202e}"), "nothing turns the reading order");
    assert!(!text.contains("\u{1b}"));
    for outside in ["src=\"http", "href=\"http", "@import", "url("] {
        assert!(!text.contains(outside), "{outside}");
    }
    assert!(text.contains("img class=\"shot\"") && text.contains("data:image/png;base64,iVBOR"));
    assert!(text.contains("billing &lt;staging&gt;"));
    assert!(
        text.contains("INFO signed in as admin@contoso.example"),
        "the SP's own words"
    );
    assert!(text.contains("signed by 1") && text.contains("not signed"));
    assert!(
        text.contains("it is shown as text"),
        "what is no tree is shown all the same"
    );
    assert!(
        text.find("signature/xsw-3@A").unwrap() < text.find("baseline/post@A").unwrap(),
        "failures first"
    );
    assert!(text.trim_end().ends_with("</html>"));
}

#[test]
fn a_report_that_cannot_be_written_is_known_before_the_run() {
    let target: Target = "json=/dev/null/report.json".parse().unwrap();
    let why = target
        .open()
        .err()
        .expect("no folder can stand there")
        .to_string();
    assert!(
        why.starts_with("the report /dev/null/report.json cannot be written"),
        "{why}"
    );
    assert_eq!(
        "pdf=x".parse::<Target>().unwrap_err(),
        "there is no report \"pdf\"; there are json, junit, html, sarif, md"
    );
    assert!("html".parse::<Target>().is_err() && "html=".parse::<Target>().is_err());
}

#[test]
fn the_tree_marks_the_signed_assertion_and_the_forged_one() {
    let message = told::wrapped();
    let laid_out = anatomy(&message.forged, Trust::Proven(&message.proofs));
    let marks: Vec<&Mark> = laid_out
        .lines
        .iter()
        .filter(|line| line.name == "Assertion")
        .map(|line| &line.mark)
        .collect();
    assert_eq!(marks, [&Mark::Unsigned, &Mark::Signed { by: 1, begins: true }]);
    insta::assert_snapshot!("anatomy", draw(&laid_out, false));
}

#[test]
fn a_signature_that_only_its_own_certificate_vouches_for_does_not_count() {
    let message = told::wrapped();
    let nobody = proofs::Proofs::default();
    let laid_out = anatomy(&message.forged, Trust::Proven(&nobody));
    assert!(!laid_out.seals[0].holds);
    assert!(
        laid_out
            .lines
            .iter()
            .all(|line| !matches!(line.mark, Mark::Signed { .. }))
    );
    assert!(anatomy(&message.forged, Trust::Enclosed).seals[0].holds);
}

proptest! {
    #[test]
    fn no_bytes_upset_the_tree(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let laid_out = anatomy(&bytes, Trust::Enclosed);
        let drawn = draw(&laid_out, false);
        let escapes = drawn.contains('\x1b');
        prop_assert!(!escapes);
    }

    #[test]
    fn no_damage_to_a_message_upsets_the_tree(at in 0usize..3000, garbage in "\\PC{0,6}") {
        let mut text = told::signed_response().0;
        let at = (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
        text.insert_str(at, &garbage);
        draw(&anatomy(text.as_bytes(), Trust::Enclosed), true);
    }
}

/// A writer whose text can be read afterwards.
#[derive(Clone, Default)]
struct Said(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl Said {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl std::io::Write for Said {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
