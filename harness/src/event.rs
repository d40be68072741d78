//! What the runner tells. It knows no report; each report only listens.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use scenarios::{Base, Expected, Profile, Scenario, Severity};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    anatomy::{Anatomy, Changes, Trust, anatomy, changes},
    judge::{
        FailOn, VerdictKind, circumstances::Circumstances, observation::Observation, outcome::Outcome,
        request::Refused,
    },
};

/// Something that happened in a run. Sent in order, once each.
#[derive(Clone, Debug)]
pub enum Event {
    /// The SP answers and calibration has begun.
    Started(Arc<RunInfo>),
    /// Calibration is over.
    Calibrated(Arc<Calibration>),
    /// A scenario with one base begins.
    ScenarioStarted {
        /// The scenario's id.
        id: String,
    },
    /// A scenario with one base has its final verdict (after variants, controls and confirmation).
    ScenarioFinished(Arc<ScenarioResult>),
    /// Something about the run as a whole that a person should know.
    Warning(String),
    /// The run is over; nothing follows.
    Finished(Arc<RunSummary>),
}

/// What is known before the first scenario.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RunInfo {
    /// The SP's name in the configuration.
    pub sp: String,
    /// The origin at which it is asked who is signed in.
    pub address: String,
    /// The configuration's file, as it was named; none for the reference SP that comes along.
    #[serde(default)]
    pub config: Option<String>,
    /// The results of an earlier run that this one is compared with, as they were named; none: with what was last fired.
    #[serde(default)]
    pub baseline: Option<String>,
    /// From which deviation on the run fails.
    pub fail_on: FailOn,
    /// The profiles under which it judges.
    #[serde(default)]
    pub profiles: Vec<Profile>,
    /// `http`, `browser` or `auto`.
    pub driver: String,
    /// The seed that decides everything random.
    pub seed: u64,
    /// How many (scenario, base) pairs are planned.
    pub planned: usize,
    /// Which part of what was picked this run fires; none where it fires all.
    #[serde(default)]
    pub shard: Option<Shard>,
    /// Start, RFC 3339.
    pub started: String,
    /// The version of the tool.
    pub version: String,
    /// The version of the catalogue.
    pub catalogue: String,
}

/// One of several runs that fire one selection together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Shard {
    /// Which one, from 1.
    pub number: usize,
    /// Of how many.
    pub of: usize,
    /// The same for all runs that fire parts of one selection at one SP: a digest of both.
    pub selection: String,
}

/// What the harness learned about this SP before it fired.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Calibration {
    /// Base A (assertion signed) signs a user in.
    pub assertion_signed: bool,
    /// Base R (response signed) signs a user in.
    pub response_signed: bool,
    /// Base B (both signed) signs a user in.
    pub both_signed: bool,
    /// A login that the SP starts works.
    pub sp_initiated: bool,
    /// An unsolicited response works.
    pub idp_initiated: bool,
    /// Encrypted assertions are accepted.
    pub encryption: bool,
    /// Both tenants are trusted.
    pub two_tenants: bool,
    /// How the SP refuses: status and words of its answer to an unsigned message.
    pub refuses_with: Option<String>,
    /// The probe tells two users apart.
    pub probe_tells_users_apart: bool,
    /// Where the identity was found, as a rule (`json:/nameId`).
    pub identity_rule: Option<String>,
    /// The SAML Attribute that the SP takes as identity; none where that is the NameID.
    #[serde(default)]
    pub identity_claim: Option<String>,
    /// What the SP says of its software and version, where it says so.
    #[serde(default)]
    pub server: Option<String>,
    /// So many AuthnRequests of the SP's were checked as Azure checks them.
    #[serde(default)]
    pub authn_requests: usize,
    /// So many of them Azure would turn away.
    #[serde(default)]
    pub authn_requests_refused: usize,
    /// What else was noticed, one sentence each.
    pub notes: Vec<String>,
}

