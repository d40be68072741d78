//! Where an identity stands on a page.

use std::{fmt, str::FromStr};

use regex::Regex;
use scraper::{Html, Selector};
use serde_json::Value;
use thiserror::Error;

use crate::{judge::observation::Page, text::clip};

/// An identity is cut at so many bytes: longer ones are no identities.
const IDENTITY: usize = 2000;
/// A page with more tags than this is not read by selectors: a hostile one would take too long.
const TAGS: usize = 20_000;

/// Where an identity stands on a page; written `json:/nameId`, `css:#user`, `regex:Hello, (.*)!`,
/// `header:X-User`, `jwt:sub`, `anywhere`.
#[derive(Clone, Debug)]
pub enum IdentityRule {
    /// A JSON Pointer (RFC 6901) into a JSON body.
    Json(String),
    /// The text of the first element that a CSS selector finds.
    Css(Selector, String),
    /// The first group of a regular expression, in the body.
    Regex(Regex),
    /// A header of the answer.
    Header(String),
    /// A JSON Pointer into the claims of the token that the page was asked for with.
    Jwt(String),
    /// Wherever any persona's value stands.
    Anywhere,
}

/// A rule that cannot be read.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum RuleError {
    /// It has none of the known prefixes.
    #[error(
        "`{0}` is no rule for an identity: write json:POINTER, css:SELECTOR, regex:PATTERN, header:NAME or jwt:CLAIM"
    )]
    Kind(String),
    /// A JSON Pointer that is none.
    #[error("`{0}` is no JSON Pointer: it begins with a slash, like json:/user/nameId")]
    Pointer(String),
    /// A selector that is none.
    #[error("`{0}` is no CSS selector: write it like css:#user or css:.account .name")]
    Selector(String),
    /// A pattern that is none, or has no group.
    #[error("`{pattern}` cannot be used as a pattern: {why}")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// What is wrong.
        why: String,
    },
    /// A header's name that is none.
    #[error("`{0}` is no header's name: write it like header:X-User")]
    Header(String),
}

impl FromStr for IdentityRule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        if text == "anywhere" {
            return Ok(Self::Anywhere);
        }
        let (kind, rest) = text
            .split_once(':')
            .ok_or_else(|| RuleError::Kind(text.to_owned()))?;
        let rest_owned = || rest.to_owned();
        match kind {
            "json" if rest.is_empty() || rest.starts_with('/') => Ok(Self::Json(rest_owned())),
            "jwt" if rest.starts_with('/') => Ok(Self::Jwt(rest_owned())),
            // A name is one token of a pointer, whatever is in it (RFC 6901, section 3): claims are called like URLs.
            "jwt" if !rest.is_empty() => Ok(Self::Jwt(format!(
                "/{}",
                rest.replace('~', "~0").replace('/', "~1")
            ))),
            "jwt" => Err(RuleError::Kind(text.to_owned())),
            "json" => Err(RuleError::Pointer(rest_owned())),
            "css" => {
                let selector = Selector::parse(rest).map_err(|_| RuleError::Selector(rest_owned()))?;
                Ok(Self::Css(selector, rest_owned()))
            }
            "regex" => {
                let wrong = |why: String| RuleError::Pattern {
                    pattern: rest_owned(),
                    why,
                };
                let pattern = Regex::new(rest).map_err(|error| {
                    wrong(
                        error
                            .to_string()
                            .lines()
                            .last()
                            .unwrap_or_default()
                            .trim()
                            .to_owned(),
                    )
                })?;
                if pattern.captures_len() < 2 {
                    return Err(wrong(
                        "put parentheses around the identity, like regex:Hello, (.*)!".to_owned(),
                    ));
                }
                Ok(Self::Regex(pattern))
            }
            "header"
                if !rest.is_empty()
                    && rest
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)) =>
            {
                Ok(Self::Header(rest.to_ascii_lowercase()))
            }
            "header" => Err(RuleError::Header(rest_owned())),
            _ => Err(RuleError::Kind(text.to_owned())),
        }
    }
}

impl fmt::Display for IdentityRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(pointer) => write!(f, "json:{pointer}"),
            Self::Css(_, selector) => write!(f, "css:{selector}"),
            Self::Regex(pattern) => write!(f, "regex:{pattern}"),
            Self::Header(name) => write!(f, "header:{name}"),
            Self::Jwt(pointer) => {
                let one = pointer.strip_prefix('/').filter(|name| !name.contains('/'));
                let name = one.map(|name| name.replace("~1", "/").replace("~0", "~"));
                // What begins with a slash would be read as a pointer.
                match name.filter(|name| !name.is_empty() && !name.starts_with('/')) {
                    Some(name) => write!(f, "jwt:{name}"),
                    None => write!(f, "jwt:{pointer}"),
                }
            }
            Self::Anywhere => f.write_str("anywhere"),
        }
    }
}

impl PartialEq for IdentityRule {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

impl IdentityRule {
    /// The identity on a page, without white space around it; none where there is none or it is empty.
    /// `anywhere` finds none: it needs to know whom to look for.
    pub fn find(&self, page: &Page) -> Option<String> {
        let found = self.written(page)?;
        let found = clip(found.trim(), IDENTITY);
        (!found.is_empty()).then(|| found.to_owned())
    }

