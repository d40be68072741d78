//! What decides how a run ends, beside its results.

use serde::{Deserialize, Serialize};

use super::{fail_on::FailOn, waiver::Bite};

/// What decides the exit code beside the results.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Circumstances {
    /// From which deviation on the run fails.
    pub fail_on: FailOn,
    /// A missing snapshot is a deviation.
    pub locked: bool,
    /// What became of the waivers.
    pub waivers: Vec<Bite>,
    /// This is one of several runs that fire one selection together: whether a waiver has healed is known when all are.
    pub partly: bool,
    /// Why nothing could be judged at all.
    pub hopeless: Option<String>,
    /// What could not be judged beside single scenarios, one sentence each.
    pub unjudged: Vec<String>,
    /// How the SP refuses, as calibration found it.
    pub refuses_with: Option<String>,
    /// So many scenarios came to no verdict.
    pub lost: usize,
    /// So many AuthnRequests of the SP's were judged by scenarios that watch: no row is told of those that Azure takes.
    pub watched: usize,
    /// Ctrl-C.
    pub interrupted: bool,
    /// Warnings for the run.
    pub warnings: Vec<String>,
}

impl Circumstances {
    /// Whether everything that was to be fired was fired, and the SP was there to the end.
    pub fn came_to_its_end(&self) -> bool {
        self.hopeless.is_none() && self.lost == 0 && !self.interrupted
    }

    /// Those of one run, out of those of the runs that fired its parts.
    pub fn joined(parts: &[Self]) -> Self {
        let mut whole = parts.first().cloned().unwrap_or_default();
        whole.partly = false;
        for part in parts.iter().skip(1) {
            whole.locked |= part.locked;
            whole.interrupted |= part.interrupted;
            whole.lost += part.lost;
            whole.watched += part.watched;
            whole.hopeless = whole.hopeless.or_else(|| part.hopeless.clone());
            whole.refuses_with = whole.refuses_with.or_else(|| part.refuses_with.clone());
            add(&mut whole.unjudged, &part.unjudged);
            add(&mut whole.warnings, &part.warnings);
            for bite in &part.waivers {
                match whole
                    .waivers
                    .iter_mut()
                    .find(|known| known.id == bite.id && known.expired == bite.expired)
                {
                    Some(known) => {
                        known.seen |= bite.seen;
                        known.bit |= bite.bit;
                        known.partly |= bite.partly;
                    }
                    None => whole.waivers.push(bite.clone()),
                }
            }
        }
        whole
    }
}

fn add(texts: &mut Vec<String>, more: &[String]) {
    for text in more {
        if !texts.contains(text) {
            texts.push(text.clone());
        }
    }
}
