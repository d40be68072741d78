//! Arguments that several commands take.

use std::{net::SocketAddr, path::PathBuf};

use clap::Args;

use crate::{
    config::{self, Config},
    order::Placed,
};

/// Which configuration.
#[derive(Clone, Debug, Default, Args)]
pub struct ConfigArgs {
    /// The configuration [default: samlitmus.toml in this folder]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

impl ConfigArgs {
    /// Reads it.
    ///
    /// # Errors
    /// It is missing or wrong.
    pub fn load(&self) -> Result<Config, config::ConfigError> {
        Config::load(self.config.as_deref().unwrap_or(config::FILE_NAME.as_ref()))
    }

    /// Reads it for a run: the IdP listens there, and the ports that were taken for it are kept as long as it is.
    ///
    /// # Errors
    /// It is missing or wrong, or no port is free.
    pub(crate) fn placed(&self, listen: Option<SocketAddr>) -> Result<Placed, config::ConfigError> {
        let path = self.config.as_deref().unwrap_or(config::FILE_NAME.as_ref());
        Placed::load(path, listen)
    }

    /// Reads it where it was named or is there; a command that can do without gets none.
    ///
    /// # Errors
    /// It was named and is missing, or it is wrong.
    pub fn load_if_any(&self) -> Result<Option<Config>, config::ConfigError> {
        match &self.config {
            None if !std::path::Path::new(config::FILE_NAME).exists() => Ok(None),
            _ => self.load().map(Some),
        }
    }
}

/// How the mock IdP is set up.
#[derive(Clone, Debug, Default, Args)]
pub struct IdpSetup {
    /// Which SP trusts it.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// Where it listens [default: 127.0.0.1:8400]
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// Where tenants and keys are kept [default: .samlitmus]
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
}
