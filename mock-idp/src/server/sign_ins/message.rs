//! A message as text: broken into lines for the eye by its style alone, and never altered.

use maud::{Markup, html};
use saml::document;

/// A section with the message and what in it is signed, or, without one, with what there was instead.
pub(super) fn shown(
    id: &str,
    title: &str,
    xml: Option<&str>,
    query_signature: bool,
    instead: &str,
) -> Markup {
    html! {
        section.card aria-labelledby=(id) {
            h2 id=(id) { (title) }
            @match xml {
                None => p.muted { (instead) },
                Some(xml) => {
                    (signed(xml, query_signature))
                    pre.xml tabindex="0" {
                        @for Line { depth, text } in lines(xml) {
                            span style={ "--depth:" (depth) } { (text) }
                        }
                    }
                },
            }
        }
    }
}

fn signed(xml: &str, query_signature: bool) -> Markup {
    let parts = signed_parts(xml);
    html! {
        @if query_signature {
            p { "The query of the redirect is signed." }
        }
        @if parts.is_empty() {
            @if !query_signature { p { "Nothing in it is signed." } }
        } @else {
            ul {
                @for part in &parts {
                    li { "Signed: " code { (part.element) } " " code { (part.reference) } ", by " code { (part.algorithm) } }
                }
            }
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Signed {
    element: String,
    reference: String,
    algorithm: String,
}

/// What each Signature's References name. They are told as they stand; nothing is verified here.
fn signed_parts(xml: &str) -> Vec<Signed> {
    let Ok(tree) = document::parse(xml) else {
        return Vec::new();
    };
    let mut parts = Vec::new();
    let signatures = tree
        .descendants()
        .filter(|node| node.tag_name().name() == "Signature");
    for signature in signatures {
        let method = signature
            .descendants()
            .find(|node| node.tag_name().name() == "SignatureMethod");
        let algorithm = method
            .and_then(|method| method.attribute("Algorithm"))
            .unwrap_or_default();
        for reference in signature
            .descendants()
            .filter(|node| node.tag_name().name() == "Reference")
        {
            let uri = reference.attribute("URI").unwrap_or_default();
            let named = tree.descendants().find(|node| {
                node.attribute("ID")
                    .is_some_and(|id| uri.strip_prefix('#') == Some(id))
            });
            parts.push(Signed {
                element: named
                    .map_or("nothing in this message", |node| node.tag_name().name())
                    .to_owned(),
                reference: uri.to_owned(),
                algorithm: algorithm.rsplit(['#', '/']).next().unwrap_or_default().to_owned(),
            });
        }
    }
    parts
}

#[derive(Debug, PartialEq, Eq)]
struct Line<'a> {
    depth: usize,
    text: &'a str,
}

/// How deep lines are set in at most.
const DEEPEST: usize = 40;

/// The text in pieces, each on a line of its own: a tag, with the text that follows it. Put together they are the text again.
fn lines(xml: &str) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let (mut from, mut depth) = (0, 0usize);
    for (at, _) in xml.match_indices("><") {
        let end = at + 1;
        push(&mut lines, &xml[from..end], &mut depth);
        from = end;
    }
    push(&mut lines, &xml[from..], &mut depth);
    lines
}

fn push<'a>(lines: &mut Vec<Line<'a>>, text: &'a str, depth: &mut usize) {
    if text.is_empty() {
        return;
    }
    let closes = text.starts_with("</");
    if closes {
        *depth = depth.saturating_sub(1);
    }
    lines.push(Line {
        depth: (*depth).min(DEEPEST),
        text,
    });
    let opens = !closes && !text.starts_with("<?") && !text.starts_with("<!") && !text.ends_with("/>");
    // A tag that is closed on its own line, with nothing but text between.
    if opens && !text.contains("</") {
        *depth += 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_message_is_set_in_by_its_elements() {
        let depths: Vec<_> = lines("<a><b x=\"1\"/><c>text</c><d><e/></d></a>")
            .into_iter()
            .map(|line| (line.depth, line.text))
            .collect();
        let expected = [
            (0, "<a>"),
            (1, "<b x=\"1\"/>"),
            (1, "<c>text</c>"),
            (1, "<d>"),
            (2, "<e/>"),
            (1, "</d>"),
            (0, "</a>"),
        ];
        assert_eq!(depths, expected);
    }

    #[test]
    fn what_is_signed_is_named() {
        let xml = r##"<R ID="_1"><A ID="_2"><Signature><SignedInfo><SignatureMethod Algorithm="http://x#rsa-sha256"/><Reference URI="#_2"/></SignedInfo></Signature></A></R>"##;
        let expected = Signed {
            element: "A".to_owned(),
            reference: "#_2".to_owned(),
            algorithm: "rsa-sha256".to_owned(),
        };
        assert_eq!(signed_parts(xml), [expected]);
        assert_eq!(signed_parts("no xml"), []);
    }

    proptest! {
        #[test]
        fn no_byte_is_lost_or_added(xml in "[<>/a\" é?!-]{0,200}") {
            let together: String = lines(&xml).iter().map(|line| line.text).collect();
            prop_assert_eq!(together, xml);
        }
    }
}
