//! What a run told, for people and for machines. Each report only listens.

pub mod annotations;
mod asked;
mod digest;
mod draft;
pub mod html;
pub(crate) mod in_full;
pub mod json;
pub mod junit;
mod listener;
pub mod markdown;
pub mod merge;
pub(crate) mod refs;
mod reports;
pub mod sarif;
mod spool;
pub mod terminal;
mod words;

pub use crate::anatomy;
pub use asked::{Kind, Target};
pub use listener::{Listener, ReportError};
pub use reports::Reports;
