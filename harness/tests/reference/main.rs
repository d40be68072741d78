//! The harness against the reference SP: hardened, with each flaw, refusing in each style.

#![expect(clippy::unwrap_used, reason = "the helpers of tests may panic as tests do")]

mod flaws;
mod matrix;
mod personalities;
mod refusals;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use reference_sp::{Config, Flaw, Flaws};
use samlitmus::{
    event::{Event, RunSummary, ScenarioResult},
    judge::VerdictKind,
    judge::outcome::Outcome,
    run::{
        litmus::run,
        options::{CannotRun, Options},
    },
    subject::target::Target,
};
use scenarios::{Catalogue, Need, Scenario, Step};

/// What a run told.
struct Told {
    summary: RunSummary,
    results: Vec<Arc<ScenarioResult>>,
}

impl Told {
    /// The verdict of each scenario and base, without the reasons.
    fn verdicts(&self) -> BTreeMap<String, VerdictKind> {
        self.results
            .iter()
            .map(|r| (format!("{} {}", r.scenario.id, r.base), r.verdict))
            .collect()
    }

    /// What was judged otherwise in another run, with the reasons.
    fn unlike(&self, other: &Self) -> Vec<String> {
        let key = |r: &ScenarioResult| (r.scenario.id.clone(), r.base.clone());
        let others: BTreeMap<_, _> = other.results.iter().map(|r| (key(r), r)).collect();
        let mut unlike = Vec::new();
        for one in &self.results {
            match others.get(&key(one)) {
                Some(other) if other.verdict == one.verdict => {}
                other => unlike.push(format!(
                    "{} {}: {:?} ({}), and {:?}",
                    one.scenario.id,
                    one.base,
                    one.verdict,
                    one.reason,
                    other.map(|other| (other.verdict, &other.reason))
                )),
            }
        }
        if self.results.len() != other.results.len() {
            unlike.push(format!(
                "{} results, and {}",
                self.results.len(),
                other.results.len()
            ));
        }
        unlike
    }

    /// The results of one kind.
    fn of(&self, kind: VerdictKind) -> Vec<&ScenarioResult> {
        self.results
            .iter()
            .map(AsRef::as_ref)
            .filter(|r| r.verdict == kind)
            .collect()
    }

    /// Ids of results, for messages.
    fn ids(results: &[&ScenarioResult]) -> Vec<String> {
        results
            .iter()
            .map(|r| format!("{} {} {}: {}", r.scenario.id, r.base, r.outcome, r.reason))
            .collect()
    }
}

/// All scenarios whose id passes.
fn chosen(pass: impl Fn(&Scenario) -> bool) -> Vec<Arc<Scenario>> {
    Catalogue::embedded()
        .scenarios
        .iter()
        .filter(|s| pass(s))
        .cloned()
        .collect()
}

/// Whether no message is what attacks, but the question who is signed in: what an SP makes of messages says nothing then.
fn is_by_a_question(scenario: &Scenario) -> bool {
    matches!(scenario.flow.last(), Some(Step::Probe(_)))
}

/// Runs scenarios against a reference SP.
async fn against(config: Config, scenarios: &[Arc<Scenario>], options: Options) -> Result<Told, CannotRun> {
    let target = Target::reference(config).await.unwrap();
    let mut results = Vec::new();
    let summary = run(target, scenarios, options, |event| {
        if let Event::ScenarioFinished(result) = event {
            results.push(result.clone());
        }
    })
    .await?;
    Ok(Told { summary, results })
}

/// Options with a short time limit.
fn quick() -> Options {
    Options {
        timeout: Duration::from_secs(5),
        ..Options::default()
    }
}

/// A configuration with one flaw.
fn flawed(flaw: Flaw) -> Config {
    Config {
        flaws: Flaws::NONE.with(flaw),
        // Whoever has no key leaves nothing unsigned that he should sign.
        sign_requests: flaw == Flaw::RequestUnsigned,
        // Whoever asks for no fresh sign-in has no instant to compare.
        force_authn: flaw == Flaw::NoTime,
        ..Config::default()
    }
}

/// Whether anybody signed the victim in.
fn impersonated(told: &Told) -> bool {
    told.results.iter().any(|r| r.outcome == Outcome::SessionVictim)
}
