//! Small questions about texts that several rooms ask.

use std::sync::{Mutex, MutexGuard, PoisonError};

use openssl::sha::sha256;

/// A short name that only the same texts have, in every run and version.
pub(crate) fn digest(parts: &[&str]) -> String {
    let whole = sha256(parts.join("\n").as_bytes());
    whole.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Whether an ASCII text stands in another, in any case.
pub(crate) fn contains(text: &str, needle: &str) -> bool {
    find(text, needle, 0).is_some()
}

/// Whether an ASCII text stands at this byte of another, in any case.
pub(crate) fn contains_at(text: &str, needle: &str, at: usize) -> bool {
    text.as_bytes()
        .get(at..at + needle.len())
        .is_some_and(|found| found.eq_ignore_ascii_case(needle.as_bytes()))
}

/// The first `bytes` bytes of a text, cut where a character ends.
pub(crate) fn clip(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text)
}

/// Where an ASCII needle stands, in any case.
pub(crate) fn find(text: &str, needle: &str, from: usize) -> Option<usize> {
    let (text, needle) = (text.as_bytes(), needle.as_bytes());
    let first = needle.first()?;
    let (small, large) = (first.to_ascii_lowercase(), first.to_ascii_uppercase());
    let mut at = from;
    while let Some(rest) = text.get(at..)
        && let Some(step) = memchr::memchr2(small, large, rest)
    {
        at += step;
        if text
            .get(at..at + needle.len())
            .is_some_and(|found| found.eq_ignore_ascii_case(needle))
        {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// A text without the character references that templates write; others stay as they are.
pub(crate) fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let reference = clip(after, 12).split_once(';');
        match reference.and_then(|(name, _)| Some((name.len() + 1, character(name)?))) {
            Some((length, character)) => {
                out.push(character);
                rest = after.get(length..).unwrap_or_default();
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out + rest
}

fn character(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

/// Foreign text, made fit to be read, and to stand in XML and HTML: what would steer a terminal, turn the reading order, hide
/// itself, or is no character at all is spelled out. Line breaks stay.
pub(crate) fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push(c),
            c if c.is_control() => out.extend(c.escape_default()),
            c if steers(c) || is_none(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

/// Whether a character shows nothing itself, and changes how others are shown.
fn steers(c: char) -> bool {
    matches!(
        c,
        '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    )
}

/// Whether a code point is none of Unicode's characters; XML 1.0 forbids some of them.
fn is_none(c: char) -> bool {
    matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe
}

/// A count and its noun.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    if count == 1 {
        format!("1 {noun}")
    } else {
        format!("{count} {noun}s")
    }
}

/// What a lock guards, also where somebody panicked while he held it.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A sentence with its end.
pub(crate) fn ended(text: &str) -> String {
    let text = visible(text.trim());
    match text.ends_with(['.', '!', '?']) {
        true => text,
        false => format!("{text}."),
    }
}

#[cfg(test)]
mod tests {
    use super::{clip, visible};

    #[test]
    fn what_steers_or_hides_is_spelled_out() {
        let text = "a\u{0}b\u{1b}[1m\u{202e}c\u{fffe}\u{1ffff}\u{e0041}\td\ne";
        assert_eq!(
            visible(text),
            "a\\u{0}b\\u{1b}[1m\\u{202e}c\\u{fffe}\\u{1ffff}\\u{e0041}\\td\ne"
        );
        assert_eq!(visible("Zoë 😀 – “ok”"), "Zoë 😀 – “ok”");
    }

    #[test]
    fn a_text_is_cut_where_a_character_ends() {
        assert_eq!(
            (clip("aäb", 0), clip("aäb", 2), clip("aäb", 3), clip("aäb", 99)),
            ("", "a", "aä", "aäb")
        );
    }
}
