//! What the harness learns about an SP before it fires: how it may be signed in to, whom the probe shows and where, what it
//! takes as identity, how it refuses, and what its accounts bear.
//!
//! `reach` asks whether anybody is there, `logins` finds the ways in, `people` signs everybody in and finds where the probe
//! shows them, `source` which value decides, `refusals` how it says no, `account` what it bears; `explain` says why nothing
//! works, with the help of `contrast`, and `recheck` whether what was learned still holds at the end.

mod account;
mod contrast;
mod explain;
mod learn;
mod logins;
mod needs;
mod people;
mod reach;
mod recheck;
mod refusals;
mod source;

pub(super) use learn::calibrate;
pub(super) use reach::{Hopeless, reach};
pub(super) use recheck::recheck;
