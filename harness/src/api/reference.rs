//! The reference SP as the one under test.

use std::net::Ipv4Addr;

use reference_sp::{Config, Flaw};

use crate::{run::options::CannotRun, subject::target::Target};

/// The reference SP that comes along: right, unless it is told to be wrong. Made by [`Sp::reference`](super::Sp::reference).
#[derive(Clone, Debug, Default)]
pub struct Reference {
    flaws: Vec<String>,
}

impl Reference {
    /// Makes it vulnerable in a known way, such as `V11`.
    #[must_use]
    pub fn flaw(mut self, name: &str) -> Self {
        self.flaws.push(name.to_owned());
        self
    }

    pub(super) async fn target(&self) -> Result<Target, CannotRun> {
        let flaws = self.flaws.iter().map(|name| name.parse::<Flaw>());
        let flaws = flaws.collect::<Result<_, _>>();
        Target::reference(Config {
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            flaws: flaws.map_err(|error| CannotRun::Configuration(error.to_string()))?,
            ..Config::default()
        })
        .await
        .map_err(CannotRun::Configuration)
    }

    /// What fires a scenario once more.
    pub(super) fn again(&self) -> String {
        let flaws = self.flaws.iter().map(|name| format!(" --flaw {name}"));
        format!("samlitmus run {{id}} --demo{}", flaws.collect::<String>())
    }
}
