//! What is to be fired, and how: by ids and tiers (`pick`), with the options of a configuration (`wishes`), once it has its ports
//! (`placed`). `history` is how everything came out before, `journal` what a run under way comes to. Command line, `cargo test` and the builder stand on these.

pub mod pick;

pub(crate) mod history;
pub(crate) mod journal;
pub(crate) mod placed;
pub(crate) mod wishes;

pub(crate) use history::History;
pub(crate) use placed::Placed;
pub(crate) use wishes::{Wishes, catalogue};
