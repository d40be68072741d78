//! Accepted behaviour: kept beside the project (`kept`), without what varies (`masked`), and what waits for a person's word
//! (`pending`).

mod file;
mod kept;
mod masked;
mod pending;

pub use file::SnapshotError;
pub use kept::Snapshots;
pub use masked::text;
pub use pending::{Choice, Pending, pending};
