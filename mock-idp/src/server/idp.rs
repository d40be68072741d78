//! What all handlers share.

use std::sync::Arc;

use super::answer::Answer;
use super::arrival::Arrival;
use super::browser::Secret;
use super::options::Options;
use super::patience::Patience;
use super::session::Sessions;
use super::shelf::Shelf;
use super::sign_in::Pending;
use super::sign_in_log::SignInLog;
use super::slo::Leaving;
use crate::{Azure, Directory, Shared};

/// One identity provider that runs.
pub(super) struct Idp {
    pub(super) origin: String,
    pub(super) directory: Shared,
    pub(super) azure: Azure,
    pub(super) answer: Option<Arc<dyn Answer>>,
    pub(super) patience: Patience,
    pub(super) csrf: Secret,
    pub(super) sessions: Sessions,
    /// Sign-ins whose page is being filled in.
    pub(super) pending: Shelf<Pending>,
    /// Cross-site POSTs that come back with their cookies.
    pub(super) resting: Shelf<Arrival>,
    /// Sign-outs under way.
    pub(super) leaving: Shelf<Leaving>,
    /// The sign-out that a LogoutRequest belongs to, by its ID.
    pub(super) told: Shelf<String>,
    pub(super) log: SignInLog,
}

impl Idp {
    /// One that is served as these options have it, and known by this origin.
    pub(super) fn new(options: Options, origin: String) -> Self {
        Self {
            origin,
            directory: options.directory,
            azure: options.azure,
            answer: options.answer,
            patience: Patience::new(options.patience),
            csrf: Secret::default(),
            sessions: Sessions::default(),
            pending: Shelf::default(),
            resting: Shelf::default(),
            leaving: Shelf::default(),
            told: Shelf::default(),
            log: SignInLog::default(),
        }
    }

    /// The directory as it stands now.
    pub(super) fn directory(&self) -> Arc<Directory> {
        self.directory.read()
    }
}

/// Whether cookies may only travel by https.
pub(super) fn secure(idp: &Idp) -> bool {
    idp.origin.starts_with("https:")
}
