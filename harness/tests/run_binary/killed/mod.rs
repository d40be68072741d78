//! `idp` is killed while the portal and Graph write, again and again: the state opens, with every acknowledged change in it.
//! And `run` is killed at any moment (`moments`): nothing of it is left.

mod gate;
mod moments;
mod served;
mod trace;

pub(super) use trace::Trace;

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use self::served::Served;
use super::{PATIENCE, Process, site::Site};

const ROUNDS: u32 = 6;

/// What must be there, and what may be.
#[derive(Default)]
struct Ledger {
    users: BTreeSet<String>,
    /// Deleted, and acknowledged.
    gone: BTreeSet<String>,
    /// The number that stands in the application's notes, and the one in the group's name.
    notes: u32,
    group: u32,
}

#[test]
fn what_the_portal_and_graph_acknowledged_survives_every_kill() {
    let site = Site::new();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let ledger = Arc::new(Mutex::new(Ledger::default()));
    let (mut application, mut group) = (String::new(), String::new());
    for round in 0..ROUNDS {
        let mut idp = site.start(&["idp"]);
        idp.until("Ctrl-C ends it");
        let served = runtime.block_on(Served::of(&idp.out));
        if round == 0 {
            application = runtime.block_on(served.make_application());
            group = runtime.block_on(served.make_group());
        } else {
            runtime.block_on(served.holds(&ledger.lock().unwrap(), &application, &group));
        }
        write_until_killed(&runtime, idp, &served, &ledger, round, &application, &group);
    }
    let mut idp = site.start(&["idp"]);
    idp.until("Ctrl-C ends it");
    let served = runtime.block_on(Served::of(&idp.out));
    let ledger = ledger.lock().unwrap();
    runtime.block_on(served.holds(&ledger, &application, &group));
    assert!(
        ledger.users.len() >= 2 * ROUNDS as usize,
        "{} users",
        ledger.users.len()
    );
    assert!(!ledger.gone.is_empty());
}

/// Lets four writers write, and kills the program in the middle of it, at no particular moment.
fn write_until_killed(
    runtime: &tokio::runtime::Runtime,
    mut idp: Process,
    served: &Served,
    ledger: &Arc<Mutex<Ledger>>,
    round: u32,
    application: &str,
    group: &str,
) {
    let acknowledged: Arc<[AtomicU32; 4]> = Arc::default();
    let writer = |number: usize| {
        let (served, ledger, acknowledged) = (served.clone(), ledger.clone(), acknowledged.clone());
        let (application, group) = (application.to_owned(), group.to_owned());
        runtime.spawn(async move {
            for turn in 0u32.. {
                let done = match number {
                    0 => served.user_by_portal(&ledger, &format!("p{round}-{turn}")).await,
                    1 => served.notes_by_portal(&ledger, &application).await,
                    2 => served.user_by_graph(&ledger, &format!("g{round}-{turn}")).await,
                    _ => served.group_by_graph(&ledger, &group).await,
                };
                if done.is_none() {
                    return;
                }
                acknowledged[number].fetch_add(1, Ordering::Relaxed);
            }
        })
    };
    let writers = [0, 1, 2, 3].map(writer);
    let deadline = Instant::now() + PATIENCE;
    while acknowledged.iter().any(|count| count.load(Ordering::Relaxed) < 2) {
        assert!(
            writers.iter().all(|writer| !writer.is_finished()),
            "a writer was refused"
        );
        assert!(
            Instant::now() < deadline,
            "nothing is acknowledged: {acknowledged:?}"
        );
        std::thread::sleep(Duration::from_millis(1));
    }
    let mut random = [0; 1];
    openssl::rand::rand_bytes(&mut random).unwrap();
    std::thread::sleep(Duration::from_micros(u64::from(random[0]) * 977));
    idp.child.kill().unwrap();
    idp.child.wait().unwrap();
    for writer in writers {
        runtime.block_on(async { tokio::time::timeout(PATIENCE, writer).await.unwrap().unwrap() });
    }
}