/// One scenario with one base: the worst variant stands for all.
#[derive(Clone, Debug)]
pub struct ScenarioResult {
    /// The scenario.
    pub scenario: Arc<Scenario>,
    /// `A`, `R`, `B`, `N`.
    pub base: String,
    /// The variant that decided, if the scenario has variants.
    pub variant: Option<String>,
    /// The number of the deciding firing in this run.
    pub firing: u64,
    /// What was expected.
    pub expected: Expected,
    /// The reported severity (raised where an impersonation was demonstrated).
    pub severity: Severity,
    /// What was observed.
    pub outcome: Outcome,
    /// The judgement.
    pub verdict: VerdictKind,
    /// One sentence: who is signed in, and which rule that breaks; or why it could not be judged.
    pub reason: String,
    /// The number of the control firing that frames it.
    pub control: Option<u64>,
    /// Wall time of the deciding firing.
    pub duration: Duration,
    /// `http` or `browser`.
    pub driver: String,
    /// The deciding firing's recipe, resolved, as JSON (what `replay` takes).
    pub recipe: serde_json::Value,
    /// The message that was sent (none for raw exchanges).
    pub message: Option<Arc<scenarios::Message>>,
    /// The message as a report kept it, where this comes out of one.
    pub kept: Option<Arc<Anatomy>>,
    /// A flawless message to hold it against; none where nothing was sent.
    pub flawless: Option<Flawless>,
    /// It counts as refused, though it came as a 5xx, since this SP refuses so.
    pub by_server_error: bool,
    /// What was seen.
    pub observation: Arc<Observation>,
    /// The identity class of the session for the snapshot: `nobody`, `alice`, `attacker`, `victim`, `other`, `mixed`.
    pub identity: String,
    /// How the snapshot compared: filled in by the snapshot consumer through the runner.
    pub snapshot: SnapshotState,
    /// Its verdict when it was last fired at this SP; none where that is not known.
    pub last: Option<VerdictKind>,
    /// Every variant: name, outcome, verdict.
    pub variants: Vec<(String, Outcome, VerdictKind)>,
    /// What Azure refuses of the SP's own AuthnRequests, each code once; empty where something was fired.
    pub refused: Vec<Refused>,
    /// What the SP wrote into its log while a red was fired again, alone.
    pub sp_log: Vec<String>,
}

impl ScenarioResult {
    /// Of which nothing is known yet: nothing was fired, and nobody is signed in.
    pub fn blank(scenario: Arc<Scenario>, base: Base) -> Self {
        Self {
            base: base.letter().to_owned(),
            variant: None,
            firing: 0,
            expected: scenario.verdict,
            severity: scenario.severity,
            outcome: Outcome::Unobserved,
            verdict: VerdictKind::Inconclusive,
            reason: String::new(),
            control: None,
            duration: Duration::ZERO,
            driver: "http".to_owned(),
            recipe: serde_json::Value::Null,
            message: None,
            kept: None,
            flawless: None,
            by_server_error: false,
            observation: Arc::default(),
            identity: "nobody".to_owned(),
            snapshot: SnapshotState::Off,
            last: None,
            variants: Vec::new(),
            refused: Vec::new(),
            sp_log: Vec::new(),
            scenario,
        }
    }

    /// The message that was sent, laid out for people.
    pub fn drawn(&self) -> Option<Arc<Anatomy>> {
        let sent = self.message.as_ref();
        let drawn = sent.map(|sent| Arc::new(anatomy(&sent.forged, Trust::Proven(&sent.proofs))));
        drawn.or_else(|| self.kept.clone())
    }

    /// What is different from a flawless message; none where nothing was sent, or that was not kept.
    pub fn changes(&self) -> Option<Arc<Changes>> {
        match (self.flawless.as_ref()?, &self.message) {
            (Flawless::Held(changes), _) => Some(changes.clone()),
            (Flawless::Message(flawless), Some(sent)) => Some(Arc::new(changes(flawless, sent))),
            (Flawless::Message(_), None) => None,
        }
    }
}

/// What a message is held against: a flawless one for the same person, with the same parts signed.
#[derive(Clone, Debug)]
pub enum Flawless {
    /// The message, which many results share.
    Message(Arc<scenarios::Message>),
    /// What came of holding the two against each other, where that was done already.
    Held(Arc<Changes>),
}

/// How a result compared with the accepted snapshot.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SnapshotState {
    /// Snapshots are not kept for this run.
    #[default]
    Off,
    /// As accepted.
    Same,
    /// There was none.
    New,
    /// The outcome or identity differs.
    OutcomeDrift,
    /// Only hops or cookies differ.
    PresentationDrift,
    /// There is one, and the scenario no longer applies to this SP.
    Unapplied,
}

/// The end of a run.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct RunSummary {
    /// How many results of each verdict.
    pub counts: BTreeMap<VerdictKind, usize>,
    /// Failures by severity.
    pub fail_by_severity: BTreeMap<Severity, usize>,
    /// Every cause of an exit code other than 0, one sentence each.
    pub causes: Vec<String>,
    /// Warnings for the run as a whole.
    pub warnings: Vec<String>,
    /// Failures that `--fail-on` let pass, as a sentence.
    #[serde(default)]
    pub let_pass: Option<String>,
    /// What was seen of the login, where that keeps the run from being judged: a few lines under its causes.
    #[serde(default)]
    pub picture: Vec<String>,
    /// The last lines of the SP's own log, where the run does not end well and there is a log.
    #[serde(default)]
    pub sp_log: Vec<String>,
    /// The exit code that the causes come to.
    pub exit: i32,
    /// What decided the exit code beside the results.
    #[serde(default)]
    pub circumstances: Circumstances,
    /// Wall time of the run.
    pub duration: Duration,
    /// Requests that reached the SP.
    pub requests: u64,
    /// AuthnRequests of the SP's that were checked as Azure checks them.
    #[serde(default)]
    pub authn_requests: usize,
    /// Those of them that Azure would turn away.
    #[serde(default)]
    pub authn_requests_refused: usize,
}
