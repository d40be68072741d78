//! What another process writes to the state folder is seen here soon.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use crate::Shared;

/// How often is looked.
const EVERY: Duration = Duration::from_millis(500);

/// Looks until the server stops.
pub(super) async fn keep(directory: Shared, mut stopped: watch::Receiver<bool>) {
    let mut every = tokio::time::interval(EVERY);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut failing = false;
    loop {
        tokio::select! {
            // An error means that the sender is gone, which is the same news.
            _ = stopped.wait_for(|stop| *stop) => return,
            _ = every.tick() => {}
        }
        let shared = directory.clone();
        // It waits for the disk, and for whoever is changing the directory.
        let Ok(refreshed) = tokio::task::spawn_blocking(move || shared.refresh()).await else {
            return;
        };
        match refreshed {
            Err(error) if !failing => {
                failing = true;
                tracing::warn!(%error, "what other programs change is not seen");
            }
            Err(_) => {}
            Ok(()) => failing = false,
        }
    }
}
