//! Tests that are written by hand: a [`Harness`] fires at an [`Sp`] and gives a [`Report`]; a [`MockIdp`] is there before the SP
//! is. The crate's documentation is the tutorial.

mod container;
mod described;
mod harness;
mod idp;
mod reference;
mod report;
mod sp;

pub(crate) use harness::folders;

pub use crate::run::options::CannotRun;
pub use described::Described;
pub use harness::Harness;
pub use idp::MockIdp;
pub use reference::Reference;
pub use report::Report;
pub use sp::Sp;
