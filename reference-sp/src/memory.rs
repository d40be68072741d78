//! What the service provider remembers: sessions, requests, unfinished sign-ins and used Assertions.
//!
//! Every store is bounded in count and in time, so that nobody fills the memory by starting sign-ins. Sessions,
//! requests and tickets give way to newer ones. Used Assertions never do: a full replay cache refuses.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use openssl::sha::sha256;

use crate::clock::after;
use crate::denial::Denial;
use crate::identity::Identity;

/// The longest a session lasts, whatever the IdP allows.
pub(crate) const SESSION: SignedDuration = SignedDuration::from_hours(8);
/// How long an AuthnRequest may wait for its answer.
pub(crate) const REQUEST: SignedDuration = SignedDuration::from_hours(1);
/// How long a browser has for the one redirect that finishes a sign-in.
const TICKET: SignedDuration = SignedDuration::from_mins(1);

const SESSIONS: usize = 10_000;
const REQUESTS: usize = 20_000;
const TICKETS: usize = 10_000;
const USED: usize = 1_000_000;

/// An AuthnRequest of ours that waits for its answer.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// The entity ID of the IdP that it was sent to.
    pub(crate) idp: String,
    /// The secret of the browser that it was made for.
    pub(crate) browser: String,
    /// Where the user wanted to go: a path of ours.
    pub(crate) to: String,
    pub(crate) sent: Timestamp,
    /// Whether the user had to sign in anew.
    pub(crate) force: bool,
}

/// A sign-in that was accepted and waits for the browser to show that it began it.
#[derive(Debug, Clone)]
pub(crate) struct Ticket {
    pub(crate) identity: Identity,
    pub(crate) browser: String,
    pub(crate) to: String,
}

/// All of it.
#[derive(Debug)]
pub(crate) struct Memory {
    sessions: Mutex<Store<String, Identity>>,
    requests: Mutex<Store<String, Request>>,
    tickets: Mutex<Store<String, Ticket>>,
    used: Mutex<Store<[u8; 32], ()>>,
}

impl Memory {
    pub(crate) fn new() -> Self {
        Memory {
            sessions: Mutex::new(Store::new(SESSIONS)),
            requests: Mutex::new(Store::new(REQUESTS)),
            tickets: Mutex::new(Store::new(TICKETS)),
            used: Mutex::new(Store::new(USED)),
        }
    }

    /// Begins a session and answers its new, secret name.
    pub(crate) fn open_session(&self, identity: Identity, now: Timestamp) -> String {
        let name = secret();
        let longest = after(now, SESSION);
        let until = identity.session_until.map_or(longest, |until| until.min(longest));
        lock(&self.sessions).put(name.clone(), identity, until, now);
        name
    }

    pub(crate) fn session(&self, name: &str, now: Timestamp) -> Option<Identity> {
        lock(&self.sessions).look_up(name, now).cloned()
    }

    pub(crate) fn close_session(&self, name: &str) {
        lock(&self.sessions).take(name);
    }

    pub(crate) fn remember_request(&self, id: String, request: Request) {
        let (now, until) = (request.sent, after(request.sent, REQUEST));
        lock(&self.requests).put(id, request, until, now);
    }

    pub(crate) fn request(&self, id: &str, now: Timestamp) -> Option<Request> {
        lock(&self.requests).look_up(id, now).cloned()
    }

    /// Takes the request away: a request is answered once.
    pub(crate) fn consume_request(&self, id: &str) -> Option<Request> {
        lock(&self.requests).take(id)
    }

    pub(crate) fn issue_ticket(&self, ticket: Ticket, now: Timestamp) -> String {
        let name = secret();
        lock(&self.tickets).put(name.clone(), ticket, after(now, TICKET), now);
        name
    }

    pub(crate) fn consume_ticket(&self, name: &str, now: Timestamp) -> Option<Ticket> {
        let mut tickets = lock(&self.tickets);
        tickets.look_up(name, now)?;
        tickets.take(name)
    }

