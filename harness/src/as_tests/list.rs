//! Which tests there are, and which of them are meant. Asks nobody.

use std::{collections::BTreeSet, sync::Arc};

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use scenarios::{Catalogue, Scenario, Tier};

/// The test that stands for the run as a whole.
pub(super) const WHOLE: &str = "run/conforms";

/// One test.
pub(super) struct Entry {
    name: String,
    kind: &'static str,
    ignored: bool,
    /// None: the run as a whole.
    pub(super) scenario: Option<Arc<Scenario>>,
}

/// All tests, and which are meant.
pub(super) struct Listed {
    pub(super) entries: Vec<Entry>,
    /// The scenarios that are fired.
    pub(super) fired: Vec<String>,
    /// Whether only the run as a whole is meant, with all that it fires.
    pub(super) whole: bool,
    skipped: Vec<String>,
}

impl Entry {
    pub(super) fn trial(&self, run: impl FnOnce() -> Result<Completion, Failed> + Send + 'static) -> Trial {
        Trial::ignorable_test(&self.name, run)
            .with_kind(self.kind)
            .with_ignored_flag(self.ignored)
    }

    fn of(scenario: &Arc<Scenario>, arguments: &Arguments) -> Self {
        let named = is_named(&scenario.id, scenario.tier.word(), arguments);
        Self {
            name: scenario.id.clone(),
            kind: scenario.tier.word(),
            ignored: !by_itself(scenario.tier) && (arguments.ignored || !named),
            scenario: Some(scenario.clone()),
        }
    }
}

impl Listed {
    pub(super) fn of(catalogue: &Catalogue, arguments: &Arguments) -> Self {
        let whole = Entry {
            name: WHOLE.to_owned(),
            kind: "run",
            // It goes along with those that are ignored otherwise, and is none of them.
            ignored: arguments.ignored && !arguments.list,
            scenario: None,
        };
        let scenarios = catalogue.scenarios.iter();
        // What may do harm is there for whoever names it, and for nobody who takes all that are there, as nextest does.
        let offered =
            scenarios.filter(|one| one.tier != Tier::OptIn || is_named(&one.id, one.tier.word(), arguments));
        let entries: Vec<Entry> = [whole]
            .into_iter()
            .chain(offered.map(|one| Entry::of(one, arguments)))
            .collect();
        let is_meant = |entry: &Entry| {
            let trial = entry.trial(|| Ok(Completion::Completed));
            (!arguments.is_filtered_out(&trial), !arguments.is_ignored(&trial))
        };
        let mut skipped = BTreeSet::new();
        let mut fired = Vec::new();
        let mut whole = false;
        for entry in &entries {
            let (meant, runs) = is_meant(entry);
            match &entry.scenario {
                _ if !meant => drop(skipped.insert(entry.name.clone())),
                Some(scenario) if runs => fired.push(scenario.id.clone()),
                Some(_) => {}
                None => whole = runs,
            }
        }
        let alone = fired.is_empty() && whole;
        if alone {
            let all = entries.iter().filter_map(|entry| entry.scenario.as_ref());
            let all = all.filter(|scenario| by_itself(scenario.tier));
            fired = all.map(|scenario| scenario.id.clone()).collect();
        } else if !fired.is_empty() {
            skipped.remove(WHOLE);
        }
        Self {
            entries,
            fired,
            whole: alone,
            skipped: skipped.into_iter().collect(),
        }
    }

    /// Whether nothing is to be fired.
    pub(super) fn is_empty(&self) -> bool {
        self.fired.is_empty()
    }

    /// The same arguments, which now leave out by name: the run as a whole goes along with whatever is fired.
    pub(super) fn arguments(&self, given: &Arguments) -> Arguments {
        Arguments {
            filter: None,
            exact: true,
            skip: self.skipped.clone(),
            ..given.clone()
        }
    }
}

/// Whether a scenario of this tier is fired without a word.
fn by_itself(tier: Tier) -> bool {
    matches!(tier, Tier::Smoke | Tier::Core)
}

/// Whether the one filter is this name in full.
fn is_named(id: &str, kind: &str, arguments: &Arguments) -> bool {
    let filter = arguments.filter.as_deref();
    filter.is_some_and(|filter| filter == id || filter.strip_prefix(&format!("[{kind}] ")) == Some(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(arguments: &[&str]) -> (Listed, Arguments) {
        let catalogue = crate::order::pick::tests::catalogue();
        let arguments = Arguments::from_iter([&["saml"], arguments].concat());
        (Listed::of(&catalogue, &arguments), arguments)
    }

    /// What is fired, and the tests that are run.
    fn meant(arguments: &[&str]) -> (Vec<String>, Vec<String>) {
        let (listed, given) = listed(arguments);
        let now = listed.arguments(&given);
        let runs = |entry: &&Entry| {
            let trial = entry.trial(|| Ok(Completion::Completed));
            !now.is_filtered_out(&trial) && !now.is_ignored(&trial)
        };
        let tests = listed.entries.iter().filter(runs);
        (
            listed.fired.clone(),
            tests.map(|entry| entry.name.clone()).collect(),
        )
    }

    #[test]
    fn the_run_as_a_whole_goes_along_with_whatever_is_fired() {
        for (arguments, fired) in [
            (&[][..], &["baseline/post", "time/past"][..]),
            (&["time"], &["time/past"]),
            (&["--exact", "time/past"], &["time/past"]),
            (&["[smoke]"], &["baseline/post"]),
            (&["--skip", "time"], &["baseline/post"]),
            (&["--ignored"], &["time/odd"]),
            (
                &["--include-ignored"],
                &["baseline/post", "time/past", "time/odd"],
            ),
            (&["--skip", "run/"], &["baseline/post", "time/past"]),
        ] {
            let (found, tests) = meant(arguments);
            assert_eq!(found, fired, "{arguments:?}");
            assert_eq!(tests[0], WHOLE, "{arguments:?}");
            assert_eq!(tests[1..], found, "{arguments:?}");
        }
    }

    #[test]
    fn an_id_in_full_is_fired_wherever_it_stands() {
        assert_eq!(meant(&["time/odd"]).0, ["time/odd"]);
        // As nextest names them.
        assert_eq!(
            meant(&["--ignored", "--exact", "[extended] time/odd"]).0,
            ["time/odd"]
        );
        assert_eq!(meant(&["dos/bomb"]).0, ["dos/bomb"]);
        assert_eq!(meant(&["dos", "--include-ignored"]).0, [""; 0]);
    }

    #[test]
    fn what_may_do_harm_is_not_even_listed_to_who_does_not_name_it() {
        let names = |arguments: &[&str]| -> Vec<String> {
            let (listed, _) = listed(arguments);
            listed.entries.into_iter().map(|entry| entry.name).collect()
        };
        assert_eq!(
            names(&["--list"]),
            [WHOLE, "baseline/post", "time/past", "time/odd"]
        );
        assert!(names(&["dos/bomb"]).contains(&"dos/bomb".to_owned()));
    }

    #[test]
    fn the_run_as_a_whole_alone_is_the_gate_as_one_test() {
        let (fired, tests) = meant(&["run/conforms"]);
        assert_eq!((fired.len(), tests), (2, vec![WHOLE.to_owned()]));
        let (fired, tests) = meant(&["no-such-thing"]);
        assert!(fired.is_empty() && tests.is_empty(), "{fired:?} {tests:?}");
    }
}
