//! What the internal entities of a document would expand to: enough to refuse a bomb before anything is expanded.

use std::collections::HashMap;
use std::ops::Range;

const ENTITIES: usize = 256;
const NESTING: usize = 10;
const EXPANDED_BYTES: u64 = 64 << 10;
/// Namespace declarations cost the parser more than other text.
const EXPANDED_NAMESPACES: u64 = 64;

/// Refuses a document whose entity references expand to more than 64 KiB, or nest more than ten deep.
pub(crate) fn refuse_bombs(text: &str, doctype: &Range<usize>) -> Result<(), String> {
    let entities = declared(&text[doctype.clone()]);
    if entities.len() > ENTITIES {
        return Err(format!("the message declares more than {ENTITIES} entities"));
    }
    let mut costs = HashMap::new();
    let mut whole = Cost::default();
    for name in references(&text[doctype.end..]) {
        whole.add(cost(name, &entities, &mut costs, 1)?);
    }
    if whole.bytes > EXPANDED_BYTES || whole.namespaces > EXPANDED_NAMESPACES {
        return Err(format!(
            "the message's entities expand to more than {EXPANDED_BYTES} bytes"
        ));
    }
    Ok(())
}

#[derive(Clone, Copy, Default)]
struct Cost {
    bytes: u64,
    namespaces: u64,
}

impl Cost {
    fn add(&mut self, other: Self) {
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.namespaces = self.namespaces.saturating_add(other.namespaces);
    }
}

/// The cost of all declarations of `name` together: one of them may stand in a comment, where the parser does not see it.
fn cost<'t>(
    name: &'t str,
    entities: &[(&'t str, &'t str)],
    costs: &mut HashMap<&'t str, Cost>,
    level: usize,
) -> Result<Cost, String> {
    if let Some(known) = costs.get(name) {
        return Ok(*known);
    }
    let mut sum = Cost::default();
    for (_, value) in entities.iter().filter(|(declared, _)| *declared == name) {
        if level > NESTING {
            return Err(format!("the message's entities nest more than {NESTING} deep"));
        }
        sum.add(Cost {
            bytes: value.len() as u64 + 1,
            namespaces: value.matches("xmlns").count() as u64,
        });
        for inner in references(value) {
            sum.add(cost(inner, entities, costs, level + 1)?);
        }
    }
    costs.insert(name, sum);
    Ok(sum)
}

/// Names and values, in order. Parameter entities are among them, for the parser does not tell them apart.
fn declared(doctype: &str) -> Vec<(&str, &str)> {
    let declaration = |text: &'_ str| -> Option<(usize, usize, usize, usize)> {
        let start = text.len() - text.trim_start().len();
        let start = match text[start..].strip_prefix('%') {
            Some(after) => text.len() - after.trim_start().len(),
            None => start,
        };
        let name_end = start + text[start..].find(char::is_whitespace)?;
        let quote_at = text.len() - text[name_end..].trim_start().len();
        let quote = text[quote_at..]
            .chars()
            .next()
            .filter(|quote| matches!(quote, '"' | '\''))?;
        let value_end = quote_at + 1 + text[quote_at + 1..].find(quote)?;
        Some((start, name_end, quote_at + 1, value_end))
    };
    doctype
        .match_indices("<!ENTITY")
        .filter_map(|(at, keyword)| {
            let text = &doctype[at + keyword.len()..];
            declaration(text).map(|(start, name_end, value, end)| (&text[start..name_end], &text[value..end]))
        })
        .take(ENTITIES + 1)
        .collect()
}

fn references(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('&').filter_map(move |(at, _)| {
        let name = &text[at + 1..];
        name.find(';').filter(|end| *end <= 1_024).map(|end| &name[..end])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(dtd: &str, body: &str) -> Result<(), String> {
        refuse_bombs(&format!("{dtd}{body}"), &(0..dtd.len()))
    }

    #[test]
    fn a_handful_of_entities_is_fine() {
        let dtd = "<!DOCTYPE a [<!ENTITY v \"admin\"> <!ENTITY % p 'x'> <!ENTITY w '&v;@corp'>]>";
        assert_eq!(judge(dtd, "<a b='&w;'>&v;&w;&amp;&unknown;</a>"), Ok(()));
    }

    #[test]
    fn billion_laughs_and_quadratic_blowup_are_refused_unexpanded() {
        let laughs: String = (1..9)
            .map(|n| format!("<!ENTITY l{n} '{}'>", format!("&l{};", n - 1).repeat(10)))
            .collect();
        let dtd = format!("<!DOCTYPE a [<!ENTITY l0 'lol'>{laughs}]>");
        assert!(judge(&dtd, "<a>&l8;</a>").is_err());

        let dtd = format!("<!DOCTYPE a [<!ENTITY big '{}'>]>", "x".repeat(1000));
        assert!(judge(&dtd, &"&big;".repeat(100)).is_err());
        assert!(judge(&dtd, &"&big;".repeat(10)).is_ok());
    }

    #[test]
    fn a_declaration_in_a_comment_hides_no_other() {
        let dtd = format!(
            "<!DOCTYPE a [<!-- <!ENTITY e ''> --><!ENTITY e '{}'>]>",
            "x".repeat(1000)
        );
        assert!(judge(&dtd, &"&e;".repeat(100)).is_err());
    }

    #[test]
    fn an_entity_of_itself_is_refused() {
        assert!(judge("<!DOCTYPE a [<!ENTITY a '&b;'><!ENTITY b '&a;'>]>", "<a>&a;</a>").is_err());
    }
}
