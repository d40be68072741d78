//! Which scenarios fly together: batches of one base with controls around them, and lanes of their own for
//! those that disturb others.

use std::sync::Arc;

use scenarios::{Base, Disturbs, Persona, Profile, Scenario};

use super::{kept::Done, learned::Learned};

/// So many negatives at most stand between two controls.
const BATCH: usize = 20;
/// And so many at least, where there are as many: a frame costs as much as three of them.
const WORTH: usize = 10;

/// A scenario with one of its bases.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    pub(crate) scenario: Arc<Scenario>,
    pub(crate) base: Base,
    /// Of whom its messages speak: a refusal says something only where they can be seen.
    pub(crate) names: Vec<Persona>,
    /// The profile of this run that makes it a MUST.
    pub(crate) strict: Option<Profile>,
}

/// Units of one base, fired in order between two controls.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    pub(crate) units: Vec<Unit>,
    /// The base of the controls; none where the units are controls themselves.
    pub(crate) control: Option<Base>,
}

impl Batch {
    /// Who frames it: alice always, the attacker for whatever is an attack, the victim where a message speaks of him; and
    /// nobody who cannot be seen at all.
    pub(crate) fn people(&self, learned: &Learned) -> Vec<Persona> {
        let victim = self
            .units
            .iter()
            .any(|unit| unit.names.contains(&Persona::Victim));
        [Persona::Alice, Persona::Attacker]
            .into_iter()
            .chain(victim.then_some(Persona::Victim))
            .filter(|persona| !learned.unseen.contains_key(persona))
            .collect()
    }
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

/// Lays out what is to be done yet, for so many workers, under these profiles.
pub(crate) fn plan(
    scenarios: &[Arc<Scenario>],
    done: &Done,
    learned: &Learned,
    profiles: &[Profile],
    workers: usize,
) -> Plan {
    let mut plan = Plan::default();
    let mut free = Vec::new();
    for scenario in scenarios.iter().filter(|scenario| !scenario.watches()) {
        let bases = bases(scenario, learned);
        for base in bases.iter().filter(|base| !done.has(scenario, **base)) {
            let unit = Unit {
                scenario: scenario.clone(),
                base: *base,
                names: named(scenario),
                strict: scenario
                    .strict_in
                    .iter()
                    .copied()
                    .find(|one| profiles.contains(one)),
            };
            match obstacle(&unit, learned) {
                Some(why) => plan.skipped.push((unit, why)),
                None if scenario.disturbs == Disturbs::Jar => free.push(unit),
                None => plan.alone.push(batch(vec![unit], learned)),
            }
        }
    }
    let (negatives, others): (Vec<_>, Vec<_>) =
        free.into_iter().partition(|u| u.scenario.verdict.is_negative());
    for base in [Base::A, Base::R, Base::B, Base::N] {
        for group in [&negatives, &others] {
            let group: Vec<Unit> = group.iter().filter(|u| u.base == base).cloned().collect();
            // Small enough that no worker idles at the end, large enough to be worth its frame, never larger than the rule.
            let size = group.len().div_ceil(workers.max(1)).clamp(WORTH, BATCH);
            plan.together
                .extend(group.chunks(size).map(|units| batch(units.to_vec(), learned)));
        }
    }
    plan
}

/// Those that the scenario names; where it names none, and the SP does not take A, one that it does take.
fn bases(scenario: &Scenario, learned: &Learned) -> Vec<Base> {
    if scenario.suits_any_base() && !learned.bases.contains(&Base::A) {
        let taken = [Base::B, Base::R]
            .into_iter()
            .find(|base| learned.bases.contains(base));
        return taken.map_or_else(|| scenario.bases.clone(), |base| vec![base]);
    }
    scenario.bases.clone()
}

fn batch(units: Vec<Unit>, learned: &Learned) -> Batch {
    let negative = units.iter().any(|u| u.scenario.verdict.is_negative());
    let base = units.first().map_or(Base::A, |u| u.base);
    Batch {
        control: learned.control_base(base).filter(|_| negative),
        units,
    }
}

/// Of whom the messages of a scenario speak, whichever variant.
fn named(scenario: &Scenario) -> Vec<Persona> {
    let written = serde_json::to_string(&(
        &scenario.recipe(),
        &scenario.flow,
        &scenario.variants,
        &scenario.each,
    ))
    .unwrap_or_default();
    Persona::ALL
        .into_iter()
        .filter(|persona| {
            let name = persona.name();
            let spoken_of = [
                format!("\"{name}\""),
                format!("{{{name}}}"),
                format!("{{{name}:"),
                format!(":{name}}}"),
            ];
            spoken_of.iter().any(|word| written.contains(word))
        })
        .collect()
}

fn obstacle(unit: &Unit, learned: &Learned) -> Option<String> {
    let missing = unit
        .scenario
        .needs
        .iter()
        .find(|need| !learned.can.contains(need));
    if let Some(need) = missing {
        return Some(need.missing().to_owned());
    }
    if learned.ignores_name_id && only_in_name_id(&unit.scenario) {
        return Some(format!(
            "the SP takes the attribute {} as identity, and never looks at the NameID",
            learned.claim.as_deref().unwrap_or_default()
        ));
    }
    // The baseline finds out which bases an SP accepts: it is never excused by that.
    let measures = unit.scenario.namespace() == "baseline";
    let accepted = unit.base == Base::N || learned.bases.contains(&unit.base);
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

/// Whether all that a scenario forges stands in the NameID.
fn only_in_name_id(scenario: &Scenario) -> bool {
    let written =
        serde_json::to_string(&(&scenario.recipe(), &scenario.flow, &scenario.variants)).unwrap_or_default();
    let elsewhere = [
        "Identity",
        "\"write\"",
        "Attribute",
        "\"copy\"",
        "\"cut\"",
        "Signature",
        "\"sign\"",
    ];
    scenario.namespace() == "identity"
        && written.contains("NameID")
        && !elsewhere.iter().any(|place| written.contains(place))
}
