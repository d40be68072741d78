//! Many flows: batches between controls, several at once; reds fired again; what comes of it told as events.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Instant,
};

use scenarios::{Base, Persona, Scenario, Take};
use tokio::sync::mpsc::UnboundedSender;

use crate::{
    event::{Event, ScenarioResult, SnapshotState},
    judge::VerdictKind,
    judge::classify::{Classified, Expectations, classify, mark},
    judge::outcome::Outcome,
    judge::verdict::{Control, Facts, Verdict, judge},
    run::calibration::{is, login},
    run::firing::play::{Broke, Played, play},
    run::plan::{Batch, Plan, Unit},
    run::stage::{Abilities, Stage},
    text::locked,
};

/// So many firings in a row without an answer open the circuit.
const HANGS: usize = 5;

/// A finished unit, and whether its refusal came as a calibrated 5xx.
pub(crate) struct Finished {
    pub(crate) result: ScenarioResult,
    pub(crate) by_server_error: bool,
}

/// What workers share.
pub(crate) struct Runner {
    pub(crate) stage: Arc<Stage>,
    pub(crate) abilities: Arc<Abilities>,
    pub(crate) tell: UnboundedSender<Event>,
    pub(crate) finished: UnboundedSender<Finished>,
    /// Set by Ctrl-C: no new firing begins.
    pub(crate) stop: Arc<AtomicBool>,
    /// Hangs in a row, of firings that should be refused and of the others.
    hangs: [AtomicUsize; 2],
}

/// One firing, judged.
struct Shot {
    firing: u64,
    variant: Option<String>,
    classified: Classified,
    played: Played,
    took: std::time::Duration,
}

impl Runner {
    pub(crate) fn new(
        stage: Arc<Stage>,
        abilities: Arc<Abilities>,
        tell: UnboundedSender<Event>,
        finished: UnboundedSender<Finished>,
        stop: Arc<AtomicBool>,
    ) -> Self {
        Self {
            stage,
            abilities,
            tell,
            finished,
            stop,
            hangs: Default::default(),
        }
    }

    /// Fires a plan with so many workers, then what must be alone.
    pub(crate) async fn run(self: &Arc<Self>, plan: Plan, workers: usize) {
        for (unit, why) in plan.skipped {
            self.finish(self.not_applicable(&unit, why), false);
        }
        let queue = Arc::new(Mutex::new(VecDeque::from(plan.together)));
        let mut crew = tokio::task::JoinSet::new();
        for _ in 0..workers.max(1) {
            let (runner, queue) = (self.clone(), queue.clone());
            crew.spawn(async move {
                loop {
                    let Some(batch) = locked(&queue).pop_front() else {
                        break;
                    };
                    runner.batch(batch).await;
                }
            });
        }
        while crew.join_next().await.is_some() {}
        for batch in plan.alone {
            self.batch(batch).await;
        }
    }

    /// Fires a batch between two controls; where one fails, each unit again between two of its own.
    async fn batch(&self, batch: Batch) {
        let before = self.control(batch.control).await;
        let mut shots = Vec::new();
        for unit in &batch.units {
            if self.stop.load(Ordering::Relaxed) {
                return;
            }
            let _ = self.tell.send(Event::ScenarioStarted {
                id: unit.scenario.id.clone(),
            });
            shots.push(self.fire(unit).await);
        }
        let after = self.control(batch.control).await;
        let framed = held(&before, &after);
        for (unit, shots) in batch.units.iter().zip(shots) {
            if framed == Control::Failed && batch.units.len() > 1 {
                let before = self.control(batch.control).await;
                let again = self.fire(unit).await;
                let after = self.control(batch.control).await;
                self.conclude(
                    unit,
                    again,
                    held(&before, &after),
                    before.map(|(firing, _)| firing),
                )
                .await;
            } else {
                self.conclude(unit, shots, framed, before.as_ref().map(|(firing, _)| *firing))
                    .await;
            }
        }
    }

    /// A flawless login: its number, and whether it worked.
    async fn control(&self, base: Option<Base>) -> Option<(u64, bool)> {
        let base = base?;
        let firing = self.stage.next_firing();
        let start = self.abilities.start?;
        let played = login(&self.stage, &self.abilities, Persona::Alice, base, start).await;
        Some((firing, is(&self.stage, &played, Persona::Alice)))
    }

    /// Fires each variant of a unit.
    async fn fire(&self, unit: &Unit) -> Vec<Shot> {
        let mut shots = Vec::new();
        for take in unit.scenario.takes() {
            shots.push(self.shoot(&unit.scenario, &take, unit.base).await);
        }
        shots
    }

