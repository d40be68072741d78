//! Addresses with gaps: `https://<SUBDOMAIN>.backup.example/saml`.

use std::fmt;

use regex::Regex;
use serde::{Deserialize, Serialize};
use url::Url;

/// What a page prints for one value: text with placeholders in angle brackets, or fixed text without any.
///
/// A placeholder stands for one piece of an address. In a host name it is one label, or the whole name where
/// nothing else stands there; after the host's colon it is a port; in a path one segment; in a query one value;
/// at the very beginning an address or any text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pattern {
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Piece {
    Text(String),
    Gap(String),
}

/// The longest value that is read, in bytes. Azure keeps at most 256 characters of an address.
pub const LONGEST: usize = 1024;

/// The most placeholders in one value.
pub const MOST_PLACEHOLDERS: usize = 16;

/// Why a text is no pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// Nothing is there.
    #[error("it is empty; write an address or a text")]
    Empty,
    /// Longer than [`LONGEST`].
    #[error("it is longer than {LONGEST} bytes; shorten it")]
    TooLong,
    /// More than [`MOST_PLACEHOLDERS`].
    #[error("it has more than {MOST_PLACEHOLDERS} placeholders; write what is the same everywhere as text")]
    TooMany,
    /// An angle bracket without its partner, or with nothing between.
    #[error("{0:?} has an angle bracket that names no placeholder; write <NAME>")]
    Bracket(String),
    /// Control characters, or blanks where none can be.
    #[error("{0:?} has a blank or a control character in it; write blanks as %20")]
    Blank(String),
    /// An address was needed.
    #[error("{0:?} is no http or https address; write it with its scheme, as in https://<NAME>.example/saml")]
    NoUrl(String),
}

