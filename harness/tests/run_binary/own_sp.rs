//! An SP in a process of its own, as a user's is, which trusts the keys of the state folder.

use std::thread;

use super::{results, site::Site, wait_until};

#[test]
fn a_flawed_sp_signs_the_victim_in_and_a_hardened_one_does_not() {
    let site = Site::new();
    site.samlitmus(&["idp", "metadata", "--out", "idp.xml"]).code(0);
    let run = ["run", "signature/xsw-3", "--report", "json=r.json"];

    let flawed = site.serve(&["--flaw", "V11"]);
    let said = site.samlitmus(&run).code(1);
    assert!(said.out.contains("session:victim"), "{said:#?}");
    assert!(
        said.causes()[0].contains("critical): signature/xsw-3"),
        "{said:#?}"
    );
    let json = results(&site.path("r.json"));
    let outcomes: Vec<_> = json["scenarios"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["outcome"])
        .collect();
    assert!(
        outcomes.iter().any(|outcome| *outcome == "session:victim"),
        "{outcomes:?}"
    );
    assert_eq!(
        json["summary"]["fail_by_severity"]["critical"],
        json["summary"]["fail"]
    );
    drop(flawed);

    let _hardened = site.serve(&[]);
    let said = site.samlitmus(&run).code(0);
    assert!(said.causes().is_empty(), "{said:#?}");
    let json = results(&site.path("r.json"));
    assert_eq!(json["sp"]["name"], "billing");
    assert_eq!(
        json["sp"]["calibration"]["two_tenants"], true,
        "both tenants of the state folder are trusted"
    );
}

#[test]
fn an_sp_that_refuses_in_any_style_can_be_judged() {
    let site = Site::new();
    for style in ["403", "500", "redirect", "page"] {
        let served = site.serve(&["--refuse-with", style]);
        let said = site.samlitmus(&["run", "signature/xsw-3", "baseline/*"]).code(0);
        let warnings: Vec<_> = said
            .out
            .lines()
            .filter(|line| line.starts_with("warning: "))
            .collect();
        match style {
            "500" => assert!(
                matches!(warnings[..], [one] if one.contains("refusals came as a 5xx")),
                "{warnings:?}"
            ),
            _ => assert!(warnings.is_empty(), "{style}: {warnings:?}"),
        }
        drop(served);
    }
    let _served = site.serve(&["--refuse-with", "silence"]);
    let said = site
        .samlitmus(&["run", "signature/xsw-3", "--timeout", "1s"])
        .code(1);
    assert!(said.out.contains("hang"), "{said:#?}");
}

/// A session that a flow rests on is gone, as it is when an SP is started anew meanwhile: that says nothing about the message.
#[test]
fn an_sp_that_forgets_its_sessions_once_in_the_middle_of_a_flow_is_judged_all_the_same() {
    let site = Site::new();
    // The first time the command waits until the SP has been started anew; later it does nothing.
    let command = "mkdir asked || exit 0; while [ ! -e anew ]; do sleep 0.05; done";
    site.configure(|text| text.replacen("[sp.probe]", &format!("refresh = \"{command}\"\n\n[sp.probe]"), 1));
    let scenario = r#"
        [[scenario]]
        id       = "baseline/a-session-lasts"
        title    = "A session lasts while another begins"
        tier     = "smoke"
        verdict  = "MUST_ACCEPT"
        severity = "high"
        rule     = "a session is that of the assertion's subject (Prof 4.1.4.3)"
        why      = "A session that ends because another begins signs people out."
        mend     = "Key sessions by their own identifiers."
        refs     = { spec = ["Prof 4.1.4.3"] }
        as       = "attacker"
        flow     = [
            { login = "alice", jar = "one" },
            { refresh = "sp" },
            { probe = "one", is = "alice" },
            { login = "attacker", jar = "two" },
        ]
    "#;
    std::fs::create_dir(site.path("own")).unwrap();
    site.write("own/session.toml", scenario);
    let said = thread::scope(|scope| {
        scope.spawn(|| {
            let first = site.serve(&[]);
            wait_until("the flow is in its middle", || site.path("asked").exists());
            drop(first);
            let second = site.serve(&[]);
            site.write("anew", "");
            wait_until("the run has ended", || site.path("ended").exists());
            drop(second);
        });
        wait_until("the SP is there", || !site.is_free());
        let said = site.samlitmus(&["run", "baseline/a-session-lasts", "--scenarios", "own"]);
        site.write("ended", "");
        said
    });
    said.code(0);
    assert!(site.path("anew").exists());
}

