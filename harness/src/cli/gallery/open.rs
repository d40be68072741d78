//! The directory in which templates are kept.

use mock_idp::directory::Shared;

use super::args::Kept;
use crate::cli::{output::Mistake, settled::Settled, setup::IdpSetup};

impl Kept {
    pub(super) fn open(&self) -> anyhow::Result<Shared> {
        let setup = IdpSetup {
            config: self.config.clone(),
            listen: None,
            state: self.state.clone(),
        };
        open(&Settled::of(&setup)?)
    }
}

pub(super) fn open(settled: &Settled) -> anyhow::Result<Shared> {
    Ok(Shared::open(settled.state()).map_err(|error| Mistake(error.to_string()))?)
}
