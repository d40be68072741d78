//! The browser driver: a real Chromium, seen hop by hop, isolated by session, and never left behind.
//!
//! Without Chromium or ChromeDriver each test says why it is skipped.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set up its stage has failed"
)]

mod acts;
mod cookies;
mod crowd;
mod delays;
#[path = "../driver_support/mod.rs"]
mod driver_support;
mod ends;
mod journeys;
mod openings;
mod pages;
mod processes;
mod site;
mod stage;
mod storage;
mod windows;