impl Pattern {
    /// Reads a text.
    ///
    /// # Errors
    /// [`PatternError`], but never [`PatternError::NoUrl`]: that is [`Pattern::check_url`]'s.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        if text.trim().is_empty() {
            return Err(PatternError::Empty);
        }
        if text.len() > LONGEST {
            return Err(PatternError::TooLong);
        }
        let bracket = || PatternError::Bracket(text.to_owned());
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(open) = rest.find(['<', '>']) {
            let (before, at) = rest.split_at(open);
            let (name, after) = at
                .strip_prefix('<')
                .and_then(|inner| inner.split_once('>'))
                .ok_or_else(bracket)?;
            if key(name).is_empty() || name.contains('<') {
                return Err(bracket());
            }
            if !before.is_empty() {
                pieces.push(Piece::Text(before.to_owned()));
            }
            pieces.push(Piece::Gap(name.trim().to_owned()));
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        let gaps = pieces.iter().filter(|piece| matches!(piece, Piece::Gap(_)));
        if gaps.count() > MOST_PLACEHOLDERS {
            return Err(PatternError::TooMany);
        }
        if text.trim() != text || text.chars().any(char::is_control) {
            return Err(PatternError::Blank(text.to_owned()));
        }
        Ok(Self { pieces })
    }

    /// Whether an address can come of it: http or https, with a host and without blanks.
    ///
    /// # Errors
    /// [`PatternError::Blank`] or [`PatternError::NoUrl`].
    pub fn check_url(&self) -> Result<(), PatternError> {
        self.check_blanks()?;
        let sample: String = self
            .placed()
            .map(|(piece, place)| match (piece, place) {
                (Piece::Text(text), _) => text.clone(),
                (Piece::Gap(_), Place::Start) => "https://x".to_owned(),
                (Piece::Gap(_), Place::Port) => "1".to_owned(),
                (Piece::Gap(_), _) => "x".to_owned(),
            })
            .collect();
        if is_url(&sample) {
            Ok(())
        } else {
            Err(PatternError::NoUrl(self.to_string()))
        }
    }

    /// Whether blanks stand nowhere but within the names of placeholders.
    ///
    /// # Errors
    /// [`PatternError::Blank`].
    pub fn check_blanks(&self) -> Result<(), PatternError> {
        let blank = |piece: &Piece| matches!(piece, Piece::Text(text) if text.contains(char::is_whitespace));
        if self.pieces.iter().any(blank) {
            return Err(PatternError::Blank(self.to_string()));
        }
        Ok(())
    }

    /// Whether it has no placeholder: the value is always this one.
    pub fn is_fixed(&self) -> bool {
        self.placeholders().next().is_none()
    }

    /// The names of its placeholders, as the page writes them, in order, repeated where they are.
    pub fn placeholders(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Gap(name) => Some(name.as_str()),
            Piece::Text(_) => None,
        })
    }

    /// The value, where `lookup` knows every placeholder.
    ///
    /// # Errors
    /// The names that it does not know.
    pub fn fill<'a>(&self, lookup: impl Fn(&str) -> Option<&'a str>) -> Result<String, Vec<String>> {
        let mut missing = Vec::new();
        let mut value = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => value.push_str(text),
                Piece::Gap(name) => match lookup(name) {
                    Some(given) => value.push_str(given),
                    None => missing.push(name.clone()),
                },
            }
        }
        if missing.is_empty() {
            Ok(value)
        } else {
            Err(missing)
        }
    }

    /// Where this value fits: what stands in the place of each placeholder. `None` where it does not fit.
    pub fn captures(&self, value: &str) -> Option<Vec<(String, String)>> {
        let found = self.regex().captures(value)?;
        let pairs: Vec<_> = self
            .placeholders()
            .enumerate()
            .filter_map(|(at, name)| Some((name.to_owned(), found.get(at + 1)?.as_str().to_owned())))
            .collect();
        // The same name twice is the same value twice.
        let steady = pairs.iter().all(|(name, text)| {
            pairs
                .iter()
                .all(|(other, same)| key(other) != key(name) || same == text)
        });
        steady.then_some(pairs)
    }

    fn regex(&self) -> Regex {
        let body: String = self
            .placed()
            .map(|(piece, place)| match piece {
                Piece::Text(text) => regex::escape(text),
                Piece::Gap(_) => format!("({})", place.regex()),
            })
            .collect();
        Regex::new(&format!("^{body}$")).expect("a little escaped text and at most 16 known groups compile")
    }

    /// Each piece with the place in an address at which it begins.
    fn placed(&self) -> impl Iterator<Item = (&Piece, Place)> {
        let mut before = String::new();
        self.pieces.iter().enumerate().map(move |(at, piece)| {
            let next = match self.pieces.get(at + 1) {
                Some(Piece::Text(text)) => text.chars().next(),
                Some(Piece::Gap(_)) => Some('<'),
                None => None,
            };
            let place = Place::after(&before, next);
            before.push_str(match piece {
                Piece::Text(text) => text,
                Piece::Gap(_) if at == 0 && next.is_some_and(|next| next == '/') => "https://x",
                Piece::Gap(_) => "x",
            });
            (piece, place)
        })
    }
}

/// Where in an address a placeholder stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Start,
    WholeHost,
    Label,
    Port,
    Segment,
    Query,
    Fragment,
    Bare,
}

impl Place {
    fn after(before: &str, next: Option<char>) -> Self {
        if before.is_empty() {
            return Self::Start;
        }
        let Some((_, rest)) = before.split_once("://") else {
            return Self::Bare;
        };
        if rest.contains('#') {
            Self::Fragment
        } else if rest.contains('?') {
            Self::Query
        } else if rest.contains('/') {
            Self::Segment
        } else if rest.ends_with(':') {
            Self::Port
        } else if rest.is_empty() && matches!(next, None | Some('/' | '?' | '#')) {
            Self::WholeHost
        } else {
            Self::Label
        }
    }

    fn regex(self) -> &'static str {
        match self {
            Self::Start => r"\S+?",
            Self::WholeHost => r"[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]{1,5})?",
            Self::Label => "[A-Za-z0-9_-]+",
            Self::Port => "[0-9]{1,5}",
            Self::Segment => r"[^/?#\s]+",
            Self::Query => r"[^&#\s]+",
            Self::Fragment => r"\S+",
            Self::Bare => r"[^/\s]+",
        }
    }
}

