//! Canonical XML by libxml2, of an element where it stands: the second path, for what libxmlsec1 cannot sign.

use std::ffi::c_int;

use libxml::{
    parser::{Parser, ParserOptions},
    readonly::RoNode,
    tree::{Document as Copied, c14n::CanonicalizationMode},
};
use roxmltree::{Document, Node, ParsingOptions};
use thiserror::Error;

use crate::{
    document::{Limits, XmlError, deeper_than, tags},
    names::alg,
    native::{self, quietly},
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
    #[error("no canonicalization is called `{0}`")]
    Unknown(String),
    /// libxml2 refuses, for a relative namespace URI for example.
    #[error("it has no canonical form: {0}")]
    Refused(String),
}

/// The canonical form of the element whose `<` stands at byte `at`, without the elements that begin at the
/// offsets `without` (enveloped Signatures). What it inherits from its ancestors is inherited.
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
    let tree = view(text)?;
    let node = element_at(&tree, at).ok_or(CanonicalError::NoElement(at))?;
    canonicalize_node(text, node, algorithm, inclusive_prefixes, without)
}

/// The same for an element of a tree that was read out of this text already.
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
    form_of(text, node, false, algorithm, inclusive_prefixes, without)
}

/// The canonical form of a whole document, with what stands before and after its element.
pub(crate) fn canonicalize_document(
    text: &str,
    tree: &Document<'_>,
    algorithm: &str,
    inclusive_prefixes: &[&str],
    without: &[usize],
) -> Result<Vec<u8>, CanonicalError> {
    form_of(
        text,
        tree.root_element(),
        true,
        algorithm,
        inclusive_prefixes,
        without,
    )
}

