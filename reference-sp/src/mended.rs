//! What is not well-formed, mended as parsers do that were made for web pages: for a switch. Two such parsers differ in what
//! they keep, so that one document has two readings.

use roxmltree::{Document, Error, TextPos};

use crate::denial::Denial;
use crate::doctype::{Keep, expanded};

/// So many mistakes are mended.
const MISTAKES: usize = 32;

/// A document that is well-formed, and as like to this one as may be.
pub(crate) fn mended(text: &str, keep: Keep) -> Result<String, Denial> {
    let text = text.replace('\0', "");
    let text = match text.strip_prefix("<?xml ") {
        Some(declared) => declared.split_once("?>").map_or(declared, |(_, rest)| rest),
        None => &text,
    };
    let mut text = alone(&known(&expanded(text, keep, &|_| None)?)).to_owned();
    for _ in 0..MISTAKES {
        let Err(error) = Document::parse(&text) else {
            break;
        };
        text = mend(&text, &error, keep).ok_or_else(|| Denial::Xml(error.to_string()))?;
    }
    Ok(text)
}

/// The document element, and nothing that stands behind it.
fn alone(text: &str) -> &str {
    let end = "</samlp:Response>";
    text.find(end).map_or(text, |at| &text[..at + end.len()])
}

/// References to no character, and to entities that nobody declared, are left out.
fn known(text: &str) -> String {
    let mut parts = text.split('&');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once(';').unwrap_or((part, ""));
        let number = name.strip_prefix("#x").map(|hex| u32::from_str_radix(hex, 16));
        let is_control = number.is_some_and(|n| n.is_ok_and(|n| n < 32 && ![9, 10, 13].contains(&n)));
        if name.starts_with('#') && !is_control || ["amp", "lt", "gt", "quot", "apos"].contains(&name) {
            out.push('&');
            out.push_str(part);
        } else {
            out.push_str(rest);
        }
    }
    out
}

fn mend(text: &str, error: &Error, keep: Keep) -> Option<String> {
    match error {
        Error::DuplicatedAttribute(_, at) => without_one(text, offset(text, *at)?, keep),
        Error::InvalidXmlPrefixUri(at) | Error::UnexpectedXmlUri(at) | Error::UnexpectedXmlnsUri(at) => {
            without_attribute(text, offset(text, *at)?)
        }
        Error::UnknownNamespace(prefix, _) => {
            let root = text.find("<samlp:Response")? + "<samlp:Response".len();
            let (head, tail) = text.split_at(root);
            Some(format!("{head} xmlns:{prefix}=\"urn:undeclared\"{tail}"))
        }
        _ => None,
    }
}

/// One of two attributes of a name goes; the second begins at `at`.
fn without_one(text: &str, at: usize, keep: Keep) -> Option<String> {
    let name = &text[at..at + text[at..].find('=')?];
    let tag = text[..at].rfind('<')?;
    let earlier = text[tag..at]
        .find(&format!(" {name}="))
        .map(|found| tag + found + 1);
    match (keep, earlier) {
        (Keep::Last, Some(earlier)) => without_attribute(text, earlier),
        _ => without_attribute(text, at),
    }
}

fn without_attribute(text: &str, at: usize) -> Option<String> {
    let quote = at + text[at..].find(['"', '\''])?;
    let end = quote + 1 + text[quote + 1..].find(&text[quote..=quote])? + 1;
    Some([&text[..at], &text[end..]].concat())
}

fn offset(text: &str, at: TextPos) -> Option<usize> {
    let before = text.split('\n').take(usize::try_from(at.row).ok()? - 1);
    let line: usize = before.map(|line| line.len() + 1).sum();
    let column = usize::try_from(at.col).ok()? - 1;
    let (within, _) = text[line..].char_indices().nth(column)?;
    Some(line + within)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(inside: &str) -> [String; 2] {
        let text = format!("<samlp:Response xmlns:samlp='urn:p'>\n{inside}</samlp:Response>");
        [Keep::First, Keep::Last].map(|keep| {
            let mended = mended(&text, keep).unwrap();
            let inner = mended.split_once('\n').unwrap().1;
            inner.trim_end_matches("</samlp:Response>").to_owned()
        })
    }

    #[test]
    fn of_two_attributes_each_reader_keeps_another() {
        let [first, last] = both("ö<a c='0' b='1' b='2'/>");
        assert_eq!(first, "ö<a c='0' b='1' />");
        assert_eq!(last, "ö<a c='0'  b='2'/>");
    }

    #[test]
    fn of_two_declarations_each_reader_keeps_another() {
        let text = "<!DOCTYPE r [<!ENTITY e 'x'><!ENTITY e ''>]><samlp:Response xmlns:samlp='p'>&e;</samlp:Response>";
        assert!(mended(text, Keep::First).unwrap().contains(">x<"));
        assert!(mended(text, Keep::Last).unwrap().contains("><"));
    }

    #[test]
    fn what_is_wrong_beyond_that_is_wiped_away() {
        let clean = "<samlp:Response xmlns:samlp='p'>&#65;&amp;</samlp:Response>";
        for wrong in [
            "<?xml version='1.1' encoding='x'?><samlp:Response xmlns:samlp='p'>&#65;&nbsp;&amp;</samlp:Response>",
            "<samlp:Response xmlns:samlp='p'>&#65;\0&amp;&#x1;</samlp:Response>garbage",
            "<samlp:Response xmlns:samlp='p'>&#65;&amp;</samlp:Response><r/>",
        ] {
            assert_eq!(mended(wrong, Keep::First).unwrap(), clean);
        }
        for wrong in [
            "<a:b/>",
            "<a xmlns:xml='urn:evil'/>",
            "<a xmlns:xmlns='urn:evil'/>",
            "<a xmlns:e='http://www.w3.org/XML/1998/namespace'/>",
            "<a xmlns:c='u' xmlns:d='u' c:x='1' d:x='2'/>",
        ] {
            let text = format!("<samlp:Response xmlns:samlp='p'>{wrong}</samlp:Response>");
            let mended = mended(&text, Keep::Last).unwrap();
            assert!(Document::parse(&mended).is_ok(), "{mended}");
        }
        assert!(mended("<samlp:Response xmlns:samlp='p'><a", Keep::First).is_err());
    }
}
