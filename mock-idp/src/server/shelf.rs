//! Things that a browser comes back for, by a key that nobody can guess.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::guid;

/// A bounded store: the oldest goes when it is full, and everything goes after its time.
pub(super) struct Shelf<T> {
    things: Mutex<HashMap<String, (Instant, T)>>,
    most: usize,
    keep: Duration,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self::new(4096, Duration::from_secs(15 * 60))
    }
}

impl<T> Shelf<T> {
    pub(super) fn new(most: usize, keep: Duration) -> Self {
        Self {
            things: Mutex::default(),
            most,
            keep,
        }
    }

    /// Puts it there and gives its key: 64 hexadecimal digits.
    pub(super) fn put(&self, thing: T) -> String {
        let key = guid::hex(&guid::random::<32>());
        let mut things = self.things();
        if things.len() >= self.most {
            let now = Instant::now();
            things.retain(|_, (since, _)| now.duration_since(*since) < self.keep);
        }
        if things.len() >= self.most
            && let Some(oldest) = things
                .iter()
                .min_by_key(|(_, (since, _))| *since)
                .map(|(key, _)| key.clone())
        {
            things.remove(&oldest);
        }
        things.insert(key.clone(), (Instant::now(), thing));
        key
    }

    /// Takes it away.
    pub(super) fn remove(&self, key: &str) -> Option<T> {
        let (since, thing) = self.things().remove(key)?;
        (since.elapsed() < self.keep).then_some(thing)
    }

    fn things(&self) -> MutexGuard<'_, HashMap<String, (Instant, T)>> {
        self.things.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Clone> Shelf<T> {
    /// Looks at it.
    pub(super) fn get(&self, key: &str) -> Option<T> {
        let things = self.things();
        let (since, thing) = things.get(key)?;
        (since.elapsed() < self.keep).then(|| thing.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_shelf_gives_up_its_oldest() {
        let shelf = Shelf::new(2, Duration::from_secs(60));
        let keys: Vec<_> = (0..3).map(|thing| shelf.put(thing)).collect();
        assert_eq!(
            [shelf.get(&keys[0]), shelf.get(&keys[1]), shelf.get(&keys[2])],
            [None, Some(1), Some(2)]
        );
    }

    #[test]
    fn what_is_past_its_time_is_gone() {
        let shelf = Shelf::new(2, Duration::ZERO);
        let key = shelf.put("old");
        assert_eq!(shelf.get(&key), None);
        assert_eq!(shelf.remove(&key), None);
    }

    #[test]
    fn what_was_taken_is_gone() {
        let shelf = Shelf::default();
        let key = shelf.put("once");
        assert_eq!(shelf.remove(&key), Some("once"));
        assert_eq!(shelf.remove(&key), None);
    }
}
