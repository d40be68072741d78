//! What is to be fired, and how: by ids and tiers (`pick`), with the options of a configuration (`wishes`), once it has its ports
//! (`placed`). `history` is how everything came out before. Command line, `cargo test` and the builder stand on these.

pub mod pick;

pub(crate) mod history;
pub(crate) mod placed;
pub(crate) mod wishes;

pub(crate) use history::History;
pub(crate) use placed::Placed;
pub(crate) use wishes::{Wishes, catalogue};
