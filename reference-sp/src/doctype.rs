//! Document type declarations, read by hand: for the switches that read any. Everybody else refuses the first one.

use std::collections::BTreeMap;
use std::ops::Range;

use saml::document::escape_text;

use crate::denial::Denial;

/// The most that a text may grow to, in bytes: no more than a message may measure.
const MOST: usize = 1 << 20;

/// Entities inside entities.
const DEPTH: usize = 16;

/// Which of two counts: declarations of an entity, attributes of one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keep {
    First,
    Last,
}

/// What an entity stands for.
enum Entity<'a> {
    Text(&'a str),
    External(&'a str),
}

/// The declaration: where it stands, and its text.
pub(crate) fn declaration(text: &str) -> Option<Range<usize>> {
    let start = text.find("<!DOCTYPE")?;
    let (mut quote, mut depth) = (None, 0_u32);
    for (at, c) in text[start..].char_indices() {
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '[') => depth += 1,
            (None, ']') => depth = depth.saturating_sub(1),
            (None, '>') if depth == 0 => return Some(start..start + at + 1),
            (None, _) => {}
        }
    }
    None
}

/// The text without its declaration, each entity in it replaced by what it stands for. `fetch` answers what is behind an
/// address; nobody else asks.
pub(crate) fn expanded(
    text: &str,
    keep: Keep,
    fetch: &dyn Fn(&str) -> Option<String>,
) -> Result<String, Denial> {
    let Some(range) = declaration(text) else {
        return Ok(text.to_owned());
    };
    let entities = entities(&text[range.clone()], keep);
    let body = [&text[..range.start], &text[range.end..]].concat();
    let mut out = String::with_capacity(body.len());
    expand(&body, &entities, fetch, DEPTH, &mut out)?;
    Ok(out)
}

fn expand(
    text: &str,
    entities: &BTreeMap<&str, Entity<'_>>,
    fetch: &dyn Fn(&str) -> Option<String>,
    depth: usize,
    out: &mut String,
) -> Result<(), Denial> {
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.find(';').map_or(1, |end| end + 1);
        let entity = entities.get(rest[..end].trim_matches(['&', ';']));
        match entity {
            Some(Entity::Text(value)) if depth > 0 => expand(value, entities, fetch, depth - 1, out)?,
            Some(Entity::Text(_)) => return Err(Denial::Xml("entities stand inside each other".to_owned())),
            Some(Entity::External(address)) => {
                out.push_str(&escape_text(&fetch(address).unwrap_or_default()));
            }
            None => out.push_str(&rest[..end]),
        }
        if out.len() > MOST {
            return Err(Denial::TooLarge { limit: MOST });
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    Ok(())
}

/// The general entities that are declared.
fn entities(declaration: &str, keep: Keep) -> BTreeMap<&str, Entity<'_>> {
    let mut found = BTreeMap::new();
    let mut rest = declaration;
    while let Some(at) = rest.find("<!ENTITY") {
        rest = &rest[at + "<!ENTITY".len()..];
        let (words, after) = words(rest);
        rest = after;
        let (name, entity) = match words[..] {
            [name, value] => (name, Entity::Text(value)),
            [name, "SYSTEM", address] | [name, "PUBLIC", _, address] => (name, Entity::External(address)),
            _ => continue,
        };
        if keep == Keep::Last || !found.contains_key(name) {
            found.insert(name, entity);
        }
    }
    found
}

/// The words and quoted texts up to the next `>`, and what stands behind it.
fn words(text: &str) -> (Vec<&str>, &str) {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    loop {
        let Some(first) = rest.chars().next().filter(|c| *c != '>') else {
            return (words, rest);
        };
        let (word, after) = match first {
            '"' | '\'' => rest[1..].split_once(first).unwrap_or((&rest[1..], "")),
            _ => rest.split_at(rest.find([' ', '\n', '\t', '\r', '>', '"']).unwrap_or(rest.len())),
        };
        words.push(word);
        rest = after.trim_start();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, keep: Keep) -> String {
        expanded(text, keep, &|address| Some(format!("<{address}>"))).unwrap()
    }

    #[test]
    fn entities_are_expanded_wherever_they_stand() {
        let text = "<!DOCTYPE r [<!ENTITY a 'x&b;'><!ENTITY b \"]>\">]><r i='&b;'>&a;&amp;&c;</r>";
        assert_eq!(read(text, Keep::First), "<r i=']>'>x]>&amp;&c;</r>");
        let external = "<!DOCTYPE r [<!ENTITY a SYSTEM 'f'><!ENTITY b PUBLIC 'p' 'g'>]><r>&a;&b;</r>";
        assert_eq!(read(external, Keep::First), "<r>&lt;f&gt;&lt;g&gt;</r>");
    }

    #[test]
    fn of_two_declarations_either_may_count() {
        let text = "<!DOCTYPE r [<!ENTITY a 'x'><!ENTITY % a 'z'><!ENTITY a 'y'>]><r>&a;</r>";
        assert_eq!(read(text, Keep::First), "<r>x</r>");
        assert_eq!(read(text, Keep::Last), "<r>y</r>");
    }

    #[test]
    fn what_grows_without_end_is_refused() {
        let grows = "<!DOCTYPE r [<!ENTITY a '&a;&a;'>]><r>&a;</r>";
        assert!(expanded(grows, Keep::First, &|_| None).is_err());
        let long = format!(
            "<!DOCTYPE r [<!ENTITY a '{}'>]><r>{}</r>",
            "x".repeat(9000),
            "&a;".repeat(9000)
        );
        assert!(expanded(&long, Keep::First, &|_| None).is_err());
    }
}
