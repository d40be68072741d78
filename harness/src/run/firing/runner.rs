//! Many flows: batches between controls, several at once; reds fired again; what comes of it told as events.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Instant,
};

use scenarios::{Base, Scenario, Take};
use tokio::sync::mpsc::UnboundedSender;

use super::{
    alike::told_apart,
    conclude::{confirmed, doubtful, repetitions},
    control::Frame,
    fire::fire,
    followed,
    shot::Shot,
    watch::Watch,
};
use crate::{
    event::{Event, Flawless, ScenarioResult, SnapshotState},
    judge::{
        VerdictKind,
        classify::Classified,
        outcome::Outcome,
        verdict::{Control, Verdict},
    },
    run::{
        lanes::Lanes,
        learned::Learned,
        plan::{Batch, Plan, Unit},
        stage::Stage,
    },
    snapshot::Snapshots,
    text::locked,
};

/// So many firings in a row without an answer open the circuit.
const HANGS: usize = 5;

/// What workers share.
pub(crate) struct Runner {
    pub(super) stage: Arc<Stage>,
    pub(super) learned: Arc<Learned>,
    tell: UnboundedSender<Event>,
    finished: UnboundedSender<ScenarioResult>,
    /// Set by Ctrl-C: no new firing begins.
    pub(super) stop: Arc<AtomicBool>,
    pub(super) lanes: Arc<Lanes>,
    pub(super) watch: Watch,
    /// So many negatives stand between two frames.
    size: AtomicUsize,
    /// Hangs in a row, of firings that should be refused and of the others.
    hangs: [AtomicUsize; 2],
    /// What was accepted of this SP.
    pub(super) accepted: Option<Snapshots>,
}

impl Runner {
    pub(crate) fn new(
        stage: Arc<Stage>,
        learned: Arc<Learned>,
        workers: usize,
        tell: UnboundedSender<Event>,
        finished: UnboundedSender<ScenarioResult>,
        stop: Arc<AtomicBool>,
        accepted: Option<Snapshots>,
    ) -> Self {
        let lanes = Arc::new(Lanes::new(workers));
        Self {
            watch: Watch::new(
                stage.clone(),
                learned.clone(),
                lanes.clone(),
                tell.clone(),
                stop.clone(),
            ),
            size: AtomicUsize::new(learned.batch.unwrap_or(usize::MAX)),
            stage,
            learned,
            tell,
            finished,
            stop,
            lanes,
            hangs: Default::default(),
            accepted,
        }
    }

    /// Fires a plan with so many workers, then what must be alone. Says why it was given up, where it was.
    pub(crate) async fn run(self: &Arc<Self>, plan: Plan, workers: usize) -> Option<String> {
        for (unit, why) in plan.skipped {
            self.finish(self.not_applicable(&unit, why));
        }
        let queue = Arc::new(Mutex::new(VecDeque::from(plan.together)));
        let mut crew = tokio::task::JoinSet::new();
        for _ in 0..workers.max(1) {
            let (runner, queue) = (self.clone(), queue.clone());
            crew.spawn(async move {
                let mut framed = None;
                loop {
                    let Some(batch) = locked(&queue).pop_front() else {
                        break;
                    };
                    framed = runner.batch(batch, framed).await;
                }
            });
        }
        while crew.join_next().await.is_some() {}
        for batch in self.able(plan.alone).await {
            self.batch(batch, None).await;
        }
        self.watch.lost()
    }

    /// Those batches of which the SP can show something. Whether it follows the IdP's metadata is seen now, since to ask disturbs it.
    async fn able(&self, batches: Vec<Batch>) -> Vec<Batch> {
        let asks = |unit: &Unit| {
            followed::NEEDS
                .iter()
                .any(|need| unit.scenario.needs.contains(need))
        };
        let about = batches.iter().flat_map(|batch| &batch.units);
        let Some(base) = about.clone().find(|unit| asks(unit)).map(|unit| unit.base) else {
            return batches;
        };
        if self.stop.load(Ordering::Relaxed) {
            return batches;
        }
        let base = self.learned.control_base(base).unwrap_or(base);
        let missing = followed::missing(&self.stage, &self.learned, base).await;
        let mut able = Vec::new();
        for batch in batches {
            let why = |unit: &Unit| {
                let mut missing = missing.iter();
                missing.find(|(need, _)| unit.scenario.needs.contains(need))
            };
            match batch.units.iter().find_map(why) {
                None => able.push(batch),
                Some((_, why)) => {
                    for unit in &batch.units {
                        self.finish(self.not_applicable(unit, why.clone()));
                    }
                }
            }
        }
        able
    }

