//! What a firing came to: one word out of a closed list. What we wanted is another type, in `scenarios`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The observed outcome of a firing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Outcome {
    /// No session, and the SP answered in a way it refuses with.
    #[serde(rename = "rejected")]
    Rejected,
    /// The ordinary user of the scenario is signed in, as signed.
    #[serde(rename = "session:expected")]
    SessionExpected,
    /// The attacker is signed in as himself.
    #[serde(rename = "session:attacker")]
    SessionAttacker,
    /// The victim is signed in.
    #[serde(rename = "session:victim")]
    SessionVictim,
    /// One person's name with another person's attributes.
    #[serde(rename = "session:mixed")]
    SessionMixed,
    /// Somebody else, or nobody we know, is signed in.
    #[serde(rename = "session:other")]
    SessionOther,
    /// A 5xx that is not this SP's way of refusing, a reset connection, a dead worker.
    #[serde(rename = "server-error")]
    ServerError,
    /// No answer within the time limit.
    #[serde(rename = "hang")]
    Hang,
    /// Something in front of the SP answered (rate limit, firewall): the firing says nothing.
    #[serde(rename = "blocked")]
    Blocked,
    /// The out-of-band listener was called.
    #[serde(rename = "out-of-band")]
    OutOfBand,
    /// A refused message created an account all the same.
    #[serde(rename = "side-effect")]
    SideEffect,
    /// A session outlived what should have ended it.
    #[serde(rename = "survives")]
    Survives,
    /// A session was ended, as asked.
    #[serde(rename = "terminated")]
    Terminated,
    /// The SP did with the browser what a foreign RelayState said: sent it to another site, or set a cookie.
    #[serde(rename = "strayed")]
    Strayed,
    /// A property of something that the SP emits holds.
    #[serde(rename = "holds")]
    Holds,
    /// A property of something that the SP emits does not hold.
    #[serde(rename = "violated")]
    Violated,
    /// The harness could not observe (our fault, a failed precondition, a probe that cannot tell).
    #[serde(rename = "unobserved")]
    Unobserved,
}

impl Outcome {
    /// The word, as results and snapshots write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Rejected => "rejected",
            Self::SessionExpected => "session:expected",
            Self::SessionAttacker => "session:attacker",
            Self::SessionVictim => "session:victim",
            Self::SessionMixed => "session:mixed",
            Self::SessionOther => "session:other",
            Self::ServerError => "server-error",
            Self::Hang => "hang",
            Self::Blocked => "blocked",
            Self::OutOfBand => "out-of-band",
            Self::SideEffect => "side-effect",
            Self::Survives => "survives",
            Self::Terminated => "terminated",
            Self::Strayed => "strayed",
            Self::Holds => "holds",
            Self::Violated => "violated",
            Self::Unobserved => "unobserved",
        }
    }

    /// Whether somebody is signed in.
    pub fn is_session(self) -> bool {
        self.word().starts_with("session:")
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}
