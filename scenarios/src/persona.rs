//! The four people of every scenario.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who is asked for at the IdP. Each has marker values of their own in every attribute, so that a probe can
/// tell them apart wherever a page shows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Persona {
    /// An ordinary user of the first tenant.
    Alice,
    /// A low-privileged user of the first tenant who has one genuine signed response.
    Attacker,
    /// An administrator of the first tenant, who never signs in: whoever is the victim got there by force.
    Victim,
    /// A user of the second tenant, whose administrator is the attacker.
    Outsider,
}

impl Persona {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Alice, Self::Attacker, Self::Victim, Self::Outsider];

    /// The name, as the directory and the configuration write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Alice => "alice",
            Self::Attacker => "attacker",
            Self::Victim => "victim",
            Self::Outsider => "outsider",
        }
    }
}

impl std::str::FromStr for Persona {
    type Err = ();
    fn from_str(s: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|p| p.name() == s).ok_or(())
    }
}
