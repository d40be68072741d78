//! Which of a paragraph's styled words are values: patterns, fixed texts, examples.

use std::sync::LazyLock;

use regex::Regex;

use super::page::{Span, Style};

/// A paragraph as one text, with the places of its spans.
pub(super) struct Line<'a> {
    pub(super) text: String,
    spans: Vec<(usize, &'a Span)>,
}

/// Something that may stand in a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Value {
    /// As it is written, without quotes and with `<…>` for placeholders.
    pub(super) text: String,
    pub(super) line: usize,
    pub(super) example: bool,
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the reader's own expressions compile")
}

static EXAMPLE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"(?i)(for example|for instance|e\.g\.?|such as|example)\W{0,6}$"#));
static ALSO: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)^\W*(or|and)?\W*$"));
static TYPED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(type|enter|paste|use|value|pattern|format|as|url|set to|set)(\s+(the|a|as|value|text|is))*\W{0,4}$",
    )
});
static ADDRESS: LazyLock<Regex> = LazyLock::new(|| pattern(r#"(?i)\bhttps?://[^\s"'`“”]+"#));

impl<'a> Line<'a> {
    pub(super) fn of(spans: &'a [Span]) -> Self {
        let mut text = String::new();
        let mut placed = Vec::new();
        for span in spans {
            placed.push((text.len(), span));
            text.push_str(&span.text.replace(['\n', '\r', '\t', '\u{a0}'], " "));
        }
        Self { text, spans: placed }
    }

    /// The line in the file on which the text at that place begins.
    pub(super) fn line_at(&self, at: usize) -> usize {
        let before = self.spans.iter().take_while(|(start, _)| *start <= at);
        before.last().map_or(1, |(_, span)| span.line)
    }

    /// Whether the words of a range are all of one style that is no plain text.
    pub(super) fn is_styled(&self, at: usize) -> bool {
        let before = self.spans.iter().take_while(|(start, _)| *start <= at);
        before.last().is_some_and(|(_, span)| span.style != Style::Plain)
    }

    /// The values between two places of the text: code where there is any, or else italics, bold, bare addresses.
    /// `bare`: whether a word that is no address can be a value.
    pub(super) fn values(&self, from: usize, to: usize, bare: bool) -> Vec<Value> {
        let within = || self.spans.iter().filter(move |(at, _)| *at >= from && *at < to);
        for style in [Style::Code, Style::Italic, Style::Bold] {
            let mut found: Vec<Value> = Vec::new();
            let mut end = from;
            for (at, span) in within().filter(|(_, span)| span.style == style) {
                let before = &self.text[from.min(*at)..*at];
                let text = cleaned(&span.text, style == Style::Code);
                let typed = style == Style::Code || (bare && TYPED.is_match(before));
                if !looks_like_value(&text, typed) {
                    continue;
                }
                let between = &self.text[end.min(*at)..*at];
                let follows = found.last().is_some_and(|last| last.example) && ALSO.is_match(between);
                found.push(Value {
                    text,
                    line: span.line,
                    example: follows || EXAMPLE.is_match(before),
                });
                end = at + span.text.len();
            }
            if !found.is_empty() {
                return found;
            }
        }
        let plain = &self.text[from..to];
        ADDRESS
            .find_iter(plain)
            .map(|found| Value {
                text: cleaned(found.as_str(), false),
                line: self.line_at(from + found.start()),
                example: EXAMPLE.is_match(&plain[..found.start()]),
            })
            .collect()
    }
}

fn looks_like_value(text: &str, typed: bool) -> bool {
    let lower = text.to_lowercase();
    let address = ["http://", "https://", "urn:"]
        .iter()
        .any(|scheme| lower.starts_with(scheme));
    address || (typed && !text.is_empty())
}

static BRACES: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\{\{?([A-Za-z][\w .-]*)\}?\}|\[([A-Za-z][\w .-]*)\]"));
static STAR: LazyLock<Regex> = LazyLock::new(|| pattern(r"(://|\.|/)\*"));

/// Without quotes and the sentence's end, and with every placeholder in angle brackets. An asterisk for a label becomes `<ANY>`.
fn cleaned(text: &str, code: bool) -> String {
    let mut text = text
        .trim()
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("\\<", "<")
        .replace("\\>", ">");
    let quotes = ['"', '\'', '“', '”', '‘', '’', '`'];
    if !code {
        let end = |letter: char| ".,;:)".contains(letter) || quotes.contains(&letter);
        text = text.trim_end_matches(end).to_owned();
    }
    let text = text.trim_matches(quotes).trim();
    let text = BRACES.replace_all(text, |found: &regex::Captures<'_>| {
        let name = found.get(1).or(found.get(2)).map_or("", |name| name.as_str());
        format!("<{name}>")
    });
    STAR.replace_all(&text, "$1<ANY>").into_owned()
}
