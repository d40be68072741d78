//! A driver makes sessions; a session is one person's browser.

use super::{
    act::{Act, ActError},
    browser::{BrowserDriver, BrowserSession},
    error::DriverError,
    http::{HttpDriver, HttpSession},
    storage::Storage,
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
        match self {
            Self::Http(session) => session.travel(visit).await,
            Self::Browser(session) => session.travel(visit).await,
        }
    }

    /// Like [`travel`](Self::travel) with a GET, but nothing is sent to the IdP: where the way leads there, the
    /// journey ends with a hop to it that has no status. So a question does not sign anybody in.
    pub async fn peek(&mut self, url: &str) -> Journey {
        match self {
            Self::Http(session) => session.peek(url).await,
            Self::Browser(session) => session.peek(url).await,
        }
    }

    /// Does something on the page where the last journey came to rest, and follows what comes of it until a page rests
    /// again. The journey has only the hops that came of it; none if the page stayed.
    ///
    /// # Errors
    ///
    /// [`ActError`]; nothing was sent then.
    pub async fn act(&mut self, act: &Act) -> Result<Journey, ActError> {
        match self {
            Self::Http(session) => session.act(act).await,
            Self::Browser(session) => session.act(act).await,
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
