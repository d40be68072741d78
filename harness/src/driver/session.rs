//! A driver makes sessions; a session is one person's browser.

use url::Url;

use super::{
    act::{Act, ActError, Target},
    bearer::Bearer,
    browser::{BrowserDriver, BrowserSession},
    error::DriverError,
    http::{HttpDriver, HttpSession},
    storage::Storage,
    stored_cookie::StoredCookie,
    token::{TokenSource, token},
    visit::Visit,
};
use crate::judge::observation::Journey;

/// A driver: makes sessions.
#[derive(Debug)]
pub enum Driver {
    /// Plain HTTP, hop by hop.
    Http(HttpDriver),
    /// Chromium, through ChromeDriver.
    Browser(BrowserDriver),
}

impl Driver {
    /// `http` or `browser`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Http(_) => "http",
            Self::Browser(_) => "browser",
        }
    }

    /// A session with an empty cookie jar that it shares with nobody.
    ///
    /// # Errors
    ///
    /// [`DriverError`] where the browser is gone and does not come back.
    pub async fn session(&self) -> Result<Session, DriverError> {
        Ok(match self {
            Self::Http(driver) => Session::Http(driver.session()),
            Self::Browser(driver) => Session::Browser(driver.session().await?),
        })
    }
}

/// One person's browser: a cookie jar, and what was visited with it.
#[derive(Debug)]
pub enum Session {
    /// Plain HTTP.
    Http(HttpSession),
    /// A user context of the one browser.
    Browser(BrowserSession),
}

impl Session {
    /// Puts a cookie on an origin, as if its server had set it for all paths.
    ///
    /// # Errors
    ///
    /// [`DriverError::Origin`] if `origin` is no URL; [`DriverError::Browser`] if the browser refuses.
    pub async fn plant(&mut self, origin: &str, name: &str, value: &str) -> Result<(), DriverError> {
        match self {
            Self::Http(session) => session.plant(origin, name, value),
            Self::Browser(session) => session.plant(origin, name, value).await,
        }
    }

    /// One top-level navigation, followed until a page rests. Never fails: how it ended is in the journey.
    pub async fn travel(&mut self, visit: Visit<'_>) -> Journey {
        let mut journey = match self {
            Self::Http(session) => session.travel(visit).await,
            Self::Browser(session) => session.travel(visit).await,
        };
        self.rest(&mut journey).await;
        journey
    }

    /// Like [`travel`](Self::travel) with a GET, but nothing is sent to the IdP: where the way leads there, the
    /// journey ends with a hop to it that has no status. So a question does not sign anybody in.
    pub async fn peek(&mut self, url: &str) -> Journey {
        let mut journey = self.peek_at(Visit::Get(url)).await;
        self.rest(&mut journey).await;
        journey
    }

    /// Like [`peek`](Self::peek), with headers beyond the usual, as a script of the SP's asks its API. No token is taken out of
    /// the answer.
    pub async fn ask(&mut self, url: &str, headers: &[(String, String)]) -> Journey {
        self.peek_at(Visit::Raw {
            method: "GET",
            url,
            headers,
            body: b"",
            from: None,
        })
        .await
    }

    async fn peek_at(&mut self, visit: Visit<'_>) -> Journey {
        match self {
            Self::Http(session) => session.peek(visit).await,
            Self::Browser(session) => session.peek(visit).await,
        }
    }

    /// Does something on the page where the last journey came to rest, and follows what comes of it until a page rests
    /// again. The journey has only the hops that came of it; none if the page stayed.
    ///
    /// # Errors
    ///
    /// [`ActError`]; nothing was sent then.
    pub async fn act(&mut self, act: &Act) -> Result<Journey, ActError> {
        let mut journey = match self {
            Self::Http(session) => session.act(act).await,
            Self::Browser(session) => session.act(act).await,
        }?;
        self.rest(&mut journey).await;
        Ok(journey)
    }

    /// Waits for something on the page where a question came to rest, as [`act`](Self::act) does, but nothing is sent to the IdP:
    /// where the page goes there meanwhile, the journey ends with a hop to it that has no status.
    ///
    /// # Errors
    ///
    /// [`ActError`].
    pub async fn watch(&mut self, target: &Target) -> Result<Journey, ActError> {
        match self {
            Self::Http(session) => session.act(&Act::WaitFor(target.clone())).await,
            Self::Browser(session) => session.watch(target).await,
        }
    }

