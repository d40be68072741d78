//! One parse, within bounds.

use std::ops::Range;

use roxmltree::{Document, Node, ParsingOptions};

use crate::text::Lines;
use crate::{entities, limits};

/// A document's text, measured and fit for the parser.
pub(crate) struct Page<'a> {
    lines: Lines<'a>,
    shape: limits::Shape,
}

impl<'a> Page<'a> {
    /// Measures `text`. Internal entities are let in when they are small; external ones are never fetched.
    ///
    /// # Errors
    ///
    /// When the document is past a bound, in one sentence.
    pub(crate) fn new(text: &'a str) -> Result<Self, String> {
        let lines = Lines::new(text);
        let shape = limits::scan(lines.text())?;
        if let Some(doctype) = &shape.doctype {
            entities::refuse_bombs(lines.text(), doctype)?;
        }
        Ok(Self { lines, shape })
    }

    /// Why a strict reader refuses the markup although the parser would not.
    pub(crate) fn oddity(&self) -> Option<String> {
        self.shape.oddity.clone()
    }

    pub(crate) fn parse(&self) -> Result<Document<'_>, String> {
        let allow_dtd = self.shape.doctype.is_some();
        let options = ParsingOptions {
            allow_dtd,
            nodes_limit: limits::NODES,
            entity_resolver: None,
        };
        let document = Document::parse_with_options(self.lines.text(), options)
            .map_err(|error| format!("the message is not well-formed XML: {error}"))?;
        if allow_dtd {
            limits::depth(levels(&document))?;
        }
        Ok(document)
    }

    /// Where `node` stands in the text that this page was made of. An element that begins in an entity and ends elsewhere
    /// has no length.
    pub(crate) fn range(&self, node: Node<'_, '_>) -> Range<usize> {
        let range = node.range();
        let start = self.lines.original(range.start);
        start..self.lines.original(range.end).max(start)
    }
}

/// The depth of the tree: entities may hold half-open elements that the scan of the text cannot add up.
fn levels(document: &Document<'_>) -> usize {
    let mut deepest = 0;
    let mut open: Vec<Node<'_, '_>> = Vec::new();
    for element in crate::xml::elements(document) {
        while open.last().is_some_and(|last| Some(*last) != element.parent()) {
            open.pop();
        }
        open.push(element);
        deepest = deepest.max(open.len());
    }
    deepest
}
