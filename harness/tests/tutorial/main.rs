//! A tutorial of Microsoft's family is followed in a real browser, step by step, from "New application" to the tile in My Apps: the
//! mock IdP's portal on one side, the reference SP's administration on the other.
//!
//! What each step looks like is kept in `samlitmus-report/tutorial.html`. On the way every page is looked at as well: nothing is
//! wider than a phone, nothing without a name, nothing too faint to read. Without Chromium each test says why it is skipped.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set up its stage has failed"
)]

mod as_written;
mod book;
mod browser;
mod eyes;
mod from_the_application;
mod guided;
mod portal;
mod service_provider;
mod sign_in;
mod stage;
mod wire;
