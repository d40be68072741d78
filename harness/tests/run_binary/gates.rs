//! What makes a run fail beside its verdicts: snapshots, waivers.

use super::site::Site;

/// The ids that the snapshots of a folder stand for.
fn snapshots(site: &Site, ending: &str) -> Vec<String> {
    let folder = site.path("snapshots/billing/signature");
    let Ok(files) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name.ends_with(ending)).collect();
    names.sort();
    names
}

#[test]
fn behaviour_is_accepted_once_and_every_change_breaks_the_gate() {
    let site = Site::new();
    let run = ["run", "signature/xsw-3"];
    let hardened = site.serve(&[]);
    let said = site.samlitmus(&[&run[..], &["--locked"]].concat()).code(1);
    assert!(said.causes()[0].contains("no accepted snapshot"), "{said:#?}");
    assert_eq!(snapshots(&site, ".new"), [""; 0], "a locked run writes nothing");

    let said = site.samlitmus(&run).code(0);
    assert!(
        said.out
            .contains("2 new, 0 changed; see them with `samlitmus review`"),
        "{said:#?}"
    );
    let new = ["xsw-3.snap.new", "xsw-3@B.snap.new"];
    assert_eq!(snapshots(&site, ".new"), new);
    let said = site.samlitmus(&["review"]).code(0);
    assert!(said.out.contains("+outcome: rejected"), "{said:#?}");
    site.samlitmus(&["accept"]).code(0);
    assert_eq!(snapshots(&site, ".new"), [""; 0]);
    assert_eq!(snapshots(&site, ".snap"), ["xsw-3.snap", "xsw-3@B.snap"]);
    let said = site.samlitmus(&[&run[..], &["--locked"]].concat()).code(0);
    assert!(!said.out.contains("snapshots:"), "{said:#?}");
    drop(hardened);

    // The deviation is waived, so that the change alone decides.
    let _flawed = site.serve(&["--flaw", "V11"]);
    site.write(
        "waivers.toml",
        "[[waiver]]\nid = \"signature/xsw-3\"\nreason = \"being mended\"\n",
    );
    let said = site
        .samlitmus(&[&run[..], &["--waivers", "waivers.toml"]].concat())
        .code(1);
    let [cause] = said.causes()[..] else {
        panic!("{said:#?}");
    };
    assert!(
        cause.contains("changed since their snapshots were accepted: signature/xsw-3"),
        "{said:#?}"
    );
    let said = site.samlitmus(&["review"]).code(0);
    assert!(
        said.out
            .contains("-outcome: rejected\n-identity: nobody\n+outcome: session:victim\n+identity: victim"),
        "{said:#?}"
    );
    let said = site.samlitmus(&["reject"]).code(0);
    assert!(
        said.out.contains("rejected billing signature/xsw-3\n"),
        "{said:#?}"
    );
    assert_eq!(snapshots(&site, ".new"), [""; 0]);
    let said = site.samlitmus(&["review"]).code(0);
    assert_eq!(said.out, "nothing waits for a review\n");
}

#[test]
fn a_waiver_holds_until_it_expires_or_the_deviation_heals() {
    let site = Site::new();
    let waive = |expires: &str| {
        let entry = format!(
            "[[waiver]]\nid = \"signature/xsw-*\"\nreason = \"ticket 12\"\nexpires = \"{expires}\"\n"
        );
        site.write("waivers.toml", &entry);
    };
    let run = ["run", "signature/xsw-3", "--waivers", "waivers.toml"];
    let flawed = site.serve(&["--flaw", "V11"]);
    waive("2999-12-31");
    let said = site.samlitmus(&run).code(0);
    assert!(said.out.contains(" waived in "), "{said:#?}");
    waive("2020-12-31");
    let said = site.samlitmus(&run).code(1);
    let expired = "the waiver for signature/xsw-* expired on 2020-12-31: mend the SP, or argue it anew";
    assert!(said.causes().contains(&expired), "{said:#?}");
    drop(flawed);

    let _hardened = site.serve(&[]);
    waive("2999-12-31");
    let said = site.samlitmus(&run).code(1);
    let healed = "the waiver for signature/xsw-* no longer bites: the deviation has healed, take it out";
    assert_eq!(said.causes(), [healed], "{said:#?}");
}

#[test]
fn a_waiver_for_nothing_is_a_slip_that_is_told_before_anything_is_fired() {
    let site = Site::new();
    let own = "[[scenario]]\nid = \"signature/own\"\ntitle = \"t\"\nverdict = \"INFO\"\nseverity = \"info\"\nrule = \"r\"\nwhy = \"w\"\n";
    std::fs::create_dir(site.path("own")).unwrap();
    site.write("own/own.toml", own);
    let run = |waived: &str, more: &[&str]| {
        let waiver = format!("[[waiver]]\nid = \"{waived}\"\nreason = \"known\"\n");
        site.write("w.toml", &waiver);
        let run = [
            "run",
            "baseline/assertion-signed",
            "--waivers",
            "w.toml",
            "--report",
            "json=r.json",
        ];
        site.samlitmus(&[&run[..], more].concat())
    };
    for (slip, hint) in [
        ("signature/xsw3", "did you mean 'signature/xsw-3'?"),
        ("signatur/xsw-*", "the nearest is 'signature/xsw-"),
        ("signature/own", "there is no scenario \"signature/own\""),
    ] {
        let said = run(slip, &[]).code(2);
        assert!(
            said.sentence().starts_with("the waivers in w.toml: ") && said.sentence().contains(hint),
            "{said:#?}"
        );
        assert_eq!(
            super::causes(&super::results(&site.path("r.json"))),
            [said.sentence()]
        );
    }
    // What stands in the catalogue and is not fired is no slip; here the SP is down, so that nothing is.
    run("signature/xsw-3", &[]).code(3);
    run("signature/own", &["--scenarios", "own"]).code(3);
}

