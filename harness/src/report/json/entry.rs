//! From a result to its entry.

use super::{
    model::{Entry, Hop, Page, Variant},
    record::Record,
};
use crate::{
    event::ScenarioResult,
    judge::observation,
    report::words::own_page,
    said::{Said, said},
};

/// The most characters of an address.
const LONGEST: usize = 2_000;

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
            refused: result.refused.clone(),
            sp_log: result.sp_log.clone(),
            record: Some(Record::of(result)),
        }
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

pub(super) fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
