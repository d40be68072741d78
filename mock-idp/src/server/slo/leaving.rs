//! A sign-out under way: the applications that are told, and where the browser goes then.

use std::time::{Duration, Instant};

use crate::Application;

/// A sign-out under way.
pub(in crate::server) struct Leaving {
    /// Where the browser goes in the end: to the application that asked, with its LogoutResponse; none: to our own page.
    pub(super) then: Option<String>,
    pub(super) key: String,
    pub(super) others: Vec<Other>,
    until: Instant,
}

/// An application that is told.
#[derive(Clone)]
pub(super) struct Other {
    /// The ID of its LogoutRequest.
    pub(super) id: String,
    pub(super) name: String,
    /// Its Logout URL with the signed LogoutRequest.
    pub(super) url: String,
    pub(super) answered: bool,
}

/// How long the applications have to answer.
const PATIENCE: Duration = Duration::from_secs(5);

impl Leaving {
    pub(super) fn new(then: Option<String>) -> Self {
        Self {
            then,
            key: crate::guid::hex(&crate::guid::random::<32>()),
            others: Vec::new(),
            until: Instant::now() + PATIENCE,
        }
    }

    /// Adds an application, with the ID of its LogoutRequest and the URL that takes it there.
    pub(super) fn tell(&mut self, id: String, application: &Application, url: String) {
        self.others.push(Other {
            id,
            name: application.display_name.clone(),
            url,
            answered: false,
        });
    }

    /// An application has answered the request with this ID.
    pub(super) fn answered(&mut self, id: &str) {
        if let Some(other) = self.others.iter_mut().find(|other| other.id == id) {
            other.answered = true;
        }
    }

    pub(super) fn is_done(&self) -> bool {
        Instant::now() >= self.until || self.others.iter().all(|other| other.answered)
    }
}
