//! What the harness learns about an SP before it fires: how it may be signed in to, whom the probe shows and where, what it
//! takes as identity, how it refuses, and what its accounts bear.
//!
//! `eyes` takes the driver that can. `reach` asks whether anybody is there, `logins` finds the ways in, `way` the steps of one
//! among what is `likely`, `people` signs everybody in and finds where the probe shows them, `source` which value decides,
//! `encryption` whether it reads what is encrypted for it, `refusals` how it says no, `account` what it bears, `sign_out` whether the steps of a sign-out can be done,
//! `artifact` whether it takes artifacts; `explain` says why
//! nothing works, with the help of `contrast`, and `recheck` whether what was learned still holds at the end.

mod account;
mod artifact;
mod contrast;
mod encryption;
mod explain;
mod eyes;
mod learn;
mod likely;
mod logins;
mod needs;
mod people;
mod reach;
mod recheck;
mod refusals;
mod sign_out;
mod source;
mod way;

pub(super) use eyes::calibrate_with;
pub(super) use likely::leads_away;
pub(super) use reach::{Hopeless, reach};
pub(super) use recheck::recheck;
pub(super) use way::leading;
