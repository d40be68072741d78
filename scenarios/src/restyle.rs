//! The same infoset in other clothes.

use std::{collections::BTreeMap, ops::Range};

use roxmltree::Node;
use saml::document::{splice_all, tag_end};

use crate::{
    fault::Fault,
    operation::{Restyle, Style},
    view::view,
    workbench::{Workbench, written_name},
};

/// Rewrites the whole message in a style.
pub(crate) fn restyle(bench: &mut Workbench, verb: &Restyle) -> Result<(), Fault> {
    bench.text = match verb.restyle {
        Style::Prefixes => prefixes(&bench.text, &verb.prefixes, verb.on_root)?,
        Style::Pretty => pretty(&bench.text)?,
        Style::ReverseAttributes => tags(&bench.text, |name, mut attributes, empty| {
            attributes.reverse();
            let attributes: String = attributes.iter().map(|a| format!(" {a}")).collect();
            format!("<{name}{attributes}{}>", if empty { "/" } else { "" })
        })?,
        Style::SingleQuotes => tags(&bench.text, |name, attributes, empty| {
            let attributes: String = attributes
                .iter()
                .map(|a| format!("  {}", single_quoted(a)))
                .collect();
            if empty {
                format!("<{name}{attributes} ></{name} >")
            } else {
                format!("<{name}{attributes} >")
            }
        })?,
        Style::CharacterReferences => {
            texts(&bench.text, |node, text| readable(node).then(|| references(text)))?
        }
        Style::Cdata => texts(&bench.text, |node, text| {
            let named = ["NameID", "AttributeValue"].contains(&node.tag_name().name());
            // A value that is escaped is left alone: its escapes would mean themselves inside the section.
            (named && text.len() > 1 && !text.contains('&')).then(|| {
                let half = text
                    .char_indices()
                    .nth(text.chars().count() / 2)
                    .map_or(0, |(at, _)| at);
                format!("{}<![CDATA[{}]]>", &text[..half], &text[half..])
            })
        })?,
        Style::CommentsBetween => between(&bench.text, |_, _| "<!-- between -->".to_owned())?,
        Style::CarriageReturnReferences => texts(&bench.text, |node, text| {
            let named = ["SignatureValue", "X509Certificate"].contains(&node.tag_name().name());
            named.then(|| {
                let lines: Vec<String> = text
                    .as_bytes()
                    .chunks(76)
                    .map(|line| String::from_utf8_lossy(line).into_owned())
                    .collect();
                lines.join("&#13;\n")
            })
        })?,
    };
    Ok(())
}

/// Gives each listed namespace its prefix, everywhere; the old declarations of those namespaces go.
fn prefixes(text: &str, wanted: &BTreeMap<String, String>, on_root: bool) -> Result<String, Fault> {
    let tree = view(text)?;
    let root = tree.root_element();
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    for node in root.descendants().filter(Node::is_element) {
        let start = node.range().start + 1;
        let old = written_name(text, node);
        let prefix = node.tag_name().namespace().and_then(|uri| wanted.get(uri));
        let name = match prefix {
            Some(prefix) if prefix.is_empty() => node.tag_name().name().to_owned(),
            Some(prefix) => format!("{prefix}:{}", node.tag_name().name()),
            None => old.to_owned(),
        };
        let mut declarations = String::new();
        let parent = node
            .parent()
            .filter(Node::is_element)
            .and_then(|p| p.tag_name().namespace());
        for (uri, prefix) in wanted {
            let here = if on_root {
                node == root
            } else {
                node.tag_name().namespace() == Some(uri) && (parent != Some(uri) || node == root)
            };
            if here {
                let key = if prefix.is_empty() {
                    "xmlns".to_owned()
                } else {
                    format!("xmlns:{prefix}")
                };
                declarations.push_str(&format!(" {key}=\"{uri}\""));
            }
        }
        let attributes = attributes(text, node)
            .into_iter()
            .filter(|(range, _)| {
                let written = &text[range.clone()];
                let declares = written.starts_with("xmlns=") || written.starts_with("xmlns:");
                !(declares && wanted.keys().any(|uri| written.contains(&format!("\"{uri}\""))))
            })
            .map(|(range, _)| format!(" {}", &text[range]))
            .collect::<String>();
        let empty = saml::document::inner(node).is_none();
        let slash = if empty { "/" } else { "" };
        edits.push((
            start - 1..tag_end(node),
            format!("<{name}{declarations}{attributes}{slash}>"),
        ));
        if !empty {
            let end = node.range().end;
            edits.push((end - old.len() - 3..end, format!("</{name}>")));
        }
    }
    Ok(splice_all(text, edits))
}

/// Newlines and tabs between elements.
fn pretty(text: &str) -> Result<String, Fault> {
    between(text, |depth, _| format!("\n{}", "\t".repeat(depth)))
}

/// Puts text before each child element and before the end tag, where an element holds only elements.
fn between(text: &str, what: impl Fn(usize, bool) -> String) -> Result<String, Fault> {
    let tree = view(text)?;
    let mut edits = Vec::new();
    for node in tree.root_element().descendants().filter(Node::is_element) {
        let only_elements = node.has_children() && node.children().all(|n| n.is_element());
        if !only_elements {
            continue;
        }
        let depth = node.ancestors().filter(Node::is_element).count();
        for child in node.children() {
            edits.push((child.range().start..child.range().start, what(depth, false)));
        }
        if let Some(inner) = saml::document::inner(node) {
            edits.push((inner.end..inner.end, what(depth - 1, true)));
        }
    }
    Ok(splice_all(text, edits))
}

