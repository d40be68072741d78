//! `samlitmus::test_main` as a user's repository meets it: this program is that test where it is told so, and else runs itself in
//! folders of its own.

#![expect(clippy::unwrap_used, reason = "the helpers of tests may panic as tests do")]

/// The tests of a module.
macro_rules! tests {
    ($($name:ident),* $(,)?) => {
        pub(crate) const TESTS: crate::Tests = &[$((stringify!($name), $name)),*];
    };
}

mod folder;
mod one_run;
mod red;
mod turns;

use libtest_mimic::{Arguments, Failed, Trial};

/// Set where this program is the user's `tests/saml.rs`.
const USER: &str = "SAMLITMUS_TEST_MAIN";

fn main() {
    if std::env::var_os(USER).is_some() {
        samlitmus::test_main("samlitmus.toml");
    }
    let trials = [one_run::TESTS, red::TESTS, turns::TESTS].concat();
    let trials = trials.into_iter().map(|(name, test)| {
        let run = move || -> Result<(), Failed> {
            test();
            Ok(())
        };
        Trial::test(name, run)
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit();
}

/// Tests by their names.
type Tests = &'static [(&'static str, fn())];
