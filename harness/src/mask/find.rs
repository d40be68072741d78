//! Where secrets stand in a text.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use super::names::{Bears, bears, is_attribute_of_cookies, is_cookies};
use crate::text::clip;

/// The longest name that is looked at.
const NAME: usize = 64;
/// A random run begins to be one here.
const RUN: usize = 20;
/// What is shorter hides nothing: a language, a status.
const LEAST: usize = 4;
/// So far is looked for the end of a value where a colon may be one of prose.
const PROSE: usize = 4 << 10;

/// The ranges of all secrets, in no particular order; they may overlap.
pub(super) fn secrets(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    // What is a secret already is not gone through again: a page may consist of nothing but beginnings.
    let mut done = 0;
    for (at, separator) in SEPARATOR
        .find_iter(text)
        .map(|found| (found.start(), found.as_str()))
    {
        if at >= done
            && let Some(secret) = named(text, at, separator)
        {
            done = secret.end;
            found.push(secret);
        }
    }
    let mut done = 0;
    for (at, _) in text.match_indices(['?', '#']) {
        if at >= done {
            done = runs(text, at + 1, &mut found);
        }
    }
    elements(text, &mut found);
    credentials(text, &mut found);
    for blob in BLOB.find_iter(text) {
        let all = |is: fn(&char) -> bool| blob.as_str().chars().any(|c| is(&c));
        if all(char::is_ascii_uppercase) && all(char::is_ascii_lowercase) && all(char::is_ascii_digit) {
            found.push(blob.range());
        }
    }
    found.extend(JWT.find_iter(text).map(|token| token.range()));
    found
}

/// The ranges of the values of cookies, in what stands behind `Cookie:` or `Set-Cookie:`.
pub(super) fn cookies(header: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    for piece in header.split_inclusive([';', ',']) {
        let pair = piece.trim_end_matches([';', ',']);
        if let Some((name, value)) = pair.split_once('=')
            && !is_attribute_of_cookies(name.trim())
            && value.trim().len() >= LEAST
        {
            let start = at + name.len() + 1;
            found.push(start..start + value.trim_end().len());
        }
        at += piece.len();
    }
    found
}

/// The value at this separator, if the name before it bears a secret.
fn named(text: &str, at: usize, separator: &str) -> Option<Range<usize>> {
    let (escaped, assigns) = (separator.len() > 1, separator != ":");
    let name = name_before(text, at, escaped)?;
    let bears = bears(name)?;
    if is_cookies(name) {
        return None;
    }
    let mut start = at + separator.len();
    let mut rest = text.get(start..)?;
    if !assigns {
        rest = clip(rest, PROSE);
    }
    let spaces = rest.len() - rest.trim_start_matches(' ').len();
    if spaces > 2 {
        return None;
    }
    start += spaces;
    rest = &rest[spaces..];
    let quote = QUOTES.iter().find(|quote| rest.starts_with(**quote));
    let value = match quote {
        Some(quote) => {
            start += quote.len();
            let inner = &rest[quote.len()..];
            let end = inner.find(quote).or_else(|| inner.find('\n'));
            &inner[..end.unwrap_or(inner.len())]
        }
        // A word of its own after `name = ` is prose.
        None if assigns && spaces > 0 => return None,
        None => unquoted(rest, separator),
    };
    let sure = match (bears, quote.is_some(), assigns) {
        // A scheme stands before the credentials (RFC 9110 11.6.2).
        (Bears::Credentials, ..) | (Bears::Secret, false, false) => looks_live(value, 6),
        (Bears::Secret, true, _) | (_, false, true) => value.len() >= LEAST,
        (Bears::Perhaps, ..) => looks_live(value, 16),
    };
    sure.then(|| start..start + value.len())
}

const QUOTES: [&str; 6] = ["\"", "'", "\\\"", "\\'", "&quot;", "&#34;"];

/// The name that ends at a separator, without the quotes around it.
fn name_before(text: &str, at: usize, escaped: bool) -> Option<&str> {
    let mut before = text.get(..at)?;
    before = before.strip_suffix(' ').unwrap_or(before);
    for quote in ["\\\"", "\\'", "\"", "'", "&quot;", "&#34;"] {
        if let Some(stripped) = before.strip_suffix(quote) {
            before = stripped;
            break;
        }
    }
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_-.$".contains(c);
    let start = before
        .char_indices()
        .rev()
        .take(NAME)
        .take_while(|(_, c)| is_name(*c))
        .last()?
        .0;
    let name = &before[start..];
    // The two digits of an escaped `&` before it.
    let digits = escaped && before[..start].ends_with('%');
    if digits { name.get(2..) } else { Some(name) }
}

/// A value without quotes: to where a URL, a form, a cookie or a sentence goes on.
fn unquoted<'a>(rest: &'a str, separator: &str) -> &'a str {
    let prose = separator == ":";
    let ends = |c: char| c.is_whitespace() || prose && c == ':' || "\"'`<>&;,?#(){}[]|\\^".contains(c);
    let end = rest.find(ends).unwrap_or(rest.len());
    let value = &rest[..end];
    if separator.len() == 1 {
        return value;
    }
    let end = ["%26", "%23", "%3B", "%3b", "%22", "%20", "%25"]
        .iter()
        .filter_map(|end| value.find(end));
    &value[..end.min().unwrap_or(value.len())]
}

