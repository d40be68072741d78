//! What several firings of one thing come to.

use super::shot::Shot;
use crate::{
    judge::{
        VerdictKind,
        verdict::{Control, Verdict},
    },
    run::{learned::Learned, plan::Unit},
};

/// How often a red is fired again.
const AGAIN: usize = 2;

/// A red and what became of it when it was fired again, one after the other and alone: the firing that decides, and its
/// judgement.
///
/// What was seen once was seen: an impersonation that does not repeat is one all the same. A firing that hung among others
/// and is answered alone hung for our own load; so did one break that does not alone (two first sign-ins of one person at
/// once collide in many a database), and so did one that the SP showed no way to the IdP. A connection that drops once may
/// have been closed by chance. Any other disagreement proves nothing.
pub(super) fn confirmed(
    unit: &Unit,
    first: Shot,
    mut again: Vec<Shot>,
    control: Control,
    learned: &Learned,
) -> (Shot, Verdict) {
    let other = again
        .iter()
        .position(|shot| shot.classified.outcome != first.classified.outcome);
    if first.impersonates() {
        let mut verdict = first.verdict(unit, control, false, learned);
        if let Some(other) = other {
            verdict.reason = format!(
                "{}; not repeatable: fired again, it came to {}",
                verdict.reason, again[other].classified.outcome
            );
        }
        return (first, verdict);
    }
    let ours = |shot: &Shot| {
        (first.hung() && !shot.hung())
            || (first.broke() && !shot.broke())
            || (first.strayed() && !shot.strayed())
    };
    if let Some(answered) = again.iter().position(ours) {
        let shot = again.swap_remove(answered);
        let verdict = shot.verdict(unit, control, false, learned);
        return (shot, verdict);
    }
    if first.classified.dropped {
        let each_time = again.len() == AGAIN && again.iter().all(|shot| shot.classified.dropped);
        let verdict = first.verdict(unit, control, each_time, learned);
        return (first, verdict);
    }
    let mut verdict = first.verdict(unit, control, false, learned);
    if let Some(other) = other {
        verdict.kind = VerdictKind::Inconclusive;
        verdict.reason = format!(
            "it is flaky: first {}, then {}",
            first.classified.outcome, again[other].classified.outcome
        );
    }
    (first, verdict)
}

/// Whether a firing is to be repeated before it is believed.
pub(super) fn doubtful(shot: &Shot, verdict: &Verdict) -> bool {
    verdict.kind == VerdictKind::Fail || shot.classified.dropped || shot.broke() || shot.strayed()
}

/// How often it is to be fired again.
pub(super) fn repetitions(shot: &Shot) -> usize {
    if shot.broke() || shot.strayed() { 1 } else { AGAIN }
}
