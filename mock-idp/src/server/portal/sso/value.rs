//! "Source" of a claim: an attribute, a transformation or a text, from a form and into one.

use maud::{Markup, html};

use super::functions::{FUNCTIONS, Part, function, named};
use super::transformation;
use crate::directory::{Attribute, On, Value};
use crate::server::portal::entry::{Entry, Failure, Problem};
use crate::server::portal::field;

/// A value in a line, as the portal lists it.
pub(crate) fn told(value: &Value) -> String {
    let on = |on: &On| match on {
        On::Attribute(attribute) | On::All(attribute) => attribute.id().to_owned(),
        On::Constant(text) => format!("\"{text}\""),
        On::Previous => "…".to_owned(),
    };
    match value {
        Value::Attribute(attribute) => attribute.id().to_owned(),
        Value::Constant(text) => format!("\"{text}\""),
        Value::Transformation(steps) => {
            let each = steps.iter().map(|step| {
                let (name, input) = named(step);
                let words = function(name).map_or(name, |(_, words, _)| words);
                format!("{} of {}", words, on(input))
            });
            each.collect::<Vec<_>>().join(", then ")
        }
    }
}

/// The fields of a form that say this value.
pub(crate) fn fill(entry: Entry, value: &Value) -> Entry {
    match value {
        Value::Attribute(attribute) => entry
            .with("source", "attribute")
            .with("attribute", attribute.id()),
        Value::Constant(text) => entry.with("source", "constant").with("constant", text),
        Value::Transformation(steps) => {
            let mut entry = entry.with("source", "transformation");
            for (t, step) in ["t1", "t2"].iter().zip(steps) {
                entry = transformation::fill(entry, t, step);
            }
            entry
        }
    }
}

/// The value that a form says.
pub(crate) fn read(entry: &Entry) -> Result<Value, Failure> {
    let mut problems = Vec::new();
    let value = match entry.text("source") {
        "transformation" => {
            let first = transformation::read(entry, "t1", &mut problems);
            let second =
                (!entry.text("t2").is_empty()).then(|| transformation::read(entry, "t2", &mut problems));
            let steps: Vec<_> = first.into_iter().chain(second.flatten()).collect();
            Some(Value::Transformation(steps))
        }
        "constant" => match entry.text("constant") {
            "" => {
                problems.push(Problem::new("constant", "Write the text that everybody gets."));
                None
            }
            text => Some(Value::Constant(text.to_owned())),
        },
        _ => match entry.text("attribute").parse::<Attribute>() {
            Ok(attribute) => Some(Value::Attribute(attribute)),
            Err(_) => {
                problems.push(Problem::new(
                    "attribute",
                    "Select the attribute that the claim carries.",
                ));
                None
            }
        },
    };
    match value.filter(|_| problems.is_empty()) {
        Some(value) => Ok(value),
        None => Err(Failure::Problems(problems)),
    }
}

/// The fields. A transformation shows those of the functions that are selected.
pub(crate) fn show(entry: &Entry) -> Markup {
    let source = match entry.text("source") {
        "" => "attribute",
        source => source,
    };
    let mut shown = entry.clone();
    shown.set("source", source);
    let attributes = std::iter::once(("", "Select from list"))
        .chain(Attribute::all().map(|attribute| (attribute.id(), attribute.id())));
    html! {
        (field::radios(&shown, "source", "Source", &[("attribute", "Attribute"), ("transformation", "Transformation"), ("constant", "A constant text")]))
        div.source-attribute { (field::choice(entry, "attribute", "Source attribute", attributes)) }
        div.source-constant { (field::line(entry, "constant", "Constant text")) }
        details.source-transformation open[source == "transformation"] {
            summary { "Manage transformation" }
            (step(entry, "t1", "Transformation", false))
            (step(entry, "t2", "Second transformation", true))
        }
    }
}

fn step(entry: &Entry, t: &str, label: &str, second: bool) -> Markup {
    let none = if second {
        "None: one step only"
    } else {
        "Select a transformation"
    };
    let options = std::iter::once(("", none)).chain(FUNCTIONS.iter().map(|(name, words, _)| (*name, *words)));
    let chosen = function(entry.text(t));
    html! {
        fieldset.box {
            legend { (label) }
            (field::choice(entry, t, label, options))
            p { button.link type="submit" name="more" value=(t) { "Show the fields of this transformation" } }
            @if let Some((_, _, parts)) = chosen {
                @for part in *parts {
                    @match part {
                        Part::Line(name, label) => (field::line(entry, &format!("{t}_{name}"), label)),
                        Part::Operand(name, label, optional) => (operand(entry, &format!("{t}_{name}"), label, *optional, second)),
                    }
                }
            }
        }
    }
}

fn operand(entry: &Entry, name: &str, label: &str, optional: bool, second: bool) -> Markup {
    let none = if optional { "Nothing" } else { "Select from list" };
    let options = std::iter::once(("", none))
        .chain(second.then_some(("previous", "Output of the first transformation")))
        .chain(std::iter::once(("text", "The text beside")))
        .chain(Attribute::all().map(|attribute| (attribute.id(), attribute.id())));
    let (text, all) = (format!("{name}_text"), format!("{name}_all"));
    html! {
        div.pair {
            (field::choice(entry, name, label, options))
            (field::line(entry, &text, &format!("{label}: text")))
        }
        (field::tick(entry, &all, "Treat source as multivalued", ""))
    }
}
