//! From which deviation on a run fails.

use scenarios::Severity;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::kind::VerdictKind;

/// From which deviation on a run fails. It decides about verdicts alone: a changed snapshot, a waiver that healed or expired, and
/// what could not be judged keep their exit codes, and the run says what it let pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum FailOn {
    /// Failures of this severity only.
    Critical,
    /// Failures of severity high, and worse.
    High,
    /// Failures of severity medium, and worse.
    Medium,
    /// All failures but records of behaviour (severity info).
    Low,
    /// All failures.
    #[default]
    Fail,
    /// Warnings too.
    Warn,
}

impl FailOn {
    /// The word, as configuration, command line and results write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::Fail => "fail",
            Self::Warn => "warn",
        }
    }

    /// Whether a result with this verdict and severity fails the run.
    pub fn fails(self, verdict: VerdictKind, severity: Severity) -> bool {
        let least = match self {
            Self::Critical => Severity::Critical,
            Self::High => Severity::High,
            Self::Medium => Severity::Medium,
            Self::Low => Severity::Low,
            Self::Fail | Self::Warn => Severity::Info,
        };
        match verdict {
            VerdictKind::Fail => severity >= least,
            VerdictKind::Warn => self == Self::Warn,
            _ => false,
        }
    }

    /// Whether a failure is let pass.
    pub fn lets_pass(self, verdict: VerdictKind, severity: Severity) -> bool {
        verdict == VerdictKind::Fail && !self.fails(verdict, severity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_takes_what_is_as_bad_and_what_is_worse() {
        use Severity as S;
        let all = [S::Info, S::Low, S::Issuer, S::Medium, S::High, S::Critical];
        for (on, failing) in [
            (FailOn::Critical, 1),
            (FailOn::High, 2),
            (FailOn::Medium, 3),
            (FailOn::Low, 5),
            (FailOn::Fail, 6),
            (FailOn::Warn, 6),
        ] {
            let (pass, fail) = all.split_at(6 - failing);
            assert!(fail.iter().all(|s| on.fails(VerdictKind::Fail, *s)), "{on:?}");
            assert!(pass.iter().all(|s| on.lets_pass(VerdictKind::Fail, *s)), "{on:?}");
            assert_eq!(on.fails(VerdictKind::Warn, S::Critical), on == FailOn::Warn);
            assert!(!on.fails(VerdictKind::Inconclusive, S::Critical));
        }
    }
}
