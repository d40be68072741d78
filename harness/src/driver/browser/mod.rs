//! The driver that is a real browser: one Chromium through ChromeDriver, one isolated user context a session.
//!
//! From below: `programs`, `output`, `watch` and `process` run ChromeDriver and Chromium; `bidi` speaks to them; `plan`,
//! `opening`, `seen`, `raw`, `state`, `trace` and `traces` know what a journey is to do and what it did; `tab`, `timers`, `capture` and `rest`
//! say what a tab shows and when it rests, and `follow` goes along with it; `engine`, `ready`, `session` and `fleet` hand tabs out,
//! `hands` does what a person does on a page, `windows` goes along where it opens one, and `account` tells what came of it.

mod account;
mod bidi;
mod capture;
mod cookies;
mod engine;
mod fleet;
mod follow;
mod hands;
mod mapper;
mod opening;
mod output;
mod plan;
mod process;
mod programs;
mod raw;
mod ready;
mod rest;
mod seen;
mod session;
mod state;
mod tab;
mod timers;
mod trace;
mod traces;
mod vain;
mod watch;
mod windows;

pub use fleet::BrowserDriver;
pub use process::ChromeDriver;
pub use session::BrowserSession;
