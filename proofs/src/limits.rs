//! A scan of the markup before the parser sees it: what would be too much work for anyone, and what the parser lets pass
//! although it is not well-formed.
//!
//! The parser's cost grows with the square of the attributes of an element and of the namespaces in scope, and with the
//! number of elements in memory. The scan walks the same grammar in one pass; where it loses the thread it stops, since the
//! parser refuses the document at the same place.

use std::ops::Range;

const BYTES: usize = 8 << 20;
const DEPTH: usize = 512;
const ELEMENTS: usize = 100_000;
const ATTRIBUTES: usize = 256;
const NAMESPACES: usize = 4_096;
const NAMESPACES_IN_SCOPE: usize = 128;

/// How many nodes the parser may make: elements, texts, comments and instructions.
pub(crate) const NODES: u32 = 400_000;

/// Refuses a message of more than 8 MiB.
pub(crate) fn size(bytes: usize) -> Result<(), String> {
    if bytes > BYTES {
        Err(format!("the message has {bytes} bytes, more than {BYTES}"))
    } else {
        Ok(())
    }
}

/// Refuses elements more than 512 levels deep.
pub(crate) fn depth(levels: usize) -> Result<(), String> {
    if levels > DEPTH {
        Err(format!("elements are nested more than {DEPTH} levels deep"))
    } else {
        Ok(())
    }
}

/// What the scan saw.
#[derive(Debug, Default)]
pub(crate) struct Shape {
    /// Where the document type declaration stands.
    pub(crate) doctype: Option<Range<usize>>,
    /// Why a strict reader refuses the markup although the parser would not.
    pub(crate) oddity: Option<String>,
}

/// Scans `text`, whose line ends are normalised.
///
/// # Errors
///
/// When the document is past a bound, in one sentence.
pub(crate) fn scan(text: &str) -> Result<Shape, String> {
    let mut scan = Scan {
        text,
        at: 0,
        shape: Shape::default(),
        scopes: vec![0],
        elements: 0,
        namespaces: 0,
    };
    scan.shape.oddity = impossible_reference(text).then(|| "a character reference names no character".into());
    while let Some(offset) = text[scan.at..].find('<') {
        scan.at += offset;
        if scan.markup()?.is_none() {
            break;
        }
    }
    Ok(scan.shape)
}

/// A surrogate or a number past Unicode, which the parser reads as U+FFFD.
fn impossible_reference(text: &str) -> bool {
    text.match_indices("&#").any(|(at, _)| {
        let digits = text[at + 2..].split(';').next().unwrap_or_default();
        let number = match digits.strip_prefix('x') {
            Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
            None => digits.parse(),
        };
        number.is_ok_and(|number| char::from_u32(number).is_none())
    })
}

struct Scan<'t> {
    text: &'t str,
    at: usize,
    shape: Shape,
    /// For each open element, and for the document, how many namespaces are in scope.
    scopes: Vec<usize>,
    elements: usize,
    namespaces: usize,
}