#[test]
fn the_start_line_starts_the_sp_waits_for_it_and_ends_it() {
    let site = Site::new();
    let program = env!("CARGO_BIN_EXE_samlitmus");
    site.configure(|text| {
        let lines = format!(
            "start = \"{program} sp --listen 127.0.0.1:{port} --idp-metadata {{metadata}}\"\n\
             ready = \"http://127.0.0.1:{port}/singlesignon/saml/metadata\"\n\
             stop = \"echo stopped > stopped\"\n\
             \n[sp.probe]",
            port = site.sp
        );
        text.replacen("[sp.probe]", &lines, 1)
    });
    let said = site.samlitmus(&["run", "signature/xsw-3", "baseline/*"]).code(0);
    assert!(said.err.is_empty(), "{said:#?}");
    assert_eq!(
        std::fs::read_to_string(site.path("stopped")).unwrap(),
        "stopped\n"
    );
    assert!(site.is_free(), "the SP still listens");
}

#[test]
fn what_the_sp_wrote_while_a_failure_was_fired_alone_stands_beside_it() {
    let program = env!("CARGO_BIN_EXE_samlitmus");
    for log in ["", "log = \"cat .samlitmus/sp.log\"\n"] {
        let site = Site::new();
        site.configure(|text| {
            let lines = format!(
                "start = \"SAMLITMUS_LOG=info {program} sp --flaw V11 --listen 127.0.0.1:{port} --idp-metadata {{metadata}}\"\n\
                 ready = \"http://127.0.0.1:{port}/singlesignon/saml/metadata\"\n{log}\
                 \n[sp.probe]",
                port = site.sp
            );
            text.replacen("[sp.probe]", &lines, 1)
        });
        let run = [
            "run",
            "signature/xsw-*",
            "--report",
            "json=r.json",
            "--report",
            "html=r.html",
        ];
        site.samlitmus(&run).code(1);
        let json = results(&site.path("r.json"));
        let mut failed = 0;
        for entry in json["scenarios"].as_array().unwrap() {
            let said: Vec<_> = entry["sp_log"].as_array().into_iter().flatten().collect();
            if entry["verdict"] == "fail" {
                failed += 1;
                // Once, and of nobody else: many sign in meanwhile, but not just then.
                assert_eq!(said.len(), 1, "{log}{entry}");
                assert!(
                    said[0]
                        .as_str()
                        .unwrap()
                        .contains("signed in name_id=\"admin@contoso.example\""),
                    "{entry}"
                );
            } else {
                assert!(said.is_empty(), "{entry}");
            }
        }
        assert!(failed > 0);
        let html = std::fs::read_to_string(site.path("r.html")).unwrap();
        assert!(html.contains("What the SP wrote into its log"));
    }
}

#[test]
fn an_sp_that_was_started_does_not_outlive_a_run_that_is_killed() {
    let site = Site::new();
    let program = env!("CARGO_BIN_EXE_samlitmus");
    site.configure(|text| {
        let lines = format!(
            "start = \"{program} sp --listen 127.0.0.1:{port} --idp-metadata {{metadata}}\"\n\
             ready = \"http://127.0.0.1:{port}/singlesignon/saml/metadata\"\n\
             \n[sp.probe]",
            port = site.sp
        );
        text.replacen("[sp.probe]", &lines, 1)
    });
    let mut run = site.start(&["run", "--jobs", "1", "--tier", "all"]);
    run.until("learned: ");
    assert!(!site.is_free());
    drop(run);
    site.wait_until_free();
}

#[test]
fn a_start_line_that_fails_is_named_with_its_last_words() {
    let site = Site::new();
    site.configure(|text| {
        let lines = "start = \"echo the database is away >&2; exit 7\"\nready = \"http://127.0.0.1:9/\"\n\n[sp.probe]";
        text.replacen("[sp.probe]", lines, 1)
    });
    let said = site.samlitmus(&["run", "baseline/*"]).code(3);
    let cause = said.causes()[0];
    assert!(
        cause.contains("[sp] start") && cause.contains("the database is away"),
        "{said:#?}"
    );
}

#[test]
fn the_log_of_an_sp_that_does_not_come_up_stands_in_the_report_and_it_is_stopped() {
    let site = Site::new();
    // As with containers: start hands over and fails, the log is asked for elsewhere, and goes with stop.
    site.configure(|text| {
        let lines = "start = \"echo no such table: users > container.log; echo 'GET /cb?token=Zq7xSecretOfSomebody' >> container.log; echo error: sp is unhealthy >&2; exit 1\"\n\
             ready = \"http://127.0.0.1:9/\"\nlog = \"cat container.log\"\nstop = \"rm container.log; echo stopped > stopped\"\n\n[sp.probe]";
        text.replacen("[sp.probe]", lines, 1)
    });
    let reports = [
        "--report",
        "json=r.json",
        "--report",
        "html=r.html",
        "--report",
        "junit=r.xml",
    ];
    let said = site
        .samlitmus(&[&["run", "baseline/*"], &reports[..]].concat())
        .code(3);
    assert!(said.causes()[0].contains("sp is unhealthy"), "{said:#?}");
    assert!(
        said.out
            .contains("what the SP said last:\n  | no such table: users\n"),
        "{said:#?}"
    );
    let json = results(&site.path("r.json"));
    assert_eq!(json["summary"]["sp-log"][0], "no such table: users");
    for report in ["r.html", "r.xml", ".samlitmus/sp.log"] {
        let text = std::fs::read_to_string(site.path(report)).unwrap();
        assert!(text.contains("no such table: users"), "{report}: {text}");
    }
    // What the SP logs of somebody's token is told nowhere.
    assert!(!said.out.contains("SecretOfSomebody"), "{said:#?}");
    for report in ["r.json", "r.html", "r.xml"] {
        let text = std::fs::read_to_string(site.path(report)).unwrap();
        assert!(!text.contains("SecretOfSomebody"), "{report}: {text}");
    }
    assert_eq!(
        std::fs::read_to_string(site.path("stopped")).unwrap(),
        "stopped\n"
    );
    assert!(!site.path("container.log").exists());
}