    /// The bearer token that the SP gave this session or one of its tabs (see [`Setup::token`](super::Setup)): the last of
    /// those that stood where tokens are looked for, while the place that still can be looked at still has it.
    pub async fn token(&mut self) -> Option<String> {
        self.look_again().await;
        self.bearer().token()
    }

    /// Throws the token away, as a client does that signs out by itself: it is not taken again from wherever it still stands.
    pub async fn forget(&mut self) {
        self.look_again().await;
        if let Some(TokenSource::Cookie(name)) = self.bearer().source().as_deref() {
            let name = name.clone();
            self.drop_cookie(&name).await;
        }
        self.bearer().forget();
    }

    /// A journey came to rest: takes the token, if one is there, and leaves none in what is told of the journey.
    async fn rest(&mut self, journey: &mut Journey) {
        self.bearer_mut().take(journey);
        self.look_again().await;
        self.bearer().cut_out(journey);
    }

    /// Looks for the token where it is kept and can be deleted: in a cookie, in a page's storage.
    async fn look_again(&mut self) {
        let source = self.bearer().source();
        match source.as_deref() {
            Some(TokenSource::Cookie(name)) => {
                let places = self.bearer().places();
                let found = match self {
                    Self::Http(session) => session.cookie(name, &places),
                    Self::Browser(session) => session.cookie(name, &places).await,
                };
                let found = found.and_then(|(value, of)| Some((token(&value)?, of)));
                self.bearer_mut().only(found);
            }
            Some(TokenSource::Stored(area, place)) => {
                // Where the tab rests elsewhere, nothing is known of it.
                let Some(of) = self.bearer().rests() else { return };
                let stored = self.stored(*area, &place.key).await;
                match stored.and_then(|stored| place.read(&stored)) {
                    Some(token) => self.bearer_mut().offer(token, of),
                    None => self.bearer_mut().withdraw(&of),
                }
            }
            _ => {}
        }
    }

    fn bearer_mut(&mut self) -> &mut Bearer {
        match self {
            Self::Http(session) => &mut session.bearer,
            Self::Browser(session) => &mut session.bearer,
        }
    }

    fn bearer(&self) -> &Bearer {
        match self {
            Self::Http(session) => &session.bearer,
            Self::Browser(session) => &session.bearer,
        }
    }

    /// The cookies that this URL's host has here, whatever their paths.
    pub async fn cookies(&self, of: &Url) -> Vec<StoredCookie> {
        match self {
            Self::Http(session) => session.cookies(of),
            Self::Browser(session) => session.cookies(of).await,
        }
    }

    /// Keeps a cookie as another session has it, in place of one of the same name, domain and path.
    ///
    /// # Errors
    ///
    /// [`DriverError::Browser`] if the browser refuses it.
    pub async fn put(&mut self, cookie: &StoredCookie) -> Result<(), DriverError> {
        match self {
            Self::Http(session) => {
                session.put(cookie);
                Ok(())
            }
            Self::Browser(session) => session.put(cookie).await,
        }
    }

    /// Deletes the cookies of a name.
    pub async fn drop_cookie(&mut self, name: &str) {
        match self {
            Self::Http(session) => session.drop_cookie(name),
            Self::Browser(session) => session.drop_cookie(name).await,
        }
    }

    /// What the page where the last journey came to rest keeps under a key. None where it keeps nothing there, where
    /// its origin has no storage, and always over plain HTTP, which runs no scripts that could keep anything.
    pub async fn stored(&self, area: Storage, key: &str) -> Option<String> {
        match self {
            Self::Http(_) => None,
            Self::Browser(session) => session.stored(area, key).await,
        }
    }

    /// Another tab: the same cookies, a journey of its own.
    ///
    /// # Errors
    ///
    /// [`DriverError::Browser`] if the browser opens none.
    pub async fn tab(&self) -> Result<Session, DriverError> {
        Ok(match self {
            Self::Http(session) => Self::Http(session.tab()),
            Self::Browser(session) => Self::Browser(session.tab().await?),
        })
    }

    /// Ends the session; the cookies go with the last of its tabs.
    pub async fn close(self) {
        match self {
            Self::Http(_) => {}
            Self::Browser(session) => session.close().await,
        }
    }
}
