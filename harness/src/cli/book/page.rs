//! A scenario's page.

use std::fmt::Write;

use scenarios::{Attacker, Scenario};
use serde_json::Value;

use super::{
    layout::{anchor, begun, cell, fenced, sentence},
    overview::WORDS,
    typed::{described, each},
};
use crate::{
    cli::sections::{Body, sections},
    report::markdown::plain,
    run::rehearsal::{Rehearsal, RehearsalError},
};

/// All that there is to say about it.
///
/// # Errors
/// The message cannot be made.
pub(super) fn page(
    scenario: &Scenario,
    rehearsal: &Rehearsal,
    vocabulary: &Value,
) -> Result<String, RehearsalError> {
    let id = &scenario.id;
    let mut out = format!("# {}\n\n", plain(&scenario.title));
    facts(&mut out, scenario, vocabulary);
    for section in sections(scenario, rehearsal, false)? {
        let _ = write!(out, "\n## {}\n\n{}", section.name, told(&section.body));
    }
    out.push_str("\n## Fire it\n\n");
    if scenario.looks_back() {
        out.push_str("It fires nothing, and looks at what the flawless logins of calibration showed:\n\n");
    }
    if scenario.watches() {
        out.push_str("Every run looks for it. This one fires nothing besides, and looks at the flawless logins alone:\n\n");
    }
    let _ = writeln!(out, "    samlitmus run '{id}'");
    if !scenario.sends_nothing() {
        let _ = write!(
            out,
            "\nTo see the message and send nothing:\n\n    samlitmus forge '{id}'\n"
        );
    }
    Ok(out)
}

/// The words that the catalogue has for it, each with what it means.
fn facts(out: &mut String, scenario: &Scenario, vocabulary: &Value) {
    let bases: Vec<&str> = match scenario.sends_nothing() {
        true => Vec::new(),
        false => scenario.bases.iter().map(|base| base.letter()).collect(),
    };
    let said = |kind: &str| -> Vec<&str> {
        match kind {
            "Expected" => vec![scenario.verdict.word()],
            "Severity" => vec![scenario.severity.word()],
            "Attacker" => scenario.attacker.map(Attacker::word).into_iter().collect(),
            "Tier" => vec![scenario.tier.word()],
            _ => bases.clone(),
        }
    };
    let _ = writeln!(out, "| | `{}` |\n| --- | --- |", scenario.id);
    for (heading, kind) in WORDS {
        let words = said(kind).into_iter().map(|word| {
            let known = each(&vocabulary["$defs"][kind]["oneOf"]).find(|one| one["const"] == word);
            format!("**{word}**: {}", known.map(described).unwrap_or_default())
        });
        let words: Vec<String> = words.collect();
        if !words.is_empty() {
            let place = format!("../../scenarios.md#{}", anchor(heading));
            let _ = writeln!(out, "| [{heading}]({place}) | {} |", cell(&words.join(" ")));
        }
    }
    if scenario.inert {
        out.push_str(
            "| Ignoring it | is as good as refusing it: the attacker may be signed in as himself |\n",
        );
    }
    if !scenario.kills.is_empty() {
        let flaws = scenario.kills.join(", ");
        let _ = writeln!(out, "| Flaws of the reference SP that it catches | {flaws} |");
    }
}

fn told(body: &Body) -> String {
    match body {
        Body::Words(text) => format!("{}\n", sentence(text)),
        Body::Drawn(text) => fenced("text", text),
        Body::Steps(steps) => steps
            .iter()
            .enumerate()
            .map(|(at, step)| format!("{}. {}\n", at + 1, plain(step)))
            .collect(),
        Body::List { intro, items } => {
            let intro = match intro.is_empty() {
                true => String::new(),
                false => format!("{}\n\n", begun(intro)),
            };
            let items = items.iter().map(|item| format!("- {}\n", plain(item)));
            intro + &items.collect::<String>()
        }
    }
}
