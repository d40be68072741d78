//! One field of "Basic SAML Configuration", as a page describes it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::pattern::{self, Pattern, PatternError};

/// The fields of the card, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FieldName {
    /// "Identifier (Entity ID)"
    Identifier,
    /// "Reply URL (Assertion Consumer Service URL)"
    ReplyUrl,
    /// "Sign on URL"
    SignOnUrl,
    /// "Relay State"
    RelayState,
    /// "Logout URL"
    LogoutUrl,
}

impl FieldName {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Identifier,
        Self::ReplyUrl,
        Self::SignOnUrl,
        Self::RelayState,
        Self::LogoutUrl,
    ];

    /// What it is called on the command line.
    pub fn key(self) -> &'static str {
        match self {
            Self::Identifier => "identifier",
            Self::ReplyUrl => "reply-url",
            Self::SignOnUrl => "sign-on-url",
            Self::RelayState => "relay-state",
            Self::LogoutUrl => "logout-url",
        }
    }

    /// The field of that name, however it is spelt.
    pub fn of_key(name: &str) -> Option<Self> {
        let asked = pattern::key(name);
        Self::ALL
            .into_iter()
            .find(|field| pattern::key(field.key()) == asked)
    }

    /// Whether only an http or https address can stand in it.
    pub fn is_url(self) -> bool {
        matches!(self, Self::ReplyUrl | Self::SignOnUrl | Self::LogoutUrl)
    }
}

impl fmt::Display for FieldName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Identifier => "Identifier",
            Self::ReplyUrl => "Reply URL",
            Self::SignOnUrl => "Sign on URL",
            Self::RelayState => "Relay State",
            Self::LogoutUrl => "Logout URL",
        })
    }
}

/// What a page says about one field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Whether nothing works without it. What is optional is filled in where it can be.
    #[serde(default)]
    pub required: bool,
    /// Whether the values belong together (several assertion consumers) or are alternatives, of which the first
    /// that can be filled in counts. The default.
    #[serde(default, skip_serializing_if = "super::field::is_one")]
    pub choose: Choose,
    /// Fixed values and patterns. Empty where the service provider's own pages show the value.
    #[serde(default)]
    pub values: Vec<Pattern>,
    /// What the page gives as examples. Nothing is made of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<String>,
}

/// How many of a field's values an application gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Choose {
    /// One of them.
    #[default]
    One,
    /// Every one.
    All,
}

fn is_one(choose: &Choose) -> bool {
    *choose == Choose::One
}

/// The most values that a field may have. Azure takes 256.
const MOST: usize = 256;

impl Field {
    /// Whether each of its values can come to stand in that field.
    pub(super) fn check(&self, name: FieldName) -> Result<(), PatternError> {
        if self.values.len() > MOST {
            return Err(PatternError::TooLong);
        }
        self.values.iter().try_for_each(|pattern| fits(name, pattern))
    }
}

/// Whether a pattern can stand in that field.
pub(super) fn fits(name: FieldName, pattern: &Pattern) -> Result<(), PatternError> {
    let text = pattern.to_string();
    // `http//` and `https:/` are slips, and no names that somebody chose.
    let scheme = text.strip_prefix("https").or(text.strip_prefix("http"));
    let spelt_as_url = scheme.is_some_and(|rest| rest.starts_with([':', '/']));
    if name.is_url() || (name == FieldName::Identifier && spelt_as_url) {
        pattern.check_url()?;
    }
    if name == FieldName::Identifier {
        pattern.check_blanks()?;
    }
    // A scheme on its own, or half of one, is a slip.
    if name == FieldName::Identifier && (text.starts_with("//") || text.ends_with("://")) {
        return Err(PatternError::NoUrl(text));
    }
    Ok(())
}
