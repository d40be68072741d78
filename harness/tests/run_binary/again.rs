//! What failed is repeated, what is new is told, and a threshold lets pass what it says it lets pass.

use super::{lines, results, samlitmus};

#[test]
fn what_failed_is_repeated_until_nothing_fails_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| {
        samlitmus(
            folder.path(),
            &[&["run", "--demo", "--driver", "http"], args].concat(),
        )
    };
    let never = run(&["--failed"]).code(4);
    assert!(never.sentence().contains("was never run"), "{never:#?}");

    let flawed = ["--flaw", "V11"];
    run(&[
        &flawed[..],
        &["signature/xsw-3", "time/conditions-expired", "baseline/*"],
    ]
    .concat())
    .code(1);
    let ignored = std::fs::read_to_string(folder.path().join(".samlitmus/.gitignore")).unwrap();
    assert!(ignored.contains("\n*\n"), "{ignored}");

    // A run of something else in between does not make it forget.
    run(&["baseline/both-signed"]).code(0);
    let again = run(&[&flawed[..], &["--failed", "--report", "json=r.json"]].concat()).code(1);
    let json = results(&folder.path().join("r.json"));
    let entries = json["scenarios"].as_array().unwrap();
    assert!(
        entries.iter().all(|entry| entry["id"] == "signature/xsw-3") && entries.len() > 1,
        "{json}"
    );
    assert!(entries.iter().any(|entry| entry["last"] == "fail"), "{json}");
    assert!(
        lines(&again, "since they were last fired").is_empty(),
        "{again:#?}"
    );

    run(&["--failed", "time/*"]).code(4);
    let healed = run(&["--failed"]).code(0);
    let told = lines(&healed, "since they were last fired: ");
    assert!(told[0].contains("healed: signature/xsw-3 (A)"), "{healed:#?}");
    let nothing = run(&["--failed"]).code(4);
    assert!(
        nothing
            .sentence()
            .contains("nothing of it failed or was left unjudged"),
        "{nothing:#?}"
    );

    let broken = run(&[&flawed[..], &["signature/xsw-3"]].concat()).code(1);
    let told = lines(&broken, "since they were last fired: ");
    assert!(
        told[0].contains("newly failing: signature/xsw-3 (A)"),
        "{broken:#?}"
    );
}

#[test]
fn a_threshold_lets_pass_what_is_less_and_every_report_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let run = |on: &str| {
        let args = [
            "run",
            "--demo",
            "--driver",
            "http",
            "--flaw",
            "V31",
            "audience/wrong",
            "baseline/both-signed",
            "--fail-on",
            on,
            "--report",
            "json=r.json",
            "--report",
            "junit=r.xml",
            "--report",
            "html=r.html",
        ];
        samlitmus(folder.path(), &args)
    };
    let said = run("critical").code(0);
    assert!(
        lines(
            &said,
            "1 failure let pass, being below --fail-on critical (1 high): audience/wrong (A)"
        )
        .len()
            == 1,
        "{said:#?}"
    );
    assert!(said.causes().is_empty());
    let json = results(&folder.path().join("r.json"));
    assert_eq!(
        (&json["summary"]["fail"], &json["summary"]["exit"]),
        (&1.into(), &0.into())
    );
    assert!(
        json["summary"]["let-pass"]
            .as_str()
            .unwrap()
            .contains("audience/wrong")
    );
    let junit = std::fs::read_to_string(folder.path().join("r.xml")).unwrap();
    assert!(
        !junit.contains("<failure") && junit.contains("let pass by --fail-on critical"),
        "{junit}"
    );
    let html = std::fs::read_to_string(folder.path().join("r.html")).unwrap();
    assert!(html.contains("Conforms as far as --fail-on asks: 1 failure let pass"));

    for on in ["high", "medium", "low", "fail", "warn"] {
        let said = run(on).code(1);
        assert!(
            said.causes()[0].starts_with("1 failed (1 high): audience/wrong (A)"),
            "{said:#?}"
        );
    }
}
