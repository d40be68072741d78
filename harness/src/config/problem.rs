//! What a check of the configuration says.

/// One thing that cannot be meant.
pub(super) struct Problem {
    pub(super) section: &'static str,
    pub(super) key: &'static str,
    pub(super) why: String,
}

/// What a check comes to.
pub(super) type Checked = Result<(), Problem>;

/// A check that fails.
pub(super) fn fail(section: &'static str, key: &'static str, why: impl Into<String>) -> Checked {
    Err(Problem {
        section,
        key,
        why: why.into(),
    })
}