fn form_of(
    text: &str,
    node: Node<'_, '_>,
    whole: bool,
    algorithm: &str,
    inclusive_prefixes: &[&str],
    without: &[usize],
) -> Result<Vec<u8>, CanonicalError> {
    let (mode, comments) = mode(algorithm)?;
    let copy = Copy::read(text)?;
    let apex = copy.same(node)?;
    let without = without
        .iter()
        .filter_map(|at| element_at(node.document(), *at))
        .map(|left_out| copy.same(left_out))
        .collect::<Result<Vec<_>, _>>()?;
    let form = native::Form {
        mode: c_int::from(mode),
        comments,
        prefixes: inclusive_prefixes,
    };
    let apex = (!whole).then_some(apex);
    let (octets, told) = quietly(|| native::canonical(&copy.0, apex, &without, form));
    octets.ok_or_else(|| CanonicalError::Refused(told.unwrap_or_else(|| "libxml2 gives none".to_owned())))
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

/// Our own view, also of a text with a DOCTYPE: what is signed may be wrong on purpose.
pub(crate) fn view(text: &str) -> Result<Document<'_>, CanonicalError> {
    let limit = Limits::default().depth;
    if deeper_than(tags(text, 0), limit) {
        return Err(CanonicalError::Unreadable(
            XmlError::TooDeep { limit }.to_string(),
        ));
    }
    let options = ParsingOptions {
        allow_dtd: true,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(text, options).map_err(|e| CanonicalError::Unreadable(e.to_string()))
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

/// The same text as libxml2 reads it.
pub(crate) struct Copy(pub(crate) Copied);

impl Copy {
    pub(crate) fn read(text: &str) -> Result<Self, CanonicalError> {
        let options = ParserOptions {
            recover: false,
            no_net: true,
            // It is UTF-8 by now, whatever its declaration says.
            ignore_enc: true,
            ..ParserOptions::default()
        };
        let (read, told) = quietly(|| Parser::default().parse_string_with_options(text, options));
        read.map(Self).map_err(|_| {
            CanonicalError::Unreadable(told.unwrap_or_else(|| "libxml2 does not read it".to_owned()))
        })
    }

    /// The element that is this one there. Both parsers see the same elements in the same order, unless an
    /// entity has elements in it.
    pub(crate) fn same(&self, node: Node<'_, '_>) -> Result<RoNode, CanonicalError> {
        let lost = || CanonicalError::Unreadable("two parsers read it differently".to_owned());
        let mut steps = Vec::new();
        let mut here = node;
        while let Some(parent) = here.parent().filter(Node::is_element) {
            steps.push(here.prev_siblings().skip(1).filter(Node::is_element).count());
            here = parent;
        }
        let mut found = self.0.get_root_readonly().ok_or_else(lost)?;
        for step in steps.into_iter().rev() {
            found = found.get_first_element_child().ok_or_else(lost)?;
            for _ in 0..step {
                found = found.get_next_element_sibling().ok_or_else(lost)?;
            }
        }
        if found.get_name() == node.tag_name().name() {
            Ok(found)
        } else {
            Err(lost())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
        assert_eq!(
            form(TEXT, "<v:a", alg::EXC_C14N, &["u", "#default"]),
            r#"<v:a xmlns="urn:r" xmlns:u="urn:u" xmlns:v="urn:v" b="2" z="1"><c></c></v:a>"#
        );
        assert!(form(TEXT, "<v:a", alg::EXC_C14N_COMMENTS, &[]).contains("<!--x-->"));
    }

    #[test]
    fn the_inclusive_form_shows_what_is_inherited() {
        assert_eq!(
            form(TEXT, "<v:a", alg::C14N, &[]),
            r#"<v:a xmlns="urn:r" xmlns:u="urn:u" xmlns:v="urn:v" b="2" z="1"><c></c></v:a>"#
        );
        let inherits = "<r xml:lang='en' xml:id='i' b='1'><a/></r>";
        assert_eq!(form(inherits, "<a", alg::EXC_C14N, &[]), "<a></a>");
        assert_eq!(
            form(inherits, "<a", alg::C14N, &[]),
            r#"<a xml:id="i" xml:lang="en"></a>"#
        );
        assert_eq!(form(inherits, "<a", alg::C14N11, &[]), r#"<a xml:lang="en"></a>"#);
    }

    #[test]
    fn a_namespace_that_is_taken_back_stays_so() {
        let text = "<a xmlns='urn:a'><b xmlns=''><c/></b></a>";
        assert_eq!(form(text, "<c", alg::EXC_C14N, &[]), "<c></c>");
        assert_eq!(form(text, "<b", alg::C14N, &[]), "<b><c></c></b>");
        let looks_declared = "<r xmlns:p='urn:p'><p:a b=' xmlns:p=1' xmlns:q = 'urn:q'/></r>";
        assert_eq!(
            form(looks_declared, "<p:a", alg::EXC_C14N, &[]),
            r#"<p:a xmlns:p="urn:p" b=" xmlns:p=1"></p:a>"#
        );
    }

    #[test]
    fn what_is_left_out_is_left_out_and_what_has_no_form_is_an_error() {
        let text = "<a><b/><c/></a>";
        let without = canonicalize(text, 0, alg::EXC_C14N, &[], &[3]).unwrap();
        assert_eq!(without, b"<a><c></c></a>");
        let relative = canonicalize("<a xmlns:z='1'/>", 0, alg::EXC_C14N, &[], &[]);
        assert!(matches!(relative, Err(CanonicalError::Refused(why)) if why.contains("elative")));
        let deep = "<a>".repeat(100_000);
        let deep = canonicalize(&deep, 0, alg::EXC_C14N, &[], &[]);
        assert!(matches!(deep, Err(CanonicalError::Unreadable(why)) if why.contains("nested")));
        assert_eq!(
            canonicalize(text, 1, alg::EXC_C14N, &[], &[]),
            Err(CanonicalError::NoElement(1))
        );
        assert_eq!(
            canonicalize(text, 0, "", &[], &[]),
            Err(CanonicalError::Unknown(String::new()))
        );
    }

    #[test]
    fn what_the_declaration_says_of_the_encoding_does_not_matter_to_a_text() {
        let text = "<?xml version='1.0' encoding='ISO-8859-1'?><a>é</a>";
        assert_eq!(form(text, "<a", alg::EXC_C14N, &[]), "<a>é</a>");
    }

    #[test]
    fn long_texts_in_any_script_keep_every_letter() {
        for shift in 0..3 {
            let long = format!("<a>{}{}</a>", "x".repeat(shift), "語é".repeat(40_000));
            assert_eq!(form(&long, "<a", alg::EXC_C14N, &[]), long);
        }
    }

    proptest! {
        #[test]
        fn what_this_crate_escapes_is_canonical_already(text in "[^\u{0}-\u{8}\u{b}\u{c}\u{e}-\u{1f}\u{fffe}\u{ffff}]{0,40}") {
            let (value, inner) = (crate::document::escape_attribute(&text), crate::document::escape_text(&text));
            let source = format!("<a b=\"{value}\">{inner}</a>");
            prop_assert_eq!(form(&source, "<a", alg::EXC_C14N, &[]), source.as_str());
        }
    }
}
