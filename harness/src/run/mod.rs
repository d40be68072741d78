//! A whole run: prepared (`prepare`), learned about (`calibration`), laid out (`plan`), fired (`firing`).
//!
//! `answers` is the run's way into the live IdP, `publish` and `oob` are what flows may change and hear; `rehearsal` makes
//! messages that nobody sends.

mod answers;
mod calibration;
mod clues;
pub mod doctor;
mod firing;
mod forging;
mod lanes;
mod learned;
pub mod litmus;
pub mod oob;
pub mod options;
mod pace;
mod plan;
mod prepare;
mod publish;
pub mod rehearsal;
mod stage;
