//! One row of a page's table of claims.

use serde::{Deserialize, Serialize};

/// An attribute that the service provider wants besides Azure's own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimRow {
    /// Its name, letter for letter: names are case-sensitive.
    pub name: String,
    /// The namespace that goes before the name, with a slash between.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The user's attribute, such as `user.givenname`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// What is done to the source's value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transformation: Option<Transformation>,
    /// The same text for everybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constant: Option<String>,
    /// The page leaves the constant to the administrator; it is asked for under the claim's name.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ask: bool,
}

/// The transformations that pages ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Transformation {
    /// What stands before the `@`.
    ExtractMailPrefix,
    /// In upper case.
    ToUppercase,
    /// In lower case.
    ToLowercase,
}

impl ClaimRow {
    /// The attribute's Name on the wire.
    pub fn attribute(&self) -> String {
        match &self.namespace {
            Some(namespace) => format!("{}/{}", namespace.trim_end_matches('/'), self.name),
            None => self.name.clone(),
        }
    }

    /// Whether the row says exactly one thing.
    pub(super) fn check(&self) -> Result<(), String> {
        let name = &self.name;
        if name.trim() != name || name.is_empty() || name.chars().any(char::is_control) {
            return Err(format!(
                "{name:?} is no name of a claim; write it without blanks around it"
            ));
        }
        let values = [self.source.is_some(), self.constant.is_some(), self.ask];
        if values.iter().filter(|given| **given).count() != 1 {
            return Err(format!(
                "the claim {name:?} needs one of source, constant and ask; give just one"
            ));
        }
        match &self.source {
            Some(source) if !is_source(source) => Err(format!(
                "the claim {name:?} has the source {source:?}; write it like user.mail"
            )),
            None if self.transformation.is_some() => {
                Err(format!("the claim {name:?} transforms nothing; give it a source"))
            }
            _ => Ok(()),
        }
    }
}

/// Whether a text has the form of a source: `user.mail`, `application.objectid`. Which of them a directory knows is
/// found out where an application is made.
pub(super) fn is_source(text: &str) -> bool {
    text.split_once('.').is_some_and(|(of, attribute)| {
        matches!(of, "user" | "application" | "resource" | "audience" | "company")
            && !attribute.is_empty()
            && attribute
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    })
}
