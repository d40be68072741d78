//! What a report must not give away: live tokens, codes, cookies and passwords are cut down to their first characters, in
//! everything that people and machines are told.
//!
//! `names` says which names bear secrets, `find` where in a text secrets stand, `text` cuts them, and `told` does so in whatever a
//! run tells.

mod find;
mod names;
mod text;
mod told;

pub use text::{known, sparing, text};
pub use told::{result, summary, told};