    /// Fires a batch between two frames; where one does not hold, each unit again between two of its own. A frame that held
    /// just now is the first of the next batch with the same base and people.
    async fn batch(&self, batch: Batch, framed: Option<(Base, Frame)>) -> Option<(Base, Frame)> {
        let Some(base) = batch.control else {
            for unit in &batch.units {
                if let Some(shots) = self.fire(unit).await {
                    let control = self.afterwards(&batch, unit, &shots).await;
                    self.conclude(unit, shots, control, None).await;
                }
            }
            return framed;
        };
        let mut before = framed.filter(|(known, _)| *known == base).map(|(_, frame)| frame);
        let mut left = batch.units.as_slice();
        while !left.is_empty() {
            let (units, rest) = left.split_at(left.len().min(self.size.load(Ordering::Relaxed).max(1)));
            left = rest;
            let first = match before.take() {
                Some(frame) => frame,
                None => self.watch.frame(&batch.people(&self.learned), base).await,
            };
            if let Some(why) = &first.failed {
                self.unjudged(units, why);
                continue;
            }
            let mut shots = Vec::new();
            for unit in units {
                match self.fire(unit).await {
                    Some(fired) => shots.push(fired),
                    None => return None,
                }
            }
            let after = self.watch.frame(&batch.people(&self.learned), base).await;
            if after.failed.is_none() {
                for (unit, shots) in units.iter().zip(shots) {
                    self.conclude(unit, shots, Control::Held, Some(first.firing))
                        .await;
                }
                before = Some(after);
            } else {
                self.singly(&batch, base, units, shots, &after).await;
            }
        }
        before.map(|frame| (base, frame))
    }

    /// A login that should have come out and did not is the SP's fault only where another one comes out after it.
    async fn afterwards(&self, batch: &Batch, unit: &Unit, shots: &[Shot]) -> Control {
        let red = |shot: &Shot| {
            let verdict = shot.verdict(unit, Control::NotNeeded, false, &self.learned);
            matches!(verdict.kind, VerdictKind::Fail | VerdictKind::Warn)
        };
        let base = self.learned.control_base(unit.base);
        match base.filter(|_| shots.iter().any(red)) {
            Some(base)
                if self
                    .watch
                    .frame(&batch.people(&self.learned), base)
                    .await
                    .failed
                    .is_some() =>
            {
                Control::Failed
            }
            _ => Control::NotNeeded,
        }
    }

    /// Something in a batch disturbed the frame after it: each unit stands alone between two of its own.
    async fn singly(&self, batch: &Batch, base: Base, units: &[Unit], shots: Vec<Vec<Shot>>, after: &Frame) {
        if units.len() == 1 {
            for (unit, shots) in units.iter().zip(shots) {
                self.conclude(unit, shots, Control::Failed, Some(after.firing))
                    .await;
            }
            return;
        }
        // Whatever adds up to a lock may add up again.
        let half = (units.len() / 2).max(1);
        self.size.fetch_min(half, Ordering::Relaxed);
        for (unit, seen) in units.iter().zip(shots) {
            let before = self.watch.frame(&batch.people(&self.learned), base).await;
            if let Some(why) = &before.failed {
                // What was seen before the disturbance counts where it needs no frame.
                if seen.iter().any(Shot::impersonates) {
                    self.conclude(unit, seen, Control::Failed, Some(before.firing))
                        .await;
                } else {
                    self.unjudged(std::slice::from_ref(unit), why);
                }
                continue;
            }
            let Some(again) = self.fire(unit).await else {
                return;
            };
            let shots = again
                .into_iter()
                .zip(seen)
                .map(|(again, first)| if first.impersonates() { first } else { again })
                .collect();
            let after = self.watch.frame(&batch.people(&self.learned), base).await;
            let control = if after.failed.is_none() {
                Control::Held
            } else {
                Control::Failed
            };
            self.conclude(unit, shots, control, Some(before.firing)).await;
        }
    }

    /// Fires each variant of a unit; none where the run was interrupted.
    async fn fire(&self, unit: &Unit) -> Option<Vec<Shot>> {
        if self.stop.load(Ordering::Relaxed) {
            return None;
        }
        let _ = self.tell.send(Event::ScenarioStarted {
            id: unit.scenario.id.clone(),
        });
        let mut shots = Vec::new();
        for take in self.takes(unit) {
            let permit = self.lanes.one().await;
            shots.push(self.shoot(&unit.scenario, &take, unit.base).await);
            drop(permit);
        }
        Some(shots)
    }

    /// The variants that say something of this SP.
    fn takes(&self, unit: &Unit) -> Vec<Take> {
        let mut takes = unit.scenario.takes();
        takes.retain(|take| take.needs().is_none_or(|need| self.learned.can.contains(&need)));
        takes
    }

