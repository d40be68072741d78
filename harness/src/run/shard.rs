//! One selection, fired by several runs: which part is whose.

use std::{fmt, str::FromStr, sync::Arc};

use scenarios::Scenario;

use crate::{event::Shard, text::digest};

/// The most runs of one selection.
const MOST: usize = 1_000;
/// So many runs there are, for services that tell each which one it is and not of how many.
const TOTAL: &str = "SAMLITMUS_SHARDS";

/// Which part of a selection a run is to fire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Which one, from 1.
    pub number: usize,
    /// Of how many.
    pub of: usize,
}

/// Variables by which CI systems tell jobs of one kind apart: the number, what the first is called, and how many there are.
const VARIABLES: [(&str, usize, &str); 5] = [
    // CircleCI and GitLab; the first counts from 0.
    ("CIRCLE_NODE_INDEX", 0, "CIRCLE_NODE_TOTAL"),
    ("CI_NODE_INDEX", 1, "CI_NODE_TOTAL"),
    ("BUILDKITE_PARALLEL_JOB", 0, "BUILDKITE_PARALLEL_JOB_COUNT"),
    // Azure Pipelines, where a job has the strategy `parallel`.
    ("SYSTEM_JOBPOSITIONINPHASE", 1, "SYSTEM_TOTALJOBSINPHASE"),
    // An indexed Job of Kubernetes.
    ("JOB_COMPLETION_INDEX", 0, TOTAL),
];

impl Part {
    /// What the CI system says around this process, and by which variable; none where it runs one job of its kind.
    ///
    /// # Errors
    /// The variables contradict themselves.
    pub fn around() -> Result<Option<(Self, &'static str)>, String> {
        Self::told(|name| std::env::var(name).ok())
    }

    fn told(variable: impl Fn(&str) -> Option<String>) -> Result<Option<(Self, &'static str)>, String> {
        for (index, first, total) in VARIABLES {
            let number = |name: &str| {
                let value = variable(name).filter(|value| !value.is_empty());
                let read = value.map(|value| {
                    value
                        .parse::<usize>()
                        .map_err(|_| format!("{name}={value:?} is no number"))
                });
                read.transpose()
            };
            let (Some(at), Some(of)) = (number(index)?, number(total)?) else {
                continue;
            };
            if of > 1 {
                let number = (at + 1).saturating_sub(first);
                let part = Self { number, of };
                return part
                    .checked()
                    .map(|part| Some((part, index)))
                    .map_err(|why| format!("{index} and {total}: {why}"));
            }
        }
        Ok(None)
    }

    fn checked(self) -> Result<Self, String> {
        if self.of > MOST {
            return Err(format!("{} parts are more than {MOST}", self.of));
        }
        if !(1..=self.of).contains(&self.number) {
            return Err(format!("there is no part {} of {}", self.number, self.of));
        }
        Ok(self)
    }

    /// Keeps of a selection what this run is to fire at the SP of this name. Scenarios that watch the SP's own AuthnRequests are
    /// everybody's: each run sees others.
    ///
    /// # Errors
    /// There are more runs than scenarios, so that one would have nothing to do.
    pub fn keep(self, scenarios: &mut Vec<Arc<Scenario>>, sp: &str) -> Result<Shard, String> {
        let selection = selection(scenarios, sp);
        let fired = scenarios.iter().filter(|scenario| !scenario.watches()).count();
        if fired < self.of {
            return Err(format!(
                "{fired} scenarios cannot be fired by {} runs: make fewer of them, or pick more",
                self.of
            ));
        }
        let mut at = 0;
        scenarios.retain(|scenario| {
            if scenario.watches() {
                return true;
            }
            at += 1;
            (at - 1) % self.of == self.number - 1
        });
        Ok(Shard {
            number: self.number,
            of: self.of,
            selection,
        })
    }
}

