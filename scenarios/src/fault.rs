//! What is wrong with a recipe, or with the message that it makes.

use thiserror::Error;

use crate::operation::Operation;

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

    pub(crate) fn at(self, operation: &Operation) -> Self {
        match self {
            Self::Recipe(why) => Self::Recipe(format!("{}: {why}", operation.verb())),
            check => check,
        }
    }
}
