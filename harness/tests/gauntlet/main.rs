//! The gauntlet: the program against an SP that nobody tuned it to, in every way in which SPs are difficult.
//!
//! One small SP with switches (`sp`) is run in the modes of a table (`modes`): as an SP that is right, which must not
//! be red (`good`), and open to signature wrapping, which must never be green (`flawed`). To see all of it:
//!
//! ```sh
//! cargo test -p samlitmus --test gauntlet -- --ignored --nocapture prints_the_table
//! GAUNTLET_ONLY=captcha,lock cargo test …                           # some of it
//! GAUNTLET_MODE=captcha GAUNTLET_IDP=idp.xml cargo test … serves_one_mode    # the SP of one mode, to look at
//! ```

#![expect(clippy::unwrap_used, reason = "the helpers of tests may panic as tests do")]

mod accepted;
mod flawed;
mod good;
mod modes;
mod run;
mod sp;
mod table;

use std::{collections::HashSet, io::Read};

use saml::IdpMetadata;

use crate::{modes::all, sp::Open};

#[test]
fn there_are_sixty_modes_and_no_two_have_one_name() {
    let modes = all();
    let names: HashSet<_> = modes.iter().map(|mode| mode.name).collect();
    assert_eq!(names.len(), modes.len());
    assert!(modes.iter().filter(|mode| mode.good.is_some()).count() >= 60);
    assert!(
        modes
            .iter()
            .all(|mode| mode.good.is_some() || mode.flawed.is_some())
    );
}

#[test]
#[ignore = "it prints, and judges nothing"]
fn prints_the_table() {
    println!("\n{}", table::HEAD);
    let tell = |row: &table::Row| println!("{row}");
    let modes = all();
    let mut rows = table::rows(&modes, good::row, tell);
    rows.extend(table::rows(&modes, flawed::row, tell));
    let wrong = rows.iter().filter(|row| !row.faults.is_empty()).count();
    println!("{wrong} of {} are not as they must be", rows.len());
}

/// The process that [`run`] starts for each mode; by hand with `GAUNTLET_MODE`, `GAUNTLET_IDP` (metadata) and, for the
/// flawed one, `GAUNTLET_OPEN=1`.
#[test]
#[ignore = "it serves until it is ended"]
fn serves_one_mode() {
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let name = variable("GAUNTLET_MODE");
    let mode = all().into_iter().find(|mode| mode.name == name);
    let mut sp = mode
        .unwrap_or_else(|| panic!("GAUNTLET_MODE={name:?} is no mode"))
        .sp;
    if variable("GAUNTLET_OPEN") == "1" {
        sp.open = Some(sp.open.unwrap_or(Open::Wrapping));
    }
    let idp = IdpMetadata::parse(&std::fs::read(variable("GAUNTLET_IDP")).unwrap()).unwrap();
    if variable("GAUNTLET_ENDS_WITH_INPUT") == "1" {
        std::thread::spawn(|| {
            let _ = std::io::stdin().read_to_end(&mut Vec::new());
            std::process::exit(0);
        });
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let listens = |address| println!("\n{}http://{address}", run::LISTENS);
    runtime.block_on(sp::serve(sp, idp, listens)).unwrap();
}
