//! Who could do this: make exactly this message and have it delivered.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The least powerful person who can make a scenario's message and deliver it. What a recipe changes before the IdP
/// signs, only the IdP can make, unless it is something that a user may cause (his own name, his own mail address).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Attacker {
    /// Nobody in particular: the message holds nothing that is secret, and no account is behind it.
    Anyone,
    /// A user of the same tenant with few rights and one genuine login.
    User,
    /// The administrator of another tenant, or of another IdP, that the SP trusts too.
    OtherTenant,
    /// The operator of another SP of the same IdP, to whom assertions are sent every day.
    OtherSp,
    /// Somebody with a genuine response that was meant for another browser, or with a page of his own in it.
    CrossSite,
    /// Somebody who answers in the IdP's place when the SP itself asks it: for its metadata, for the message behind an artifact.
    OnPath,
    /// The IdP, or whoever can make it sign: who can sign anything needs no trick.
    Issuer,
}

impl Attacker {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Anyone,
        Self::User,
        Self::OtherTenant,
        Self::OtherSp,
        Self::CrossSite,
        Self::OnPath,
        Self::Issuer,
    ];

    /// The word, as the catalogue writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Anyone => "anyone",
            Self::User => "user",
            Self::OtherTenant => "other-tenant",
            Self::OtherSp => "other-sp",
            Self::CrossSite => "cross-site",
            Self::OnPath => "on-path",
            Self::Issuer => "issuer",
        }
    }

    /// Who it is, as it stands behind "what it takes: ".
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Anyone => "anybody who can reach the SP; no account is needed",
            Self::User => "a low-privileged user of the same tenant with one genuine login of his own",
            Self::OtherTenant => {
                "whoever runs another tenant, or another identity provider, that the SP trusts"
            }
            Self::OtherSp => "whoever runs, or sees into, another SP of the same identity provider",
            Self::CrossSite => {
                "whoever holds somebody's genuine response, or gets a browser to send one from a page of his"
            }
            Self::OnPath => {
                "whoever can answer in the identity provider's place when the SP asks it for its metadata, or for the message behind an artifact: on the network, in the DNS, or at the server where it lies"
            }
            Self::Issuer => "only the identity provider itself, or whoever can make it sign anything",
        }
    }
}

impl std::fmt::Display for Attacker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_is_what_the_catalogue_writes() {
        for attacker in Attacker::ALL {
            let written = serde_json::to_value(attacker).unwrap();
            assert_eq!(written, attacker.word());
        }
    }

    #[test]
    fn a_sentence_goes_on_behind_a_colon() {
        for attacker in Attacker::ALL {
            let sentence = attacker.sentence();
            assert!(
                sentence.starts_with(char::is_lowercase) && !sentence.ends_with('.'),
                "{sentence}"
            );
        }
    }
}
