//! "Manage transformation": what makes another text of an attribute (Microsoft: "customize SAML token claims").

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use regex::{Captures, Regex, RegexBuilder};

use crate::directory::{Attribute, Matches, On, Replacement, Subject, Transformation};

/// How many transformations may follow each other.
pub(super) const STEPS: usize = 2;
/// How many inputs beside the first an expression may have.
pub(super) const PARAMETERS: usize = 5;
/// How many expressions one application may have.
pub(super) const EXPRESSIONS: usize = 20;
/// The longest expression, in bytes.
const LONGEST: usize = 512;
/// The most memory that a compiled expression may take, in bytes.
const LARGEST: usize = 1 << 20;
/// How many compiled expressions are kept.
const KEPT: usize = 64;

/// What the steps make of this person; nothing where an input has no value, or an expression is none.
pub(super) fn run(steps: &[Transformation], subject: Subject<'_>) -> Vec<String> {
    let steps = steps.iter().take(STEPS);
    let values = steps.fold(Vec::new(), |previous, step| apply(step, &previous, subject));
    values.into_iter().filter(|value| !value.is_empty()).collect()
}

/// What a step works on first, and what else it may put out.
pub(super) fn inputs(step: &Transformation) -> Vec<Attribute> {
    let (first, others) = parts(step);
    let of = |on: &On| match on {
        On::Attribute(attribute) | On::All(attribute) => Some(*attribute),
        On::Constant(_) | On::Previous => None,
    };
    std::iter::once(first).chain(others).filter_map(of).collect()
}

/// The input of a step, and its other operands.
pub(super) fn parts(step: &Transformation) -> (&On, Vec<&On>) {
    match step {
        Transformation::ExtractMailPrefix { input }
        | Transformation::ToLowercase { input }
        | Transformation::ToUppercase { input }
        | Transformation::Extract { input, .. }
        | Transformation::ExtractAlpha { input, .. }
        | Transformation::ExtractNumeric { input, .. }
        | Transformation::Substring { input, .. } => (input, Vec::new()),
        Transformation::Join { input, second, .. } => (input, vec![second]),
        Transformation::IfEmpty { input, then } => (input, vec![then]),
        Transformation::Match {
            input,
            then,
            otherwise,
            ..
        }
        | Transformation::IfNotEmpty {
            input,
            then,
            otherwise,
        } => (input, std::iter::once(then).chain(otherwise).collect()),
        Transformation::RegexReplace {
            input, parameters, ..
        } => (input, parameters.iter().map(|(_, on)| on).collect()),
    }
}

/// Each value of the input by itself. Functions that ask whether the input is empty get the empty text for none.
fn apply(step: &Transformation, previous: &[String], subject: Subject<'_>) -> Vec<String> {
    let (input, _) = parts(step);
    let asks = matches!(
        step,
        Transformation::IfEmpty { .. } | Transformation::IfNotEmpty { .. } | Transformation::Match { .. }
    );
    let mut values = operand(input, previous, subject);
    if values.is_empty() && asks {
        values.push(String::new());
    }
    let one = |on: &On| operand(on, previous, subject).into_iter().next();
    values
        .into_iter()
        .filter_map(|value| change(step, value, &one))
        .collect()
}

fn operand(on: &On, previous: &[String], subject: Subject<'_>) -> Vec<String> {
    match on {
        On::Attribute(attribute) => attribute.values(subject).into_iter().take(1).collect(),
        On::All(attribute) => attribute.values(subject),
        On::Constant(text) => vec![text.clone()],
        On::Previous => previous.to_vec(),
    }
}

