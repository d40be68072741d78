//! What keeps a page from being a template.

/// Why a page gives no template, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct ReadError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong with it, and what to do.
    pub reason: String,
}

impl ReadError {
    pub(super) fn new(line: usize, reason: impl Into<String>) -> Self {
        Self {
            line: line.max(1),
            reason: reason.into(),
        }
    }
}
