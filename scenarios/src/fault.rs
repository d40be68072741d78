//! What is the harness's own fault, and never the SP's.

use thiserror::Error;

/// Why a message cannot be made. Either way the SP has nothing to do with it.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Fault {
    /// The recipe asks for something that cannot be done.
    #[error("{0}")]
    Recipe(String),
    /// The message is not what its recipe claims.
    #[error("the self-check refuses the message: {0}")]
    SelfCheck(String),
}

impl Fault {
    pub(crate) fn recipe(why: impl Into<String>) -> Self {
        Self::Recipe(why.into())
    }

    /// The same, with the verb that could not be done.
    pub(crate) fn at(self, verb: &str) -> Self {
        match self {
            Self::Recipe(why) => Self::Recipe(format!("{verb}: {why}")),
            check => check,
        }
    }
}
