//! The functions of "Manage transformation", and which fields each has.

use crate::directory::{Matches, On, Transformation as T};

/// A field of a function.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// What it works on, or a text, an attribute, what the first step gave: suffix and label; the last may be nothing.
    Operand(&'static str, &'static str, bool),
    /// A line of text: suffix and label.
    Line(&'static str, &'static str),
}

/// What one function is called in a form, what people read, and its fields.
type Function = (&'static str, &'static str, &'static [Part]);

const INPUT: Part = Part::Operand("input", "Parameter 1 (Input)", false);
pub(crate) const THEN: Part = Part::Operand("then", "Specify output", false);
pub(crate) const OTHERWISE: Part = Part::Operand("otherwise", "Specify output if no match", true);
const TEXT: Part = Part::Line("text", "Value");
const AFTER: Part = Part::Line("after", "Value that the output follows");
const BEFORE: Part = Part::Line("before", "Value that the output ends before");

/// As the portal lists them.
pub(crate) const FUNCTIONS: [Function; 18] = [
    ("mail_prefix", "ExtractMailPrefix()", &[INPUT]),
    (
        "join",
        "Join()",
        &[
            INPUT,
            Part::Line("separator", "Separator"),
            Part::Operand("second", "Parameter 2 (Input)", false),
        ],
    ),
    ("lower", "ToLowercase()", &[INPUT]),
    ("upper", "ToUppercase()", &[INPUT]),
    ("contains", "Contains()", &[INPUT, TEXT, THEN, OTHERWISE]),
    ("ends_with", "EndWith()", &[INPUT, TEXT, THEN, OTHERWISE]),
    ("starts_with", "StartWith()", &[INPUT, TEXT, THEN, OTHERWISE]),
    ("after", "Extract() - After matching", &[INPUT, AFTER]),
    ("before", "Extract() - Before matching", &[INPUT, BEFORE]),
    ("between", "Extract() - Between matching", &[INPUT, AFTER, BEFORE]),
    ("alpha_prefix", "ExtractAlpha() - Prefix", &[INPUT]),
    ("alpha_suffix", "ExtractAlpha() - Suffix", &[INPUT]),
    ("numeric_prefix", "ExtractNumeric() - Prefix", &[INPUT]),
    ("numeric_suffix", "ExtractNumeric() - Suffix", &[INPUT]),
    ("if_empty", "IfEmpty()", &[INPUT, THEN]),
    ("if_not_empty", "IfNotEmpty()", &[INPUT, THEN, OTHERWISE]),
    (
        "substring",
        "Substring()",
        &[
            INPUT,
            Part::Line("start", "Starting index"),
            Part::Line("length", "Number of characters (empty: to the end)"),
        ],
    ),
    (
        "regex",
        "RegexReplace()",
        &[
            INPUT,
            Part::Line("pattern", "Regex pattern"),
            Part::Line("with", "Replacement pattern"),
            Part::Line("p1_name", "Additional parameter 1: name"),
            Part::Operand("p1", "Additional parameter 1: value", true),
            Part::Line("p2_name", "Additional parameter 2: name"),
            Part::Operand("p2", "Additional parameter 2: value", true),
            Part::Line("p3_name", "Additional parameter 3: name"),
            Part::Operand("p3", "Additional parameter 3: value", true),
            Part::Line("p4_name", "Additional parameter 4: name"),
            Part::Operand("p4", "Additional parameter 4: value", true),
            Part::Line("p5_name", "Additional parameter 5: name"),
            Part::Operand("p5", "Additional parameter 5: value", true),
        ],
    ),
];

/// The function of that name.
pub(crate) fn function(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|(known, ..)| *known == name)
}

/// What the form calls a step's function, and what the step works on.
pub(crate) fn named(step: &T) -> (&'static str, &On) {
    match step {
        T::ExtractMailPrefix { input } => ("mail_prefix", input),
        T::Join { input, .. } => ("join", input),
        T::ToLowercase { input } => ("lower", input),
        T::ToUppercase { input } => ("upper", input),
        T::Match { input, how, .. } => match how {
            Matches::Contains => ("contains", input),
            Matches::EndsWith => ("ends_with", input),
            Matches::StartsWith => ("starts_with", input),
        },
        T::Extract { input, after, before } => match (after, before) {
            (Some(_), Some(_)) => ("between", input),
            (None, Some(_)) => ("before", input),
            _ => ("after", input),
        },
        T::ExtractAlpha { input, suffix: false } => ("alpha_prefix", input),
        T::ExtractAlpha { input, suffix: true } => ("alpha_suffix", input),
        T::ExtractNumeric { input, suffix: false } => ("numeric_prefix", input),
        T::ExtractNumeric { input, suffix: true } => ("numeric_suffix", input),
        T::IfEmpty { input, .. } => ("if_empty", input),
        T::IfNotEmpty { input, .. } => ("if_not_empty", input),
        T::Substring { input, .. } => ("substring", input),
        T::RegexReplace { input, .. } => ("regex", input),
    }
}
