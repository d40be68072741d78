//! How many flows are under way at once: fewer where the SP bears no more, one where a doubt is to be settled.

use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard, Semaphore, SemaphorePermit};

/// Places for flows.
#[derive(Debug)]
pub(crate) struct Lanes {
    /// Read by every flow, written by one that must be alone.
    quiet: RwLock<()>,
    places: Semaphore,
    width: AtomicU32,
}

/// A place among others, given back when it goes.
pub(crate) struct Place<'a> {
    _quiet: RwLockReadGuard<'a, ()>,
    _place: Option<SemaphorePermit<'a>>,
}

impl Lanes {
    /// So many at once.
    pub(crate) fn new(width: usize) -> Self {
        let width = u32::try_from(width.max(1)).unwrap_or(u32::MAX);
        Self {
            quiet: RwLock::new(()),
            places: Semaphore::new(width as usize),
            width: AtomicU32::new(width),
        }
    }

    /// A place among others.
    pub(crate) async fn one(&self) -> Place<'_> {
        let place = self.places.acquire().await.ok();
        Place {
            _quiet: self.quiet.read().await,
            _place: place,
        }
    }

    /// Nobody else is under way.
    pub(crate) async fn alone(&self) -> RwLockWriteGuard<'_, ()> {
        self.quiet.write().await
    }

    /// Half as many from now on; says whether there were more than one.
    pub(crate) fn narrow(&self) -> bool {
        let gone = self.width.load(Ordering::Relaxed) / 2;
        // Places that are taken just now stay; they are fewer next time.
        let forgotten = self.places.forget_permits(gone as usize);
        self.width
            .fetch_sub(u32::try_from(forgotten).unwrap_or(0), Ordering::Relaxed);
        forgotten > 0
    }

    /// How many there are.
    pub(crate) fn width(&self) -> u32 {
        self.width.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_must_be_alone_waits_for_the_others_and_they_for_him() {
        let lanes = Lanes::new(4);
        let other = lanes.one().await;
        tokio::select! {
            biased;
            _ = lanes.alone() => panic!("somebody was under way"),
            () = tokio::task::yield_now() => {}
        }
        drop(other);
        let alone = lanes.alone().await;
        tokio::select! {
            biased;
            _ = lanes.one() => panic!("somebody wanted to be alone"),
            () = tokio::task::yield_now() => {}
        }
        drop(alone);
        lanes.one().await;
    }

    #[tokio::test]
    async fn a_narrow_road_still_lets_one_through() {
        let lanes = Lanes::new(4);
        assert!(lanes.narrow() && lanes.narrow());
        assert_eq!((lanes.width(), lanes.narrow()), (1, false));
        drop(lanes.one().await);
        drop(lanes.alone().await);
    }
}
