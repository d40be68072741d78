//! What is meant is fired, in one run, and each test says what came of its own.

use crate::folder::Folder;

tests!(
    a_right_sp_passes_and_what_does_not_apply_says_why,
    a_flawed_sp_fails_where_it_is_wrong_and_nowhere_else,
    the_list_asks_nobody,
    what_is_ignored_is_fired_when_it_is_asked_for,
    what_was_tested_is_known_to_the_next_run,
);

fn a_right_sp_passes_and_what_does_not_apply_says_why() {
    let folder = Folder::with_sp("");
    let said = folder.test(&["signature/xsw-3"]);
    assert!(said.passed, "{said:#?}");
    assert_eq!(said.all("ok"), ["run/conforms", "signature/xsw-3"], "{said:#?}");
    assert_eq!(said.tests.len(), 2, "{said:#?}");
    assert_eq!(folder.turns(), ["begun", "ended"], "one run, however many tests");

    // Nothing that is fired applies: each says so, and nothing is red.
    let said = folder.test(&["trust/sp-own-key"]);
    assert!(said.passed, "{said:#?}");
    let why = said.came("trust/sp-own-key");
    assert!(
        why.starts_with("ignored (not applicable: ") && why.contains("[sp] key"),
        "{said:#?}"
    );
    assert_eq!(said.came("run/conforms"), "ignored (nothing of it applies)");
}

fn a_flawed_sp_fails_where_it_is_wrong_and_nowhere_else() {
    let folder = Folder::with_sp("--flaw V11");
    let said = folder.test(&["signature/xsw-"]);
    assert!(!said.passed, "{said:#?}");
    for wrong in ["signature/xsw-3", "signature/xsw-4", "run/conforms"] {
        assert_eq!(said.came(wrong), "FAILED", "{said:#?}");
    }
    for right in ["signature/xsw-1", "signature/xsw-7", "signature/xsw-8"] {
        assert_eq!(said.came(right), "ok", "{said:#?}");
    }
    assert_eq!(folder.turns(), ["begun", "ended"], "one run, however many tests");

    let why = said.why("signature/xsw-3");
    for part in [
        "signature/xsw-3: A forged assertion stands before the signed one\n",
        "  the rule: only what the verified signature covers may be read",
        "  bases A, B: fail, critical; expected MUST_REJECT, observed session:victim\n",
        "the victim is signed in",
        "what it takes: a low-privileged user",
        "/singlesignon/saml/SSO -> 303 to ",
        "  how it is mended: ",
        "  explained: samlitmus explain signature/xsw-3\n",
        "  once more: cargo test --test as_tests -- --exact signature/xsw-3\n",
        "  once more: samlitmus run signature/xsw-3 --config 'samlitmus.toml'",
    ] {
        assert!(why.contains(part), "{part:?} is missing in {why}");
    }
    let whole = said.why("run/conforms");
    assert!(
        whole.starts_with("exit 1: deviates\n") && whole.contains("signature/xsw-3 (A)"),
        "{whole}"
    );
}

fn the_list_asks_nobody() {
    let folder = Folder::with_sp("");
    let said = folder.test(&["--list"]);
    assert!(said.passed && said.err.is_empty(), "{said:#?}");
    for line in [
        "[run] run/conforms: test\n",
        "[core] signature/xsw-3: test\n",
        "[smoke] baseline/assertion-signed: test\n",
        "[extended] time/expired-beyond-skew: test\n",
    ] {
        assert!(said.out.contains(line), "{line} is missing in {said:#?}");
    }
    assert!(folder.turns().is_empty(), "the SP was started");
    assert!(!folder.path(".samlitmus").exists(), "keys were made");

    // As nextest asks for those that it does not run by itself.
    let said = folder.test(&["--list", "--format", "terse", "--ignored"]);
    assert!(
        said.out
            .lines()
            .all(|line| line.starts_with("[extended] ") || line.starts_with("[observe] ")),
        "{said:#?}"
    );

    // Scenarios of one's own are tests as well.
    std::fs::create_dir(folder.path("own")).unwrap();
    folder.write(
        "own/own.toml",
        "[[scenario]]\nid = \"signature/own\"\ntitle = \"t\"\nverdict = \"INFO\"\nseverity = \"info\"\nrule = \"r\"\nwhy = \"w\"\n",
    );
    folder.edit(|text| text + "scenarios = [\"own\"]\n");
    let said = folder.test(&["--list", "signature/own"]);
    assert_eq!(
        said.out, "[run] run/conforms: test\n[core] signature/own: test\n",
        "{said:#?}"
    );
}

fn what_is_ignored_is_fired_when_it_is_asked_for() {
    let folder = Folder::with_sp("");
    let extended = "time/expired-beyond-skew";
    let said = folder.test(&["time/expired-beyond"]);
    assert_eq!(said.came(extended), "ignored", "{said:#?}");
    assert!(folder.turns().is_empty(), "nothing was to be fired: {said:#?}");
    for asked in [
        &["time/expired-beyond", "--ignored"][..],
        &["time/expired-beyond", "--include-ignored"],
        &[extended],
        // As nextest does.
        &[
            "--exact",
            "[extended] time/expired-beyond-skew",
            "--nocapture",
            "--ignored",
        ],
    ] {
        let said = folder.test(asked);
        assert_eq!(said.all("ok"), ["run/conforms", extended], "{asked:?}: {said:#?}");
    }
    let said = folder.test(&["no-such-scenario"]);
    assert!(said.passed && said.tests.is_empty(), "{said:#?}");
    assert!(said.err.contains("nothing is fired"), "{said:#?}");
    let said = folder.test(&["signature/xsw*"]);
    assert!(said.err.contains("write 'signature/xsw'"), "{said:#?}");
}

fn what_was_tested_is_known_to_the_next_run() {
    let folder = Folder::with_sp("--flaw V11");
    assert!(!folder.test(&["--exact", "signature/xsw-3"]).passed);
    let known = std::fs::read_to_string(folder.path(".samlitmus/last-run/billing.json")).unwrap();
    assert!(
        known.contains("signature/xsw-3") && known.contains("fail"),
        "{known}"
    );
    let new = folder.path("snapshots/billing/signature/xsw-3.snap.new");
    assert!(new.exists(), "what was seen waits for a review");
}
