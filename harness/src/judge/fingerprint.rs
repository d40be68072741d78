//! What makes two pages the same page.

use std::collections::BTreeSet;

use url::Url;

use super::observation::Page;
use crate::text::contains_at;

/// The words of a page, in small letters: title and visible text, without what holds a digit or is too long to be a word.
pub(crate) fn words(page: &Page) -> BTreeSet<String> {
    let text = format!("{} {}", page.title, visible(&page.body));
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty() && word.len() <= LONGEST_WORD)
        .filter(|word| !word.chars().any(|c| c.is_ascii_digit()))
        .map(str::to_lowercase)
        .collect()
}

/// Longer runs of letters are no words.
const LONGEST_WORD: usize = 32;

/// A page without what varies from one answer to the next: status, path, title, and a hash of the visible text,
/// all with numbers and identifiers masked. Equal for the same refusal twice; different where the substance is.
pub(crate) fn fingerprint(page: &Page) -> String {
    let path = Url::parse(&page.url)
        .map(|url| url.path().to_owned())
        .unwrap_or_default();
    let path = path.split('/').map(masked).collect::<Vec<_>>().join("/");
    let text = masked(&visible(&page.body));
    let title = masked(&page.title);
    format!("{} {path} “{title}” {:016x}", page.status, hash(&text))
}

/// The text between tags, without scripts, styles and comments, white space collapsed.
fn visible(body: &str) -> String {
    const SKIPPED: [(&str, &str); 3] = [("<script", "</script"), ("<style", "</style"), ("<!--", "-->")];
    let mut out = String::new();
    let mut rest = body;
    while let Some(at) = rest.find('<') {
        let (text, tag) = rest.split_at(at);
        out.push_str(text);
        out.push(' ');
        let skipped = SKIPPED.iter().find(|(open, _)| contains_at(tag, open, 0));
        let from = skipped.map_or(Some(0), |(open, close)| {
            (open.len()..tag.len()).find(|at| contains_at(tag, close, *at))
        });
        let end = from.and_then(|from| Some(from + tag.get(from..)?.find('>')? + 1));
        rest = end.and_then(|end| tag.get(end..)).unwrap_or_default();
    }
    out.push_str(rest);
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text with `#` for each word that holds a digit, and for each that is too long to be a word.
fn masked(text: &str) -> String {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '+' | '=' | '%');
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = rest.find(|c| part(c) != part(first)).unwrap_or(rest.len());
        let (run, after) = rest.split_at(length);
        let varies = part(first) && (run.chars().any(|c| c.is_ascii_digit()) || run.len() > LONGEST_WORD);
        out.push_str(if varies { "#" } else { run });
        rest = after;
    }
    // Numbers in a row are one: a clock, an address.
    for separator in [":", ".", "/", ", ", " "] {
        let twice = format!("#{separator}#");
        while out.contains(&twice) {
            out = out.replace(&twice, "#");
        }
    }
    out
}

/// FNV-1a, 64 bits: stable from one build to the next, unlike the standard library's hashers.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(status: u16, url: &str, title: &str, body: &str) -> String {
        fingerprint(&Page {
            status,
            url: url.to_owned(),
            title: title.to_owned(),
            body: body.to_owned(),
            ..Page::default()
        })
    }

    fn body(text: &str) -> String {
        of(500, "http://sp.example/acs", "Error", text)
    }

    #[test]
    fn the_same_refusal_twice_is_the_same() {
        let first = body("<p>Error 4711 at 12:30:05, id 6f1b-aa20 <input value=csrf1><script>a=1</script>");
        let second =
            body("<p>Error 4712 at 09:02:59, id 77-0 <input value=csrf2><script>b=2</script><!-- 3 -->");
        assert_eq!(first, second);
        assert_eq!(
            of(403, "http://a/e/123", "No 1", ""),
            of(403, "http://b/e/9?x=2", "No 2", "")
        );
    }

    #[test]
    fn another_substance_is_another_refusal() {
        let known = body("<p>The message was refused.</p>");
        for other in [
            "<p>The message was refused!</p>",
            "<p>Traceback: KeyError</p>",
            "",
            "<p>The audience was refused.</p>",
        ] {
            assert_ne!(known, body(other), "{other}");
        }
        assert_ne!(of(403, "http://a/x", "", ""), of(500, "http://a/x", "", ""));
        assert_ne!(of(403, "http://a/x", "", ""), of(403, "http://a/y", "", ""));
        assert_ne!(of(403, "http://a/x", "a", ""), of(403, "http://a/x", "b", ""));
    }

    #[test]
    fn a_huge_page_of_open_scripts_is_read_in_time() {
        let begun = std::time::Instant::now();
        let _ = body(&"<script ".repeat(32_000));
        let _ = body(&"1:".repeat(128_000));
        assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
    }

    proptest! {
        #[test]
        fn any_page_has_one_fingerprint(text in "(<[a-z!-]{0,8}|>|\\PC{0,10}){0,30}") {
            prop_assert_eq!(body(&text), body(&text));
        }
    }
}
