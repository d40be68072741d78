//! A map that is bounded in count and in time.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

use jiff::Timestamp;

/// A map in which every entry ends at its instant, and the one that would end first gives way when it is full.
#[derive(Debug)]
pub(crate) struct Store<K, V> {
    entries: HashMap<K, Entry<V>>,
    ends: BTreeMap<(Timestamp, u64), K>,
    pub(crate) capacity: usize,
    serial: u64,
}

#[derive(Debug)]
struct Entry<V> {
    value: V,
    end: (Timestamp, u64),
}

impl<K: Hash + Eq + Clone, V> Store<K, V> {
    pub(crate) fn new(capacity: usize) -> Self {
        Store {
            entries: HashMap::new(),
            ends: BTreeMap::new(),
            capacity,
            serial: 0,
        }
    }

    pub(crate) fn put(&mut self, key: K, value: V, until: Timestamp, now: Timestamp) {
        self.take(&key);
        if self.is_full(now)
            && let Some((_, oldest)) = self.ends.pop_first()
        {
            self.entries.remove(&oldest);
        }
        self.serial += 1;
        let end = (until, self.serial);
        self.ends.insert(end, key.clone());
        self.entries.insert(key, Entry { value, end });
    }

    pub(crate) fn look_up<Q>(&self, key: &Q, now: Timestamp) -> Option<&V>
    where
        K: std::borrow::Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.entries
            .get(key)
            .filter(|entry| now < entry.end.0)
            .map(|entry| &entry.value)
    }

    /// The same to be changed, ended or not.
    pub(crate) fn look_up_mut<Q>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: std::borrow::Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.entries.get_mut(key).map(|entry| &mut entry.value)
    }

    pub(crate) fn take<Q>(&mut self, key: &Q) -> Option<V>
    where
        K: std::borrow::Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let entry = self.entries.remove(key)?;
        self.ends.remove(&entry.end);
        Some(entry.value)
    }

    /// Whether there is no room left once what has ended is gone.
    pub(crate) fn is_full(&mut self, now: Timestamp) -> bool {
        while let Some(first) = self.ends.first_entry()
            && first.key().0 <= now
        {
            let key = first.remove();
            self.entries.remove(&key);
        }
        self.entries.len() >= self.capacity
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.ends.clear();
    }

    /// Takes away every entry of that kind.
    pub(crate) fn take_all(&mut self, is_one: impl Fn(&V) -> bool) {
        let ends = &mut self.ends;
        self.entries.retain(|_, entry| {
            let goes = is_one(&entry.value);
            if goes {
                ends.remove(&entry.end);
            }
            !goes
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    #[test]
    fn an_entry_ends_at_its_instant() {
        let mut store = Store::new(10);
        store.put("a", 1, at(10), at(0));
        assert_eq!(store.look_up("a", at(9)), Some(&1));
        assert_eq!(store.look_up("a", at(10)), None);
    }

    #[test]
    fn a_full_store_drops_what_would_end_first_and_never_grows() {
        let mut store = Store::new(3);
        for (i, key) in ["d", "a", "b", "c"].into_iter().enumerate() {
            store.put(key, i, at(100 - i64::try_from(i).unwrap()), at(0));
        }
        assert_eq!(store.entries.len(), 3);
        assert_eq!(store.ends.len(), 3);
        assert_eq!(store.look_up("b", at(0)), None);
        assert_eq!(store.look_up("c", at(0)), Some(&3));
    }

    #[test]
    fn what_has_ended_makes_room() {
        let mut store = Store::new(2);
        store.put("a", (), at(1), at(0));
        store.put("b", (), at(50), at(0));
        assert!(store.is_full(at(0)));
        assert!(!store.is_full(at(1)));
        assert_eq!(store.entries.len(), 1);
    }

    #[test]
    fn putting_a_key_again_replaces_it() {
        let mut store = Store::new(2);
        store.put("a", 1, at(5), at(0));
        store.put("a", 2, at(9), at(0));
        assert_eq!((store.entries.len(), store.ends.len()), (1, 1));
        assert_eq!(store.look_up("a", at(7)), Some(&2));
    }

    #[test]
    fn all_of_a_kind_go_and_leave_no_end_behind() {
        let mut store = Store::new(10);
        for key in 0..6 {
            store.put(key, key % 2, at(60), at(0));
        }
        store.take_all(|odd| *odd == 1);
        assert_eq!((store.entries.len(), store.ends.len()), (3, 3));
        assert_eq!(store.look_up(&1, at(0)), None);
        assert_eq!(store.look_up(&2, at(0)), Some(&0));
    }
}
