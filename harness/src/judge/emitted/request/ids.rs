//! All IDs together.

use std::collections::BTreeSet;

use crate::judge::emitted::{
    random::{ENOUGH, FEW, Random, random},
    seen::{Held, shown},
};

pub(super) fn unique(ids: &[&str]) -> Held {
    if ids.len() < FEW {
        return few(ids.len());
    }
    let mut seen = BTreeSet::new();
    match ids.iter().find(|id| !seen.insert(**id)) {
        None => Held::Holds,
        Some(twice) => Held::Lacks(format!(
            "of {} AuthnRequests two have the ID `{}`",
            ids.len(),
            shown(twice)
        )),
    }
}

pub(super) fn entropy(ids: &[&str]) -> Held {
    if ids.len() < FEW {
        return few(ids.len());
    }
    let Random { places, bits } = random(ids);
    Held::unless(bits < ENOUGH, || {
        format!(
            "of the characters of an ID {places} differ without a rule, which is {bits:.0} bits at most; one is `{}`",
            ids.first().map_or_else(String::new, |id| shown(id))
        )
    })
}

fn few(count: usize) -> Held {
    Held::CannotTell(format!(
        "{count} AuthnRequests came, and fewer than {FEW} say nothing about their IDs"
    ))
}
