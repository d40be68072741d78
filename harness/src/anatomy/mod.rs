//! A message as a tree with its signed parts marked: for reports, `explain`, `forge` and `decode`.

mod draw;
mod lines;
mod model;
mod read;

pub use draw::draw;
pub use model::{Anatomy, Line, Mark, Seal, Trust};
pub use read::anatomy;