impl<'t> Scan<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// Passes what begins with `<` here; `None` where nothing well-formed does.
    fn markup(&mut self) -> Result<Option<()>, String> {
        let rest = self.rest();
        if rest.starts_with("<!--") {
            Ok(self.past(4, "-->"))
        } else if rest.starts_with("<![CDATA[") {
            Ok(self.past(9, "]]>"))
        } else if rest.starts_with("<?") {
            Ok(self.instruction())
        } else if rest.starts_with("<!DOCTYPE") {
            let start = self.at;
            let passed = self.doctype();
            // A second one is not well-formed; what stands between them must not escape measurement.
            self.shape.doctype.get_or_insert(start..self.at);
            self.odd("the message has a document type declaration");
            Ok(passed)
        } else if rest.starts_with("</") {
            if self.scopes.len() > 1 {
                self.scopes.pop();
            }
            Ok(self.past(2, ">"))
        } else {
            self.start_tag()
        }
    }

    fn past(&mut self, skip: usize, end: &str) -> Option<()> {
        let found = self.rest().get(skip..)?.find(end)?;
        self.at += skip + found + end.len();
        Some(())
    }

    fn odd(&mut self, why: &str) {
        self.shape.oddity.get_or_insert_with(|| why.into());
    }

    fn instruction(&mut self) -> Option<()> {
        let target = self.rest()[2..]
            .split([' ', '\t', '\n', '?'])
            .next()
            .unwrap_or_default();
        let first = self.at == 0 || (self.at == 3 && self.text.starts_with('\u{FEFF}'));
        if target.eq_ignore_ascii_case("xml") && !(first && target == "xml") {
            self.odd("a processing instruction is called xml");
        }
        self.past(2, "?>")
    }

    /// Follows the parser's own reading of a DTD, so that nothing hides behind a quote that the parser does not see.
    fn doctype(&mut self) -> Option<()> {
        self.at += "<!DOCTYPE".len();
        self.past_quoted(&['[', '>'])?;
        if self.text[..self.at].ends_with('>') {
            return Some(());
        }
        loop {
            self.spaces();
            let rest = self.rest();
            if rest.starts_with(']') {
                self.at += 1;
                self.spaces();
                return self.past(0, ">");
            } else if rest.starts_with("<!--") {
                self.past(4, "-->")?;
            } else if rest.starts_with("<?") {
                self.past(2, "?>")?;
            } else if rest.starts_with("<!ENTITY") {
                self.past_quoted(&['>'])?;
            } else if rest.starts_with("<!") {
                self.past(2, ">")?;
            } else {
                return None;
            }
        }
    }

    fn spaces(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\n']).len();
    }

    /// Passes the first of `ends` that stands outside quotes.
    fn past_quoted(&mut self, ends: &[char]) -> Option<()> {
        loop {
            let rest = self.rest();
            let found = rest.find(|c| matches!(c, '"' | '\'') || ends.contains(&c))?;
            let character = rest[found..].chars().next()?;
            self.at += found + 1;
            if ends.contains(&character) {
                return Some(());
            }
            self.at += self.rest().find(character)? + 1;
        }
    }

    fn start_tag(&mut self) -> Result<Option<()>, String> {
        self.elements += 1;
        if self.elements > ELEMENTS {
            return Err(format!("the message has more than {ELEMENTS} elements"));
        }
        self.at += 1;
        let name = self.rest().find([' ', '\t', '\n', '/', '>']);
        self.at += match name {
            Some(length) => length,
            None => return Ok(None),
        };
        let mut tag = Tag::default();
        loop {
            self.spaces();
            let rest = self.rest();
            if rest.starts_with('>') || rest.starts_with("/>") {
                break;
            }
            let Some((name, value)) = self.attribute() else {
                return Ok(None);
            };
            tag.attributes += 1;
            if tag.attributes > ATTRIBUTES {
                return Err(format!("an element has more than {ATTRIBUTES} attributes"));
            }
            self.namespace(&mut tag, name, value);
        }
        let in_scope = self.scopes.last().copied().unwrap_or_default() + tag.namespaces;
        self.namespaces += tag.namespaces;
        if in_scope > NAMESPACES_IN_SCOPE || self.namespaces > NAMESPACES {
            return Err(format!(
                "more than {NAMESPACES_IN_SCOPE} namespaces are in scope, or {NAMESPACES} are declared"
            ));
        }
        if self.rest().starts_with('>') {
            depth(self.scopes.len())?;
            self.scopes.push(in_scope);
            self.at += 1;
        } else {
            self.at += 2;
        }
        Ok(Some(()))
    }

    fn attribute(&mut self) -> Option<(&'t str, &'t str)> {
        let rest = self.rest();
        let (name, after) = rest.split_at(rest.find([' ', '\t', '\n', '='])?);
        let after = after.trim_start_matches([' ', '\t', '\n']).strip_prefix('=')?;
        let after = after.trim_start_matches([' ', '\t', '\n']);
        let quote = after.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        let (value, after) = after[1..].split_once(quote)?;
        self.at += rest.len() - after.len();
        Some((name, value))
    }

    /// Counts a namespace declaration, and notes what the parser takes for one, or accepts as one, and should not.
    fn namespace(&mut self, tag: &mut Tag, name: &str, value: &str) {
        if name == "xmlns" {
            if std::mem::replace(&mut tag.default_namespace, true) {
                self.odd("an element declares its default namespace twice");
            }
        } else if let Some(prefix) = name.strip_prefix("xmlns:") {
            if prefix == "xmlns" || value.is_empty() {
                self.odd("a namespace declaration binds the prefix xmlns, or a prefix to nothing");
            }
        } else {
            if name.ends_with(":xmlns") {
                tag.namespaces += 1;
                self.odd("an attribute is called xmlns in some namespace");
            }
            return;
        }
        tag.namespaces += 1;
        // Canonical XML 1.0, section 1.3, forbids relative namespace names. A reference may spell the colon.
        if !value.is_empty() && !value.contains([':', '&']) {
            self.odd("a namespace name is a relative URI, which canonicalisation must refuse");
        }
    }
}

