//! `explain`: every scenario that ships can be looked at without an SP.

use samlitmus::{cli::explain::explain, run::rehearsal::Rehearsal};
use scenarios::{Base, Catalogue};

#[test]
fn every_scenario_of_the_catalogue_can_be_explained() {
    let rehearsal = Rehearsal::new(None, &scenarios::KeyRing::NAMES.into_iter().collect()).unwrap();
    for scenario in &Catalogue::embedded().scenarios {
        let text = explain(scenario, &rehearsal, false).unwrap_or_else(|error| panic!("{error}"));
        assert!(
            text.starts_with(&scenario.id)
                && text.contains(match (scenario.watches(), scenario.sends_nothing()) {
                    (true, _) => "What it watches",
                    (false, true) => "What it looks at",
                    (false, false) => "What it sends",
                }),
            "{text}"
        );
        let attacker = scenario.attacker.map(|attacker| attacker.sentence());
        assert!(attacker.is_none_or(|sentence| text.contains(sentence)), "{text}");
        assert!(!text.contains('\u{1b}'), "{} steers the terminal", scenario.id);
    }
}

#[test]
fn another_base_or_variant_is_made_when_asked_for() {
    let rehearsal = Rehearsal::new(None, &scenarios::KeyRing::NAMES.into_iter().collect()).unwrap();
    let catalogue = Catalogue::embedded();
    let message = |id: &str, base, variant| rehearsal.message(catalogue.get(id).unwrap(), base, variant);
    let signatures = |base| {
        message("baseline/sp-initiated", Some(base), None)
            .unwrap()
            .signed
            .matches("<Signature ")
            .count()
    };
    assert_eq!((signatures(Base::A), signatures(Base::B)), (1, 2));

    let varied = catalogue
        .scenarios
        .iter()
        .find(|scenario| scenario.each.len() > 1)
        .unwrap();
    for name in varied.each.keys() {
        message(&varied.id, None, Some(name)).unwrap();
    }
    let error = message(&varied.id, None, Some("no-such"))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("has no variant \"no-such\"; there are "),
        "{error}"
    );
}
