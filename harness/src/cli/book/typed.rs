//! What a schema says about one value, in words.

use serde_json::Value;

use super::layout::{anchor, cell};

/// What a value refers to, by the name of its definition; and whether the value itself is that.
pub(super) fn refers(value: &Value) -> Vec<(&str, bool)> {
    let mut all: Vec<(&str, bool)> = Vec::new();
    if let Some(name) = value["$ref"].as_str().and_then(|at| at.rsplit('/').next()) {
        all.push((name, true));
    }
    for one in each(&value["anyOf"]) {
        all.extend(refers(one));
    }
    let inner = ["items", "additionalProperties"].into_iter();
    for inner in inner.filter_map(|name| value.get(name)) {
        all.extend(refers(inner).into_iter().map(|(name, _)| (name, false)));
    }
    all
}

/// What kind of value it is. `heading` names the heading of a definition.
pub(super) fn kind(value: &Value, heading: &dyn Fn(&str) -> String) -> String {
    if let Some(name) = value["$ref"].as_str().and_then(|at| at.rsplit('/').next()) {
        let heading = heading(name);
        return format!("[{}](#{})", heading.replace(['[', ']'], ""), anchor(&heading));
    }
    if let Some(word) = value["const"].as_str() {
        return format!("`{word}`");
    }
    let either: Vec<String> = each(&value["anyOf"])
        .filter(|one| one["type"] != "null")
        .map(|one| kind(one, heading))
        .collect();
    if !either.is_empty() {
        return either.join(" or ");
    }
    let named = value["type"].as_str();
    let named = named.or_else(|| {
        each(&value["type"])
            .filter_map(Value::as_str)
            .find(|kind| *kind != "null")
    });
    match named {
        Some("string") => "text".to_owned(),
        Some("integer" | "number") => "number".to_owned(),
        Some("boolean") => "`true` or `false`".to_owned(),
        Some("array") if value["items"]["prefixItems"].is_array() => "list of pairs of texts".to_owned(),
        Some("array") => format!("list: {}", kind(&value["items"], heading)),
        Some("object") if value["additionalProperties"].is_object() => {
            format!("table: {}", kind(&value["additionalProperties"], heading))
        }
        Some("object") => "table".to_owned(),
        _ => "any value".to_owned(),
    }
}

/// What it means, with its default where that is short.
pub(super) fn meaning(value: &Value, needed: bool) -> String {
    let mut text = described(value);
    if needed {
        text.push_str(" Needed.");
    }
    match &value["default"] {
        Value::Null | Value::Object(_) => {}
        Value::Array(all) if all.is_empty() => {}
        default => text.push_str(&format!(" Default: `{default}`.")),
    }
    cell(&text)
}

/// The description, as the source has it.
pub(super) fn described(value: &Value) -> String {
    let text = value["description"].as_str().unwrap_or_default();
    // Links of rustdoc mean nothing here.
    text.replace("[`", "`").replace("`]", "`")
}

/// The members of a list, none where it is no list.
pub(super) fn each(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