#[derive(Default)]
struct Tag {
    attributes: usize,
    namespaces: usize,
    default_namespace: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn oddity(text: &str) -> Option<String> {
        scan(text).unwrap().oddity
    }

    #[test]
    fn ordinary_markup_is_not_odd() {
        let text = "<?xml version='1.0'?><!-- <a b c> --><a xmlns='urn:a' xmlns:p=\"urn:p\"><p:b c = '>'/>\
            <![CDATA[<z>]]>&#x41;<?pi <z?></a>";
        assert_eq!(oddity(text), None);
        assert_eq!(scan(text).unwrap().doctype, None);
    }

    #[test]
    fn what_the_parser_lets_pass_is_odd() {
        for text in [
            "<a xmlns='urn:a' xmlns='urn:b'/>",
            "<a xmlns:p='urn:p' p:xmlns='urn:b'/>",
            "<a xmlns:xmlns='urn:a'/>",
            "<a xmlns:p=''/>",
            "<a xmlns:z='1'/>",
            "<a><?xml version='1.0'?></a>",
            "<a>&#xD800;</a>",
            "<!DOCTYPE a><a/>",
        ] {
            assert!(oddity(text).is_some(), "{text}");
        }
    }

    #[test]
    fn each_bound_is_named() {
        let deep = |levels: usize| "<a>".repeat(levels) + &"</a>".repeat(levels);
        assert!(scan(&deep(DEPTH)).is_ok());
        assert!(scan(&deep(DEPTH + 1)).unwrap_err().contains("deep"));

        let attributes: String = (0..=ATTRIBUTES).map(|n| format!(" a{n}=''")).collect();
        assert!(
            scan(&format!("<a{attributes}/>"))
                .unwrap_err()
                .contains("attributes")
        );

        let scope: String = (0..=NAMESPACES_IN_SCOPE)
            .map(|n| format!(" xmlns:a{n}='urn:x'"))
            .collect();
        assert!(scan(&format!("<a{scope}/>")).unwrap_err().contains("in scope"));

        let many = "<a/>".repeat(ELEMENTS + 1);
        assert!(scan(&many).unwrap_err().contains("elements"));
        assert!(size(BYTES).is_ok() && size(BYTES + 1).is_err());
    }

    #[test]
    fn nothing_hides_behind_a_quote_in_the_dtd() {
        let hidden = format!(
            "<!DOCTYPE a [ <!ELEMENT x \"> ]><a>{}</a>\">",
            "<a>".repeat(DEPTH)
        );
        assert!(scan(&hidden).unwrap_err().contains("deep"));
        let quoted = "<!DOCTYPE a SYSTEM 'x\"><!--' [<!ENTITY e \"]>\"> ] ><a/>";
        assert!(quoted[scan(quoted).unwrap().doctype.unwrap()].ends_with("] >"));
    }
}
