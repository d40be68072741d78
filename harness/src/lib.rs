//! A litmus test for SAML single sign-on: who does the service provider believe is signed in?
//!
//! A mock IdP that behaves like Azure AD signs whatever assertion it is asked for; the runner fires it at a
//! service provider, over HTTP and in a real browser; the verdict is who is signed in.

mod answers;
mod calibration;
mod classify;
pub mod cli;
pub mod config;
pub mod decode;
pub mod driver;
pub mod event;
pub mod exit;
pub mod explain;
mod lanes;
pub mod list;
pub mod litmus;
pub mod observation;
pub mod oob;
pub mod outcome;
pub mod pick;
mod play;
mod prepare;
pub mod probe;
mod publish;
pub mod rehearsal;
pub mod report;
mod run;
mod runner;
mod serve;
pub mod settle;
pub mod snapshot;
mod stage;
mod subject;
mod summary;
pub mod target;
pub mod verdict;
pub mod waiver;
