//! The program from outside: its commands, their answers, their exit codes.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::path::Path;

use snapbox::cmd::{Command, OutputAssert, cargo_bin};

fn samlitmus(folder: &Path, args: &[&str]) -> OutputAssert {
    Command::new(cargo_bin!("samlitmus"))
        .args(args)
        .current_dir(folder)
        .env_remove("CI")
        .env_remove("SAMLITMUS_LOG")
        .assert()
}

fn nowhere() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn stdout(output: &OutputAssert) -> String {
    String::from_utf8(output.get_output().stdout.clone()).unwrap()
}

fn stderr(output: &OutputAssert) -> String {
    String::from_utf8(output.get_output().stderr.clone()).unwrap()
}

#[test]
fn help_names_every_command_and_every_exit_code() {
    let help = stdout(&samlitmus(nowhere().path(), &["--help"]).code(0));
    for word in [
        "run",
        "init",
        "doctor",
        "list",
        "explain",
        "forge",
        "idp",
        "gallery",
        "sp",
        "review",
        "accept",
        "reject",
        "decode",
        "schema",
        "completions",
        "man",
        "book",
        "4 nothing ran",
        "130 interrupted",
        "samlitmus run --demo",
    ] {
        assert!(help.contains(word), "{word} is missing in:\n{help}");
    }
    let help = stdout(&samlitmus(nowhere().path(), &["run", "--help"]).code(0));
    for flag in [
        "--config",
        "--demo",
        "--tier",
        "--driver",
        "--jobs",
        "--seed",
        "--timeout",
        "--scenarios",
        "--waivers",
        "--snapshots",
        "--locked",
        "--report",
        "--fail-on",
        "--profile",
        "--failed",
    ] {
        assert!(help.contains(flag), "{flag} is missing in:\n{help}");
    }
}

#[test]
fn wrong_usage_ends_with_2_and_a_hint() {
    let folder = nowhere();
    for (args, hint) in [
        (&["rum"][..], "a similar subcommand exists: 'run'"),
        (&["run", "--jbos", "3"], "a similar argument exists: '--jobs'"),
        (&["run", "--demo", "--jobs", "0"], "not between 1 and 64"),
        (
            &["run", "--demo", "--tier", "cor"],
            "there are smoke, core, extended, observe, opt-in, and all",
        ),
        (&["run", "--demo", "--timeout", "fast"], "write 10s or 500ms"),
        (
            &["run", "--demo", "--report", "pdf=x"],
            "there are json, junit, html",
        ),
        (&["run", "--flaw", "V11"], "--demo"),
        (&["run", "--demo", "--flaw", "V99"], "V99"),
        (&["sp", "--refuse-with", "tea"], "tea"),
        (
            &["forge", "signature/xsw-3", "--base", "Q"],
            "there are A, R, B, N",
        ),
        (&["explain", "signature/xsw3"], "did you mean 'signature/xsw-3'?"),
        (&["forge", "no/such"], "there is no scenario"),
        (&["list", "a["], "does not read"),
        (
            &["explain", "signature/xsw-3", "--config", "gone.toml"],
            "there is no gone.toml",
        ),
        (&["list", "--scenarios", "gone"], "gone"),
        (&["decode", "gone.xml"], "gone.xml cannot be read"),
    ] {
        let output = samlitmus(folder.path(), args).code(2);
        let said = stderr(&output);
        assert!(
            said.contains(hint),
            "{args:?} should say {hint:?}, and says:\n{said}"
        );
        assert!(!said.contains("panicked"), "{said}");
    }
}

#[test]
fn a_misspelt_configuration_ends_with_2_and_one_sentence() {
    let folder = nowhere();
    std::fs::write(
        folder.path().join("samlitmus.toml"),
        "[sp]\nname = \"a\"\nmetdata = \"x\"\n",
    )
    .unwrap();
    let said = stderr(&samlitmus(folder.path(), &["explain", "signature/xsw-3"]).code(2));
    assert_eq!(
        said,
        "samlitmus: samlitmus.toml, line 3: there is no key `metdata` in [sp]; did you mean `metadata`?\n"
    );
}

#[test]
fn list_shows_what_matches_for_people_and_for_programs() {
    let folder = nowhere();
    let text = stdout(&samlitmus(folder.path(), &["list", "signature/xsw-3"]).code(0));
    assert!(
        text.starts_with("signature/xsw-3  core  MUST_REJECT  critical\n"),
        "{text}"
    );
    assert!(text.ends_with("1 scenario\n"), "{text}");

    let json = stdout(&samlitmus(folder.path(), &["list", "signature/*", "--json"]).code(0));
    let list: Vec<serde_json::Value> = serde_json::from_str(&json).unwrap();
    assert!(list.len() > 10);
    for key in [
        "id", "title", "tier", "verdict", "severity", "attacker", "refs", "needs", "disturbs",
    ] {
        assert!(list[0].get(key).is_some(), "{key}");
    }
    let xpath = list
        .iter()
        .find(|entry| entry["id"] == "signature/transform-xpath-exclude");
    assert_eq!(xpath.unwrap()["attacker"], "issuer");
    let none = samlitmus(folder.path(), &["list", "nothing/*"]).code(4);
    assert!(stderr(&none).contains("no scenario matches"));
}

