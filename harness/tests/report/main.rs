//! What a run tells, and what becomes of it: the reports and the snapshots.

mod kinds;
mod snapshots;
mod told;
