//! The results as one page: works from disk, asks for nothing, and trusts nothing that an SP or a message said.

mod listener;
mod message;
mod page;
mod scenario;
mod told;

pub use listener::Html;
