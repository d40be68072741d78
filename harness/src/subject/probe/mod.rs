//! Who the SP believes is signed in: a page that only a signed-in user sees, asked with a session's cookies.

mod fingerprint;
mod marker;
mod prober;
mod rule;

pub use fingerprint::fingerprint;
pub use marker::PersonaMarkers;
pub use prober::Prober;
pub use rule::{IdentityRule, RuleError};
