//! Who the SP believes is signed in: a page that only a signed-in user sees, asked with a session's cookies.

mod candidates;
mod prober;
mod rule;

pub(crate) use candidates::Candidates;
pub use prober::Prober;
pub use rule::{IdentityRule, RuleError};

pub use crate::judge::marker::PersonaMarkers;
