//! `cargo bench --bench browser`: sign-ins in a real browser, beside a bare WebDriver BiDi script that does the same
//! navigations, in turns.
//!
//! A sign-in is what a scenario is made of: a fresh user context, the SP's login, the IdP's page that submits itself, the
//! SP's answer, the page behind it; then the question who is signed in. The script knows what it will see: it waits for
//! the load of the last page and reads it. The driver does not know where the way leads; it watches each request, and
//! tells when a page rests.

mod script;
mod stage;

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Instant,
};

use samlitmus::{
    driver::{Driver, Visit},
    event::Event,
    judge::observation::Ended,
    run::{
        litmus::run,
        options::{DriverKind, Options},
    },
    subject::target::Target,
};
use scenarios::{Catalogue, Scenario};

use script::Script;
use stage::Stage;

/// Sign-ins of one measurement, and how often each is repeated, in turns. What stands in the middle is told: on a shared machine the
/// fastest round of one and the slowest of the other say nothing.
const SIGN_INS: u32 = 30;
const ROUNDS: usize = 7;
/// Requests of one sign-in: login, IdP, assertion consumer service, account, and account once more.
const REQUESTS: f64 = 5.0;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("the system gives threads");
    runtime.block_on(measure());
}

async fn measure() {
    let stage = Stage::serve().await;
    let script = Script::start().await;
    let driver = stage.driver().await;
    println!("{} cores; sign-ins, each in a user context of its own", cores());
    for workers in [1, 4] {
        let (mut rates, mut owns, mut times) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..=ROUNDS {
            let rate = fire(workers, |who| script.sign_in(&stage, who)).await;
            let own = fire(workers, |who| driven(&driver, &stage, who)).await;
            // The first round warms up.
            if round > 0 {
                rates.push(rate);
                owns.push(own);
                times.push(rate / own);
            }
        }
        let (bare, ours) = (middle(rates), middle(owns));
        println!("  {workers} at a time");
        println!("    {:<44} {bare:>7.2}/s", "bare WebDriver BiDi script");
        println!("    {:<44} {ours:>7.2}/s", "browser driver");
        println!(
            "    {:<44} {:>7.2} (limit 1.30)",
            "times the script's time",
            middle(times)
        );
        let (scenarios, requests) = whole(workers).await;
        println!("    {:<44} {scenarios:>7.2}/s", "scenarios of a whole run");
        println!(
            "    {:<44} {:>7.2}",
            "times the script's time for as many requests",
            bare * REQUESTS / requests
        );
    }
}

fn middle(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of.get(of.len() / 2).copied().unwrap_or(f64::NAN)
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// So many sign-ins by so many workers: how many a second.
async fn fire<R: Future<Output = ()>>(workers: usize, sign_in: impl Fn(String) -> R) -> f64 {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let left = AtomicU32::new(SIGN_INS);
    let take = || {
        left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
            .is_ok()
    };
    let work = || async {
        while take() {
            sign_in(format!("user{:06}", NUMBER.fetch_add(1, Ordering::Relaxed))).await;
        }
    };
    let begun = Instant::now();
    futures_util::future::join_all((0..workers).map(|_| work())).await;
    f64::from(SIGN_INS) / begun.elapsed().as_secs_f64()
}

/// The same by the browser driver.
async fn driven(driver: &Driver, stage: &Stage, who: String) {
    let mut session = driver.session().await.expect("the browser opens a tab");
    session
        .plant(&stage.idp, "ticket", &who)
        .await
        .expect("it takes a cookie");
    let journey = session.travel(Visit::Get(&format!("{}/login", stage.sp))).await;
    let asked = session.peek(&format!("{}/account", stage.sp)).await;
    session.close().await;
    assert_eq!((journey.hops.len(), asked.hops.len()), (4, 1), "{journey:?}");
    for seen in [journey, asked] {
        assert_eq!(seen.ended, Ended::Answered);
        assert!(seen.page.is_some_and(|page| page.body.contains(&who)));
    }
}

/// A whole run against the reference SP: scenarios and requests a second, calibration and controls included.
async fn whole(jobs: usize) -> (f64, f64) {
    let picked: Vec<Arc<Scenario>> = Catalogue::embedded()
        .scenarios
        .iter()
        .filter(|s| s.id.starts_with("baseline/") || s.id.starts_with("signature/xsw-"))
        .cloned()
        .collect();
    let target = Target::reference(reference_sp::Config::default())
        .await
        .expect("it can be served");
    let options = Options {
        driver: DriverKind::Browser,
        jobs,
        ..Options::default()
    };
    let mut fired = 0u32;
    let begun = Instant::now();
    let summary = run(target, &picked, options, |event| {
        fired += u32::from(matches!(event, Event::ScenarioFinished(_)));
    })
    .await
    .expect("the reference SP can be judged");
    let seconds = begun.elapsed().as_secs_f64();
    assert_eq!(summary.exit, 0, "{:?}", summary.causes);
    (f64::from(fired) / seconds, summary.requests as f64 / seconds)
}