/// Whether a value of at least so many characters is one that nobody would write by hand.
fn looks_live(value: &str, least: usize) -> bool {
    let token = |c: char| c.is_ascii_alphanumeric() || "_-.~+/=%:…".contains(c);
    let digits = value.chars().filter(char::is_ascii_digit).count();
    let letters = value.chars().filter(char::is_ascii_alphabetic).count();
    let count = value.chars().count();
    // Of digits alone an error's number is made as well.
    value.chars().all(token) && digits > 0 && count >= least && (letters > 0 || least < 16)
}

/// Random runs in a query or a fragment that begins here; where it ends.
fn runs(text: &str, at: usize, found: &mut Vec<Range<usize>>) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let end = rest.find(|c: char| c.is_whitespace() || "\"'`<>".contains(c));
    let tail = &rest[..end.unwrap_or(rest.len())];
    let mut run = 0..0;
    for piece in RANDOM.find_iter(tail) {
        // An escaped plus is one of Base64; any other escape ends a run.
        if piece.as_str().starts_with('%') && !piece.as_str().eq_ignore_ascii_case("%2b") {
            continue;
        }
        if piece.start() != run.end {
            random(tail, &run, at, found);
            run.start = piece.start();
        }
        run.end = piece.end();
    }
    random(tail, &run, at, found);
    at + tail.len()
}

/// Keeps a run, if nobody would write it by hand.
fn random(tail: &str, run: &Range<usize>, at: usize, found: &mut Vec<Range<usize>>) {
    let text = &tail[run.clone()];
    let letters = text.chars().any(|c| c.is_ascii_alphabetic());
    let digits = text.chars().any(|c| c.is_ascii_digit());
    if text.len() >= RUN && letters && (digits || text.len() >= 2 * RUN) {
        found.push(at + run.start..at + run.end);
    }
}

/// Values of form controls and meta elements whose name bears a secret.
fn elements(text: &str, found: &mut Vec<Range<usize>>) {
    for element in ELEMENT.captures_iter(text) {
        let Some(tag) = element.get(0) else { continue };
        let attributes = || ATTRIBUTE.captures_iter(tag.as_str());
        let value_of = |attribute: &regex::Captures<'_>| {
            let value = (2..=4).find_map(|at| attribute.get(at));
            value.map(|value| tag.start() + value.start()..tag.start() + value.end())
        };
        let is = |attribute: &regex::Captures<'_>, names: &[&str]| {
            names.iter().any(|name| attribute[1].eq_ignore_ascii_case(name))
        };
        let secret = attributes()
            .filter(|attribute| is(attribute, &["name", "id", "property"]))
            .filter_map(|attribute| value_of(&attribute))
            .any(|name| bears(clip(&text[name], NAME)).is_some());
        if secret {
            let values = attributes().filter(|attribute| is(attribute, &["value", "content"]));
            found.extend(
                values
                    .filter_map(|attribute| value_of(&attribute))
                    .filter(|value| value.len() >= LEAST),
            );
            if element[1].eq_ignore_ascii_case("textarea") {
                let inner = &text[tag.end()..];
                let end = inner.find('<').unwrap_or(inner.len());
                found.push(tag.end()..tag.end() + end);
            }
        }
    }
}

/// Cookies and credentials in headers that somebody printed.
fn credentials(text: &str, found: &mut Vec<Range<usize>>) {
    for header in COOKIES.captures_iter(text) {
        let Some(rest) = header.get(1) else { continue };
        found.extend(
            cookies(rest.as_str())
                .into_iter()
                .map(|range| rest.start() + range.start..rest.start() + range.end),
        );
    }
    for header in AUTHORIZATION.captures_iter(text) {
        found.extend(header.get(1).map(|credentials| credentials.range()));
    }
    for bearer in BEARER.captures_iter(text) {
        found.extend(
            bearer
                .get(1)
                .filter(|token| token.as_str().chars().any(|c| c.is_ascii_digit()))
                .map(|token| token.range()),
        );
    }
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant pattern")
}

/// Three base64url parts, of which the first is a JSON object or all are long.
static JWT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"eyJ[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*){2,4}|[A-Za-z0-9_-]{20,}(?:\.[A-Za-z0-9_-]{20,}){2,4}")
});
/// What is too long to be written by hand: an encoded message, a key.
static BLOB: LazyLock<Regex> = LazyLock::new(|| pattern(r"[A-Za-z0-9+/_-]{100,}={0,2}"));
static RANDOM: LazyLock<Regex> = LazyLock::new(|| pattern(r"%[0-9A-Fa-f]{2}|[A-Za-z0-9_~-]+"));
/// What stands between a name and its value.
static SEPARATOR: LazyLock<Regex> = LazyLock::new(|| pattern(r"[=:]|%3[Dd]"));
static ELEMENT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"(?i)<(input|meta|button|textarea)\b(?:[^>"']|"[^"]*"|'[^']*')*>"#));
static ATTRIBUTE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"([A-Za-z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))"#));
static COOKIES: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"(?i)\b(?:set-)?cookie2?["']?\s{0,2}[:=]\s{0,2}["']?([^\r\n"'<>]*)"#));
static AUTHORIZATION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)authorization["']?\s{0,2}[:=]\s{0,2}["']?(?:bearer|basic|digest|negotiate|ntlm|dpop|token|apikey)\s+([^\r\n"'<>]{4,})"#,
    )
});
static BEARER: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\bbearer\s+([A-Za-z0-9._~+/=-]{8,})"));
