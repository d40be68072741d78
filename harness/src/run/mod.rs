//! A whole run: prepared (`prepare`), learned about (`calibration`), laid out (`plan`), fired (`firing`).
//!
//! `registered` makes the SP an application of the IdP, `answers` is the run's way into the live IdP, `requests` tells what Azure
//! would refuse of what came in by it, `emitted` gathers all that the SP sends by itself, `sessions` looks at what a session rests on; `served` is that IdP; `publish` and `oob` are what flows may change and hear, `refresh` is how the SP comes to know;
//! `rehearsal` makes
//! messages that nobody sends. `kept` is what a run leaves behind while it is under way, `settle` what becomes of a result before it
//! is told. `doctor` and `init` look at an SP without a run: what it lacks, and what can be found out about it.

mod answers;
mod calibration;
mod clues;
pub mod doctor;
mod emitted;
mod firing;
mod forging;
pub mod init;
pub mod kept;
mod lanes;
mod learned;
pub mod litmus;
pub mod oob;
pub mod options;
mod pace;
mod plan;
mod prepare;
mod publish;
mod refresh;
mod registered;
pub mod rehearsal;
mod requests;
pub mod served;
mod sessions;
mod settle;
pub mod shard;
mod stage;
mod swiftest;