impl FromStr for Part {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let read = text.split_once('/').and_then(|(number, of)| {
            Some(Self {
                number: number.trim().parse().ok()?,
                of: of.trim().parse().ok()?,
            })
        });
        read.ok_or_else(|| format!("{text:?} is not K/N, such as 2/4"))?
            .checked()
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

/// A digest of what is fired, at whom, by which version.
fn selection(scenarios: &[Arc<Scenario>], sp: &str) -> String {
    let catalogue = scenarios::catalogue::VERSION.to_string();
    let head = [sp, env!("CARGO_PKG_VERSION"), catalogue.as_str()];
    let ids = scenarios.iter().map(|scenario| scenario.id.as_str());
    let text: Vec<&str> = head.into_iter().chain(ids).collect();
    digest(&text)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use scenarios::Catalogue;

    use super::*;

    fn told(variables: &[(&str, &str)]) -> Result<Option<String>, String> {
        let known: BTreeMap<&str, &str> = variables.iter().copied().collect();
        let part = Part::told(|name| known.get(name).map(|value| (*value).to_owned()))?;
        Ok(part.map(|(part, by)| format!("{part} by {by}")))
    }

    #[test]
    fn each_ci_system_counts_in_its_own_way() {
        let is = |variables: &[(&str, &str)], what: Option<&str>| {
            assert_eq!(told(variables).unwrap().as_deref(), what, "{variables:?}");
        };
        is(
            &[("CI_NODE_INDEX", "2"), ("CI_NODE_TOTAL", "4")],
            Some("2/4 by CI_NODE_INDEX"),
        );
        is(&[("CI_NODE_INDEX", "1"), ("CI_NODE_TOTAL", "1")], None);
        is(
            &[("CIRCLE_NODE_INDEX", "0"), ("CIRCLE_NODE_TOTAL", "3")],
            Some("1/3 by CIRCLE_NODE_INDEX"),
        );
        is(&[("JOB_COMPLETION_INDEX", "3")], None);
        is(
            &[("JOB_COMPLETION_INDEX", "3"), ("SAMLITMUS_SHARDS", "4")],
            Some("4/4 by JOB_COMPLETION_INDEX"),
        );
        assert!(told(&[("CI_NODE_INDEX", "5"), ("CI_NODE_TOTAL", "4")]).is_err());
        assert!(told(&[("CI_NODE_INDEX", "x"), ("CI_NODE_TOTAL", "4")]).is_err());
    }

    #[test]
    fn a_part_is_read_as_it_is_written() {
        assert_eq!("2/4".parse::<Part>().unwrap().to_string(), "2/4");
        for wrong in ["", "2", "0/4", "5/4", "1/0", "-1/4", "1/2/3", "1/100000"] {
            assert!(wrong.parse::<Part>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn more_runs_than_scenarios_are_refused() {
        let mut few: Vec<Arc<Scenario>> = Catalogue::embedded().scenarios.iter().take(3).cloned().collect();
        let why = Part { number: 1, of: 4 }.keep(&mut few, "sp").unwrap_err();
        assert!(why.contains("3 scenarios cannot be fired by 4 runs"), "{why}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn every_scenario_is_in_exactly_one_part_and_what_watches_in_all(of in 1usize..20) {
            let all = &Catalogue::embedded().scenarios;
            let mut fired: BTreeMap<String, usize> = BTreeMap::new();
            let mut selections = Vec::new();
            for number in 1..=of {
                let mut part = all.clone();
                selections.push(Part { number, of }.keep(&mut part, "sp").unwrap().selection);
                for scenario in part {
                    *fired.entry(scenario.id.clone()).or_default() += 1;
                }
            }
            for scenario in all {
                let times = if scenario.watches() { of } else { 1 };
                prop_assert_eq!(fired.get(&scenario.id), Some(&times), "{}", scenario.id);
            }
            selections.dedup();
            prop_assert_eq!(selections.len(), 1);
        }
    }
}
