//! A sign-out under way: the applications that are told, and where the browser goes then.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{Query, State};
use axum::response::Response;

use super::pages;
use crate::Application;
use crate::server::{Idp, page};

/// A sign-out under way.
pub(in crate::server) struct Leaving {
    /// Where the browser goes in the end: to the application that asked, with its LogoutResponse; none: to our own page.
    then: Option<String>,
    key: String,
    pub(super) others: Vec<Other>,
    until: Instant,
}

/// An application that is told.
#[derive(Clone)]
pub(super) struct Other {
    /// The ID of its LogoutRequest.
    id: String,
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

    /// The page that tells them, or the way on where there are none.
    pub(super) fn begin(self, idp: &Idp) -> Response {
        if self.others.is_empty() {
            return end(self.then.as_deref());
        }
        let key = self.key.clone();
        let page = pages::telling(&key, &self.others);
        for other in &self.others {
            idp.told.put_as(other.id.clone(), key.clone(), 128);
        }
        let weight = 4096 * (self.others.len() + 1);
        idp.leaving.put_as(key, self, weight);
        page
    }

    fn is_done(&self) -> bool {
        Instant::now() >= self.until || self.others.iter().all(|other| other.answered)
    }
}

/// `/signed-out?ctx=…`: waits a moment for those that have not answered, then goes on. Without a key it is the page at the end.
pub(in crate::server) async fn next(
    State(idp): State<Arc<Idp>>,
    Query(query): Query<Vec<(String, String)>>,
) -> Response {
    let key = page::field(&query, "ctx").unwrap_or_default();
    let skip = page::field(&query, "now").is_some();
    let state = idp.leaving.change(key, |leaving| {
        let done = leaving.is_done() || skip;
        (done, leaving.then.clone(), leaving.others.clone())
    });
    match state {
        None => pages::signed_out(),
        Some((true, then, _)) => end(then.as_deref()),
        Some((false, _, others)) => pages::waiting(key, &others),
    }
}

fn end(then: Option<&str>) -> Response {
    match then {
        Some(url) => page::found(url),
        None => pages::signed_out(),
    }
}
