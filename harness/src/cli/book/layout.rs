//! Where pages stand, and how their texts are laid out.

use std::{collections::BTreeMap, sync::Arc};

use scenarios::{Catalogue, Scenario};

use crate::report::markdown::plain;

/// The scenarios of each namespace, in the order of the catalogue.
pub(super) fn namespaces(catalogue: &Catalogue) -> BTreeMap<&str, Vec<&Arc<Scenario>>> {
    let mut all: BTreeMap<&str, Vec<&Arc<Scenario>>> = BTreeMap::new();
    for scenario in &catalogue.scenarios {
        all.entry(scenario.namespace()).or_default().push(scenario);
    }
    all
}

/// The file of a scenario's page.
pub(super) fn page_of(id: &str) -> String {
    format!("scenarios/{id}.md")
}

/// The anchor that mdBook gives a heading.
pub(super) fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter_map(|c| match c {
        c if c.is_whitespace() => Some('-'),
        c if c.is_alphanumeric() || c == '_' || c == '-' => Some(c),
        _ => None,
    });
    kept.flat_map(char::to_lowercase).collect()
}

/// A text of ours that is Markdown already, in one cell of a table.
pub(super) fn cell(markdown: &str) -> String {
    let line = markdown.split_whitespace().collect::<Vec<_>>().join(" ");
    line.replace('|', "\\|")
}

/// A sentence that stands behind a colon elsewhere, as one of its own.
pub(super) fn sentence(text: &str) -> String {
    begun(&crate::text::ended(text))
}

/// Words with a capital letter, in which Markdown finds nothing of its own.
pub(super) fn begun(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().map(char::to_uppercase);
    plain(&first.into_iter().flatten().chain(rest).collect::<String>())
}

/// A block that stays as it is.
pub(super) fn fenced(kind: &str, text: &str) -> String {
    let longest = text
        .lines()
        .map(|line| line.len() - line.trim_start_matches('`').len());
    let fence = "`".repeat(longest.max().unwrap_or(0).max(2) + 1);
    format!("{fence}{kind}\n{}\n{fence}\n", text.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anchor_is_what_mdbook_makes_of_a_heading() {
        assert_eq!(anchor("What is expected"), "what-is-expected");
        assert_eq!(anchor("`[sp.probe]`"), "spprobe");
        assert_eq!(anchor("The gate: exit codes"), "the-gate-exit-codes");
    }

    #[test]
    fn a_fence_is_longer_than_any_in_its_text() {
        assert_eq!(fenced("text", "a\n```\n"), "````text\na\n```\n````\n");
    }
}
