//! The judgement as one word.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The judgement of one firing or one scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum VerdictKind {
    /// As the standard wants.
    Pass,
    /// The attack was ignored, not refused; nobody else is signed in.
    PassInert,
    /// Recorded behaviour; both ways conform.
    Recorded,
    /// Not for this SP; the reason says why.
    NotApplicable,
    /// Deviates, and a waiver says that this is known.
    Waived,
    /// A deviation from a SHOULD, or something to look at.
    Warn,
    /// The harness could not judge.
    Inconclusive,
    /// A deviation from a MUST, or a demonstrated impersonation.
    Fail,
}

impl VerdictKind {
    /// The word, as results, snapshots and the terminal write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::PassInert => "pass-inert",
            Self::Recorded => "recorded",
            Self::NotApplicable => "not-applicable",
            Self::Waived => "waived",
            Self::Warn => "warn",
            Self::Inconclusive => "inconclusive",
            Self::Fail => "fail",
        }
    }

    /// Whether nothing deviates.
    pub fn is_good(self) -> bool {
        matches!(self, Self::Pass | Self::PassInert | Self::Recorded)
    }

    /// All kinds, in the order in which summaries list them.
    pub const ALL: [Self; 8] = [
        Self::Pass,
        Self::PassInert,
        Self::Warn,
        Self::Fail,
        Self::Recorded,
        Self::Inconclusive,
        Self::NotApplicable,
        Self::Waived,
    ];
}
