//! Who is signed in to the mock in which browser, and to which applications.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::shelf::Shelf;
use super::sign_in::account::wants_password;
use crate::directory::AuthMethod;
use crate::{Directory, Tenant, User};

/// The cookie of a signed-in browser.
pub(super) const COOKIE: &str = "mock-idp-session";

/// One person who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SignedIn {
    /// The tenant whose directory has the account.
    pub(super) tenant_id: String,
    pub(super) object_id: String,
    /// When the credentials were given.
    pub(super) since: Timestamp,
    /// When a second factor was.
    pub(super) second_factor: Option<Timestamp>,
    /// Tells whether the password is still the one that was given.
    pub(super) password: [u8; 32],
    /// "Stay signed in": the session outlives the browser.
    pub(super) persistent: bool,
    /// The applications that this session was used for.
    pub(super) participants: Vec<Participant>,
}

/// An application that somebody was signed in to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Participant {
    /// The tenant that issued the assertion.
    pub(super) tenant_id: String,
    pub(super) app_id: String,
    /// As whom.
    pub(super) object_id: String,
    /// The SessionIndex of each assertion, the latest last.
    pub(super) session_indexes: Vec<String>,
}

/// How many applications, and how many sign-ins to each, are remembered for single logout.
const APPLICATIONS: usize = 64;
const SIGN_INS: usize = 16;
/// How many people may be signed in in one browser.
const PEOPLE: usize = 8;
/// How long a session lives that ends with the browser, and one that does not.
const SHORT: SignedDuration = SignedDuration::from_hours(24);
pub(super) const LONG: Duration = Duration::from_secs(90 * 24 * 60 * 60);

impl SignedIn {
    /// Somebody who gave the account's credentials just now, except for a second factor.
    pub(super) fn new(tenant: &Tenant, user: &User) -> Self {
        let since = Timestamp::now();
        Self {
            tenant_id: tenant.id.clone(),
            object_id: user.object_id.clone(),
            since,
            second_factor: (user.method.is_multi_factor() && !wants_password(user.method)).then_some(since),
            password: openssl::sha::sha256(user.password.as_bytes()),
            persistent: false,
            participants: Vec::new(),
        }
    }

    /// The account, where the directory still has it.
    pub(super) fn account<'a>(&self, directory: &'a Directory) -> Option<(&'a Tenant, &'a User)> {
        let tenant = directory.tenant(&self.tenant_id)?;
        Some((tenant, tenant.user_by_id(&self.object_id)?))
    }

    /// Whether the password of the account is still the one that was given.
    pub(super) fn knows_password_of(&self, user: &User) -> bool {
        self.password == openssl::sha::sha256(user.password.as_bytes())
    }

    /// How the person signed in: by the account's method, with a second factor or without.
    pub(super) fn method(&self, user: &User) -> AuthMethod {
        use AuthMethod::{Password, PasswordAndOath, PasswordAndPush, PasswordAndVoice};
        match (user.method, self.second_factor) {
            (PasswordAndPush | PasswordAndOath | PasswordAndVoice, None) => Password,
            (method, Some(_)) if !method.is_multi_factor() => PasswordAndPush,
            (method, _) => method,
        }
    }

    /// Whether both are the same account.
    pub(super) fn same(&self, other: &Self) -> bool {
        self.object_id == other.object_id && self.tenant_id == other.tenant_id
    }

    fn join(&mut self, joined: Participant) {
        let same = |old: &Participant| old.app_id == joined.app_id && old.tenant_id == joined.tenant_id;
        let mut indexes = match self.participants.iter().position(same) {
            Some(at) => self.participants.remove(at).session_indexes,
            None => Vec::new(),
        };
        indexes.extend(joined.session_indexes);
        let surplus = indexes.len().saturating_sub(SIGN_INS);
        indexes.drain(..surplus);
        if self.participants.len() >= APPLICATIONS {
            self.participants.remove(0);
        }
        self.participants.push(Participant {
            session_indexes: indexes,
            ..joined
        });
    }
}

/// The sessions of all browsers.
pub(super) struct Sessions(Shelf<Vec<SignedIn>>);

impl Default for Sessions {
    fn default() -> Self {
        Self(Shelf::new(2048, LONG))
    }
}

impl Sessions {
    /// Signs somebody in beside those who are signed in in this browser already, and gives the session's key and whether it
    /// outlives the browser. The key is a new one, so that nobody uses one that was planted.
    pub(super) fn begin(&self, key: Option<&str>, mut who: SignedIn) -> (String, bool) {
        let old = key.and_then(|key| self.0.take(key, |_| true));
        let mut people = old.unwrap_or_default();
        if let Some(at) = people.iter().position(|known| known.same(&who)) {
            let known = people.remove(at);
            who.participants = known.participants;
            who.persistent |= known.persistent;
        }
        people.insert(0, who);
        people.truncate(PEOPLE);
        let persistent = people.iter().any(|who| who.persistent);
        (self.0.put(people, 4096), persistent)
    }

    /// Those who are signed in in the browser with this key, the latest first.
    pub(super) fn of(&self, key: Option<&str>) -> Vec<SignedIn> {
        let known = key.and_then(|key| self.0.get(key));
        let now = Timestamp::now();
        let lives = |who: &SignedIn| who.persistent || now.duration_since(who.since) < SHORT;
        known.into_iter().flatten().filter(lives).collect()
    }

    /// Remembers an assertion, for single logout.
    pub(super) fn joined(&self, key: Option<&str>, who: &SignedIn, joined: Participant) {
        self.0.change(key.unwrap_or_default(), |people| {
            if let Some(known) = people.iter_mut().find(|known| known.same(who)) {
                known.join(joined);
            }
        });
    }

    /// Ends the session of everybody for whom this holds, and gives them back.
    pub(super) fn end(&self, key: Option<&str>, ends: impl Fn(&SignedIn) -> bool) -> Vec<SignedIn> {
        let ended = self.0.change(key.unwrap_or_default(), |people| {
            let (ended, stay) = std::mem::take(people).into_iter().partition(ends);
            *people = stay;
            ended
        });
        ended.unwrap_or_default()
    }
}
