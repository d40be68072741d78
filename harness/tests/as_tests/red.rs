//! What is red though nobody was signed in as somebody else, and what is not.

use crate::folder::{Folder, Said};

tests!(
    an_sp_that_is_not_there_fails_every_test_with_its_cause,
    a_configuration_that_is_wrong_fails_every_test_with_its_cause,
    a_waiver_is_shown_and_one_that_has_ended_fails_the_run,
    a_waiver_for_many_has_not_healed_because_one_is_tested_alone,
    snapshots_are_locked_in_ci,
    a_failure_that_is_let_pass_says_so,
);

#[track_caller]
fn all_failed(said: &Said, words: &[&str]) {
    let failed = said.all("FAILED");
    assert!(!said.passed && failed.len() > 5, "{said:#?}");
    // The tiers beyond are asked for by name.
    let asked = said.tests.len() - said.all("ignored").len();
    assert_eq!(failed.len(), asked, "{said:#?}");
    for test in failed {
        let why = said.why(test);
        assert!(words.iter().all(|word| why.contains(word)), "{test}: {why}");
    }
}

fn an_sp_that_is_not_there_fails_every_test_with_its_cause() {
    let folder = Folder::without_sp();
    let said = folder.test(&["signature/xsw-"]);
    all_failed(
        &said,
        &["exit 3: the harness could not judge", "gives no metadata"],
    );

    let folder = Folder::with_sp("--no-such-flag");
    let said = folder.test(&["signature/xsw-"]);
    all_failed(&said, &["[sp] start ended with", "--no-such-flag"]);
}

fn a_configuration_that_is_wrong_fails_every_test_with_its_cause() {
    let folder = Folder::with_sp("");
    folder.edit(|text| text.replace("[run]", "[rum]"));
    let said = folder.test(&["signature/xsw-"]);
    all_failed(&said, &["samlitmus.toml, line", "rum"]);

    std::fs::remove_file(folder.path("samlitmus.toml")).unwrap();
    let said = folder.test(&["signature/xsw-"]);
    all_failed(&said, &["there is no samlitmus.toml"]);
    assert!(folder.turns().is_empty());
}

fn waive(folder: &Folder, id: &str, expires: &str) {
    folder.write(
        "waivers.toml",
        &format!("[[waiver]]\nid = \"{id}\"\nreason = \"ticket 12\"\nexpires = \"{expires}\"\n"),
    );
    folder.edit(|text| match text.contains("waivers =") {
        true => text,
        false => text + "waivers = \"waivers.toml\"\n",
    });
}

fn a_waiver_is_shown_and_one_that_has_ended_fails_the_run() {
    let folder = Folder::with_sp("--flaw V11");
    waive(&folder, "signature/xsw-3", "2999-12-31");
    let said = folder.test(&["--exact", "signature/xsw-3"]);
    assert!(said.passed, "{said:#?}");
    let came = said.came("signature/xsw-3");
    assert!(
        came.starts_with("ignored (") && came.ends_with("waived: ticket 12)"),
        "{said:#?}"
    );
    assert_eq!(said.came("run/conforms"), "ok");

    waive(&folder, "signature/xsw-3", "2020-12-31");
    let said = folder.test(&["--exact", "signature/xsw-3"]);
    assert_eq!(
        said.all("FAILED"),
        ["run/conforms", "signature/xsw-3"],
        "{said:#?}"
    );
    assert!(
        said.why("run/conforms").contains("expired on 2020-12-31"),
        "{said:#?}"
    );

    // Green by every scenario, and red all the same: the test that was waived has healed.
    folder.edit(|text| text.replace(" --flaw V11", ""));
    waive(&folder, "signature/xsw-3", "2999-12-31");
    let said = folder.test(&["signature/xsw-3"]);
    assert_eq!(said.all("FAILED"), ["run/conforms"], "{said:#?}");
    assert!(said.why("run/conforms").contains("no longer bites"), "{said:#?}");
}

fn a_waiver_for_many_has_not_healed_because_one_is_tested_alone() {
    let folder = Folder::with_sp("--flaw V11");
    waive(&folder, "signature/xsw-*", "2999-12-31");
    let said = folder.test(&["--exact", "signature/xsw-1"]);
    assert!(said.passed, "{said:#?}");
    assert_eq!(said.all("ok"), ["run/conforms", "signature/xsw-1"], "{said:#?}");
}

fn snapshots_are_locked_in_ci() {
    let folder = Folder::with_sp("");
    let said = folder.test_in(&[("CI", "true")], &["--exact", "signature/xsw-3"]);
    assert_eq!(
        said.all("FAILED"),
        ["run/conforms", "signature/xsw-3"],
        "{said:#?}"
    );
    let why = said.why("signature/xsw-3");
    assert!(
        why.contains("base A: it has no accepted snapshot, and snapshots are locked"),
        "{why}"
    );
    assert!(
        why.contains("bases A, B: pass; expected MUST_REJECT, observed rejected"),
        "{why}"
    );
    let said = folder.test(&["--exact", "signature/xsw-3"]);
    assert!(said.passed, "{said:#?}");
}

fn a_failure_that_is_let_pass_says_so() {
    let folder = Folder::with_sp("--flaw V37");
    let every = folder.test(&["time/"]);
    let failed: Vec<String> = every
        .all("FAILED")
        .iter()
        .map(|name| (*name).to_owned())
        .collect();
    assert!(failed.len() > 1, "{every:#?}");
    folder.edit(|text| text + "fail_on = \"critical\"\n");
    let said = folder.test(&["time/"]);
    assert!(said.passed, "{said:#?}");
    for name in failed.iter().filter(|name| *name != "run/conforms") {
        assert!(
            said.came(name)
                .starts_with("ignored (let pass, being below --fail-on critical: "),
            "{said:#?}"
        );
    }
    assert!(said.err.contains("let pass"), "{said:#?}");
}
