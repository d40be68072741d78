//! Sentences to whoever sits there.

use std::io::{self, Write};

/// A sentence on standard error, whether or not anybody reads it.
pub(crate) fn note(sentence: &str) {
    let _ = writeln!(io::stderr(), "samlitmus: {sentence}");
}
