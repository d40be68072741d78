//! A message as a tree with its signed parts marked, and what is different in it from a flawless one: for reports, `explain`,
//! `forge` and `decode`.

mod diff;
mod draw;
mod lines;
mod model;
mod read;
mod twin;
mod written;

pub use diff::{Change, Changes, How, diff};
pub use draw::draw;
pub use model::{Anatomy, Line, Mark, Seal, Trust};
pub use read::anatomy;
pub use twin::changes;
