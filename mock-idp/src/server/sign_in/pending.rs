//! What waits while a page of a sign-in is being filled in.

use std::sync::Arc;

use super::account::Account;
use crate::Aadsts;
use crate::server::arrival::Arrival;
use crate::server::session::SignedIn;

/// A sign-in that waits for its next page to be filled in.
pub(in crate::server) struct Pending {
    pub(super) arrival: Arc<Arrival>,
    /// The browser that was shown the page; only it may fill the page in.
    pub(super) browser: String,
    pub(super) stage: Stage,
}

/// What the page asks for.
pub(super) enum Stage {
    /// Which of those who are signed in.
    Picker,
    /// An account name.
    Account,
    /// A password, or what else this account signs in with.
    Credentials(Account),
    /// A second factor; the first was right.
    SecondFactor(Box<SignedIn>),
    /// Whether the session outlives the browser.
    StaySignedIn(Box<SignedIn>),
}

/// The error for a page that was filled in already, or too late, or elsewhere.
pub(in crate::server) fn stale() -> Aadsts {
    Aadsts::InvalidRequest {
        detail: "this page was used already, has expired, or belongs to another browser; go back to the application and start \
                 again"
            .to_owned(),
    }
}
