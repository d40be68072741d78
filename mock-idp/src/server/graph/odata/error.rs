//! What keeps a filter from being one.

/// Why a filter is none; a sentence without its beginning.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The filter is not understood: {0}.")]
pub(in super::super) struct FilterError(pub(super) String);
