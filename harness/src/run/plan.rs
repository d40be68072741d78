//! Which scenarios fly together: batches of one base with controls around them, and lanes of their own for
//! those that disturb others.

use std::sync::Arc;

use scenarios::{Base, Disturbs, Scenario};

use crate::run::stage::Abilities;

/// So many negatives at most stand between two controls.
const BATCH: usize = 20;

/// A scenario with one of its bases.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    pub(crate) scenario: Arc<Scenario>,
    pub(crate) base: Base,
}

/// Units of one base, fired in order between two controls.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    pub(crate) units: Vec<Unit>,
    /// The base of the controls; none where the units are controls themselves.
    pub(crate) control: Option<Base>,
}

/// What is to be done.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    /// Fired by all workers at once.
    pub(crate) together: Vec<Batch>,
    /// Fired by one worker alone, afterwards: they disturb a user or the SP.
    pub(crate) alone: Vec<Batch>,
    /// Not applicable, each with the reason.
    pub(crate) skipped: Vec<(Unit, String)>,
}

/// Lays out what is to be done for so many workers.
pub(crate) fn plan(scenarios: &[Arc<Scenario>], abilities: &Abilities, workers: usize) -> Plan {
    let mut plan = Plan::default();
    let mut free = Vec::new();
    for scenario in scenarios {
        for base in &scenario.bases {
            let unit = Unit {
                scenario: scenario.clone(),
                base: *base,
            };
            match obstacle(&unit, abilities) {
                Some(why) => plan.skipped.push((unit, why)),
                None if scenario.disturbs == Disturbs::Jar => free.push(unit),
                None => plan.alone.push(batch(vec![unit], abilities)),
            }
        }
    }
    let (negatives, others): (Vec<_>, Vec<_>) =
        free.into_iter().partition(|u| u.scenario.verdict.is_negative());
    for base in [Base::A, Base::R, Base::B, Base::N] {
        for group in [&negatives, &others] {
            let group: Vec<Unit> = group.iter().filter(|u| u.base == base).cloned().collect();
            // Small enough that no worker idles at the end, never larger than the rule allows.
            let size = group.len().div_ceil(workers.max(1)).clamp(1, BATCH);
            plan.together
                .extend(group.chunks(size).map(|units| batch(units.to_vec(), abilities)));
        }
    }
    plan
}

fn batch(units: Vec<Unit>, abilities: &Abilities) -> Batch {
    let negative = units.iter().any(|u| u.scenario.verdict.is_negative());
    let base = units.first().map_or(Base::A, |u| u.base);
    Batch {
        control: abilities.control_base(base).filter(|_| negative),
        units,
    }
}

fn obstacle(unit: &Unit, abilities: &Abilities) -> Option<String> {
    let missing = unit
        .scenario
        .needs
        .iter()
        .find(|need| !abilities.can.contains(need));
    if let Some(need) = missing {
        return Some(need.missing().to_owned());
    }
    // The baseline finds out which bases an SP accepts: it is never excused by that.
    let measures = unit.scenario.namespace() == "baseline";
    let accepted = unit.base == Base::N || abilities.bases.contains(&unit.base);
    (!measures && !accepted).then(|| {
        format!(
            "the SP takes no message of base {} ({})",
            unit.base.letter(),
            match unit.base {
                Base::A => "only the Assertion signed",
                Base::R => "only the Response signed",
                Base::B => "both signed",
                Base::N => "nothing signed",
            }
        )
    })
}
