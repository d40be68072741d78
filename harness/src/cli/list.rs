//! `samlitmus list`: the catalogue.

use std::{fmt::Write, sync::Arc};

use scenarios::{Attacker, Disturbs, Need, Profile, Scenario};
use serde::Serialize;

use crate::report::refs;

/// The catalogue for people: three lines a scenario.
pub fn text(scenarios: &[Arc<Scenario>]) -> String {
    let mut out = String::new();
    for scenario in scenarios {
        let _ = writeln!(
            out,
            "{}  {}  {}  {}\n    {}",
            scenario.id, scenario.tier, scenario.verdict, scenario.severity, scenario.title
        );
        let mut more = refs::told(&scenario.refs);
        if scenario.watches() {
            let codes: Vec<String> = scenario
                .aadsts
                .iter()
                .map(|code| format!("AADSTS{code}"))
                .collect();
            more.push(format!("watches AuthnRequests for {}", codes.join(", ")));
        }
        if scenario.looks_back() {
            more.push("looks at what calibration saw, and sends nothing".to_owned());
        }
        if !scenario.needs.is_empty() {
            let needs: Vec<String> = scenario.needs.iter().map(word).collect();
            more.push(format!("needs {}", needs.join(", ")));
        }
        if scenario.disturbs != Disturbs::Jar {
            more.push(format!("disturbs the {}", word(&scenario.disturbs)));
        }
        if !more.is_empty() {
            let _ = writeln!(out, "    {}", more.join(" · "));
        }
    }
    let _ = writeln!(out, "{}", crate::text::counted(scenarios.len(), "scenario"));
    out
}

/// The catalogue for programs.
pub fn json(scenarios: &[Arc<Scenario>]) -> String {
    let entries: Vec<Entry<'_>> = scenarios.iter().map(|scenario| Entry::of(scenario)).collect();
    serde_json::to_string_pretty(&entries).unwrap_or_default()
}

#[derive(Serialize)]
struct Entry<'a> {
    id: &'a str,
    title: &'a str,
    tier: &'static str,
    verdict: &'static str,
    severity: &'static str,
    attacker: Option<&'static str>,
    inert: bool,
    strict_in: &'a [Profile],
    refs: &'a scenarios::scenario::Refs,
    needs: &'a [Need],
    disturbs: Disturbs,
    bases: Vec<&'static str>,
    variants: Vec<&'a str>,
    kills: &'a [String],
    aadsts: &'a [u32],
}

impl<'a> Entry<'a> {
    fn of(scenario: &'a Scenario) -> Self {
        Self {
            id: &scenario.id,
            title: &scenario.title,
            tier: scenario.tier.word(),
            verdict: scenario.verdict.word(),
            severity: scenario.severity.word(),
            attacker: scenario.attacker.map(Attacker::word),
            inert: scenario.inert,
            strict_in: &scenario.strict_in,
            refs: &scenario.refs,
            needs: &scenario.needs,
            disturbs: scenario.disturbs,
            bases: scenario.bases.iter().map(|base| base.letter()).collect(),
            variants: scenario
                .each
                .keys()
                .chain(scenario.variants.keys())
                .map(String::as_str)
                .collect(),
            kills: &scenario.kills,
            aadsts: &scenario.aadsts,
        }
    }
}

/// The word that the catalogue writes.
fn word(value: &impl Serialize) -> String {
    serde_json::to_value(value)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}
