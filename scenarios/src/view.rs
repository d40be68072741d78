//! A text as a tree.

use roxmltree::{Document, ParsingOptions};

use crate::fault::Fault;

/// The tree of a text. DTDs are read: recipes write them on purpose.
pub(crate) fn view(text: &str) -> Result<Document<'_>, Fault> {
    let options = ParsingOptions {
        allow_dtd: true,
        nodes_limit: 2_000_000,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(text, options).map_err(|e| {
        Fault::recipe(format!(
            "the message cannot be read any more ({e}): break it last"
        ))
    })
}
