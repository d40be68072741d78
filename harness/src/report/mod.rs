//! What a run told, for people and for machines. Each report only listens.

pub mod anatomy;
mod asked;
mod digest;
mod draft;
pub mod html;
pub(crate) mod in_full;
pub mod json;
pub mod junit;
mod listener;
mod reports;
mod spool;
pub mod terminal;
mod words;

pub use asked::{Kind, Target};
pub use listener::{Listener, ReportError};
pub use reports::Reports;
