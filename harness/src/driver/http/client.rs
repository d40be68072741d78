//! The driver over plain HTTP: sessions that share connections and nothing else.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use reqwest::{
    Client,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use url::Url;

use super::{
    connect::{clients, parsed, usual_headers},
    cookie::SetCookie,
    hands::Resting,
    jar::Jar,
    outbound::Outbound,
    policy::{Context, Way},
};
use crate::{
    driver::{
        act::{Act, ActError},
        bearer::Bearer,
        error::DriverError,
        setup::Setup,
        site::trustworthy,
        stored_cookie::StoredCookie,
        visit::Visit,
    },
    judge::observation::Journey,
};

/// Makes sessions that share connections and nothing else.
#[derive(Debug)]
pub struct HttpDriver {
    shared: Arc<Shared>,
}

/// One tab with its cookie jar.
#[derive(Debug)]
pub struct HttpSession {
    pub(super) shared: Arc<Shared>,
    jar: Arc<Mutex<Jar>>,
    pub(in crate::driver) bearer: Bearer,
    /// The page where the last journey came to rest, and how it may be left.
    pub(super) page: Option<Box<(Context, Resting)>>,
}

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) client: Client,
    /// Without kept connections: what it is told about a connection is about the request that it carried.
    pub(super) fresh: Client,
    pub(super) setup: Setup,
    pub(super) usual: HeaderMap,
    pub(super) for_sp: Vec<(HeaderName, HeaderValue)>,
}

impl HttpDriver {
    /// Prepares a client.
    ///
    /// # Errors
    ///
    /// [`DriverError::Certificates`], [`DriverError::Header`] or [`DriverError::Client`].
    pub fn new(setup: Setup) -> Result<Self, DriverError> {
        let (client, fresh) = clients(&setup)?;
        let for_sp = setup
            .headers
            .iter()
            .map(|(name, value)| parsed(name, value))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            shared: Arc::new(Shared {
                client,
                fresh,
                setup,
                usual: usual_headers(),
                for_sp,
            }),
        })
    }

    /// An empty jar.
    pub fn session(&self) -> HttpSession {
        HttpSession {
            shared: Arc::clone(&self.shared),
            jar: Arc::default(),
            bearer: Bearer::new(&self.shared.setup),
            page: None,
        }
    }
}

impl HttpSession {
    pub(in crate::driver) fn plant(
        &mut self,
        origin: &str,
        name: &str,
        value: &str,
    ) -> Result<(), DriverError> {
        let url = Url::parse(origin).map_err(|_| DriverError::Origin(origin.to_owned()))?;
        let flags = if trustworthy(&url) {
            "; Secure; SameSite=None"
        } else {
            ""
        };
        let line = format!("{name}={value}; Path=/; HttpOnly{flags}");
        let set = SetCookie::parse(line.as_bytes()).ok_or_else(|| DriverError::Header(name.to_owned()))?;
        self.jar().receive(&url, &set, SystemTime::now());
        Ok(())
    }

    pub(in crate::driver) async fn travel(&mut self, visit: Visit<'_>) -> Journey {
        self.walk(Outbound::of(visit), true).await
    }

    pub(in crate::driver) async fn peek(&mut self, visit: Visit<'_>) -> Journey {
        self.walk(Outbound::of(visit), false).await
    }

    /// The value of a cookie that one of these URLs has, and the first that has one.
    pub(in crate::driver) fn cookie(&self, name: &str, of: &[Url]) -> Option<(String, Url)> {
        let (jar, now) = (self.jar(), SystemTime::now());
        of.iter()
            .find_map(|url| Some((jar.value(name, url, now)?, url.clone())))
    }

    /// The cookies of a URL's host, whatever their paths.
    pub(in crate::driver) fn cookies(&self, of: &Url) -> Vec<StoredCookie> {
        self.jar().of(of, SystemTime::now())
    }

    /// Keeps a cookie as another session has it.
    pub(in crate::driver) fn put(&mut self, cookie: &StoredCookie) {
        self.jar().put(cookie, SystemTime::now());
    }

    /// Deletes the cookies of a name.
    pub(in crate::driver) fn drop_cookie(&mut self, name: &str) {
        self.jar().delete(name);
    }

    pub(in crate::driver) async fn act(&mut self, act: &Act) -> Result<Journey, ActError> {
        let page = self.page.as_mut();
        let page = page.ok_or_else(|| ActError::Missing("no page is open".to_owned()))?;
        let (context, page) = &mut **page;
        let Some(mut request) = page.act(act)? else {
            return Ok(Journey::default());
        };
        request.by_person = true;
        match request.leave(context, Way::Other) {
            Ok(request) => Ok(self.walk(Ok(request), true).await),
            // The page stays, as it does in a browser.
            Err(rule) => Ok(Journey {
                rules: vec![rule],
                ..Journey::default()
            }),
        }
    }

    pub(in crate::driver) fn tab(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            jar: Arc::clone(&self.jar),
            bearer: self.bearer.tab(),
            page: None,
        }
    }

    pub(super) fn jar(&self) -> std::sync::MutexGuard<'_, Jar> {
        self.jar.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
