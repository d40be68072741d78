//! The doors of the SP, and what it remembers.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, Method, Uri},
    response::Response,
};
use saml::{IdpMetadata, SpMetadata, metadata::AcsEndpoint, names::binding};
use tokio::{net::TcpListener, task::JoinHandle};

use super::{
    chance::random,
    message::{Denial, Rules, Said},
    page::{Asked, json, page, with_cookie},
    switches::{SignIn, Sp},
};

/// One SP, while it is served.
pub(super) struct Site {
    pub(super) sp: Sp,
    pub(super) rules: Rules,
    /// Where the IdP takes requests.
    pub(super) sso: String,
    ledger: Mutex<Ledger>,
}

/// What it remembers.
#[derive(Default)]
pub(super) struct Ledger {
    /// Requests that wait for an answer.
    pub(super) requests: HashSet<String>,
    /// Assertions that were taken.
    taken: HashSet<String>,
    /// Who is signed in, by session.
    sessions: HashMap<String, Who>,
    /// Tokens against forgery that were not used yet.
    tokens: HashSet<String>,
}

#[derive(Clone)]
struct Who {
    name_id: String,
    /// A page must be answered first.
    pending: bool,
}

/// An SP that is served until this is dropped.
pub(crate) struct Served {
    pub(crate) origin: String,
    task: JoinHandle<()>,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Served {
    /// Serves an SP for an IdP, on a port that is free.
    pub(crate) async fn start(sp: Sp, idp: IdpMetadata) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let sso = idp.sso.iter().find(|sso| sso.binding == binding::REDIRECT);
        let site = Arc::new(Site {
            sp,
            sso: sso.unwrap().location.clone(),
            rules: Rules {
                idp,
                entity_id: format!("{origin}/metadata"),
                acs: format!("{origin}/acs"),
                open: sp.open,
            },
            ledger: Mutex::default(),
        });
        let answer = move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
            let asked = Asked {
                method: method.to_string(),
                path: uri.path().to_owned(),
                query: uri.query().unwrap_or_default().to_owned(),
                headers,
                body: body.to_vec(),
            };
            std::future::ready(site.answer(&asked))
        };
        let router = Router::new().fallback(answer);
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { origin, task }
    }
}

impl Site {
    fn answer(&self, asked: &Asked) -> Response {
        match (asked.method.as_str(), asked.path.as_str()) {
            ("GET", "/metadata") => self.metadata(),
            ("GET", "/login") => self.login(asked),
            (_, "/go") => self.go(asked),
            ("POST", "/realm") => self.realm(asked),
            ("POST", "/acs") => self.acs(asked),
            (_, "/terms") => self.terms(asked),
            ("GET", "/me") => self.me(asked),
            ("GET", "/home") => page(200, "Home", "<p>Home.</p>"),
            _ => page(404, "Not Found", "<h1>Not Found</h1>"),
        }
    }

    fn metadata(&self) -> Response {
        let metadata = SpMetadata {
            entity_id: self.rules.entity_id.clone(),
            acs: vec![AcsEndpoint {
                binding: binding::POST.to_owned(),
                location: self.rules.acs.clone(),
                index: Some(0),
                is_default: true,
            }],
            ..SpMetadata::default()
        };
        use axum::response::IntoResponse;
        (
            [("content-type", "application/samlmetadata+xml")],
            metadata.to_xml(),
        )
            .into_response()
    }

    fn acs(&self, asked: &Asked) -> Response {
        let field = asked.field("SAMLResponse").unwrap_or_default();
        let message = saml::binding::decode_post(&field).unwrap_or_default();
        match self.rules.judge(&message).and_then(|said| self.admit(said)) {
            Ok(sid) => with_cookie(
                self.landing(),
                &format!("sid={sid}; Path=/; HttpOnly; SameSite=Lax"),
            ),
            Err(_) => page(403, "Refused", "<h1>This sign-in was refused</h1>"),
        }
    }

    /// A session for somebody who was not here with this message before.
    fn admit(&self, said: Said) -> Result<String, Denial> {
        let mut ledger = self.ledger();
        if !ledger.taken.insert(said.assertion) {
            return Err(Denial::Replay);
        }
        // Each request is answered once; a message may answer none.
        let answers: HashSet<String> = said.answers.into_iter().collect();
        if !answers.iter().all(|id| ledger.requests.remove(id)) {
            return Err(Denial::Request);
        }
        let sid = random(16);
        let who = Who {
            name_id: said.name_id,
            pending: self.sp.sign_in == SignIn::Interstitial,
        };
        ledger.sessions.insert(sid.clone(), who);
        Ok(sid)
    }

    /// The page that only a signed-in user sees.
    fn me(&self, asked: &Asked) -> Response {
        let who = asked
            .cookie("sid")
            .and_then(|sid| self.ledger().sessions.get(sid).cloned());
        match who.filter(|who| !who.pending) {
            Some(who) => json(200, &serde_json::json!({"user": who.name_id})),
            None => json(401, &serde_json::json!({"error": "nobody is signed in"})),
        }
    }

    /// Remembers that the page was answered.
    pub(super) fn accept_terms(&self, sid: &str) -> bool {
        let mut ledger = self.ledger();
        let who = ledger.sessions.get_mut(sid);
        who.map(|who| who.pending = false).is_some()
    }

    /// A new token against forgery.
    pub(super) fn token(&self) -> String {
        let token = random(12);
        self.ledger().tokens.insert(token.clone());
        token
    }

    /// Whether a token is good; it is no longer.
    pub(super) fn spend(&self, token: &str) -> bool {
        self.ledger().tokens.remove(token)
    }

    pub(super) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
