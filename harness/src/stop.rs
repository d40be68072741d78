//! The wish that a run ends: told by a signal, heard by whatever is under way.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

/// What is under way when the wish comes may end by itself for so long; then it is abandoned.
pub(crate) const GRACE: Duration = Duration::from_secs(2);
/// A wish is noticed within this.
const POLL: Duration = Duration::from_millis(50);

/// Ends when the run is to end.
pub(crate) async fn wished(stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        tokio::time::sleep(POLL).await;
    }
}

/// Ends when the run is to end, and what is under way has had this time for it.
pub(crate) async fn overdue(stop: &AtomicBool, time: Duration) {
    wished(stop).await;
    tokio::time::sleep(time).await;
}
