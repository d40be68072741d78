//! Foreign text, made visible and bounded.

use crate::text::visible;

/// The most characters of a page's body.
pub(super) const BODY: usize = 4_000;
/// The most characters of a URL, and of other short things.
pub(super) const URL: usize = 160;

/// The text, no longer than so many characters.
pub(super) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => visible(text),
        Some((end, _)) => format!("{}…", visible(&text[..end])),
    }
}
