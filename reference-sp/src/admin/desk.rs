//! The administrator's own sign-in: a password, a session, and a secret in each form.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use openssl::{memcmp, sha::sha256};

use crate::clock::after;
use crate::memory::secret;
use crate::store::Store;

const SESSION: SignedDuration = SignedDuration::from_hours(8);
const SESSIONS: usize = 100;

/// Where the administrator sits.
#[derive(Debug)]
pub(crate) struct Desk {
    password: String,
    sessions: Mutex<Store<String, Session>>,
}

#[derive(Debug, Clone)]
struct Session {
    csrf: String,
    /// What the next page begins with.
    notice: Option<Notice>,
}

/// What came of the form before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Notice {
    pub(crate) done: String,
    /// What the administrator should still look at.
    pub(crate) warnings: Vec<String>,
}

impl Desk {
    pub(crate) fn new(password: Option<String>) -> Self {
        Desk {
            password: password.unwrap_or_else(|| secret()[..16].to_owned()),
            sessions: Mutex::new(Store::new(SESSIONS)),
        }
    }

    pub(crate) fn password(&self) -> &str {
        &self.password
    }

    /// Whether this is the password, in a time that does not tell how much of it.
    pub(crate) fn opens_with(&self, given: &str) -> bool {
        memcmp::eq(&sha256(given.as_bytes()), &sha256(self.password.as_bytes()))
    }

    /// Begins a session and answers its name.
    pub(crate) fn sit_down(&self, now: Timestamp) -> String {
        let name = secret();
        let session = Session {
            csrf: secret(),
            notice: None,
        };
        self.lock().put(name.clone(), session, after(now, SESSION), now);
        name
    }

    pub(crate) fn stand_up(&self, session: &str) {
        self.lock().take(session);
    }

    /// Keeps what the next page begins with.
    pub(crate) fn leave_notice(&self, session: &str, notice: Notice) {
        if let Some(session) = self.lock().look_up_mut(session) {
            session.notice = Some(notice);
        }
    }

    pub(crate) fn take_notice(&self, session: &str) -> Option<Notice> {
        self.lock().look_up_mut(session)?.notice.take()
    }

    /// What each form of this session carries.
    pub(super) fn csrf(&self, session: &str, now: Timestamp) -> Option<String> {
        self.lock()
            .look_up(session, now)
            .map(|session| session.csrf.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Store<String, Session>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<String> for Notice {
    fn from(done: String) -> Self {
        Notice {
            done,
            warnings: Vec::new(),
        }
    }
}
