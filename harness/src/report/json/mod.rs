//! The results for programs, schema 1: what `--report json=` writes, and what becomes of it again.

mod entry;
mod listener;
mod model;
mod read;
mod record;

pub use listener::Json;
pub use model::{Entry, Hop, Page, Results, SCHEMA, Sp, Summary, Tool, Variant};
pub use read::{CannotRead, read};
pub use record::Record;
