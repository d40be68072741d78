//! Things that a browser comes back for, by a key that nobody can guess.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::guid;

/// A bounded store: the oldest goes when there are too many or when they are too large together, and everything goes after its
/// time.
pub(super) struct Shelf<T> {
    things: Mutex<Things<T>>,
    most: usize,
    keep: Duration,
}

struct Things<T> {
    by_key: HashMap<String, Thing<T>>,
    /// Keys, the oldest first; some of them are of things that were taken.
    order: VecDeque<String>,
    weight: usize,
}

struct Thing<T> {
    since: Instant,
    weight: usize,
    thing: T,
}

/// What all things on a shelf may weigh together, in bytes.
const MAX_WEIGHT: usize = 32 * 1024 * 1024;

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self::new(4096, Duration::from_secs(15 * 60))
    }
}

impl<T> Shelf<T> {
    pub(super) fn new(most: usize, keep: Duration) -> Self {
        Self {
            things: Mutex::new(Things {
                by_key: HashMap::new(),
                order: VecDeque::new(),
                weight: 0,
            }),
            most,
            keep,
        }
    }

    /// Puts it there and gives its key: 64 hexadecimal digits. `weight` is about how many bytes it holds.
    pub(super) fn put(&self, thing: T, weight: usize) -> String {
        let key = guid::hex(&guid::random::<32>());
        self.put_as(key.clone(), thing, weight);
        key
    }

    /// The same, by a key that was made by [`guid::random`] and never used.
    pub(super) fn put_as(&self, key: String, thing: T, weight: usize) {
        let mut things = self.things();
        things.weight += weight;
        let since = Instant::now();
        things.by_key.insert(key.clone(), Thing { since, weight, thing });
        things.order.push_back(key);
        things.trim(self.most, self.keep);
    }

    /// Takes it away, if it is the one that is meant.
    pub(super) fn take(&self, key: &str, is: impl FnOnce(&T) -> bool) -> Option<T> {
        let mut things = self.things();
        let found = things.by_key.get(key)?;
        if found.since.elapsed() >= self.keep || !is(&found.thing) {
            return None;
        }
        things.remove(key)
    }

    /// Changes it where it lies.
    pub(super) fn change<R>(&self, key: &str, change: impl FnOnce(&mut T) -> R) -> Option<R> {
        let mut things = self.things();
        let found = things.by_key.get_mut(key)?;
        (found.since.elapsed() < self.keep).then(|| change(&mut found.thing))
    }

    fn things(&self) -> MutexGuard<'_, Things<T>> {
        self.things.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Things<T> {
    fn remove(&mut self, key: &str) -> Option<T> {
        let found = self.by_key.remove(key)?;
        self.weight -= found.weight;
        Some(found.thing)
    }

    fn trim(&mut self, most: usize, keep: Duration) {
        while let Some(oldest) = self.order.front() {
            let gone = match self.by_key.get(oldest) {
                None => true,
                Some(thing) => {
                    // Whatever it weighs, the last one to come is kept.
                    let too_much = self.by_key.len() > most || self.weight > MAX_WEIGHT;
                    self.by_key.len() > 1 && (too_much || thing.since.elapsed() >= keep)
                }
            };
            if !gone {
                break;
            }
            if let Some(oldest) = self.order.pop_front() {
                self.remove(&oldest);
            }
        }
        if self.order.len() > 2 * self.by_key.len() + 64 {
            let by_key = &self.by_key;
            self.order.retain(|key| by_key.contains_key(key));
        }
    }
}

impl<T: Clone> Shelf<T> {
    /// Looks at it.
    pub(super) fn get(&self, key: &str) -> Option<T> {
        let things = self.things();
        let found = things.by_key.get(key)?;
        (found.since.elapsed() < self.keep).then(|| found.thing.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_shelf_gives_up_its_oldest() {
        let shelf = Shelf::new(2, Duration::from_secs(60));
        let keys: Vec<_> = (0..3).map(|thing| shelf.put(thing, 1)).collect();
        assert_eq!(
            [shelf.get(&keys[0]), shelf.get(&keys[1]), shelf.get(&keys[2])],
            [None, Some(1), Some(2)]
        );
    }

    #[test]
    fn things_that_are_too_heavy_together_make_room_for_the_newest() {
        let shelf = Shelf::new(100, Duration::from_secs(60));
        let keys: Vec<_> = (0..3).map(|thing| shelf.put(thing, MAX_WEIGHT / 2)).collect();
        assert_eq!(
            [shelf.get(&keys[0]), shelf.get(&keys[1]), shelf.get(&keys[2])],
            [None, Some(1), Some(2)]
        );
        let heavy = shelf.put(3, 2 * MAX_WEIGHT);
        assert_eq!((shelf.get(&keys[2]), shelf.get(&heavy)), (None, Some(3)));
    }

    #[test]
    fn what_is_past_its_time_is_gone() {
        let shelf = Shelf::new(2, Duration::ZERO);
        let key = shelf.put("old", 1);
        assert_eq!(shelf.get(&key), None);
        assert_eq!(shelf.take(&key, |_| true), None);
    }

    #[test]
    fn what_was_taken_is_gone_and_leaves_nothing_behind() {
        let shelf = Shelf::default();
        for _ in 0..1000 {
            let key = shelf.put("once", 1);
            assert_eq!(shelf.take(&key, |_| false), None);
            assert_eq!(shelf.take(&key, |_| true), Some("once"));
            assert_eq!(shelf.take(&key, |_| true), None);
        }
        let things = shelf.things();
        assert!(things.order.len() <= 65 && things.weight == 0);
    }
}
