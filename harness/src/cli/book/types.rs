//! A JSON Schema for people: a heading and a table for each type.

use std::{collections::BTreeMap, fmt::Write};

use serde_json::Value;

use super::{
    layout::cell,
    typed::{described, each, kind, meaning, refers},
};

/// How the headings are written.
#[derive(Clone, Copy)]
pub(super) enum Headings {
    /// The name of each type.
    Types,
    /// The table of a TOML file where there is one; with the file's name.
    Tables(&'static str),
}

/// A type, and every heading that it could stand under.
struct Found<'a> {
    headings: Vec<String>,
    /// The path of its first table, where it is one.
    path: Option<String>,
    value: &'a Value,
}

/// The page.
pub(super) fn types(title: &str, intro: &str, schema: &Value, headings: Headings) -> String {
    let all = found(schema, headings);
    let by_name: BTreeMap<&str, &str> = all
        .iter()
        .filter_map(|(name, found)| Some((*name, found.headings.first()?.as_str())))
        .collect();
    let heading = |name: &str| by_name.get(name).map_or(name, |heading| heading).to_owned();
    let mut out = format!("# {title}\n\n{intro}\n");
    for (_, found) in &all {
        section(&mut out, found, &heading);
    }
    out
}

/// Every type that is reached from the outermost one, the near ones first.
fn found(schema: &Value, headings: Headings) -> Vec<(&str, Found<'_>)> {
    let title = schema["title"].as_str().unwrap_or_default();
    let (heading, path) = match headings {
        Headings::Types => (title.to_owned(), None),
        Headings::Tables(file) => (format!("`{file}`"), Some(String::new())),
    };
    let root = Found {
        headings: vec![heading],
        path,
        value: schema,
    };
    let mut all = vec![(title, root)];
    let mut at = 0;
    while at < all.len() {
        for (name, path) in named(&all[at].1) {
            let value = &schema["$defs"][name];
            let path = path.filter(|_| value["properties"].is_object());
            let heading = match &path {
                Some(path) => format!("`[{path}]`"),
                None => name.to_owned(),
            };
            match all.iter_mut().find(|(known, _)| *known == name) {
                Some((_, known)) if known.headings.contains(&heading) => {}
                Some((_, known)) => known.headings.push(heading),
                None => {
                    let headings = vec![heading];
                    all.push((
                        name,
                        Found {
                            headings,
                            path,
                            value,
                        },
                    ));
                }
            }
        }
        at += 1;
    }
    all
}

/// The types that a type names, each with the path of its table where it has one.
fn named<'a>(found: &Found<'a>) -> Vec<(&'a str, Option<String>)> {
    let value = found.value;
    let mut all: Vec<(&str, Option<String>)> = Vec::new();
    for (key, property, _) in keys(value) {
        let path = found.path.as_deref().map(|above| match above {
            "" => key.to_owned(),
            above => format!("{above}.{key}"),
        });
        let of = refers(property).into_iter();
        all.extend(of.map(|(name, itself)| (name, path.clone().filter(|_| itself))));
    }
    all.extend(refers(value).into_iter().map(|(name, _)| (name, None)));
    all
}

fn section(out: &mut String, found: &Found<'_>, heading: &dyn Fn(&str) -> String) {
    let [first, others @ ..] = found.headings.as_slice() else {
        return;
    };
    let _ = writeln!(out, "\n## {first}\n\n{}", described(found.value));
    if !others.is_empty() {
        let _ = writeln!(out, "\nThe same keys: {}.", others.join(", "));
    }
    let value = found.value;
    if value["properties"].is_object() {
        out.push_str("\n| key | value | meaning |\n| --- | --- | --- |\n");
        for (key, property, needed) in keys(value) {
            let meaning = meaning(property, needed);
            let _ = writeln!(out, "| `{key}` | {} | {meaning} |", kind(property, heading));
        }
        return;
    }
    if value["$ref"].is_string() {
        let _ = writeln!(out, "\nWritten as {}.", kind(value, heading));
    }
    let either: Vec<&Value> = each(&value["oneOf"]).chain(each(&value["anyOf"])).collect();
    if !either.is_empty() {
        out.push_str("\n| one of | meaning |\n| --- | --- |\n");
        for one in either {
            let _ = writeln!(out, "| {} | {} |", kind(one, heading), cell(&described(one)));
        }
    }
}

/// The keys of a table, first those that are needed.
fn keys(table: &Value) -> Vec<(&str, &Value, bool)> {
    let is_needed = |key: &str| each(&table["required"]).any(|one| one == key);
    let all = table["properties"].as_object().into_iter().flatten();
    let mut all: Vec<(&str, &Value, bool)> = all
        .map(|(key, property)| (key.as_str(), property, is_needed(key)))
        .collect();
    all.sort_by_key(|(_, _, needed)| !needed);
    all
}