fn change(step: &Transformation, value: String, one: &dyn Fn(&On) -> Option<String>) -> Option<String> {
    Some(match step {
        Transformation::ExtractMailPrefix { .. } => match value.split_once('@') {
            Some((prefix, _)) => prefix.to_owned(),
            None => value,
        },
        Transformation::Join {
            separator, second, ..
        } => format!("{value}{separator}{}", one(second)?),
        Transformation::ToLowercase { .. } => value.to_lowercase(),
        Transformation::ToUppercase { .. } => value.to_uppercase(),
        Transformation::Match {
            how,
            text,
            then,
            otherwise,
            ..
        } => match how.holds(&value, text) {
            true => one(then)?,
            false => one(otherwise.as_ref()?)?,
        },
        Transformation::Extract { after, before, .. } => {
            extract(&value, after.as_deref(), before.as_deref())?
        }
        Transformation::ExtractAlpha { suffix, .. } => run_of(&value, *suffix, char::is_alphabetic),
        Transformation::ExtractNumeric { suffix, .. } => run_of(&value, *suffix, |c| c.is_ascii_digit()),
        Transformation::IfEmpty { then, .. } => match value.is_empty() {
            true => one(then)?,
            false => value,
        },
        Transformation::IfNotEmpty { then, otherwise, .. } => match value.is_empty() {
            false => one(then)?,
            true => one(otherwise.as_ref()?)?,
        },
        Transformation::Substring { start, length, .. } => {
            let rest = value.chars().skip(*start);
            rest.take(length.unwrap_or(usize::MAX)).collect()
        }
        Transformation::RegexReplace {
            replace, parameters, ..
        } => {
            let parameter = |name: &str| {
                let found = parameters.iter().find(|(known, _)| known == name);
                found.and_then(|(_, on)| one(on))
            };
            replaced(replace, &value, &parameter)?
        }
    })
}

impl Matches {
    /// Whether the text is found there; case matters.
    pub(super) fn holds(self, value: &str, text: &str) -> bool {
        match self {
            Self::Contains => value.contains(text),
            Self::StartsWith => value.starts_with(text),
            Self::EndsWith => value.ends_with(text),
        }
    }
}

fn extract(value: &str, after: Option<&str>, before: Option<&str>) -> Option<String> {
    let rest = match after {
        Some(after) => value.split_once(after)?.1,
        None => value,
    };
    match before {
        Some(before) => Some(rest.split_once(before)?.0.to_owned()),
        None => Some(rest.to_owned()),
    }
}

/// The longest run of such characters at the beginning, or at the end.
fn run_of(value: &str, suffix: bool, is: fn(char) -> bool) -> String {
    match suffix {
        false => value.chars().take_while(|c| is(*c)).collect(),
        true => value[value.trim_end_matches(is).len()..].to_owned(),
    }
}

/// The value with each place that the expression finds replaced; none where the expression is none.
pub(super) fn replaced(
    replace: &Replacement,
    value: &str,
    parameter: &dyn Fn(&str) -> Option<String>,
) -> Option<String> {
    let expression = compiled(&replace.pattern).ok()?;
    let changed = expression.replace_all(value, |found: &Captures<'_>| {
        fill(&replace.with, |name| {
            let group = found.name(name).map(|group| group.as_str().to_owned());
            group.or_else(|| parameter(name))
        })
    });
    Some(changed.into_owned())
}

/// The text with each `{name}` filled in; one that is not known stands for nothing.
fn fill(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else {
            break;
        };
        out.push_str(before);
        out.push_str(&value(name).unwrap_or_default());
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The expression, compiled once and kept.
///
/// # Errors
///
/// What is wrong with it, in words.
pub(super) fn compiled(pattern: &str) -> Result<Regex, String> {
    static COMPILED: LazyLock<Mutex<HashMap<String, Regex>>> = LazyLock::new(Mutex::default);
    if pattern.len() > LONGEST {
        return Err(format!("the expression is longer than {LONGEST} bytes"));
    }
    let known = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(regex) = known.get(pattern) {
        return Ok(regex.clone());
    }
    drop(known);
    let built = RegexBuilder::new(pattern).size_limit(LARGEST).build();
    let regex = built.map_err(|error| {
        let text = error.to_string();
        let last: Cow<'_, str> = text.lines().last().unwrap_or_default().trim().to_owned().into();
        format!("`{pattern}` is no regular expression: {last}")
    })?;
    let mut known = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if known.len() >= KEPT {
        known.clear();
    }
    known.insert(pattern.to_owned(), regex.clone());
    Ok(regex)
}
