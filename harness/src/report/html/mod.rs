//! The results as one page: works from disk, asks for nothing, and trusts nothing that an SP or a message said.

mod again;
mod cut;
mod difference;
mod journey;
mod listener;
mod message;
mod overview;
mod packing;
mod page;
mod pictures;
mod scenario;
mod told;

pub use listener::Html;
