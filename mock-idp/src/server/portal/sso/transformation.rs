//! One step of "Manage transformation", from a form and into one.

use super::functions::{OTHERWISE, Part, THEN, function, named};
use crate::directory::{Attribute, Matches, On, Replacement, Transformation as T};
use crate::server::portal::entry::{Entry, Problem};

/// The step `t` (`t1` or `t2`) of a form.
pub(crate) fn read(entry: &Entry, t: &str, problems: &mut Vec<Problem>) -> Option<T> {
    let at = |part: &str| format!("{t}_{part}");
    let line = |part: &str| entry.text(&at(part)).to_owned();
    let wrong =
        |problems: &mut Vec<Problem>, part: &str, text: &str| problems.push(Problem::new(at(part), text));
    let name = entry.text(t);
    let Some((name, _, parts)) = function(name) else {
        wrong_function(t, problems);
        return None;
    };
    let before = problems.len();
    let operand = |part: &str, problems: &mut Vec<Problem>| {
        let given = read_operand(entry, &at(part));
        if matches!(given, Ok(None))
            && parts
                .iter()
                .any(|known| matches!(known, Part::Operand(of, _, false) if *of == part))
        {
            wrong(problems, part, "Select an attribute, or write a text.");
        }
        given.unwrap_or_else(|text| {
            wrong(problems, part, &text);
            None
        })
    };
    let input = operand("input", problems);
    for part in ["text", "after", "before", "pattern"] {
        if parts
            .iter()
            .any(|known| matches!(known, Part::Line(of, _) if *of == part))
            && line(part).is_empty()
        {
            wrong(problems, part, "Write a value.");
        }
    }
    let then = parts.contains(&THEN).then(|| operand("then", problems)).flatten();
    let otherwise = parts
        .contains(&OTHERWISE)
        .then(|| operand("otherwise", problems))
        .flatten();
    let second = (*name == "join").then(|| operand("second", problems)).flatten();
    let mut parameters = Vec::new();
    if *name == "regex" {
        for number in 1..=5 {
            let (of, value) = (
                line(&format!("p{number}_name")),
                operand(&format!("p{number}"), problems),
            );
            match (of.is_empty(), value) {
                (false, Some(value)) => parameters.push((of, value)),
                (true, None) => {}
                _ => wrong(
                    problems,
                    &format!("p{number}_name"),
                    "A parameter has a name and a value.",
                ),
            }
        }
    }
    let number = |part: &str, problems: &mut Vec<Problem>| match line(part).parse::<usize>() {
        Ok(number) => Some(number),
        Err(_) => {
            wrong(problems, part, "Write a number from 0.");
            None
        }
    };
    let (start, length) = match *name == "substring" {
        true => (
            number("start", problems),
            (!line("length").is_empty())
                .then(|| number("length", problems))
                .flatten(),
        ),
        false => (None, None),
    };
    let input = input.filter(|_| problems.len() == before)?;
    let matched = |how| {
        Some(T::Match {
            input: input.clone(),
            how,
            text: line("text"),
            then: then.clone()?,
            otherwise: otherwise.clone(),
        })
    };
    match *name {
        "mail_prefix" => Some(T::ExtractMailPrefix { input }),
        "join" => Some(T::Join {
            input,
            separator: line("separator"),
            second: second?,
        }),
        "lower" => Some(T::ToLowercase { input }),
        "upper" => Some(T::ToUppercase { input }),
        "contains" => matched(Matches::Contains),
        "ends_with" => matched(Matches::EndsWith),
        "starts_with" => matched(Matches::StartsWith),
        "after" | "before" | "between" => Some(T::Extract {
            input,
            after: (*name != "before").then(|| line("after")),
            before: (*name != "after").then(|| line("before")),
        }),
        "alpha_prefix" | "alpha_suffix" => Some(T::ExtractAlpha {
            input,
            suffix: *name == "alpha_suffix",
        }),
        "numeric_prefix" | "numeric_suffix" => Some(T::ExtractNumeric {
            input,
            suffix: *name == "numeric_suffix",
        }),
        "if_empty" => Some(T::IfEmpty { input, then: then? }),
        "if_not_empty" => Some(T::IfNotEmpty {
            input,
            then: then?,
            otherwise,
        }),
        "substring" => Some(T::Substring {
            input,
            start: start?,
            length,
        }),
        _ => Some(T::RegexReplace {
            input,
            replace: Replacement {
                pattern: line("pattern"),
                with: line("with"),
            },
            parameters,
        }),
    }
}

fn wrong_function(t: &str, problems: &mut Vec<Problem>) {
    problems.push(Problem::new(t, "Select a transformation."));
}

/// An operand of a form; none where nothing was selected.
fn read_operand(entry: &Entry, name: &str) -> Result<Option<On>, String> {
    match entry.text(name) {
        "" => Ok(None),
        "previous" => Ok(Some(On::Previous)),
        "text" => Ok(Some(On::Constant(entry.text(&format!("{name}_text")).to_owned()))),
        attribute => match attribute.parse::<Attribute>() {
            Ok(attribute) if entry.has(&format!("{name}_all")) => Ok(Some(On::All(attribute))),
            Ok(attribute) => Ok(Some(On::Attribute(attribute))),
            Err(error) => Err(super::super::entry::sentence(&error.to_string())),
        },
    }
}

/// The fields of a form that say this step.
pub(crate) fn fill(entry: Entry, t: &str, step: &T) -> Entry {
    let on = |entry: Entry, part: &str, on: &On| {
        let name = format!("{t}_{part}");
        match on {
            On::Previous => entry.with(&name, "previous"),
            On::Constant(text) => entry.with(&name, "text").with(&format!("{name}_text"), text),
            On::Attribute(attribute) => entry.with(&name, attribute.id()),
            On::All(attribute) => entry
                .with(&name, attribute.id())
                .ticked(&format!("{name}_all"), true),
        }
    };
    let maybe = |entry: Entry, part: &str, operand: &Option<On>| match operand {
        Some(operand) => on(entry, part, operand),
        None => entry,
    };
    let line = |entry: Entry, part: &str, text: &str| entry.with(&format!("{t}_{part}"), text);
    let (name, input) = named(step);
    let entry = on(entry.with(t, name), "input", input);
    match step {
        T::Join {
            separator, second, ..
        } => on(line(entry, "separator", separator), "second", second),
        T::Match {
            text,
            then,
            otherwise,
            ..
        } => maybe(
            on(line(entry, "text", text), "then", then),
            "otherwise",
            otherwise,
        ),
        T::Extract { after, before, .. } => {
            let entry = line(entry, "after", after.as_deref().unwrap_or_default());
            line(entry, "before", before.as_deref().unwrap_or_default())
        }
        T::IfEmpty { then, .. } => on(entry, "then", then),
        T::IfNotEmpty { then, otherwise, .. } => maybe(on(entry, "then", then), "otherwise", otherwise),
        T::Substring { start, length, .. } => {
            let length = length.map(|length| length.to_string()).unwrap_or_default();
            line(line(entry, "start", &start.to_string()), "length", &length)
        }
        T::RegexReplace {
            replace, parameters, ..
        } => {
            let mut entry = line(line(entry, "pattern", &replace.pattern), "with", &replace.with);
            for (at, (name, value)) in parameters.iter().enumerate() {
                entry = line(entry, &format!("p{}_name", at + 1), name);
                entry = on(entry, &format!("p{}", at + 1), value);
            }
            entry
        }
        _ => entry,
    }
}
