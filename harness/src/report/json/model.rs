//! The results for programs, as they stand in the file.

use std::collections::BTreeMap;

use scenarios::{Attacker, Expected, Severity, Tier};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::record::Record;
use crate::{
    event::{Calibration, RunInfo, SnapshotState},
    judge::{VerdictKind, circumstances::Circumstances, outcome::Outcome, request::Refused},
};

/// The version of this format. It changes when a key changes its meaning or goes.
pub const SCHEMA: u32 = 1;

/// All results of a run.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Results {
    /// The version of this format: 1.
    pub schema: u32,
    /// What made it.
    pub tool: Tool,
    /// The seed that decided everything random.
    pub seed: u64,
    /// Start, RFC 3339.
    pub started: String,
    /// Wall time of the run, in milliseconds.
    pub duration_ms: u64,
    /// What carried the messages: `http`, `browser` or `auto`.
    pub driver: String,
    /// What was known of the run before its first scenario; none where it did not come to one.
    #[serde(default)]
    pub run: Option<RunInfo>,
    /// The service provider.
    pub sp: Sp,
    /// How it came out.
    pub summary: Summary,
    /// One entry a scenario and base, sorted by id and base.
    pub scenarios: Vec<Entry>,
}

/// What made the results.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// `samlitmus`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The version of its catalogue.
    pub catalogue: String,
}

/// The service provider.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Sp {
    /// Its name in the configuration.
    pub name: String,
    /// The origin at which it is asked who is signed in.
    #[serde(default)]
    pub address: String,
    /// What was learned about it before anything was fired; none where it did not come to that.
    pub calibration: Option<Calibration>,
}

/// How the run came out.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Summary {
    /// As the standard wants.
    pub pass: usize,
    /// The attack was ignored, not refused.
    pub pass_inert: usize,
    /// A deviation from a SHOULD.
    pub warn: usize,
    /// A deviation from a MUST, or a demonstrated impersonation.
    pub fail: usize,
    /// Recorded behaviour.
    pub recorded: usize,
    /// The harness could not judge.
    pub inconclusive: usize,
    /// Not for this SP.
    pub not_applicable: usize,
    /// Known deviations.
    pub waived: usize,
    /// Failures by severity.
    #[serde(rename = "fail_by_severity")]
    pub fail_by_severity: BTreeMap<Severity, usize>,
    /// Every cause of an exit code other than 0, one sentence each.
    pub causes: Vec<String>,
    /// Warnings for the run as a whole.
    pub warnings: Vec<String>,
    /// Failures that `--fail-on` let pass, as a sentence; none where it let none pass.
    #[serde(default)]
    pub let_pass: Option<String>,
    /// What was seen of the login, where that keeps the run from being judged: a few lines for people.
    #[serde(default)]
    pub picture: Vec<String>,
    /// The last lines of the SP's own log (`[sp] log`, or what `[sp] start` printed), where the run does not end well.
    #[serde(default)]
    pub sp_log: Vec<String>,
    /// What decided the exit code beside the results, for `report merge`.
    #[serde(default)]
    #[schemars(with = "serde_json::Value")]
    pub circumstances: Circumstances,
    /// The exit code; none where the run did not come to an end.
    pub exit: Option<i32>,
    /// Requests that reached the SP.
    pub requests: u64,
    /// AuthnRequests of the SP's that were checked as Azure checks them.
    #[serde(rename = "authn_requests", default)]
    pub authn_requests: usize,
    /// Those of them that Azure would turn away.
    #[serde(rename = "authn_requests_refused", default)]
    pub authn_requests_refused: usize,
}

/// One scenario with one base.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Entry {
    /// `namespace/name`.
    pub id: String,
    /// `A`, `R`, `B`, `N`.
    pub base: String,
    /// The variant that decided.
    pub variant: Option<String>,
    /// The number of the deciding firing.
    pub firing: u64,
    /// One line.
    pub title: String,
    /// When it runs.
    pub tier: Tier,
    /// What was expected.
    pub expected: Expected,
    /// The severity, raised where an impersonation was demonstrated.
    pub severity: Severity,
    /// Who could do this; none where it is no attack.
    pub attacker: Option<Attacker>,
    /// What was observed.
    pub outcome: Outcome,
    /// The judgement.
    pub verdict: VerdictKind,
    /// One sentence.
    pub reason: String,
    /// The rule that a failure breaks.
    pub rule: String,
    /// The number of the control firing that frames it.
    pub control: Option<u64>,
    /// Wall time of the deciding firing, in milliseconds.
    pub duration_ms: u64,
    /// `http` or `browser`.
    pub driver: String,
    /// The class of the session's identity.
    pub identity: String,
    /// How it compared with the accepted snapshot.
    pub snapshot: SnapshotState,
    /// Its verdict when it was last fired at this SP; none where that is not known.
    #[serde(default)]
    pub last: Option<VerdictKind>,
    /// Every variant.
    pub variants: Vec<Variant>,
    /// The journey of the judged step.
    pub hops: Vec<Hop>,
    /// The page of the SP's on which it came to rest.
    pub page: Option<Page>,
    /// The recipe of the deciding firing, as it can be fired again.
    pub recipe: serde_json::Value,
    /// What Azure refuses of the SP's own AuthnRequests, each code once; empty where something was fired.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Refused>,
    /// What the SP wrote into its log while a failure was fired again, alone: the last lines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sp_log: Vec<String>,
    /// What else other reports need of it, for `report merge` and `report show`: it changes with the version.
    #[serde(default)]
    #[schemars(with = "serde_json::Value")]
    pub record: Option<Record>,
}

/// One variant of a scenario.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Variant {
    /// Its name.
    pub name: String,
    /// What was observed.
    pub outcome: Outcome,
    /// The judgement.
    pub verdict: VerdictKind,
}

/// One request and its answer.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Hop {
    /// `GET` or `POST`.
    pub method: String,
    /// What was asked for.
    pub url: String,
    /// The status answered.
    pub status: Option<u16>,
    /// Time to the complete answer, in milliseconds.
    pub duration_ms: u64,
}

/// A page of the SP's, by its words.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Page {
    /// Its status.
    pub status: u16,
    /// Its address.
    pub url: String,
    /// Its title.
    pub title: String,
    /// What it says to whoever reads it, from where it tells of an error on; at most 200 characters.
    pub says: String,
}
