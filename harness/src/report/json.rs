//! The results for programs, schema 1.

use std::{collections::BTreeMap, path::Path};

use scenarios::{Attacker, Expected, Severity, Tier};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    draft::Draft,
    listener::{Listener, ReportError},
    spool::Spool,
    words::own_page,
};
use crate::{
    event::{Calibration, Event, RunInfo, RunSummary, ScenarioResult, SnapshotState},
    judge::{VerdictKind, observation, outcome::Outcome, request::Refused},
    said::{Said, said},
};

/// The version of this format. It changes when a key changes its meaning or goes.
pub const SCHEMA: u32 = 1;
/// The most characters of an address.
const LONGEST: usize = 2_000;

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
    pub refused: Vec<RefusedRequest>,
}

/// What Azure refuses of the SP's own AuthnRequests.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct RefusedRequest {
    /// The number behind `AADSTS`.
    pub code: u32,
    /// Azure's sentence, with the code.
    pub says: String,
    /// So many of the run's AuthnRequests.
    pub count: usize,
    /// How the first of them came: `redirect` or `post`.
    pub binding: String,
    /// The bytes that are refused, out of the first of them.
    pub part: String,
    /// The first of them, decoded where that was possible; at most 8,000 characters.
    pub text: String,
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

/// The listener that writes them.
pub struct Json {
    draft: Draft,
    entries: Spool,
    summary: Summary,
    info: Option<RunInfo>,
    calibration: Option<Calibration>,
    duration_ms: u64,
}

impl Json {
    /// Makes the file, under another name; an earlier report goes.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn create(path: &Path) -> Result<Self, ReportError> {
        let draft = Draft::begin(path)?;
        Ok(Self {
            entries: draft.spool()?,
            draft,
            summary: Summary::default(),
            info: None,
            calibration: None,
            duration_ms: 0,
        })
    }

    /// All but the entries.
    fn head(&self) -> Results {
        let version = || env!("CARGO_PKG_VERSION").to_owned();
        let info = self.info.as_ref();
        let mut summary = self.summary.clone();
        if summary.exit.is_none() {
            summary.causes.push("the run did not come to an end".to_owned());
        }
        Results {
            schema: SCHEMA,
            tool: Tool {
                name: "samlitmus".to_owned(),
                version: info.map_or_else(version, |info| info.version.clone()),
                catalogue: info.map_or_else(
                    || scenarios::catalogue::VERSION.to_owned(),
                    |info| info.catalogue.clone(),
                ),
            },
            seed: info.map_or(0, |info| info.seed),
            started: info.map_or_else(String::new, |info| info.started.clone()),
            duration_ms: self.duration_ms,
            driver: info.map_or_else(String::new, |info| info.driver.clone()),
            sp: Sp {
                name: info.map_or_else(String::new, |info| info.sp.clone()),
                address: info.map_or_else(String::new, |info| info.address.clone()),
                calibration: self.calibration.clone(),
            },
            summary,
            scenarios: Vec::new(),
        }
    }
}

impl Listener for Json {
    fn on(&mut self, event: &Event) {
        match event {
            Event::Started(info) => self.info = Some(info.as_ref().clone()),
            Event::Calibrated(calibration) => self.calibration = Some(calibration.as_ref().clone()),
            Event::ScenarioStarted { .. } => {}
            Event::ScenarioFinished(result) => {
                self.summary.count(result);
                let entry = Entry::of(result);
                if let Ok(text) = serde_json::to_string(&entry) {
                    self.entries.push(format!("{} {}", entry.id, entry.base), &text);
                }
            }
            Event::Warning(warning) => self.summary.warnings.push(warning.clone()),
            Event::Finished(summary) => {
                self.summary.end(summary);
                self.duration_ms = millis(summary.duration);
            }
        }
    }

    fn write(&mut self) -> Result<(), ReportError> {
        let head = serde_json::to_string_pretty(&self.head()).unwrap_or_default();
        // The list stands last, so that it can be copied in without being held in memory.
        let head = head.trim_end().strip_suffix("[]\n}").unwrap_or(&head);
        let entries = &mut self.entries;
        self.draft.write(|out| {
            writeln!(out, "{head}[")?;
            entries.pour(out, ",\n")?;
            out.write_all(b"\n]}\n")
        })
    }

    fn publish(self: Box<Self>) -> Result<(), ReportError> {
        self.draft.publish()
    }
}

impl Summary {
    fn count(&mut self, result: &ScenarioResult) {
        let count = match result.verdict {
            VerdictKind::Pass => &mut self.pass,
            VerdictKind::PassInert => &mut self.pass_inert,
            VerdictKind::Warn => &mut self.warn,
            VerdictKind::Fail => &mut self.fail,
            VerdictKind::Recorded => &mut self.recorded,
            VerdictKind::Inconclusive => &mut self.inconclusive,
            VerdictKind::NotApplicable => &mut self.not_applicable,
            VerdictKind::Waived => &mut self.waived,
        };
        *count += 1;
        if result.verdict == VerdictKind::Fail {
            *self.fail_by_severity.entry(result.severity).or_default() += 1;
        }
    }

    fn end(&mut self, summary: &RunSummary) {
        self.causes.clone_from(&summary.causes);
        for warning in &summary.warnings {
            if !self.warnings.contains(warning) {
                self.warnings.push(warning.clone());
            }
        }
        self.let_pass.clone_from(&summary.let_pass);
        self.picture.clone_from(&summary.picture);
        self.sp_log.clone_from(&summary.sp_log);
        self.exit = Some(summary.exit);
        self.requests = summary.requests;
        self.authn_requests = summary.authn_requests;
        self.authn_requests_refused = summary.authn_requests_refused;
    }
}

impl Entry {
    /// The entry of a result.
    pub fn of(result: &ScenarioResult) -> Self {
        let hop = |hop: &observation::Hop| Hop {
            method: hop.method.clone(),
            url: hop.url.chars().take(LONGEST).collect(),
            status: hop.status,
            duration_ms: millis(hop.elapsed),
        };
        Self {
            id: result.scenario.id.clone(),
            base: result.base.clone(),
            variant: result.variant.clone(),
            firing: result.firing,
            title: result.scenario.title.clone(),
            tier: result.scenario.tier,
            expected: result.expected,
            severity: result.severity,
            attacker: result.scenario.attacker,
            outcome: result.outcome,
            verdict: result.verdict,
            reason: result.reason.clone(),
            rule: result.scenario.rule.clone(),
            control: result.control,
            duration_ms: millis(result.duration),
            driver: result.driver.clone(),
            identity: result.identity.clone(),
            snapshot: result.snapshot.clone(),
            last: result.last,
            variants: result
                .variants
                .iter()
                .map(|(name, outcome, verdict)| Variant {
                    name: name.clone(),
                    outcome: *outcome,
                    verdict: *verdict,
                })
                .collect(),
            hops: result.observation.journey.hops.iter().map(hop).collect(),
            page: own_page(result).map(page),
            recipe: result.recipe.clone(),
            refused: result.refused.iter().map(refused).collect(),
        }
    }
}

fn refused(refused: &Refused) -> RefusedRequest {
    RefusedRequest {
        code: refused.code,
        says: refused.says.clone(),
        count: refused.count,
        binding: refused.binding.to_owned(),
        part: refused.part.clone(),
        text: refused.text.clone(),
    }
}

fn page(page: &observation::Page) -> Page {
    let Said { title, says } = said(page);
    Page {
        status: page.status,
        url: page.url.chars().take(LONGEST).collect(),
        title,
        says,
    }
}

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
