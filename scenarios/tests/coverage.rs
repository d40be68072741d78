//! The catalogue is whole: what a team relies on to be there is there, and cannot fall out unnoticed.

use std::{collections::BTreeMap, sync::Arc};

use scenarios::{Catalogue, Expected, Need, Scenario, Tier};

fn of(namespace: &str) -> Vec<&'static Scenario> {
    let all = Catalogue::embedded().scenarios.iter();
    all.map(AsRef::as_ref)
        .filter(|s| s.namespace() == namespace)
        .collect()
}

fn count(namespace: &str, tiers: &[Tier]) -> usize {
    of(namespace).iter().filter(|s| tiers.contains(&s.tier)).count()
}

#[test]
fn every_control_is_there_and_runs_first() {
    let controls = of("baseline");
    assert_eq!(controls.len(), 7);
    assert!(controls.iter().all(|s| s.tier == Tier::Smoke));
    for base in [
        scenarios::Base::A,
        scenarios::Base::R,
        scenarios::Base::B,
        scenarios::Base::N,
    ] {
        assert!(
            controls.iter().any(|s| s.bases == [base]),
            "no control of base {base:?}"
        );
    }
}

#[test]
fn the_rules_of_the_profile_are_tested_by_default() {
    for (namespace, core) in [
        ("audience", 3),
        ("subject-confirmation", 2),
        ("replay", 4),
        ("redirect-binding", 15),
        ("relay-state", 4),
        ("slo", 6),
        ("artifact", 2),
        ("time", 5),
        ("in-response-to", 2),
    ] {
        assert!(
            count(namespace, &[Tier::Core]) >= core,
            "core scenarios are missing in {namespace}/"
        );
    }
}

#[test]
fn those_who_ask_for_more_get_more() {
    let more = [Tier::Core, Tier::Extended];
    for (namespace, scenarios) in [
        ("destination", 7),
        ("time", 22),
        ("in-response-to", 12),
        ("structure", 23),
        ("status", 9),
        ("subject-confirmation", 15),
        ("audience", 11),
        ("redirect-binding", 26),
        ("relay-state", 16),
        ("slo", 25),
        ("artifact", 5),
        ("replay", 9),
        ("parser", 30),
        ("post-binding", 10),
    ] {
        assert!(
            count(namespace, &more) >= scenarios,
            "scenarios are missing in {namespace}/"
        );
    }
}

#[test]
fn strictness_is_weighed_against_interoperability() {
    let interop = of("interop");
    assert!(
        interop.len() >= 30,
        "only {} scenarios in interop/",
        interop.len()
    );
    let refusal = interop.iter().find(|s| s.verdict.is_negative());
    assert!(
        refusal.is_none(),
        "{:?} punishes an SP for accepting what is valid",
        refusal.map(|s| &s.id)
    );
    let accepted = interop
        .iter()
        .filter(|s| s.verdict == Expected::MustAccept)
        .count();
    assert!(accepted >= 30, "only {accepted} valid messages must be accepted");
}

#[test]
fn there_is_enough_of_everything() {
    let all = &Catalogue::embedded().scenarios;
    assert!(all.len() >= 150, "only {} scenarios", all.len());
    let mut namespaces: BTreeMap<&str, usize> = BTreeMap::new();
    for scenario in all {
        *namespaces.entry(scenario.namespace()).or_default() += 1;
    }
    for namespace in [
        "audience",
        "baseline",
        "destination",
        "encryption",
        "identity",
        "in-response-to",
        "interop",
        "redirect-binding",
        "relay-state",
        "replay",
        "signature",
        "subject-confirmation",
        "time",
        "trust",
    ] {
        assert!(namespaces.contains_key(namespace), "{namespace}/ is empty");
    }
}

/// What an SP offers or does not; whose scenarios are about nothing else.
const SERVICES: [Need; 14] = [
    Need::MetadataRefresh,
    Need::MetadataFollowed,
    Need::MetadataSignature,
    Need::LogoutService,
    Need::SingleLogout,
    Need::SingleLogoutPost,
    Need::SingleLogoutSoap,
    Need::SimpleSign,
    Need::ArtifactService,
    Need::Artifact,
    Need::Encryption,
    Need::EncryptionKey,
    Need::SecondEncryptionKey,
    Need::SpMetadata,
];

/// A tier by default must not need what few SPs have, or a gate would say little about most of them. What is about a service that
/// an SP need not have is another matter: it is left out where there is none.
#[test]
fn most_of_what_runs_by_default_applies_to_any_sp() {
    let all = &Catalogue::embedded().scenarios;
    let about_a_service = |s: &&Arc<Scenario>| s.needs.iter().any(|need| SERVICES.contains(need));
    let default: Vec<_> = all
        .iter()
        .filter(|s| [Tier::Smoke, Tier::Core].contains(&s.tier) && !about_a_service(s))
        .collect();
    let anywhere = default.iter().filter(|s| s.needs.is_empty()).count();
    assert!(
        anywhere * 5 >= default.len() * 4,
        "only {anywhere} of {} need nothing special",
        default.len()
    );
}

#[test]
fn every_published_recipe_has_its_scenario() {
    let table = include_str!("../RECIPES.md");
    let rows: Vec<[&str; 3]> = table
        .lines()
        .filter(|line| line.starts_with("| CVE-"))
        .map(|line| {
            let mut cells = line.trim_matches('|').split(" | ").map(str::trim);
            [(); 3].map(|()| cells.next().expect("three cells"))
        })
        .collect();
    assert!(rows.len() >= 25, "the table has {} rows", rows.len());
    let all = &Catalogue::embedded().scenarios;
    for [advisories, _, id] in rows {
        let scenario = all.iter().find(|s| s.id == id.trim_matches('`'));
        let scenario = scenario.unwrap_or_else(|| panic!("there is no scenario {id}"));
        for advisory in advisories.split(", ") {
            assert!(
                scenario.refs.cve.iter().any(|cve| cve == advisory),
                "{id} does not name {advisory}"
            );
        }
    }
}