    pub(super) async fn shoot(&self, scenario: &Scenario, take: &Take, base: Base) -> Shot {
        let row = &self.hangs[usize::from(scenario.verdict.is_negative())];
        if row.load(Ordering::Relaxed) >= HANGS {
            let why = format!("the circuit is open: {HANGS} firings in a row were never answered");
            return Shot::none(scenario, Some(take), why);
        }
        let firing = self.stage.next_firing();
        let begun = Instant::now();
        let judge = scenario.judge.as_ref().and_then(|judge| judge.jar.as_deref());
        let driver = self.stage.driver_for(scenario);
        let played = Box::pin(fire(&self.stage, driver, &self.learned, take, base, judge)).await;
        let shot = Shot::of(firing, take, played, begun.elapsed(), &self.learned);
        if shot.hung() {
            row.fetch_add(1, Ordering::Relaxed);
        } else {
            // Those that were under way when the circuit opened do not close it again.
            let _ = row.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| (n < HANGS).then_some(0));
        }
        shot
    }

    /// Judges the shots of a unit, fires reds again alone, and tells the worst.
    async fn conclude(&self, unit: &Unit, shots: Vec<Shot>, control: Control, frame: Option<u64>) {
        let takes = self.takes(unit);
        let mut judged: Vec<(Shot, Verdict)> = Vec::new();
        for (shot, take) in shots.into_iter().zip(&takes) {
            let verdict = shot.verdict(unit, control, shot.classified.dropped, &self.learned);
            if !doubtful(&shot, &verdict) || self.stop.load(Ordering::Relaxed) {
                judged.push((shot, verdict));
                continue;
            }
            let mut again = Vec::new();
            let mut logged = Vec::new();
            for number in 0..repetitions(&shot) {
                let alone = self.lanes.alone().await;
                // One firing's words are as good as another's, and to ask for them may take a while.
                let mark = match number {
                    0 => self.stage.log.mark(&self.stop).await,
                    _ => None,
                };
                let shot = self.shoot(&unit.scenario, take, unit.base).await;
                if let Some(mark) = mark {
                    logged = self.stage.log.since(&mark, &self.stop).await;
                }
                drop(alone);
                if shot.firing > 0 {
                    again.push(shot);
                }
            }
            // The SP went away since it began, and may have forgotten what began with it.
            let forgotten = shot.played.absences != self.stage.absences() && shot.is_refused();
            let shot = match again.is_empty() {
                false if forgotten => again.remove(0),
                _ => shot,
            };
            if shot.hung() && again.iter().any(|shot| !shot.hung()) {
                self.watch
                    .narrow("the SP does not answer in time where many ask at once");
            }
            let control = self.weighed(unit, take, control, &shot, &mut again).await;
            let (shot, verdict) = confirmed(unit, shot, again, control, &self.learned);
            judged.push((Shot { logged, ..shot }, verdict));
        }
        if unit.scenario.alike && !self.stop.load(Ordering::Relaxed) {
            self.hold_alike(unit, &takes, &mut judged, control).await;
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
        let result = self.result(unit, shot, verdict, frame, variants);
        let result = match takes.as_slice() {
            [take] if self.differs(&result) => self.drawn_again(unit, take, result).await,
            _ => result,
        };
        self.finish(result);
    }

    /// Fires all variants once more, and judges those anew whose answers can be told apart.
    async fn hold_alike(
        &self,
        unit: &Unit,
        takes: &[Take],
        judged: &mut [(Shot, Verdict)],
        control: Control,
    ) {
        if !judged.iter().all(|(shot, _)| shot.is_refused() || shot.broke()) {
            return; // somebody was signed in, or nobody answered: that is told as it is
        }
        let mut again = Vec::new();
        for take in takes {
            let permit = self.lanes.one().await;
            again.push(self.shoot(&unit.scenario, take, unit.base).await);
            drop(permit);
        }
        let shots: Vec<&Shot> = judged.iter().map(|(shot, _)| shot).collect();
        if let Some((at, how)) = told_apart(&shots, &again) {
            let (shot, verdict) = &mut judged[at];
            shot.classified = Classified::new(Outcome::Violated, how);
            *verdict = shot.verdict(unit, control, false, &self.learned);
        }
    }

    /// Units that could not be fired, since nothing that they show could be judged.
    fn unjudged(&self, units: &[Unit], why: &str) {
        for unit in units {
            let takes = self.takes(unit);
            let shot = Shot::none(&unit.scenario, takes.first(), why);
            let verdict = shot.verdict(unit, Control::NotNeeded, false, &self.learned);
            self.finish(self.result(unit, shot, verdict, None, Vec::new()));
        }
    }

    fn not_applicable(&self, unit: &Unit, why: String) -> ScenarioResult {
        let shot = Shot::none(&unit.scenario, None, String::new());
        let verdict = Verdict {
            kind: VerdictKind::NotApplicable,
            severity: unit.scenario.severity,
            reason: why,
        };
        self.result(unit, shot, verdict, None, Vec::new())
    }

    pub(super) fn result(
        &self,
        unit: &Unit,
        shot: Shot,
        verdict: Verdict,
        control: Option<u64>,
        variants: Vec<(String, Outcome, VerdictKind)>,
    ) -> ScenarioResult {
        let message = shot.played.message;
        let flawless = message.as_ref().and_then(|sent| self.stage.forge.flawless(sent));
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
            message,
            kept: None,
            flawless: flawless.map(Flawless::Message),
            by_server_error: shot.classified.by_server_error,
            observation: Arc::new(shot.played.observation),
            identity: shot.classified.identity,
            snapshot: SnapshotState::Off,
            last: None,
            variants,
            refused: Vec::new(),
            sp_log: shot.logged,
        }
    }

    fn finish(&self, result: ScenarioResult) {
        // Nobody listens any more only when the run is being torn down.
        let _ = self.finished.send(result);
    }
}
