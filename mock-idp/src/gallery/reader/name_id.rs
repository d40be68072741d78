//! What a page changes in the NameID, which the editions call User Identifier, name identifier, and Unique User
//! Identifier.

use std::sync::LazyLock;

use regex::Regex;

use super::ReadError;
use super::outline::{Outline, Part};
use crate::directory::Attribute;
use crate::gallery::claim::Transformation;
use crate::gallery::facts::{NameIdChange, NameIdFormat};

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the reader's own expressions compile")
}

static NAMED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b((unique )?user identifier|name ?identifier|name ?id)\b"));
static CHANGED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)\b(change|expects?|update|select|choose|edit|set|should be|must be|map)\b")
});
static SOURCE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\buser\.[a-z0-9_]+\b"));
static MAPPED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\bexpects? [^.]{0,60}\b(?:user identifier|name ?identifier|name ?id)\b[^.]{0,20} to be mapped (?:with|to) (?:the )?([a-z0-9_]+)\b",
    )
});
static FORMAT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:name ?id(?:entifier)? )?format\b.{0,80}?\b(persistent|email ?address|unspecified|transient|windows domain)",
    )
});
static PREFIX: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\bextractmailprefix\b"));

/// Reads the paragraphs of the claims' section; `table` is what a row of a table said already.
pub(super) fn read(outline: &Outline<'_>, table: NameIdChange) -> Result<NameIdChange, ReadError> {
    let mut change = table;
    let mut near = 0;
    for block in outline.of_part(|part| part == Part::Claims) {
        let text = block.text();
        if NAMED.is_match(&text) {
            near = 6;
        }
        if near == 0 {
            continue;
        }
        near -= 1;
        if PREFIX.is_match(&text) {
            change.transformation = Some(Transformation::ExtractMailPrefix);
        }
        let transformed = change.transformation.is_some() && change.source.is_none();
        if (NAMED.is_match(&text) || transformed)
            && let Some(source) = changed_to(&text)
        {
            change.source = Some(source);
        }
        if NAMED.is_match(&text)
            && let Some(found) = FORMAT.captures(&text)
        {
            change.format = Some(format(&found[1]));
        }
    }
    // What Azure does anyway is no change.
    if change.transformation.is_none() && change.source.as_deref() == Some("user.userprincipalname") {
        change.source = None;
    }
    Ok(change)
}

/// The last source that stands after a word of change, or before "as User Identifier".
fn changed_to(text: &str) -> Option<String> {
    // "employeeid" without the owner before it
    if let Some(found) = MAPPED.captures(text) {
        let source = format!("user.{}", found[1].to_lowercase());
        if source.parse::<Attribute>().is_ok() {
            return Some(source);
        }
    }
    let verb = CHANGED.find(text)?;
    let sources: Vec<_> = SOURCE.find_iter(text).collect();
    let after = sources.iter().rfind(|source| source.start() > verb.start())?;
    Some(after.as_str().to_lowercase())
}

fn format(words: &str) -> NameIdFormat {
    match &words.to_lowercase()[..4] {
        "pers" => NameIdFormat::Persistent,
        "emai" => NameIdFormat::EmailAddress,
        "tran" => NameIdFormat::Transient,
        "wind" => NameIdFormat::WindowsDomainQualifiedName,
        _ => NameIdFormat::Unspecified,
    }
}