/// How names are compared: letters and digits only, in lower case. `<unique ID>` is `unique-id` is `UNIQUE_ID`.
pub fn key(name: &str) -> String {
    name.chars()
        .filter(|letter| letter.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Whether the text is an absolute http or https address without blanks or angle brackets.
pub(super) fn is_url(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    let bare = |letter: char| letter.is_whitespace() || letter.is_control() || "<>\"`".contains(letter);
    matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && text
            .split_once("://")
            .is_some_and(|(_, rest)| !rest.starts_with('/'))
        && !text.contains(bare)
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces.iter().try_for_each(|piece| match piece {
            Piece::Text(text) => f.write_str(text),
            Piece::Gap(name) => write!(f, "<{name}>"),
        })
    }
}

impl TryFrom<String> for Pattern {
    type Error = PatternError;

    fn try_from(text: String) -> Result<Self, PatternError> {
        Self::parse(&text)
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> Self {
        pattern.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(pattern: &str, value: &str) -> bool {
        Pattern::parse(pattern)
            .expect("the test's own pattern")
            .captures(value)
            .is_some()
    }

    #[test]
    fn a_placeholder_is_one_label_one_segment_one_value_or_one_port() {
        for (pattern, good, bad) in [
            (
                "https://<A>.b.example/x",
                "https://acme.b.example/x",
                "https://a.c.b.example/x",
            ),
            (
                "https://b.example/<A>/x",
                "https://b.example/acme/x",
                "https://b.example/a/c/x",
            ),
            (
                "https://b.example/x?i=<A>",
                "https://b.example/x?i=a/1",
                "https://b.example/x?i=a&j=2",
            ),
            (
                "http://127.0.0.1:<A>/x",
                "http://127.0.0.1:8080/x",
                "http://127.0.0.1:port/x",
            ),
            (
                "https://<A>/x",
                "https://sso.acme.example:8443/x",
                "https://sso.acme.example/y/x",
            ),
            (
                "<A>/x",
                "https://sso.acme.example/x",
                "https://sso.acme.example/y",
            ),
            ("urn:app:<A>", "urn:app:acme", "urn:app:"),
            (
                "https://<A>.b.example/<A>",
                "https://acme.b.example/acme",
                "https://acme.b.example/other",
            ),
        ] {
            assert!(fits(pattern, good), "{good} fits {pattern}");
            assert!(!fits(pattern, bad), "{bad} does not fit {pattern}");
        }
    }

    #[test]
    fn what_stands_around_placeholders_is_text_and_no_expression() {
        assert!(!fits("https://<A>.b.example/x", "https://acme.bXexample/x"));
        assert!(!fits("https://<A>.b.example/x", "https://acme.b.example/x?more"));
    }

    #[test]
    fn brackets_pair_or_are_refused() {
        for text in [
            "https://<a.example",
            "https://a>.example",
            "https://<>.example",
            "a<<b>>",
            "<->",
        ] {
            assert!(
                matches!(Pattern::parse(text), Err(PatternError::Bracket(_))),
                "{text}"
            );
        }
    }

    #[test]
    fn an_address_needs_scheme_and_host() {
        for text in [
            "<A>.b.example/x y",
            "b.example/<A>",
            "ftp://b.example",
            "https:///x",
            "https://",
            "urn:x",
        ] {
            assert!(
                Pattern::parse(text).is_ok_and(|it| it.check_url().is_err()),
                "{text}"
            );
        }
        for text in [
            "https://<A>",
            "<YOUR ADDRESS>",
            "<BASE>/saml",
            "http://127.0.0.1:<PORT>/acs",
        ] {
            assert!(
                Pattern::parse(text).is_ok_and(|it| it.check_url().is_ok()),
                "{text}"
            );
        }
    }
}
