//! What a run tells, and what becomes of it: the reports and the snapshots.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod decoded;
mod differences;
mod explained;
mod foreign;
mod kinds;
mod secrets;
mod snapshots;
mod told;
mod unpacked;
