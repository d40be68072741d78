//! The mock IdP as configuration and command line settle it.

use std::path::{Path, PathBuf};

use mock_idp::{Directory, Shared, server::origin_for};

use super::{output::Mistake, setup::IdpSetup};
use crate::{
    config::{self, Config},
    subject::target::{configured, home},
};

/// Where the mock IdP keeps tenants and keys, and where it listens, where nothing says otherwise.
pub(crate) struct Settled {
    pub(super) config: Option<Config>,
    pub(super) state: PathBuf,
    pub(super) listen: std::net::SocketAddr,
    pub(super) url: Option<String>,
    pub(super) https: Option<std::net::SocketAddr>,
}

impl Settled {
    /// # Errors
    /// The configuration is wrong.
    pub(crate) fn of(setup: &IdpSetup) -> anyhow::Result<Self> {
        let config = setup.config.load_if_any()?;
        let idp = config
            .as_ref()
            .map_or_else(config::Idp::default, |config| config.idp.clone());
        let kept = config
            .as_ref()
            .map_or_else(|| PathBuf::from(&idp.state), |config| config.path(&idp.state));
        let listen = setup.listen.or_else(|| idp.listen()).ok_or_else(|| {
            Mistake(format!(
                "[idp] listen = \"{}\" is no address: write ADDRESS:PORT",
                idp.listen
            ))
        })?;
        Ok(Self {
            state: setup.state.clone().unwrap_or(kept),
            listen,
            https: idp.https(),
            url: idp.url,
            config,
        })
    }

    /// Where the directory is kept.
    pub(crate) fn state(&self) -> &Path {
        &self.state
    }

    pub(super) fn directory(&self) -> anyhow::Result<Directory> {
        Ok(Directory::open(&self.state).map_err(|error| Mistake(error.to_string()))?)
    }

    pub(super) fn shared(&self) -> anyhow::Result<Shared> {
        Ok(Shared::open(&self.state).map_err(|error| Mistake(error.to_string()))?)
    }

    /// The same, its users called as the configuration calls them, and its metadata with what that adds.
    pub(super) fn populated(&self) -> anyhow::Result<Directory> {
        let mut directory = self.directory()?;
        if let Some(config) = &self.config {
            configured(&mut directory, config);
        }
        Ok(directory)
    }

    /// A URL of the SP: it tells which origin is not same-site with the SP.
    pub(super) fn sp(&self) -> String {
        self.config.as_ref().and_then(home).unwrap_or_default()
    }

    /// The IdP's origin.
    pub(crate) fn origin(&self) -> String {
        self.origin_towards(&self.sp())
    }

    /// The IdP's origin where the SP is at this URL.
    pub(super) fn origin_towards(&self, sp: &str) -> String {
        match &self.url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => origin_for(self.listen, sp),
        }
    }
}
