//! `samlitmus init` from an empty folder: what it finds, what it writes, what it leaves alone, and what it says to do next.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod file;
mod hostile;
mod site;
mod small;
mod typed;
mod whole;
