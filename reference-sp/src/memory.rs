//! What the service provider remembers: sessions, requests, unfinished sign-ins and used Assertions.
//!
//! Every store is bounded in count and in time, so that nobody fills the memory by starting sign-ins. Sessions,
//! requests and tickets give way to newer ones. Used Assertions never do: a full replay cache refuses.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use openssl::sha::sha256;
use saml::authn_request::RequestedContext;

use crate::clock::after;
use crate::denial::{AboutAccount, Denial};
use crate::identity::Identity;
use crate::store::Store;

/// The longest a session lasts, whatever the IdP allows.
pub(crate) const SESSION: SignedDuration = SignedDuration::from_hours(8);
/// How long an AuthnRequest may wait for its answer.
pub(crate) const REQUEST: SignedDuration = SignedDuration::from_hours(1);
/// How long an error page knows about whom it is.
const NOTICE: SignedDuration = SignedDuration::from_mins(1);
/// How long a browser has for the one redirect that finishes a sign-in.
const TICKET: SignedDuration = SignedDuration::from_mins(1);

const SESSIONS: usize = 10_000;
const REQUESTS: usize = 20_000;
const TICKETS: usize = 10_000;
const LOGOUTS: usize = 10_000;
const NOTICES: usize = 1_000;
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
    /// How he had to.
    pub(crate) context: Option<RequestedContext>,
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
    /// The ID of a LogoutRequest of ours, and the IdP that it was sent to.
    logouts: Mutex<Store<String, String>>,
    notices: Mutex<Store<String, AboutAccount>>,
    used: Mutex<Store<[u8; 32], ()>>,
}

impl Memory {
    pub(crate) fn new() -> Self {
        Memory {
            sessions: Mutex::new(Store::new(SESSIONS)),
            requests: Mutex::new(Store::new(REQUESTS)),
            tickets: Mutex::new(Store::new(TICKETS)),
            logouts: Mutex::new(Store::new(LOGOUTS)),
            notices: Mutex::new(Store::new(NOTICES)),
            used: Mutex::new(Store::new(USED)),
        }
    }

    /// Begins a session and answers its new, secret name.
    /// Under a name of its own; a switch keeps the one that the browser brought.
    pub(crate) fn open_session(&self, identity: Identity, kept: Option<&str>, now: Timestamp) -> String {
        let name = kept.map_or_else(secret, str::to_owned);
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

    /// Ends every session of that kind.
    pub(crate) fn close_sessions(&self, is_one: impl Fn(&Identity) -> bool) {
        lock(&self.sessions).take_all(is_one);
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

    pub(crate) fn remember_logout(&self, id: String, idp: String, now: Timestamp) {
        lock(&self.logouts).put(id, idp, after(now, REQUEST), now);
    }

    /// The IdP that the LogoutRequest of this ID was sent to.
    pub(crate) fn logout(&self, id: &str, now: Timestamp) -> Option<String> {
        lock(&self.logouts).look_up(id, now).cloned()
    }

    pub(crate) fn consume_logout(&self, id: &str) {
        lock(&self.logouts).take(id);
    }

    /// Keeps what the error page is to say, under a name that nobody can make up.
    pub(crate) fn issue_notice(&self, about: AboutAccount, now: Timestamp) -> String {
        let name = secret();
        lock(&self.notices).put(name.clone(), about, after(now, NOTICE), now);
        name
    }

    pub(crate) fn notice(&self, name: &str, now: Timestamp) -> Option<AboutAccount> {
        lock(&self.notices).look_up(name, now).cloned()
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

    /// Forgets all of it.
    pub(crate) fn forget(&self) {
        lock(&self.sessions).clear();
        lock(&self.requests).clear();
        lock(&self.tickets).clear();
        lock(&self.logouts).clear();
        lock(&self.notices).clear();
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

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
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
