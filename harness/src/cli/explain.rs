//! `samlitmus explain` and `samlitmus forge`: what a scenario sends, and what it is good for, on the terminal.

use std::fmt::Write;

use scenarios::{Carriage, Message, Scenario};

use super::sections::{Body, drawn, sections};
use crate::run::rehearsal::{Rehearsal, RehearsalError};

/// Everything about a scenario, its message drawn as a tree.
///
/// # Errors
/// The message cannot be made.
pub fn explain(scenario: &Scenario, rehearsal: &Rehearsal, color: bool) -> Result<String, RehearsalError> {
    let mut out = format!("{}\n{}\n\n", scenario.id, scenario.title);
    let _ = writeln!(
        out,
        "{}  {}  tier {}",
        scenario.verdict, scenario.severity, scenario.tier
    );
    for section in sections(scenario, rehearsal, color)? {
        paragraph(&mut out, section.name, &text(&section.body));
    }
    let _ = writeln!(out, "\nRun it: samlitmus run '{}'", scenario.id);
    Ok(out)
}

/// A message with the form that carries it.
pub fn forged(message: &Message, color: bool) -> String {
    let mut out = drawn(message, color);
    let by = match message.wire.by {
        Carriage::Form | Carriage::Get | Carriage::Artifact => String::new(),
        other => format!(" as {}", other.words()),
    };
    let _ = writeln!(out, "\n{} {}{by}", message.wire.method(), message.wire.target());
    for (name, value) in &message.wire.headers {
        let _ = writeln!(out, "{name}: {value}");
    }
    for (name, value) in &message.wire.fields {
        let _ = writeln!(out, "{name}={value}");
    }
    out
}

/// Only the form, or the query, as it goes over the wire.
pub fn form(message: &Message) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    if let Some(query) = &message.wire.query {
        return query.clone();
    }
    form.extend_pairs(&message.wire.fields);
    form.finish()
}

fn text(body: &Body) -> String {
    match body {
        Body::Words(text) => text.clone(),
        Body::Drawn(text) => text.trim_end().to_owned(),
        Body::Steps(steps) => {
            let numbered = steps.iter().enumerate();
            let lines: Vec<String> = numbered.map(|(at, step)| format!("{}. {step}", at + 1)).collect();
            lines.join("\n")
        }
        Body::List { intro, items } => {
            let intro = Some(intro.clone()).filter(|intro| !intro.is_empty());
            let lines: Vec<String> = intro.into_iter().chain(items.iter().cloned()).collect();
            lines.join("\n")
        }
    }
}

fn paragraph(out: &mut String, name: &str, text: &str) {
    let _ = writeln!(out, "\n{name}");
    for line in text.lines() {
        let indent = if line.is_empty() { "" } else { "  " };
        let _ = writeln!(out, "{indent}{line}");
    }
}
