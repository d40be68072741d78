//! What was written into a form that could not be accepted, and what is wrong with it, field by field.

use std::collections::BTreeMap;

/// A form to be filled in, or to be mended.
#[derive(Debug, Clone, Default)]
pub(crate) struct Draft {
    values: BTreeMap<&'static str, String>,
    errors: BTreeMap<&'static str, String>,
}

impl Draft {
    /// Keeps what was written.
    pub(crate) fn keep(&mut self, name: &'static str, value: &str) {
        self.values.insert(name, value.to_owned());
    }

    /// Says what is wrong with a field, and what to do. The first word about it stands.
    pub(crate) fn wrong(&mut self, name: &'static str, why: impl Into<String>) {
        self.errors.entry(name).or_insert_with(|| why.into());
    }

    pub(crate) fn value(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }

    pub(crate) fn error(&self, name: &str) -> Option<&str> {
        self.errors.get(name).map(String::as_str)
    }

    pub(crate) fn is_wrong(&self) -> bool {
        !self.errors.is_empty()
    }

    /// Keeps one line of text of at most so many characters, and answers it.
    pub(crate) fn line(&mut self, name: &'static str, written: &str, longest: usize) -> String {
        self.keep(name, &written.chars().take(longest).collect::<String>());
        if written.chars().count() > longest {
            self.wrong(name, format!("This is longer than {longest} characters."));
        } else if written.chars().any(char::is_control) {
            self.wrong(
                name,
                "This holds characters that nobody can see. Type it by hand.",
            );
        }
        written.to_owned()
    }
}