    async fn shoot(&self, scenario: &Scenario, take: &Take, base: Base) -> Shot {
        let firing = self.stage.next_firing();
        let begun = Instant::now();
        let row = &self.hangs[usize::from(scenario.verdict.is_negative())];
        if row.load(Ordering::Relaxed) >= HANGS {
            let why = format!("the circuit is open: {HANGS} firings in a row were never answered");
            let played = Played {
                broke: Some(Broke::Precondition(why)),
                ..Played::default()
            };
            let classified = self.classified(&played);
            return Shot {
                firing,
                variant: take.variant.clone(),
                classified,
                played,
                took: begun.elapsed(),
            };
        }
        let judge = scenario.judge.as_ref().and_then(|judge| judge.jar.as_deref());
        let driver = self.stage.driver_for(scenario);
        let played = play(&self.stage, driver, &self.abilities, take, base, judge).await;
        let classified = self.classified(&played);
        if classified.outcome == Outcome::Hang {
            row.fetch_add(1, Ordering::Relaxed);
        } else {
            // Those that were under way when the circuit opened do not close it again.
            let _ = row.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| (n < HANGS).then_some(0));
        }
        Shot {
            firing,
            variant: take.variant.clone(),
            classified,
            played,
            took: begun.elapsed(),
        }
    }

    fn classified(&self, played: &Played) -> Classified {
        let unobserved = |why: String| Classified {
            outcome: Outcome::Unobserved,
            detail: why,
            identity: "nobody".to_owned(),
            by_server_error: false,
        };
        match &played.broke {
            Some(Broke::Fault(fault)) => return unobserved(format!("the harness's own fault: {fault}")),
            Some(Broke::Driver(why) | Broke::Precondition(why)) => return unobserved(why.clone()),
            None => {}
        }
        let (persona, name_id) = played.message.as_ref().map_or((Persona::Alice, ""), |message| {
            (message.persona, message.name_id.as_str())
        });
        let wanted = Expectations {
            persona,
            name_id,
            people: &self.stage.people,
            refusal: self.abilities.refusal.as_deref(),
        };
        classify(&played.observation, &wanted, mark)
    }

    /// Judges the shots of a unit, fires reds twice more, and tells the worst.
    async fn conclude(&self, unit: &Unit, shots: Vec<Shot>, control: Control, frame: Option<u64>) {
        let control = if frame.is_none() {
            Control::NotNeeded
        } else {
            control
        };
        let takes = unit.scenario.takes();
        let mut judged: Vec<(Shot, Verdict)> = Vec::new();
        for (shot, take) in shots.into_iter().zip(&takes) {
            let mut verdict = self.verdict(unit, &shot, control);
            if verdict.kind == VerdictKind::Fail && !self.stop.load(Ordering::Relaxed) {
                for _ in 0..2 {
                    let again = self.shoot(&unit.scenario, take, unit.base).await;
                    if again.classified.outcome != shot.classified.outcome
                        && !again.classified.detail.starts_with("the circuit is open")
                    {
                        verdict.kind = VerdictKind::Inconclusive;
                        verdict.reason = format!(
                            "it is flaky: first {}, then {}",
                            shot.classified.outcome, again.classified.outcome
                        );
                        break;
                    }
                }
            }
            judged.push((shot, verdict));
        }
        let variants = judged
            .iter()
            .filter_map(|(s, v)| Some((s.variant.clone()?, s.classified.outcome, v.kind)))
            .collect();
        // The worst decides; of equals the first.
        let worst = judged
            .iter()
            .enumerate()
            .max_by_key(|(at, (_, v))| (v.kind, std::cmp::Reverse(*at)));
        let Some((worst, _)) = worst else { return };
        let (shot, verdict) = judged.swap_remove(worst);
        let by_server_error = shot.classified.by_server_error;
        self.finish(self.result(unit, shot, verdict, frame, variants), by_server_error);
    }

    fn verdict(&self, unit: &Unit, shot: &Shot, control: Control) -> Verdict {
        let facts = Facts {
            outcome: shot.classified.outcome,
            detail: &shot.classified.detail,
            control,
            strict: false,
        };
        judge(&unit.scenario, &facts)
    }

    fn result(
        &self,
        unit: &Unit,
        shot: Shot,
        verdict: Verdict,
        control: Option<u64>,
        variants: Vec<(String, Outcome, VerdictKind)>,
    ) -> ScenarioResult {
        ScenarioResult {
            scenario: unit.scenario.clone(),
            base: unit.base.letter().to_owned(),
            variant: shot.variant,
            firing: shot.firing,
            expected: unit.scenario.verdict,
            severity: verdict.severity,
            outcome: shot.classified.outcome,
            verdict: verdict.kind,
            reason: verdict.reason,
            control,
            duration: shot.took,
            driver: self.stage.driver_for(&unit.scenario).name().to_owned(),
            recipe: serde_json::to_value(&shot.played.recipe).unwrap_or_default(),
            message: shot.played.message,
            observation: Arc::new(shot.played.observation),
            identity: shot.classified.identity,
            snapshot: SnapshotState::Off,
            variants,
        }
    }

    fn not_applicable(&self, unit: &Unit, why: String) -> ScenarioResult {
        let classified = Classified {
            outcome: Outcome::Unobserved,
            detail: String::new(),
            identity: "nobody".to_owned(),
            by_server_error: false,
        };
        let shot = Shot {
            firing: 0,
            variant: None,
            classified,
            played: Played {
                recipe: unit.scenario.recipe(),
                ..Played::default()
            },
            took: std::time::Duration::ZERO,
        };
        let verdict = Verdict {
            kind: VerdictKind::NotApplicable,
            severity: unit.scenario.severity,
            reason: why,
        };
        self.result(unit, shot, verdict, None, Vec::new())
    }

    fn finish(&self, result: ScenarioResult, by_server_error: bool) {
        // Nobody listens any more only when the run is being torn down.
        let _ = self.finished.send(Finished {
            result,
            by_server_error,
        });
    }
}

fn held(before: &Option<(u64, bool)>, after: &Option<(u64, bool)>) -> Control {
    match (before, after) {
        (None, None) => Control::NotNeeded,
        (Some((_, true)), Some((_, true))) => Control::Held,
        _ => Control::Failed,
    }
}
