//! Whether two runs of the same thing told the same.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

/// What two runs of the same thing never have in common: instants, durations, ports, IDs, and what counts them.
pub(crate) fn masked(value: &mut Value) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let varies = [
                    "duration_ms",
                    "elapsed",
                    "firing",
                    "control",
                    "requests",
                    "authn_requests",
                    "started",
                    "sent",
                ];
                match varies.contains(&key.as_str()) {
                    true => *value = Value::Null,
                    false => masked(value),
                }
            }
        }
        Value::Array(all) => all.iter_mut().for_each(masked),
        Value::String(text) => *text = mask(text),
        _ => {}
    }
}

fn mask(text: &str) -> String {
    static MASKS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
        let masks = [
            (r"SAML(Request|Response)=[^&\s]+", "SAML"),
            // A digest, a signature.
            (r"(DigestValue|SignatureValue)>[A-Za-z0-9+/]+={0,2}", "$1>OCTETS"),
            // The place where a firing would be heard.
            (r"/f\d+\b", "/fN"),
            (r"[A-Za-z0-9+/]{40,}={0,2}…?", "OCTETS"),
            (r"(127\.0\.0\.1|localhost|%3A|:)(:|%3A)?\d{4,5}\b", "$1:PORT"),
            (r"[0-9a-fA-F_-]{20,}", "ID"),
            (r"[0-9A-Za-z%+/=]{4}…", "SECRET"),
            (r"\d{4}-\d\d-\d\dT[\d:.]+Z", "INSTANT"),
        ];
        masks
            .map(|(pattern, by)| (Regex::new(pattern).unwrap(), by))
            .to_vec()
    });
    MASKS.iter().fold(text.to_owned(), |text, (pattern, by)| {
        pattern.replace_all(&text, *by).into_owned()
    })
}

/// Where two values differ.
pub(crate) fn differences(at: &str, one: &Value, other: &Value) -> Vec<String> {
    match (one, other) {
        (Value::Object(a), Value::Object(b)) if a.keys().eq(b.keys()) => {
            let all = a.iter().zip(b.values());
            all.flat_map(|((key, one), other)| differences(&format!("{at}/{key}"), one, other))
                .collect()
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let all = a.iter().zip(b).enumerate();
            all.flat_map(|(number, (one, other))| differences(&format!("{at}/{number}"), one, other))
                .collect()
        }
        _ if one == other => Vec::new(),
        _ => vec![format!("{at}: {one} and {other}")],
    }
}
