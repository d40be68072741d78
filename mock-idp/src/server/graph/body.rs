//! Values out of a body, each with Graph's error where it is something else.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::error::GraphError;

/// The longest text that a property takes, in characters.
const LONGEST: usize = 4096;

pub(super) fn text(name: &str, value: &Value) -> Result<String, GraphError> {
    match value.as_str() {
        Some(text) if text.chars().count() > LONGEST => {
            Err(GraphError::property(name, "The text is too long."))
        }
        Some(text)
            if text
                .chars()
                .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) =>
        {
            Err(GraphError::property(name, "The text holds control characters."))
        }
        Some(text) => Ok(text.to_owned()),
        None => Err(GraphError::property(name, "A text is expected.")),
    }
}

/// A text, or none where the value is null or empty.
pub(super) fn optional(name: &str, value: &Value) -> Result<Option<String>, GraphError> {
    match value {
        Value::Null => Ok(None),
        value => text(name, value).map(|text| Some(text).filter(|text| !text.is_empty())),
    }
}

pub(super) fn boolean(name: &str, value: &Value) -> Result<bool, GraphError> {
    value
        .as_bool()
        .ok_or_else(|| GraphError::property(name, "true or false is expected."))
}

pub(super) fn list<'a>(name: &str, value: &'a Value) -> Result<&'a [Value], GraphError> {
    value
        .as_array()
        .map(Vec::as_slice)
        .ok_or_else(|| GraphError::property(name, "A collection is expected."))
}

pub(super) fn texts(name: &str, value: &Value) -> Result<Vec<String>, GraphError> {
    list(name, value)?.iter().map(|value| text(name, value)).collect()
}

pub(super) fn object<'a>(name: &str, value: &'a Value) -> Result<&'a Map<String, Value>, GraphError> {
    value
        .as_object()
        .ok_or_else(|| GraphError::property(name, "An object is expected."))
}

pub(super) fn guid(name: &str, value: &Value) -> Result<String, GraphError> {
    let text = text(name, value)?;
    match crate::guid::is_guid(&text) {
        true => Ok(text.to_ascii_lowercase()),
        false => Err(GraphError::property(name, "A GUID is expected.")),
    }
}

pub(super) fn instant(name: &str, value: &Value) -> Result<Timestamp, GraphError> {
    let text = text(name, value)?;
    // Clients write an offset, a fraction of seven digits, or a `Z`.
    text.parse()
        .map_err(|_| GraphError::property(name, "A date such as 2026-01-05T10:00:00Z is expected."))
}

/// An instant as Graph writes it.
pub(super) fn written(instant: Timestamp) -> Value {
    let text = instant.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    text.into()
}

/// Properties that choose among what others of the same body bring along.
const CHOICES: [&str; 3] = [
    "defaultRedirectUri",
    "preferredTokenSigningKeyThumbprint",
    "tokenEncryptionKeyId",
];

/// The properties of a body, without what only describes it (`@odata.type`, `x@odata.type`); choices come last.
pub(super) fn properties(body: &Map<String, Value>) -> impl Iterator<Item = (&str, &Value)> {
    let all = || body.iter().map(|(name, value)| (name.as_str(), value));
    let plain = |name: &str| !name.contains("@odata.") || name.ends_with("@odata.bind");
    let is_choice = |name: &str| CHOICES.contains(&name);
    all()
        .filter(move |(name, _)| plain(name) && !is_choice(name))
        .chain(all().filter(move |(name, _)| is_choice(name)))
}

/// The id at the end of an `@odata.id`, with what stands before it: `users`, `directoryObjects`, ….
pub(super) fn reference(body: &Map<String, Value>) -> Result<(String, String), GraphError> {
    let value = body
        .get("@odata.id")
        .ok_or_else(|| GraphError::bad("The body must hold '@odata.id'."))?;
    reference_of(&text("@odata.id", value)?)
}

pub(super) fn reference_of(url: &str) -> Result<(String, String), GraphError> {
    let wrong = || {
        GraphError::property(
            "@odata.id",
            "A URL such as …/v1.0/directoryObjects/{id} is expected.",
        )
    };
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let path = path.split_once("://").map_or(path, |(_, rest)| {
        rest.split_once('/').map_or("", |(_, path)| path)
    });
    let segments = super::call::segments(path).ok_or_else(wrong)?;
    match segments.as_slice() {
        [.., set, id] => Ok((set.clone(), id.clone())),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_reference_is_its_last_two_segments() {
        for url in [
            "https://graph.microsoft.com/v1.0/directoryObjects/7",
            "https://localhost:8443/beta/directoryObjects('7')",
            "/v1.0/directoryObjects/7",
        ] {
            assert_eq!(
                reference_of(url).unwrap(),
                ("directoryObjects".to_owned(), "7".to_owned()),
                "{url}"
            );
        }
        assert!(reference_of("https://x").is_err() && reference_of("").is_err());
    }

    #[test]
    fn dates_are_read_in_the_forms_that_clients_write() {
        for text in [
            "2026-01-05T10:00:00Z",
            "2026-01-05T11:00:00+01:00",
            "2026-01-05T10:00:00.0000000Z",
        ] {
            let at = instant("x", &json!(text)).unwrap();
            assert_eq!(written(at), json!("2026-01-05T10:00:00Z"), "{text}");
        }
        assert!(instant("x", &json!("tomorrow")).is_err());
    }
}
