//! Who the SP believes is signed in: a page that only a signed-in user sees, asked with a session's cookies, or an API, asked with
//! the session's token.

mod candidates;
mod jwt;
mod prober;
mod question;
mod rule;

pub(crate) use candidates::Candidates;
pub use prober::Prober;
pub use question::{Carried, Question, QuestionError};
pub use rule::{IdentityRule, RuleError};

pub use crate::judge::marker::PersonaMarkers;
