//! What a person does on a page that is there: the same few things in both drivers.

use std::{fmt, str::FromStr};

use scraper::Selector;
use thiserror::Error;

/// One thing that a person does on the page where the last journey came to rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Clicks on a link, a button or whatever is there.
    Click(Target),
    /// Types into a field, instead of what stands there.
    Fill(Target, String),
    /// Sends a form: the one that is meant, or that the meant control belongs to.
    Submit(Target),
    /// Waits until it is there and visible.
    WaitFor(Target),
}

/// What is meant on a page; written as a CSS selector, or as `text:Continue`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The first visible element that the selector finds.
    Css(String),
    /// The first visible link, button or label that shows these words, white space collapsed; an equal one before one
    /// that only contains them.
    Text(String),
}

/// Why something was not done. Nothing was sent then.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ActError {
    /// It is not on the page, or cannot be done to what is there.
    #[error("{0}")]
    Missing(String),
    /// It can be done, but not over plain HTTP: a script must run.
    #[error("{0}")]
    NeedsBrowser(String),
    /// The browser failed: never the SP's fault.
    #[error("{0}")]
    Harness(String),
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (text, words) = (text.trim(), text.trim().strip_prefix("text:"));
        match words.map(str::trim) {
            Some("") => Err("`text:` without words: write it like text:Continue".to_owned()),
            Some(words) => Ok(Self::Text(words.split_whitespace().collect::<Vec<_>>().join(" "))),
            None if text.is_empty() || Selector::parse(text).is_err() => Err(format!(
                "`{text}` is no CSS selector: write it like #login or form button, or text:Continue"
            )),
            None => Ok(Self::Css(text.to_owned())),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Css(selector) => f.write_str(selector),
            Self::Text(words) => write!(f, "text:{words}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_a_selector_or_words() {
        assert_eq!("#a > b".parse(), Ok(Target::Css("#a > b".to_owned())));
        assert_eq!(
            " text: Sign \n in".parse(),
            Ok(Target::Text("Sign in".to_owned()))
        );
        assert_eq!(
            "text:Sign in".parse::<Target>().unwrap().to_string(),
            "text:Sign in"
        );
        for wrong in ["", "text:", "a[", ">"] {
            assert!(wrong.parse::<Target>().is_err(), "{wrong}");
        }
    }
}
