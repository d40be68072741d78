//! From what was seen to a judgement. Everything here is pure: no clock, no network, no files.
//!
//! What was seen (`observation`) becomes one word (`outcome`, by `classify`), and word and expectation a judgement
//! (`verdict`); waivers and the sum of a run (`summary`) come after.

pub(crate) mod classify;
mod kind;
pub mod observation;
pub mod outcome;
pub(crate) mod summary;
pub mod verdict;
pub mod waiver;

pub use kind::VerdictKind;
