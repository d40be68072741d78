//! One SP, while it is served.

use std::sync::{Mutex, MutexGuard, PoisonError, atomic::AtomicU32};

use tokio::sync::Notify;

use super::{accounts::Ledger, message::Rules, switches::Sp};

/// One SP, while it is served.
pub(super) struct Site {
    pub(super) sp: Sp,
    pub(super) rules: Rules,
    /// So many messages wait for an answer.
    pub(super) under_way: AtomicU32,
    /// So many sign-ins were begun.
    pub(super) begun: AtomicU32,
    /// Where the IdP takes requests.
    pub(super) sso: String,
    pub(super) ledger: Mutex<Ledger>,
    /// Told when it is to be gone for a second.
    pub(super) restart: Notify,
}

impl Site {
    /// What it remembers.
    pub(super) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
