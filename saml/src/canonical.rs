//! Canonical XML through libxml2: the second path, for what libxmlsec1 cannot sign.

use libxml::{
    parser::{Parser, ParserOptions},
    tree::c14n::{CanonicalizationMode, CanonicalizationOptions},
};
use roxmltree::{Document, Node, ParsingOptions};
use thiserror::Error;

use crate::{
    document::{escape_attribute, splice_all, tag_end},
    names::alg,
};

/// Why there is no canonical form.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum CanonicalError {
    /// The text cannot be read.
    #[error("the text cannot be read: {0}")]
    Unreadable(String),
    /// No element begins there.
    #[error("no element begins at byte {0}")]
    NoElement(usize),
    /// No such algorithm.
    #[error("no canonicalization is called {0}")]
    Unknown(String),
    /// libxml2 refuses, for a relative namespace URI for example.
    #[error("libxml2 finds no canonical form (a relative namespace URI has none)")]
    Refused,
}

/// The canonical form of the element whose `<` stands at byte `at`, without the elements that begin at the
/// offsets `without` (enveloped Signatures).
///
/// # Errors
/// No such element or algorithm, or a document that has no canonical form.
pub fn canonicalize(
    text: &str,
    at: usize,
    algorithm: &str,
    inclusive_prefixes: &[&str],
    without: &[usize],
) -> Result<Vec<u8>, CanonicalError> {
    let options = ParsingOptions {
        allow_dtd: true,
        ..ParsingOptions::default()
    };
    let tree =
        Document::parse_with_options(text, options).map_err(|e| CanonicalError::Unreadable(e.to_string()))?;
    let node = element_at(&tree, at).ok_or(CanonicalError::NoElement(at))?;
    canonicalize_node(text, node, algorithm, inclusive_prefixes, without)
}

/// The same for an element of a tree that was read already.
///
/// # Errors
/// As [`canonicalize`].
pub fn canonicalize_node(
    text: &str,
    node: Node<'_, '_>,
    algorithm: &str,
    inclusive_prefixes: &[&str],
    without: &[usize],
) -> Result<Vec<u8>, CanonicalError> {
    let (mode, with_comments) = mode(algorithm)?;
    let alone = detached(text, node, without);
    let options = CanonicalizationOptions {
        mode,
        with_comments,
        inclusive_ns_prefixes: inclusive_prefixes
            .iter()
            .map(|prefix| (*prefix).to_owned())
            .filter(|prefix| !prefix.contains('\0'))
            .collect(),
    };
    let quiet = ParserOptions {
        no_net: true,
        no_error: true,
        no_warning: true,
        recover: false,
        ..ParserOptions::default()
    };
    crate::signature::quiet::silence();
    let document = Parser::default()
        .parse_string_with_options(&alone, quiet)
        .map_err(|e| CanonicalError::Unreadable(e.to_string()))?;
    document
        .canonicalize(options, None)
        .map(String::into_bytes)
        .map_err(|()| CanonicalError::Refused)
}

/// The element that begins at a byte.
pub(crate) fn element_at<'a, 'input>(tree: &'a Document<'input>, at: usize) -> Option<Node<'a, 'input>> {
    let mut node = tree.root_element();
    loop {
        if node.range().start == at {
            return Some(node);
        }
        node = node
            .children()
            .find(|n| n.is_element() && n.range().contains(&at))?;
    }
}

fn mode(algorithm: &str) -> Result<(CanonicalizationMode, bool), CanonicalError> {
    Ok(match algorithm {
        alg::EXC_C14N => (CanonicalizationMode::ExclusiveCanonical1_0, false),
        alg::EXC_C14N_COMMENTS => (CanonicalizationMode::ExclusiveCanonical1_0, true),
        alg::C14N => (CanonicalizationMode::Canonical1_0, false),
        alg::C14N_COMMENTS => (CanonicalizationMode::Canonical1_0, true),
        alg::C14N11 => (CanonicalizationMode::Canonical1_1, false),
        alg::C14N11_COMMENTS => (CanonicalizationMode::Canonical1_1, true),
        other => return Err(CanonicalError::Unknown(other.to_owned())),
    })
}

/// The element as a document of its own: every namespace in scope is declared on it, so that both kinds of
/// canonical form come out as they would in place.
fn detached(text: &str, node: Node<'_, '_>, without: &[usize]) -> String {
    let range = node.range();
    let start_tag = &text[range.start..tag_end(node)];
    let name_end = start_tag[1..]
        .find(|c: char| c.is_whitespace() || c == '>' || c == '/')
        .map_or(start_tag.len(), |end| end + 1);
    let mut declarations = String::new();
    let outside = node.parent().is_some_and(|parent| parent.is_element());
    for namespace in node.namespaces().filter(|_| outside) {
        let written = match namespace.name() {
            Some("xml") => continue,
            Some(prefix) => format!("xmlns:{prefix}="),
            None => "xmlns=".to_owned(),
        };
        let own = start_tag
            .match_indices(&written)
            .any(|(at, _)| start_tag[..at].ends_with(|c: char| c.is_whitespace()));
        if !own {
            declarations.push_str(&format!(" {written}\"{}\"", escape_attribute(namespace.uri())));
        }
    }
    let mut edits: Vec<(std::ops::Range<usize>, String)> = vec![(name_end..name_end, declarations)];
    for skipped in node
        .descendants()
        .filter(|n| n.is_element() && without.contains(&n.range().start))
    {
        let skipped = skipped.range();
        edits.push((
            skipped.start - range.start..skipped.end - range.start,
            String::new(),
        ));
    }
    splice_all(&text[range], edits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &str, at: &str, algorithm: &str, prefixes: &[&str]) -> String {
        let at = text.find(at).unwrap();
        String::from_utf8(canonicalize(text, at, algorithm, prefixes, &[]).unwrap()).unwrap()
    }

    const TEXT: &str =
        "<r xmlns='urn:r' xmlns:u='urn:u' xmlns:v='urn:v'><v:a z='1' b=\"2\"><c/><!--x--></v:a></r>";

    #[test]
    fn the_exclusive_form_shows_only_namespaces_in_use_and_those_that_are_asked_for() {
        let plain = r#"<v:a xmlns:v="urn:v" b="2" z="1"><c xmlns="urn:r"></c></v:a>"#;
        assert_eq!(form(TEXT, "<v:a", alg::EXC_C14N, &[]), plain);
        assert!(form(TEXT, "<v:a", alg::EXC_C14N, &["u"]).contains("xmlns:u"));
        assert!(form(TEXT, "<v:a", alg::EXC_C14N_COMMENTS, &[]).contains("<!--x-->"));
    }

    #[test]
    fn the_inclusive_form_shows_every_namespace_in_scope() {
        assert_eq!(
            form(TEXT, "<v:a", alg::C14N, &[]),
            r#"<v:a xmlns="urn:r" xmlns:u="urn:u" xmlns:v="urn:v" b="2" z="1"><c></c></v:a>"#
        );
    }

    #[test]
    fn what_is_left_out_is_left_out_and_what_has_no_form_is_an_error() {
        let text = "<a><b/><c/></a>";
        let without = canonicalize(text, 0, alg::EXC_C14N, &[], &[3]).unwrap();
        assert_eq!(without, b"<a><c></c></a>");
        assert_eq!(
            canonicalize("<a xmlns:z='1'/>", 0, alg::EXC_C14N, &[], &[]),
            Err(CanonicalError::Refused)
        );
        assert_eq!(
            canonicalize(text, 1, alg::EXC_C14N, &[], &[]),
            Err(CanonicalError::NoElement(1))
        );
    }
}
