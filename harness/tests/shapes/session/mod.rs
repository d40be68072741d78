//! The shapes of a session: SPs that keep it in every place where sessions are kept, and end it in every way.
//!
//! Behind each shape (`shapes`) stands the reference SP, which judges the messages: hardened, where nothing may be red, and open to
//! signatures that are left out, where something must be. The front (`front`) decides only where the session is kept.

mod front;
mod run;
mod shapes;

use samlitmus::{judge::VerdictKind, run::options::DriverKind};

use self::{
    run::{FEW, FIRED, Told, fire},
    shapes::{ALL, Shape},
};

/// Every shape of a list as it must be judged under a driver.
async fn hold(shapes: impl Iterator<Item = &'static Shape>, driver: DriverKind, flawed: bool) {
    hold_with(FIRED, shapes, driver, flawed).await;
}

async fn hold_with(
    fired: &[&str],
    shapes: impl Iterator<Item = &'static Shape>,
    driver: DriverKind,
    flawed: bool,
) {
    // By hand, `SHAPE=name` plays one alone.
    let only = std::env::var("SHAPE").ok();
    for shape in shapes.filter(|shape| only.as_deref().is_none_or(|only| only == shape.name)) {
        let told = fire(shape, driver, flawed, fired).await;
        let told = told.unwrap_or_else(|why| panic!("{}: {why}", shape.name));
        let mut faults = if flawed {
            caught(&told)
        } else {
            conforming(shape, &told)
        };
        if !told.leaks.is_empty() {
            faults.push(format!("it tells tokens: {:?}", told.leaks));
        }
        assert!(faults.is_empty(), "{}: {faults:#?}\n{told:#?}", shape.name);
    }
}

/// What is wrong with how a hardened SP was judged.
fn conforming(shape: &Shape, told: &Told) -> Vec<String> {
    let mut faults = Vec::new();
    for (id, verdict, reason) in &told.verdicts {
        if !matches!(verdict, VerdictKind::Pass | VerdictKind::PassInert) {
            faults.push(format!("{id} is {verdict:?}: {reason}"));
        }
    }
    if !told.causes.is_empty() {
        faults.push(format!("causes: {:?}", told.causes));
    }
    if told.rule.as_deref() != Some(shape.rule) {
        faults.push(format!(
            "the identity is read at {:?}, not {}",
            told.rule, shape.rule
        ));
    }
    faults
}

/// What is wrong with how an SP was judged that takes what is not signed.
fn caught(told: &Told) -> Vec<String> {
    let of = |wanted: &str| {
        told.verdicts
            .iter()
            .find(|(id, ..)| id == wanted)
            .map(|(_, verdict, _)| *verdict)
    };
    let mut faults = Vec::new();
    for stripped in run::STRIPPED {
        if of(stripped) != Some(VerdictKind::Fail) {
            faults.push(format!("{stripped} is {:?}, not red", of(stripped)));
        }
    }
    if of("baseline/assertion-signed") == Some(VerdictKind::Fail) {
        faults.push("a flawless login is red".to_owned());
    }
    faults
}

/// The shapes of which a flawed twin is run in the gate; the others wait for ci/nightly.
const TWINS: [&str; 3] = ["fragment-token", "jwt-claim", "local-storage"];

fn twin(shape: &Shape) -> bool {
    TWINS.contains(&shape.name)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wherever_the_session_is_kept_http_finds_it() {
    hold(ALL.iter().filter(|shape| shape.http), DriverKind::Http, false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_takes_what_is_not_signed_is_caught_behind_a_bearer_api() {
    let shapes = || ALL.iter().filter(|shape| twin(shape));
    hold(shapes().filter(|shape| shape.http), DriverKind::Http, true).await;
    hold(shapes().filter(|shape| !shape.http), DriverKind::Browser, true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_only_a_script_keeps_or_shows_is_found_in_the_browser() {
    hold(ALL.iter().filter(|shape| !shape.http), DriverKind::Browser, false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it takes minutes: ci/nightly runs it"]
async fn wherever_the_session_is_kept_who_takes_what_is_not_signed_is_caught() {
    let shapes = || ALL.iter().filter(|shape| !twin(shape));
    hold(shapes().filter(|shape| shape.http), DriverKind::Http, true).await;
    hold(shapes().filter(|shape| !shape.http), DriverKind::Browser, true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it takes minutes: ci/nightly runs it"]
async fn wherever_the_session_is_kept_the_browser_finds_it() {
    hold(ALL.iter().filter(|shape| shape.http), DriverKind::Browser, false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it takes minutes: ci/nightly runs it"]
async fn wherever_the_session_is_kept_the_browser_catches_who_takes_what_is_not_signed() {
    hold(ALL.iter().filter(|shape| shape.http), DriverKind::Browser, true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pages_storage_is_a_mistake_over_http_and_the_browsers_where_both_may() {
    let shape = ALL.iter().find(|shape| shape.name == "local-storage").unwrap();
    let why = fire(shape, DriverKind::Http, false, FIRED).await.unwrap_err();
    assert!(
        why.contains("--driver browser") && why.contains("local-storage:auth#/state/token"),
        "{why}"
    );
    let told = fire(shape, DriverKind::Auto, false, FIRED).await.unwrap();
    let said = told
        .warnings
        .iter()
        .filter(|warning| warning.contains("a page's storage"))
        .count();
    assert_eq!(said, 1, "{:?}", told.warnings);
    assert_eq!(conforming(shape, &told), Vec::<String>::new());
}

/// 20 turns of each shape say the same under each driver, the SP behind it right and flawed by turns. `SHAPE_RUNS=n`: so many.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it takes hours of a processor: by hand"]
async fn twenty_turns_of_each_shape_say_the_same() {
    let turns = std::env::var("SHAPE_RUNS").ok();
    let turns = turns.and_then(|turns| turns.parse().ok()).unwrap_or(20);
    for shape in ALL {
        let mut drivers = vec![DriverKind::Browser];
        drivers.extend(shape.http.then_some(DriverKind::Http));
        for driver in drivers {
            for turn in 0..turns {
                hold_with(FEW, std::iter::once(shape), driver, turn % 2 == 1).await;
            }
            println!("{} {driver:?}: {turns} turns the same", shape.name);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_script_shows_late_needs_the_browser_and_that_is_said() {
    let shape = ALL.iter().find(|shape| shape.name == "late-text").unwrap();
    let told = fire(shape, DriverKind::Http, false, FIRED).await.unwrap();
    let causes = told.causes.join("\n");
    assert!(
        causes.contains("wait-for") && causes.contains("--driver auto or browser"),
        "{causes}"
    );
    let told = fire(shape, DriverKind::Auto, false, FIRED).await.unwrap();
    assert_eq!(conforming(shape, &told), Vec::<String>::new());
    assert!(
        told.notes
            .iter()
            .any(|note| note.starts_with("the browser does everything here")),
        "{:?}",
        told.notes
    );
}