#[test]
fn a_log_that_cannot_be_read_is_a_warning_and_a_run_that_ends_well_shows_none() {
    let site = Site::new();
    let _served = site.serve(&[]);
    for (log, exit_says) in [
        ("echo all is well", None),
        ("echo no such container >&2; exit 1", Some("no such container")),
    ] {
        site.configure(|text| text.replacen("[sp.probe]", &format!("log = \"{log}\"\n\n[sp.probe]"), 1));
        let said = site
            .samlitmus(&["run", "baseline/*", "--driver=http", "--report", "json=r.json"])
            .code(0);
        let warned = said
            .out
            .lines()
            .find(|line| line.starts_with("warning: [sp] log: "));
        assert_eq!(warned.is_some(), exit_says.is_some(), "{said:#?}");
        assert!(
            exit_says.is_none_or(|words| warned.is_some_and(|line| line.contains(words))),
            "{said:#?}"
        );
        assert_eq!(
            results(&site.path("r.json"))["summary"]["sp-log"],
            serde_json::json!([])
        );
    }
}

#[test]
fn an_sp_that_was_started_is_stopped_by_its_command_also_when_the_run_is_killed() {
    let site = Site::new();
    let _served = site.serve(&[]);
    // Longer than a process is given to end: a container may take so long.
    site.starts("true", "sleep 8; echo stopped > stopped");
    let mut run = site.start(&["run", "--jobs", "1", "--tier", "all", "--driver=http"]);
    run.until("learned: ");
    drop(run);
    super::wait_until("the stop command has ended", || site.path("stopped").exists());
}

#[test]
fn what_was_still_coming_up_when_the_run_was_killed_is_ended_before_it_is_stopped() {
    let site = Site::new();
    let coming = "trap 'touch left; exit' TERM; touch coming; while :; do sleep 0.1; done";
    site.starts(coming, "rm left && echo stopped > stopped");
    let run = site.start(&["run", "baseline/*", "--driver=http"]);
    super::wait_until("the SP is coming up", || site.path("coming").exists());
    drop(run);
    super::wait_until("it was stopped", || site.path("stopped").exists());
}

/// What is published is read again by whatever the configuration names; where nobody comes for it, nothing is said of the SP.
#[test]
fn an_sp_follows_metadata_where_it_is_told_to_and_comes_for_it() {
    let site = Site::new();
    site.samlitmus(&["idp", "metadata", "--out", "idp.xml"]).code(0);
    let _served = site.serve(&[]);
    let url = format!("http://127.0.0.1:{}/test/refresh", site.sp);
    let run = [
        "run",
        "baseline/assertion-signed",
        "metadata/rollover-*",
        "--report",
        "json=r.json",
    ];
    let came_to = || -> Vec<(String, String)> {
        let json = results(&site.path("r.json"));
        let rows = json["scenarios"].as_array().unwrap().iter();
        let rows = rows.filter(|row| row["id"].as_str().unwrap().starts_with("metadata/"));
        rows.map(|row| {
            let text = |key: &str| row[key].as_str().unwrap().to_owned();
            (text("verdict"), text("reason"))
        })
        .collect()
    };
    for (refresh, why) in [(None, "([sp] refresh)"), (Some("true"), "did not come")] {
        let line = refresh.map_or_else(String::new, |refresh| format!("refresh = \"{refresh}\"\n"));
        site.configure(|text| text.replacen("[sp.probe]", &format!("{line}\n[sp.probe]"), 1));
        site.samlitmus(&run).code(0);
        let rows = came_to();
        let told = |(verdict, reason): &(String, String)| verdict == "not-applicable" && reason.contains(why);
        assert!(rows.len() == 2 && rows.iter().all(told), "{rows:#?}");
    }
    site.configure(|text| text.replacen("[sp.probe]", &format!("refresh = \"{url}\"\n\n[sp.probe]"), 1));
    for _ in 0..2 {
        // The second run finds the SP as the first one found it.
        site.samlitmus(&run).code(0);
        let rows = came_to();
        assert!(
            rows.len() == 2 && rows.iter().all(|(verdict, _)| verdict == "pass"),
            "{rows:#?}"
        );
    }
}
