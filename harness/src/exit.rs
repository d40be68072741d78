//! The exit codes, all of them.

use serde::{Deserialize, Serialize};

/// What a command comes to. Every cause of a code other than 0 stands in the results' `summary.causes`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exit {
    /// 0: the SP conforms, or the command did what it was asked for.
    #[default]
    Conforms,
    /// 1: it deviates. A failure, a waiver that no longer bites or has expired, a snapshot whose outcome changed, a
    /// missing snapshot under `--locked`.
    Deviates,
    /// 2: wrong usage or configuration.
    Usage,
    /// 3: the harness could not judge. The SP is down, a control failed, a shard is missing, a fault of its own.
    NotJudged,
    /// 4: nothing ran.
    NothingRan,
    /// 130: interrupted, with the partial report written.
    Interrupted,
}

impl Exit {
    /// All of them, in the order of their codes.
    pub const ALL: [Self; 6] = [
        Self::Conforms,
        Self::Deviates,
        Self::Usage,
        Self::NotJudged,
        Self::NothingRan,
        Self::Interrupted,
    ];

    /// The number that the process ends with.
    pub fn code(self) -> i32 {
        match self {
            Self::Conforms => 0,
            Self::Deviates => 1,
            Self::Usage => 2,
            Self::NotJudged => 3,
            Self::NothingRan => 4,
            Self::Interrupted => 130,
        }
    }

    /// What it means, in a few words.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Conforms => "conforms",
            Self::Deviates => "deviates",
            Self::Usage => "wrong usage or configuration",
            Self::NotJudged => "the harness could not judge",
            Self::NothingRan => "nothing ran",
            Self::Interrupted => "interrupted",
        }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(u8::try_from(exit.code()).unwrap_or(u8::MAX))
    }
}
