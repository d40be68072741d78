//! Deployment profiles: what the SAML standard recommends, and they demand.

use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A profile that makes a MUST of some of the standard's recommendations. A scenario names those in which it is one
/// (`strict-in`); a run under such a profile judges it so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// SAML V2.0 Deployment Profile for Federation Interoperability, Kantara, 2.0.
    Saml2int,
    /// SAML V2.0 Implementation Profile for Federation Interoperability, Kantara, 1.0.
    KantaraFedinterop,
    /// SPID and CIE, Italy's public identity system, the technical rules for service providers.
    Spid,
}

impl Profile {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Saml2int, Self::KantaraFedinterop, Self::Spid];

    /// The word, as the catalogue and the command line write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Saml2int => "saml2int",
            Self::KantaraFedinterop => "kantara-fedinterop",
            Self::Spid => "spid",
        }
    }

    /// Its name in full.
    pub fn name(self) -> &'static str {
        match self {
            Self::Saml2int => {
                "Kantara's SAML V2.0 Deployment Profile for Federation Interoperability (saml2int)"
            }
            Self::KantaraFedinterop => {
                "Kantara's SAML V2.0 Implementation Profile for Federation Interoperability"
            }
            Self::Spid => "the technical rules of SPID and CIE",
        }
    }
}

impl FromStr for Profile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|profile| profile.word() == text);
        found.ok_or_else(|| {
            let words = Self::ALL.map(Self::word).join(", ");
            format!("there is no profile {text:?}; there are {words}")
        })
    }
}
