//! What is read of a page without building a tree.

use std::time::Duration;

use crate::text::{clip, find, unescape};

/// A page with more tags than this is no page that somebody acts on or that only submits a form; building a tree of a
/// hostile one takes time that grows with their square.
pub(super) const TAGS: usize = 5_000;
/// A refresh that comes later than this is one that nobody waits for: a session that runs out, news that come in.
pub(super) const SOON: Duration = Duration::from_secs(5);
/// A title is cut at so many bytes.
const TITLE: usize = 300;

/// Whether a page has more tags than a tree is built of.
pub(super) fn is_bomb(html: &str) -> bool {
    html.bytes().filter(|byte| *byte == b'<').count() > TAGS
}

/// The text of the first `title` element, white space collapsed.
pub(super) fn title(html: &str) -> String {
    let inside = find(html, "<title", 0)
        .and_then(|at| Some(at + html.get(at..)?.find('>')? + 1))
        .and_then(|from| html.get(from..find(html, "</title", from).unwrap_or(html.len())));
    let Some(inside) = inside else {
        return String::new();
    };
    let decoded = unescape(clip(inside, 4 * TITLE));
    let collapsed = decoded.split_whitespace().collect::<Vec<_>>().join(" ");
    clip(&collapsed, TITLE).to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_title_is_read_without_building_a_tree() {
        assert_eq!(
            title("<html><TITLE lang=en>\n A &amp; B\n  C </title>"),
            "A & B C"
        );
        assert_eq!(title("<title>no end"), "no end");
        assert_eq!(title("none"), "");
        assert_eq!(title("<title"), "");
        assert_eq!(title(&format!("<title>{}", "ä".repeat(1000))).len(), TITLE);
    }

    #[test]
    fn character_references_are_read_and_what_is_none_stays() {
        assert_eq!(
            unescape("a&amp;lt; &#x41;&#66; &bogus; & &#xD800; &"),
            "a&lt; AB &bogus; & &#xD800; &"
        );
    }

    proptest! {
        #[test]
        fn any_html_has_a_title_or_none(html in "(<[a-z!/]{0,8}[ a-z='\"-]{0,20}>?|<title>|\\PC{0,10}){0,30}") {
            let _ = title(&html);
            let _ = unescape(&html);
        }
    }
}
