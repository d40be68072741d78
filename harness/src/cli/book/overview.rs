//! What lists the scenarios: the first page with the words that all pages use, a page a namespace, and the table of contents.

use std::{fmt::Write, sync::Arc};

use scenarios::{Catalogue, Scenario};
use serde_json::Value;

use super::{
    layout::{cell, namespaces, page_of},
    typed::{described, each},
};
use crate::{report::markdown::plain, text::counted};

/// The words that a page uses: how they are headed on the first page, and the type that says what they mean.
pub(super) const WORDS: [(&str, &str); 5] = [
    ("What is expected", "Expected"),
    ("How bad a failure is", "Severity"),
    ("Who could do it", "Attacker"),
    ("When it runs", "Tier"),
    ("What is signed", "Base"),
];

/// The first page.
pub(super) fn overview(catalogue: &Catalogue, vocabulary: &Value) -> String {
    let mut out = format!(
        "# Scenarios\n\n{}, as `samlitmus list` lists them.\n\n| namespace | scenarios |\n| --- | --- |\n",
        counted(catalogue.scenarios.len(), "scenario")
    );
    for (name, scenarios) in namespaces(catalogue) {
        let _ = writeln!(out, "| [{name}](scenarios/{name}.md) | {} |", scenarios.len());
    }
    for (heading, kind) in WORDS {
        let kind = &vocabulary["$defs"][kind];
        let _ = write!(
            out,
            "\n## {heading}\n\n{}\n\n| word | meaning |\n| --- | --- |\n",
            described(kind)
        );
        for one in each(&kind["oneOf"]) {
            let word = one["const"].as_str().unwrap_or_default();
            let _ = writeln!(out, "| `{word}` | {} |", cell(&described(one)));
        }
    }
    out
}

/// The page of a namespace.
pub(super) fn namespace(name: &str, scenarios: &[&Arc<Scenario>]) -> String {
    let mut out = format!(
        "# {name}\n\n{}. All of them at once:\n\n    samlitmus run '{name}/*'\n\n\
         | scenario | | expected | severity | tier |\n| --- | --- | --- | --- | --- |\n",
        counted(scenarios.len(), "scenario")
    );
    for scenario in scenarios {
        let _ = writeln!(
            out,
            "| [{}]({}.md) | {} | {} | {} | {} |",
            bare(&scenario.id),
            scenario.id,
            plain(&scenario.title),
            plain(scenario.verdict.word()),
            scenario.severity,
            scenario.tier
        );
    }
    out
}

/// The lines that SUMMARY.md needs of these pages.
pub(super) fn contents(catalogue: &Catalogue) -> String {
    let mut out = "- [Scenarios](scenarios.md)\n".to_owned();
    for (name, scenarios) in namespaces(catalogue) {
        let _ = writeln!(out, "    - [{name}](scenarios/{name}.md)");
        for scenario in scenarios {
            let _ = writeln!(
                out,
                "        - [{}]({})",
                bare(&scenario.id),
                page_of(&scenario.id)
            );
        }
    }
    out
}

/// The part of an id behind its namespace.
fn bare(id: &str) -> &str {
    id.split_once('/').map_or(id, |(_, name)| name)
}
