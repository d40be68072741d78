//! `cargo bench --bench rates`, and with `-- NAME...` for some: what a run over HTTP sends each second to a real SP, beside a generator that
//! sends as many requests of the same mix to the same SP at the same concurrency, with messages that were made before.
//!
//! A run is heard once: which messages, which requests, in which order, with cookies or without, calibration, frames and what is
//! fired again included. Then runs and the generator take turns, so that what else the machine does takes from both, and the best round of
//! each counts. The clock of a run goes from the first request of its calibration to its verdicts; starting the SP and making keys is not in it. For
//! each round of the generator all sign-ins are begun anew and their messages made anew, before its clock goes: nothing that the SP has
//! seen before is sent. The run's set is bounded: every scenario of one message that disturbs nobody.

mod generator;
mod record;
mod sp;
mod wire;

use std::{sync::Arc, time::Instant};

use samlitmus::{
    event::Event,
    run::{
        litmus::run,
        options::{DriverKind, Options},
    },
    subject::target::Target,
};
use scenarios::{Catalogue, Disturbs, Scenario};
use tokio::runtime::Runtime;

use crate::{generator::Generator, record::Recorder, sp::Sp};

const ROUNDS: usize = 4;

fn main() {
    let recorder = Recorder::default();
    let told = tracing::subscriber::set_global_default(recorder.clone());
    told.expect("nobody listens yet");
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with('-'))
        .collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("the system gives threads");
    println!(
        "requests a second, {} at once, best of {ROUNDS} rounds in turns",
        Options::default().jobs
    );
    println!("| SP | | a run of | a run | the generator | ratio | goal |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    let picked = sp::ALL
        .iter()
        .filter(|known| wanted.is_empty() || wanted.iter().any(|name| name == known.name));
    for known in picked {
        if known.is_installed() {
            println!("{}", measured(known, &runtime, &recorder));
        } else {
            println!(
                "| {} | {} | not installed: `ci/setup test` does that | | | | |",
                known.name, known.language
            );
        }
    }
}

/// A row of the table.
fn measured(known: &sp::Known, runtime: &Runtime, recorder: &Recorder) -> String {
    let state = tempfile::tempdir().expect("a folder can be made");
    let sp = Sp::start(known, state.path());
    recorder.turn_to(&format!("http://{}", sp.address));
    let scenarios = bounded();
    recorder.write(true);
    runtime.block_on(fired(&sp, &scenarios, recorder));
    recorder.write(false);
    let flows = recorder.flows();
    let generator = Generator::new(&sp);
    let lanes = Options::default().jobs;
    let (mut ours, mut bare, mut ratios) = (0f64, 0f64, Vec::new());
    let mut requests = 0;
    for _ in 0..ROUNDS {
        let ready = generator.prepare(&flows, lanes);
        let (sent, seconds) = generator.fire(&ready, lanes);
        let one = sent as f64 / seconds;
        let (sent, seconds) = runtime.block_on(fired(&sp, &scenarios, recorder));
        let other = sent as f64 / seconds;
        (ours, bare, requests) = (ours.max(other), bare.max(one), sent);
        ratios.push(other / one);
    }
    ratios.sort_by(f64::total_cmp);
    format!(
        "| {} | {} | {requests} | {ours:.0}/s | {bare:.0}/s | {:.2} ({:.2} to {:.2} by round) | {} |",
        known.name,
        known.language,
        ours / bare,
        ratios.first().copied().unwrap_or_default(),
        ratios.last().copied().unwrap_or_default(),
        known.goal.map_or_else(|| "-".to_owned(), |goal| goal.to_string())
    )
}

/// Requests to the SP, and seconds.
async fn fired(sp: &Sp, scenarios: &[Arc<Scenario>], recorder: &Recorder) -> (u64, f64) {
    let target = Target::of(&sp.config).expect("the configuration is right");
    let options = Options {
        driver: DriverKind::Http,
        ..Options::default()
    };
    let mut begun = None;
    let summary = run(target, scenarios, options, |event| {
        if matches!(event, Event::Started(_)) {
            begun = Some((Instant::now(), recorder.sent()));
        }
    });
    let summary = summary.await.expect("a run can begin");
    // What deviates is argued in the SP's triage.md.
    assert!(summary.exit <= 1, "{:?}", summary.causes);
    let (begun, sent) = begun.expect("it began");
    (recorder.sent() - sent, begun.elapsed().as_secs_f64())
}

fn bounded() -> Vec<Arc<Scenario>> {
    let plain = |s: &&Arc<Scenario>| {
        s.flow.is_empty()
            && s.each.is_empty()
            && s.variants.is_empty()
            && s.needs.is_empty()
            && s.disturbs == Disturbs::Jar
    };
    let all = Catalogue::embedded().scenarios.iter();
    all.filter(plain).cloned().collect()
}