    /// Marks the Assertion `id` of `issuer` as used, in one step, until the instant at which it is refused for
    /// its age anyway (Bindings 3.5.5.2, Profiles 4.1.4.5).
    pub(crate) fn use_once(
        &self,
        issuer: &str,
        id: &str,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<(), Denial> {
        let key = sha256(format!("{}\0{issuer}\0{id}", issuer.len()).as_bytes());
        let mut used = lock(&self.used);
        if used.look_up(&key, now).is_some() {
            return Err(Denial::Replay);
        }
        if used.is_full(now) {
            return Err(Denial::ReplayFull);
        }
        used.put(key, (), until, now);
        Ok(())
    }

    /// Forgets everything, as a restart would.
    pub(crate) fn forget(&self) {
        lock(&self.sessions).clear();
        lock(&self.requests).clear();
        lock(&self.tickets).clear();
        lock(&self.used).clear();
    }
}

/// 256 random bits in hexadecimal.
pub(crate) fn secret() -> String {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).expect("the operating system has random numbers");
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A map in which every entry ends at its instant, and the one that would end first gives way when it is full.
#[derive(Debug)]
struct Store<K, V> {
    entries: HashMap<K, Entry<V>>,
    ends: BTreeMap<(Timestamp, u64), K>,
    capacity: usize,
    serial: u64,
}

#[derive(Debug)]
struct Entry<V> {
    value: V,
    end: (Timestamp, u64),
}

impl<K: Hash + Eq + Clone, V> Store<K, V> {
    fn new(capacity: usize) -> Self {
        Store {
            entries: HashMap::new(),
            ends: BTreeMap::new(),
            capacity,
            serial: 0,
        }
    }

    fn put(&mut self, key: K, value: V, until: Timestamp, now: Timestamp) {
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

    fn look_up<Q>(&self, key: &Q, now: Timestamp) -> Option<&V>
    where
        K: std::borrow::Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.entries
            .get(key)
            .filter(|entry| now < entry.end.0)
            .map(|entry| &entry.value)
    }

    fn take<Q>(&mut self, key: &Q) -> Option<V>
    where
        K: std::borrow::Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let entry = self.entries.remove(key)?;
        self.ends.remove(&entry.end);
        Some(entry.value)
    }

    /// Whether there is no room left once what has ended is gone.
    fn is_full(&mut self, now: Timestamp) -> bool {
        while let Some(first) = self.ends.first_entry()
            && first.key().0 <= now
        {
            let key = first.remove();
            self.entries.remove(&key);
        }
        self.entries.len() >= self.capacity
    }

    fn clear(&mut self) {
        self.entries.clear();
        self.ends.clear();
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
    fn an_assertion_is_used_once_for_each_issuer_until_it_expires() {
        let memory = Memory::new();
        memory.use_once("idp", "_a", at(60), at(0)).unwrap();
        assert_eq!(memory.use_once("idp", "_a", at(60), at(59)), Err(Denial::Replay));
        memory.use_once("other", "_a", at(60), at(0)).unwrap();
        memory.use_once("idp", "_a", at(120), at(60)).unwrap();
    }

    #[test]
    fn a_full_replay_cache_refuses_rather_than_forget() {
        let memory = Memory::new();
        lock(&memory.used).capacity = 1;
        memory.use_once("idp", "_a", at(60), at(0)).unwrap();
        assert_eq!(
            memory.use_once("idp", "_b", at(60), at(0)),
            Err(Denial::ReplayFull)
        );
        assert_eq!(memory.use_once("idp", "_a", at(60), at(0)), Err(Denial::Replay));
    }

    #[test]
    fn secrets_are_long_and_never_repeat() {
        let seen: std::collections::HashSet<_> = (0..200).map(|_| secret()).collect();
        assert_eq!(seen.len(), 200);
        assert!(seen.iter().all(|secret| secret.len() == 64));
    }
}