#[test]
fn explain_draws_the_message_and_says_what_it_is_for() {
    let text = stdout(&samlitmus(nowhere().path(), &["explain", "signature/xsw-3"]).code(0));
    for words in [
        "← signed [1]",
        "← not signed",
        "[1] holds: rsa-sha256 over Assertion",
        "Why it matters",
        "What it takes\n  a low-privileged user of the same tenant with one genuine login of his own\n",
        "What passing proves",
        "What failing proves",
        "How an SP's author mends it",
        "SAML Core 5.4.2",
        "CWE-347",
    ] {
        assert!(text.contains(words), "{words} is missing in:\n{text}");
    }
}

#[test]
fn what_forge_builds_decode_reads() {
    let folder = nowhere();
    let raw = samlitmus(folder.path(), &["forge", "signature/xsw-3", "--raw"]).code(0);
    let raw = raw.get_output().stdout.clone();
    assert!(raw.starts_with(b"<samlp:Response"));
    std::fs::write(folder.path().join("message.xml"), &raw).unwrap();
    let shown = stdout(&samlitmus(folder.path(), &["decode", "message.xml"]).code(0));
    assert!(shown.starts_with("SAML Response, "), "{shown}");
    assert!(shown.contains("agrees with its own KeyInfo"), "{shown}");

    let form = stdout(&samlitmus(folder.path(), &["forge", "signature/xsw-3", "--base", "B"]).code(0));
    assert!(form.contains("POST http://127.0.0.1:8080/saml/acs"), "{form}");
    let field = form
        .lines()
        .find(|line| line.starts_with("SAMLResponse="))
        .unwrap();
    std::fs::write(folder.path().join("form.txt"), field).unwrap();
    let shown = stdout(&samlitmus(folder.path(), &["decode", "form.txt"]).code(0));
    assert!(
        shown.starts_with("SAML Response in SAMLResponse (a form, Base64), "),
        "{shown}"
    );
}

#[test]
fn decode_refuses_garbage_in_one_sentence() {
    let output = Command::new(cargo_bin!("samlitmus"))
        .arg("decode")
        .stdin("garbage in")
        .assert()
        .code(2);
    let said = stderr(&output);
    assert!(
        said.starts_with("samlitmus: this is no SAML message; give XML, Base64"),
        "{said}"
    );
    assert_eq!(said.lines().count(), 1);
}

#[test]
fn every_schema_is_one() {
    for (name, key) in [
        ("config", "sp"),
        ("scenario", "verdict"),
        ("results", "scenarios"),
    ] {
        let text = stdout(&samlitmus(nowhere().path(), &["schema", name]).code(0));
        let schema: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert!(schema["$schema"].is_string());
        assert!(schema["properties"][key].is_object(), "{name} describes {key}");
    }
}

#[test]
fn review_shows_accept_accepts_and_reject_rejects() {
    let folder = nowhere();
    let pending = |name: &str, text: &str| {
        let file = folder.path().join("snapshots/billing").join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, format!("---\nsource: x\n---\n{text}")).unwrap();
    };
    pending("time/past.snap", "outcome: rejected\n");
    pending("time/past.snap.new", "outcome: session:attacker\n");
    pending("signature/xsw-3@R.snap.new", "outcome: rejected\n");

    let shown = stdout(&samlitmus(folder.path(), &["review"]).code(0));
    assert!(
        shown.contains("-outcome: rejected\n+outcome: session:attacker"),
        "{shown}"
    );
    assert!(
        shown.contains("signature/xsw-3@R") && shown.contains("samlitmus accept"),
        "{shown}"
    );

    let said = stdout(&samlitmus(folder.path(), &["accept", "signature/*"]).code(0));
    assert_eq!(said, "accepted billing signature/xsw-3@R\n");
    assert!(
        folder
            .path()
            .join("snapshots/billing/signature/xsw-3@R.snap")
            .is_file()
    );
    let said = stdout(&samlitmus(folder.path(), &["reject"]).code(0));
    assert_eq!(said, "rejected billing time/past\n");
    let kept = std::fs::read_to_string(folder.path().join("snapshots/billing/time/past.snap")).unwrap();
    assert!(kept.contains("outcome: rejected"));

    assert_eq!(
        stdout(&samlitmus(folder.path(), &["review"]).code(0)),
        "nothing waits for a review\n"
    );
    samlitmus(folder.path(), &["accept"]).code(0);
    samlitmus(folder.path(), &["accept", "time/*"]).code(4);
}
