//! What we want of an SP. What we see is another type, in the harness.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The expectation of a scenario, in the words of the standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Expected {
    /// A MUST of the standard, or acceptance is impersonation. Violated: red.
    MustReject,
    /// Hardening, a SHOULD, or a duty of the IdP that an SP may tolerate. Violated: amber.
    ShouldReject,
    /// A valid message; refusing it breaks interoperability. Violated: red.
    MustAccept,
    /// Valid but rare, or refusing is defensible. Violated: amber.
    ShouldAccept,
    /// Both outcomes conform; recorded.
    May,
    /// Behaviour worth knowing; recorded.
    Info,
    /// A property of something that the SP emits. Violated: red.
    MustHold,
    /// A property of something that the SP emits. Violated: amber.
    ShouldHold,
}

impl Expected {
    /// The word, as catalogue and results write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::MustReject => "MUST_REJECT",
            Self::ShouldReject => "SHOULD_REJECT",
            Self::MustAccept => "MUST_ACCEPT",
            Self::ShouldAccept => "SHOULD_ACCEPT",
            Self::May => "MAY",
            Self::Info => "INFO",
            Self::MustHold => "MUST_HOLD",
            Self::ShouldHold => "SHOULD_HOLD",
        }
    }

    /// Whether a session is what we do not want.
    pub fn is_negative(self) -> bool {
        matches!(self, Self::MustReject | Self::ShouldReject)
    }

    /// Whether a session is what we want.
    pub fn is_positive(self) -> bool {
        matches!(self, Self::MustAccept | Self::ShouldAccept)
    }
}

impl std::fmt::Display for Expected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

/// The harm if a scenario fails. Ordered: the worst is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// A record of behaviour.
    Info,
    /// Hygiene, schema.
    Low,
    /// Only the identity provider itself could have made the message: worth mending, no way in by itself.
    Issuer,
    /// A control is missing, another still protects.
    Medium,
    /// Impersonation with preconditions, permanent access, denial of service before authentication.
    High,
    /// Login as somebody else, or reach into code, files or the network without authentication.
    Critical,
}

impl Severity {
    /// The word, as results write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Issuer => "issuer",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

/// When a scenario runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// First of all: the run means nothing where these fail.
    Smoke,
    /// By default.
    Core,
    /// When asked for.
    Extended,
    /// When asked for; never red.
    Observe,
    /// Only by name or tier, for it may harm the SP.
    OptIn,
}

impl Tier {
    /// All of them, in order.
    pub const ALL: [Self; 5] = [
        Self::Smoke,
        Self::Core,
        Self::Extended,
        Self::Observe,
        Self::OptIn,
    ];

    /// The word, as the command line writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Smoke => "smoke",
            Self::Core => "core",
            Self::Extended => "extended",
            Self::Observe => "observe",
            Self::OptIn => "opt-in",
        }
    }
}

impl std::fmt::Display for Tier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

/// What a recipe claims about its own message; the self-check holds it to that before anything is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Proves {
    /// A strict reader finds the persona authentically signed.
    Strict,
    /// The genuine signature still verifies over the genuine element, wherever that now stands; a strict
    /// reader may find the persona, and never the victim.
    Genuine,
    /// No trusted key has signed any identity in it.
    Nothing,
    /// Something the verifier cannot know (a signature with an algorithm beyond it, two documents in one).
    Unchecked,
}
