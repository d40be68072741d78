//! A configuration in its place: read for a run, with ports that are kept for it.

use std::{net::SocketAddr, path::Path};

use crate::{
    config::{Config, ConfigError, Places},
    subject::port::FreePort,
};

/// A configuration for one run, and the ports that nobody else has as long as this lives.
#[derive(Debug)]
pub(crate) struct Placed {
    pub(crate) config: Config,
    _ports: Vec<FreePort>,
}

impl Placed {
    /// Reads a file; the IdP listens there, where that is given.
    ///
    /// # Errors
    /// It is missing or wrong, or no port is free.
    pub(crate) fn load(path: &Path, listen: Option<SocketAddr>) -> Result<Self, ConfigError> {
        Self::by(listen, |places| Config::load_placed(path, places))
    }

    /// The same for a text that somebody wrote in code: no variable of the environment stands for anything in it.
    ///
    /// # Errors
    /// It is wrong, or no port is free.
    pub(crate) fn of_text(text: &str, called: &Path) -> Result<Self, ConfigError> {
        let as_it_is = |name: &str| Some(format!("${{{name}}}"));
        Self::by(None, |places| Config::placed(text, called, &as_it_is, places))
    }

    fn by(
        listen: Option<SocketAddr>,
        read: impl FnOnce(&mut Places<'_>) -> Result<Config, ConfigError>,
    ) -> Result<Self, ConfigError> {
        let mut ports = Vec::new();
        let mut claim = |ip| {
            let port = FreePort::claim(ip)?;
            let number = port.number;
            ports.push(port);
            Ok(number)
        };
        let config = read(&mut Places {
            listen,
            claim: Some(&mut claim),
        })?;
        Ok(Self {
            config,
            _ports: ports,
        })
    }
}
