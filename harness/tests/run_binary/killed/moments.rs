//! TERM and KILL at moments spread over a whole run, from its first process to its last report: no process of it is left, no
//! folder, and no torn report.
//!
//! And each run that was ended is gone on with (`--resume`), to the same results as one that nobody disturbed.
//!
//! In the gate seven of each over HTTP and three of each in the browser. `SAMLITMUS_KILLS=20` asks for that many, `SAMLITMUS_SEED=N` for the
//! moments of a run before, whose seed stands in what it said.

use serde_json::Value;

use super::{
    gate::Gate,
    trace::{REPORTS, Trace},
};
use crate::{
    alike::{differences, masked},
    results,
    site::Site,
    wait_until,
};

#[test]
fn over_http_nothing_is_left_of_a_run_that_is_ended_at_any_moment() {
    at_any_moment("http", 7, &["signature/*", "baseline/*"]);
}

#[test]
fn in_the_browser_nothing_is_left_of_a_run_that_is_ended_at_any_moment() {
    at_any_moment("browser", 3, &["signature/xsw-[1-4]", "baseline/*"]);
}

fn at_any_moment(driver: &str, each: u64, patterns: &[&str]) {
    let number = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
    let kills = usize::try_from(number("SAMLITMUS_KILLS").unwrap_or(each)).unwrap();
    let seed = number("SAMLITMUS_SEED").unwrap_or_else(|| u64::from(std::process::id()));
    println!("SAMLITMUS_KILLS={kills} SAMLITMUS_SEED={seed}");
    let site = Site::new();
    let gate = Gate::of(&site);
    let args = [
        &["run", "--driver", driver, "--seed", "7", "--jobs", "4"],
        patterns,
        &REPORTS,
    ]
    .concat();
    let mut undisturbed = Round {
        site: &site,
        gate: &gate,
        args: &args,
        number: 0,
    };
    let whole = undisturbed.whole();
    let told = told(&site);
    assert!(
        whole > 4 * kills,
        "{whole} requests are too few to be spread over"
    );

    let mut random = Random(seed);
    let mut interrupted = 0;
    for signal in ["TERM", "KILL"] {
        for at in 0..kills {
            let mut round = Round {
                number: undisturbed.number + 1,
                ..undisturbed
            };
            undisturbed.number += 1;
            // One of each kind comes before the SP has seen anything.
            let moment = (at * whole + random.below(whole)) / kills;
            let moment = if at == 0 { 0 } else { moment };
            interrupted += usize::from(round.ended(signal, moment, &told));
        }
    }
    // A run sends now a little more, now a little less; the last moment may come when it is over.
    assert!(
        interrupted >= 2 * kills - 2,
        "{interrupted} of {} were ended on the way",
        2 * kills
    );
    undisturbed.number += 1;
    undisturbed.whole();
}

/// What the last run told.
fn told(site: &Site) -> Value {
    let mut told = results(&site.path("out/r.json"));
    masked(&mut told);
    told
}

/// One run.
#[derive(Clone, Copy)]
struct Round<'a> {
    site: &'a Site,
    gate: &'a Gate,
    args: &'a [&'a str],
    number: usize,
}

impl Round<'_> {
    /// Lets it come to its end; how much it sent to the SP.
    #[track_caller]
    fn whole(&mut self) -> usize {
        let trace = Trace::new(self.site, self.number);
        self.gate.reset();
        let run = self.site.start_in(&[("TMPDIR", trace.folder())], self.args);
        run.end().code(0);
        trace.vanishes();
        assert_eq!((trace.reports(), trace.has_parts()), (3, false));
        self.gate.passed()
    }

    /// Ends it by a signal when so much has passed, and goes on with it to what the whole told; whether it was still on the way.
    #[track_caller]
    fn ended(&mut self, signal: &str, moment: usize, told: &Value) -> bool {
        let trace = Trace::new(self.site, self.number);
        // Nobody remembers the runs before.
        let _ = std::fs::remove_dir_all(self.site.path(".samlitmus/last-run"));
        self.gate.reset();
        let mut run = self.site.start_in(&[("TMPDIR", trace.folder())], self.args);
        let begun = || !trace.files().is_empty() || !trace.processes().is_empty();
        wait_until("the moment comes", || {
            let now = if moment == 0 {
                begun()
            } else {
                self.gate.passed() >= moment
            };
            now || !run.runs()
        });
        let started = self.gate.passed() > 0;
        let on_the_way = run.runs();
        let context = format!("{signal} at {moment} ({})", trace.mark);
        if on_the_way {
            run.signal(signal);
        }
        let said = run.end();
        match (signal, on_the_way, said.code) {
            ("KILL", true, None | Some(0)) | (_, false, Some(0)) => {}
            ("TERM", true, Some(130)) => {
                assert!(
                    said.out.ends_with("exit 130: interrupted\n"),
                    "{context}: {said:#?}"
                );
            }
            // It came when the last word was said.
            ("TERM", true, Some(0)) => {
                assert!(said.out.ends_with("exit 0: conforms\n"), "{context}: {said:#?}")
            }
            _ => panic!("{context}: {said:#?}"),
        }
        trace.vanishes();
        let reports = trace.reports();
        if signal == "TERM" {
            assert_eq!((reports, trace.has_parts()), (3, false), "{context}: {said:#?}");
        }
        if started {
            let stopped = self.site.path(&format!("stopped-{}", trace.mark));
            assert!(stopped.exists(), "{context}: the stop command did not run");
        }
        let ended = on_the_way && said.code != Some(0);
        if ended {
            self.goes_on(&trace, told, &context);
        }
        ended
    }

    /// Goes on with the run that was ended.
    #[track_caller]
    fn goes_on(&self, trace: &Trace, told: &Value, context: &str) {
        let args = [self.args, &["--resume"]].concat();
        let run = self.site.start_in(&[("TMPDIR", trace.folder())], &args);
        let said = run.end().code(0);
        assert!(
            said.err.contains("goes on where") || said.err.contains("everything is fired"),
            "{context}: {said:#?}"
        );
        trace.vanishes();
        let none: [String; 0] = [];
        assert_eq!(
            differences("", told, &self::told(self.site)),
            none,
            "{context}: {said:#?}"
        );
        let journals = std::fs::read_dir(self.site.path(".samlitmus/journal"))
            .unwrap()
            .count();
        assert_eq!(journals, 0, "{context}: the run came to its end");
    }
}

/// Xorshift: which moments they are is of no importance, only that they can be had again.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.max(1);
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).unwrap()
    }
}