    /// Whether the place is there, and holds nothing but white space.
    pub fn is_blank(&self, page: &Page) -> bool {
        self.written(page).is_some_and(|found| found.trim().is_empty())
    }

    /// What stands there, as it stands.
    fn written(&self, page: &Page) -> Option<String> {
        Some(match self {
            Self::Json(pointer) => at(&page.body, pointer)?,
            Self::Jwt(pointer) => at(page.claims.as_deref()?, pointer)?,
            Self::Css(selector, _) => {
                if page.body.bytes().filter(|byte| *byte == b'<').count() > TAGS {
                    return None;
                }
                let document = Html::parse_document(&page.body);
                let element = document.select(selector).next()?;
                match element.value().name() {
                    "input" => element.attr("value")?.to_owned(),
                    _ => element.text().collect(),
                }
            }
            Self::Regex(pattern) => pattern.captures(&page.body)?.get(1)?.as_str().to_owned(),
            Self::Header(name) => page.headers.iter().find(|(key, _)| key == name)?.1.clone(),
            Self::Anywhere => return None,
        })
    }
}

/// The text or number at a place of a JSON text.
fn at(json: &str, pointer: &str) -> Option<String> {
    match serde_json::from_str::<Value>(json).ok()?.pointer(pointer)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn find(rule: &str, body: &str) -> Option<String> {
        let headers = vec![("x-user".to_owned(), " alice ".to_owned())];
        rule.parse::<IdentityRule>().unwrap().find(&Page {
            body: body.to_owned(),
            headers,
            claims: Some(r#"{"sub":"alice","n":[{"id":7}],"o":{}}"#.to_owned()),
            ..Page::default()
        })
    }

    #[test]
    fn each_kind_of_rule_finds_its_identity() {
        assert_eq!(
            find("json:/a/0/b~1c", r#"{"a":[{"b/c":" alice "}]}"#).as_deref(),
            Some("alice")
        );
        assert_eq!(find("json:/n", r#"{"n":42}"#).as_deref(), Some("42"));
        assert_eq!(
            find("css:#user b", "<p id=user>Hi <b> al<i>ice</i> </b>").as_deref(),
            Some("alice")
        );
        assert_eq!(
            find("css:input[name=who]", "<input name=who value=alice>").as_deref(),
            Some("alice")
        );
        assert_eq!(
            find("regex:Hello, ([^!]*)!", "<p>Hello, alice!").as_deref(),
            Some("alice")
        );
        assert_eq!(find("header:X-User", "").as_deref(), Some("alice"));
        assert_eq!(find("jwt:sub", "").as_deref(), Some("alice"));
        assert_eq!(find("jwt:/sub", "").as_deref(), Some("alice"));
        assert_eq!(find("jwt:/n/0/id", "").as_deref(), Some("7"));
    }

    #[test]
    fn what_is_not_there_or_empty_is_no_identity() {
        for (rule, body) in [
            ("json:/n", "not json"),
            ("json:/n", r#"{"n":null}"#),
            ("json:/n", r#"{"n":"  "}"#),
            ("json:/n", r#"{"n":{}}"#),
            ("css:#user", "<p>"),
            ("css:#user", "<p id=user></p>"),
            ("regex:x(y)", "z"),
            ("header:x-other", ""),
            ("jwt:/o", ""),
            ("jwt:/n/1", r#"{"n":[1,2]}"#),
            ("anywhere", "alice"),
        ] {
            assert_eq!(find(rule, body), None, "{rule} in {body}");
        }
    }

    #[test]
    fn a_rule_is_written_as_it_was_read() {
        for rule in [
            "json:/a",
            "json:",
            "css:#user > b",
            "regex:(a|b)",
            "header:x-user",
            "jwt:sub",
            "jwt:https://sp.example/~user",
            "jwt:/a/0",
            "jwt:/~1a",
            "anywhere",
        ] {
            assert_eq!(rule.parse::<IdentityRule>().unwrap().to_string(), rule);
        }
    }

    #[test]
    fn a_wrong_rule_says_how_to_write_it() {
        for (rule, word) in [
            ("nameId", "json:POINTER"),
            ("xpath:/a", "json:POINTER"),
            ("json:nameId", "begins with a slash"),
            ("jwt:", "jwt:CLAIM"),
            ("css:[", "css:#user"),
            ("regex:(", "unclosed group"),
            ("regex:abc", "parentheses"),
            ("header:", "header:X-User"),
            ("header:a b", "header:X-User"),
        ] {
            let error = rule.parse::<IdentityRule>().unwrap_err().to_string();
            assert!(error.contains(word), "{rule}: {error}");
        }
    }

    #[test]
    fn a_bomb_of_tags_has_no_identity() {
        assert_eq!(find("css:b", &"<b>".repeat(TAGS + 1)), None);
    }

    proptest! {
        #[test]
        fn any_text_is_a_rule_or_an_error(text in "(json|css|regex|header|jwt|anywhere)?:?\\PC{0,20}", body in "\\PC{0,50}") {
            if let Ok(rule) = text.parse::<IdentityRule>() {
                let _ = rule.find(&Page { body, ..Page::default() });
            }
        }
    }
}
