//! What is known of a code besides its sentence.

/// One line of the table of codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// The number behind `AADSTS`.
    pub number: u32,
    /// The name in Microsoft's list; empty where it gives none.
    pub name: &'static str,
    /// The HTTP status of its page.
    pub status: u16,
}