#[test]
fn waivers_that_cannot_be_read_end_with_2() {
    let site = Site::new();
    for (text, hint) in [
        (Some("[[waiver]]\nid = \"a\"\n"), "line 1: missing field `reason`"),
        (Some("waive everything"), "line 1: "),
        (
            Some("[[waiver]]\nid = \"a\"\nreason = \"r\"\nexpires = \"soon\"\n"),
            "expires is a date such as 2027-06-30",
        ),
        (None, "there is no such file"),
    ] {
        let _ = std::fs::remove_file(site.path("w.toml"));
        if let Some(text) = text {
            site.write("w.toml", text);
        }
        let said = site
            .samlitmus(&["run", "baseline/*", "--waivers", "w.toml"])
            .code(2);
        assert!(
            said.sentence().contains(hint) && said.sentence().contains("w.toml"),
            "{said:#?}"
        );
    }
}

/// Whatever shuts the gate has its exit code and its sentence; nothing of it can pass for a run that conforms.
#[test]
fn each_thing_that_shuts_the_gate_says_so_by_its_exit_code_and_a_cause() {
    let site = Site::new();
    let told = || {
        let results = super::results(&site.path("r.json"));
        super::causes(&results).join("; ")
    };
    let run = |more: &[&str]| {
        let all = [&["run", "signature/xsw-3", "--report", "json=r.json"], more].concat();
        (site.samlitmus(&all).code, told())
    };
    let waive = |id: &str, expires: &str| {
        let text = format!("[[waiver]]\nid = \"{id}\"\nreason = \"known\"\nexpires = \"{expires}\"\n");
        site.write("w.toml", &text);
    };
    let waived = ["--waivers", "w.toml"];
    let ends = |what: &str, (code, told): (Option<i32>, String), exit: i32, cause: &str| {
        assert_eq!(code, Some(exit), "{what}: {told}");
        assert!(told.contains(cause), "{what}: {told}");
    };

    let flawed = site.serve(&["--flaw", "V11"]);
    waive("signature/xsw-3", "2020-01-01");
    ends("an expired waiver", run(&waived), 1, "expired on 2020-01-01");
    drop(flawed);
    let hardened = site.serve(&[]);
    waive("signature/xsw-3", "2999-12-31");
    ends("a healed waiver", run(&waived), 1, "the deviation has healed");
    waive("signature/xsw-33", "2999-12-31");
    ends("an unknown id in a waiver", run(&waived), 2, "did you mean");
    let nothing = site.samlitmus(&[
        "run",
        "signature/*",
        "--tier",
        "opt-in",
        "--report",
        "json=r.json",
    ]);
    ends("an empty selection", (nothing.code, told()), 4, "nothing ran");
    run(&[]);
    site.samlitmus(&["accept"]).code(0);
    drop(hardened);
    let flawed = site.serve(&["--flaw", "V11"]);
    ends(
        "a changed snapshot",
        run(&[]),
        1,
        "changed since their snapshots were accepted",
    );
    ends(
        "a catalogue that is not there",
        run(&["--catalogue", "99"]),
        2,
        "there is no catalogue 99",
    );
    drop(flawed);
    ends("a dead SP", run(&[]), 3, "");
}

/// The SP trusts the IdP no more in the middle of a run: then a refusal says nothing, and no attack counts as refused.
#[test]
fn a_control_that_fails_leaves_its_batch_unjudged() {
    let site = Site::new();
    site.samlitmus(&["idp", "metadata", "--out", "idp.xml"]).code(0);
    let first = site.serve(&[]);
    let mut run = site.start(&[
        "run",
        "signature/*",
        "--driver",
        "http",
        "--jobs",
        "1",
        "--report",
        "json=r.json",
    ]);
    run.until("learned: ");
    drop(first);
    let metadata = std::fs::read_to_string(site.path("idp.xml")).unwrap();
    site.write(
        "other.xml",
        &metadata.replace("entityID=\"", "entityID=\"https://elsewhere.example/"),
    );
    let _second = site.serve(&["--idp-metadata", "other.xml"]);
    let said = run.end().code(3);
    let json = super::results(&site.path("r.json"));
    let told = super::causes(&json).join("; ");
    assert!(
        told.contains("no flawless login works any more"),
        "{told}\n{said:#?}"
    );
    assert!(told.contains("could not be judged: signature/"), "{told}");
    let summary = &json["summary"];
    assert!(summary["inconclusive"].as_u64().unwrap() > 50, "{summary}");
    assert_eq!(summary["fail"], 0, "{summary}");
}
