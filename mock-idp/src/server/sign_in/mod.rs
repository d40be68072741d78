//! Signing in, page by page: account, credentials, second factor, "Stay signed in?".
//!
//! What is known so far waits on a shelf; each page carries a key to it that works once, in one browser.

pub(super) mod account;
mod ask;
mod pages;
mod pending;
mod steps;

pub(super) use ask::{again, begin, pick, second_factor};
pub(super) use pages::initial;
pub(super) use pending::{Pending, stale};
pub(super) use steps::submit;
