//! Signals, and readers who go away: a run ends with its reports, and within seconds, whatever hangs. What hangs here does so for
//! longer than the tests have patience.

use std::{io::Write, net::TcpStream, thread, time::Duration};

use super::{causes, killed::Trace, results, site::Site, wait_until};

/// A run of everything, with a report.
const RUN: [&str; 9] = [
    "run",
    "--tier",
    "all",
    "--jobs",
    "1",
    "--report",
    "json=out/r.json",
    "--seed=7",
    "--driver=http",
];

#[test]
fn term_and_hang_up_are_ctrl_c() {
    let site = Site::new();
    let _served = site.serve(&[]);
    for signal in ["TERM", "HUP", "INT"] {
        let mut run = site.start(&RUN);
        run.until("learned: ");
        run.signal(signal);
        let said = run.end().code(130);
        assert!(
            said.out.ends_with("exit 130: interrupted\n"),
            "{signal}: {said:#?}"
        );
        assert!(
            said.err
                .contains("stopping; the report of what ran is being written"),
            "{said:#?}"
        );
        let json = results(&site.path("out/r.json"));
        assert_eq!(json["summary"]["exit"], 130);
        assert!(
            causes(&json)[0].starts_with("interrupted, with "),
            "{:?}",
            causes(&json)
        );
    }
}

#[test]
fn a_run_whose_sp_hangs_ends() {
    let site = Site::new();
    let _served = site.serve(&["--refuse-with", "silence"]);
    let mut run = site.start(&[&RUN[..], &["--timeout", "10m"]].concat());
    // Calibration asks how it refuses, and there it hangs.
    run.until("samlitmus ");
    thread::sleep(Duration::from_secs(1));
    run.signal("TERM");
    run.end().code(130);
    assert_eq!(results(&site.path("out/r.json"))["summary"]["exit"], 130);
}

#[test]
fn a_run_whose_firing_hangs_ends_with_what_came_before() {
    let site = Site::new();
    let _served = site.serve(&[]);
    // The SP's own command hangs in the middle of a flow.
    site.configure(|text| {
        text.replacen(
            "[sp.probe]",
            "restart = \"sleep 86417\"\nrefresh = \"sleep 86417\"\n\n[sp.probe]",
            1,
        )
    });
    let mut run = site.start(&[&RUN[..], &["baseline/*", "trust/*"]].concat());
    run.until("learned: ");
    wait_until("a flow restarts or refreshes the SP", || runs("86417"));
    run.signal("TERM");
    run.end().code(130);
    let json = results(&site.path("out/r.json"));
    assert!(
        json["summary"]["pass"].as_u64().unwrap() > 0,
        "{}",
        json["summary"]
    );
    wait_until("the command has ended", || !runs("86417"));
}

/// Whether a command of this line runs.
fn runs(word: &str) -> bool {
    let lines = std::fs::read_dir("/proc").unwrap().flatten();
    let mut lines = lines.filter_map(|process| std::fs::read(process.path().join("cmdline")).ok());
    lines.any(|line| String::from_utf8_lossy(&line).contains(word))
}

#[test]
fn a_stop_command_that_hangs_is_ended_and_named() {
    let site = Site::new();
    let _served = site.serve(&[]);
    let trace = Trace::new(&site, 1);
    let hangs = format!("trap '' TERM INT HUP; sleep {}; sleep {}", trace.mark, trace.mark);
    site.starts(&format!("sleep {}", trace.mark), &hangs);
    let mut run = site.start_in(&[("TMPDIR", trace.folder())], &RUN);
    run.until("learned: ");
    run.signal("TERM");
    let said = run.end().code(130);
    assert!(said.out.contains("warning: [sp] stop: "), "{said:#?}");
    trace.vanishes();
}

#[test]
fn a_second_signal_ends_the_program_at_once_and_leaves_nothing() {
    let site = Site::new();
    let _served = site.serve(&[]);
    let trace = Trace::new(&site, 1);
    let deaf = format!("trap '' TERM INT HUP; sleep {}; sleep {}", trace.mark, trace.mark);
    site.starts(&deaf, &deaf);
    for second in ["TERM", "INT"] {
        let first = if second == "TERM" { "INT" } else { "TERM" };
        let mut run = site.start_in(&[("TMPDIR", trace.folder())], &RUN);
        run.until("learned: ");
        run.signal(first);
        run.signal(second);
        run.end().code(130);
        assert_eq!(
            (trace.reports(), trace.has_parts()),
            (0, false),
            "no report is better than half of one"
        );
        trace.vanishes();
    }
}

#[test]
fn an_earlier_report_does_not_stand_for_a_run_that_was_killed() {
    let site = Site::new();
    let _served = site.serve(&[]);
    std::fs::create_dir(site.path("out")).unwrap();
    site.write("out/r.json", "{\"summary\": {\"exit\": 0}}");
    let mut run = site.start(&RUN);
    run.until("learned: ");
    drop(run);
    assert!(!site.path("out/r.json").exists());
}

#[test]
fn a_reader_who_goes_away_ends_nothing() {
    let site = Site::new();
    let _served = site.serve(&[]);
    let mut run = site.start(&[
        "run",
        "baseline/*",
        "--driver=http",
        "--timeout=2m",
        "--report",
        "json=out/r.json",
    ]);
    run.stop_reading();
    run.end().code(0);
    assert_eq!(results(&site.path("out/r.json"))["summary"]["exit"], 0);

    let mut idp = site.start(&["idp"]);
    idp.stop_reading();
    wait_until("the IdP is there", || {
        TcpStream::connect(("127.0.0.1", site.idp)).is_ok()
    });
    idp.signal("TERM");
    idp.end().code(0);
}

#[test]
fn what_serves_ends_on_term_whoever_is_in_the_middle_of_a_sentence() {
    let site = Site::new();
    let sp = site.serve(&[]);
    let mut idp = site.start(&["idp"]);
    idp.until("Ctrl-C ends it");
    for (served, port) in [(sp, site.sp), (idp, site.idp)] {
        let mut half = TcpStream::connect(("127.0.0.1", port)).unwrap();
        half.write_all(b"GET / HTTP/1.1\r\nHost: ").unwrap();
        served.signal("TERM");
        served.end().code(0);
    }
}