/// Rewrites each start tag from its name and its attributes as written.
fn tags(text: &str, write: impl Fn(&str, Vec<String>, bool) -> String) -> Result<String, Fault> {
    let tree = view(text)?;
    let mut edits = Vec::new();
    for node in tree.root_element().descendants().filter(Node::is_element) {
        let empty = saml::document::inner(node).is_none();
        let attributes = attributes(text, node)
            .into_iter()
            .map(|(range, _)| text[range].to_owned())
            .collect();
        edits.push((
            node.range().start..tag_end(node),
            write(written_name(text, node), attributes, empty),
        ));
    }
    Ok(splice_all(text, edits))
}

/// Rewrites the text of elements that hold nothing else.
fn texts(text: &str, write: impl Fn(Node<'_, '_>, &str) -> Option<String>) -> Result<String, Fault> {
    let tree = view(text)?;
    let mut edits = Vec::new();
    for node in tree.root_element().descendants().filter(Node::is_element) {
        let leaf = node.has_children() && node.children().all(|n| n.is_text());
        if let (true, Some(inner)) = (leaf, saml::document::inner(node))
            && let Some(new) = write(node, &text[inner.clone()])
        {
            edits.push((inner, new));
        }
    }
    Ok(splice_all(text, edits))
}

fn readable(node: Node<'_, '_>) -> bool {
    ["NameID", "Audience", "AttributeValue", "Issuer"].contains(&node.tag_name().name())
}

/// Every third letter as a character reference, decimal and hexadecimal in turn.
fn references(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 3);
    let mut inside = false;
    for (at, c) in text.chars().enumerate() {
        inside |= c == '&';
        match (c.is_ascii_alphabetic() && !inside, at % 6) {
            (true, 0) => out.push_str(&format!("&#{};", c as u32)),
            (true, 3) => out.push_str(&format!("&#x{:X};", c as u32)),
            _ => out.push(c),
        }
        inside &= c != ';';
    }
    out
}

fn single_quoted(attribute: &str) -> String {
    match attribute.split_once('=') {
        Some((name, value)) if !value.contains('\'') => format!("{name} = {}", value.replace('"', "'")),
        _ => attribute.to_owned(),
    }
}

/// Each attribute and namespace declaration of a start tag as written, with its name's end.
fn attributes(text: &str, node: Node<'_, '_>) -> Vec<(Range<usize>, usize)> {
    let start = node.range().start + 1 + written_name(text, node).len();
    let end = tag_end(node);
    let mut found = Vec::new();
    let mut at = start;
    while let Some(offset) = text[at..end].find(|c: char| !c.is_whitespace() && c != '/' && c != '>') {
        let begin = at + offset;
        let Some(equals) = text[begin..end].find('=') else {
            break;
        };
        let Some(quote) = text[begin + equals..end].find(['"', '\'']) else {
            break;
        };
        let quote_at = begin + equals + quote;
        let mark = text.as_bytes()[quote_at] as char;
        let Some(close) = text[quote_at + 1..end].find(mark) else {
            break;
        };
        let stop = quote_at + 1 + close + 1;
        found.push((begin..stop, begin + equals));
        at = stop;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "<p:R xmlns:p=\"urn:p\" A=\"1\" B=\"it's\"><I xmlns=\"urn:a\">x<!----></I><I xmlns=\"urn:a\"/></p:R>";

    fn same_infoset(a: &str, b: &str) {
        let (a, b) = (view(a).unwrap(), view(b).unwrap());
        let facts = |tree: &roxmltree::Document<'_>| -> Vec<String> {
            tree.root_element()
                .descendants()
                .filter(Node::is_element)
                .map(|n| {
                    let mut attributes: Vec<String> = n
                        .attributes()
                        .map(|a| format!("{}={}", a.name(), a.value()))
                        .collect();
                    attributes.sort();
                    format!("{:?} {attributes:?} {:?}", n.tag_name(), saml::document::text(n))
                })
                .collect()
        };
        assert_eq!(facts(&a), facts(&b));
    }

    #[test]
    fn quotes_order_and_prefixes_change_no_meaning() {
        for style in [Style::ReverseAttributes, Style::SingleQuotes] {
            let mut bench = Workbench::new(TEXT.to_owned());
            let verb = Restyle {
                restyle: style,
                prefixes: BTreeMap::new(),
                on_root: false,
            };
            restyle(&mut bench, &verb).unwrap();
            assert_ne!(bench.text, TEXT);
            same_infoset(&bench.text, TEXT);
        }
        let wanted = BTreeMap::from([
            ("urn:a".to_owned(), "q".to_owned()),
            ("urn:p".to_owned(), String::new()),
        ]);
        for on_root in [true, false] {
            let text = prefixes(TEXT, &wanted, on_root).unwrap();
            assert!(text.contains("<q:I") && text.starts_with("<R"), "{text}");
            same_infoset(&text, TEXT);
        }
    }

    #[test]
    fn character_references_leave_existing_references_alone() {
        assert_eq!(references("abc&amp;d"), "&#97;bc&amp;d");
    }
}
