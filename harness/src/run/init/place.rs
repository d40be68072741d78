//! Where the SP is, and what may be sent there.

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, time::Duration};

use url::Url;

use crate::driver::{Guard, HttpDriver, Limits, Setup, Site};

/// Where somebody says that the SP is.
#[derive(Clone, Debug)]
pub struct Place {
    /// Any URL of it.
    pub url: Url,
    /// The hosts that may be sent anything.
    pub allow: Vec<String>,
    /// Addresses of names that no DNS knows.
    pub resolve: BTreeMap<String, String>,
    /// Headers for it.
    pub headers: BTreeMap<String, String>,
    /// Certificates that are trusted besides the system's.
    pub ca: Option<PathBuf>,
    /// So long one request may take.
    pub timeout: Duration,
    /// Where the mock IdP listens.
    pub listen: SocketAddr,
    /// What the mock IdP is called.
    pub origin: String,
}

impl Place {
    /// A driver that asks there over plain HTTP, and tells the IdP from the rest.
    ///
    /// # Errors
    /// A value that cannot be used.
    pub(super) fn http(&self) -> Result<HttpDriver, String> {
        let guard = Guard::new(&self.allow, &self.resolve).map_err(|error| error.to_string())?;
        let idp = Url::parse(&self.origin).map_err(|why| format!("{:?} is no URL: {why}", self.origin))?;
        let mut setup = Setup::new(guard, Site::new(&self.url, &idp));
        setup.limits = Limits::of(self.timeout);
        setup.headers = self.headers.clone().into_iter().collect();
        setup.ca.clone_from(&self.ca);
        HttpDriver::new(setup).map_err(|error| error.to_string())
    }
}
