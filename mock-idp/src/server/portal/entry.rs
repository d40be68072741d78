//! What stands in a form, whoever wrote it: the directory on the first visit, the person who sends it ever after.

use axum::http::StatusCode;

use crate::directory::RuleError;

/// The fields of a form, and what became of them.
#[derive(Clone, Default)]
pub(crate) struct Entry {
    fields: Vec<(String, String)>,
    problems: Vec<Problem>,
    trouble: Option<Trouble>,
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    /// The field's name in the form.
    pub(crate) field: String,
    /// What is wrong, and what to write.
    pub(crate) text: String,
}

/// Why nothing was saved, where no field is to blame.
#[derive(Clone, Debug)]
pub(crate) enum Trouble {
    /// Somebody else was faster.
    Stale(Vec<Changed>),
    /// What the store says.
    NotKept(String),
}

/// What somebody else changed meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Changed {
    pub(crate) what: String,
    pub(crate) before: String,
    pub(crate) now: String,
}

/// Why a change was not made.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Values that nobody may write.
    Problems(Vec<Problem>),
    /// The form showed an older state.
    Stale(Vec<Changed>),
    /// What was to be changed is not there any more.
    Gone,
    /// The state folder did not take it.
    NotKept(String),
}

impl Problem {
    pub(crate) fn new(field: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            text: text.into(),
        }
    }
}

impl Failure {
    /// One field is wrong.
    pub(crate) fn field(field: &str, text: impl Into<String>) -> Self {
        Self::Problems(vec![Problem::new(field, text)])
    }
}

impl From<RuleError> for Failure {
    /// The directory calls fields as people do; forms have names.
    fn from(rule: RuleError) -> Self {
        let field = match rule.field {
            "Name" => "name",
            "Display name" => "display_name",
            "User principal name" => "user_name",
            "Identifier" => "identifier",
            "Reply URL" => "reply_url",
            "Sign on URL" => "sign_on_url",
            "Logout Url" => "logout_url",
            "Notification Email" => "notification_email",
            other => other,
        };
        Self::field(field, worded(&rule))
    }
}

/// What a rule says, as a sentence that stands beside the field and in a list of all problems.
pub(crate) fn worded(rule: &RuleError) -> String {
    match rule.problem.strip_prefix("it ") {
        Some(rest) => sentence(&format!("{} {rest}", rule.field)),
        None => sentence(&rule.problem),
    }
}

/// The same text, as a sentence of its own.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string());
    let rest = letters.as_str();
    let stop = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{}{rest}{stop}", first.unwrap_or_default())
}

impl From<Vec<(String, String)>> for Entry {
    fn from(fields: Vec<(String, String)>) -> Self {
        Self {
            fields,
            ..Self::default()
        }
    }
}

impl Entry {
    /// One more field with this value.
    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.fields.push((name.to_owned(), value.into()));
        self
    }

    /// A check box that is ticked, or is not.
    pub(crate) fn ticked(self, name: &str, ticked: bool) -> Self {
        match ticked {
            true => self.with(name, "yes"),
            false => self,
        }
    }

    /// Takes the place of what the field held.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), value.into()));
    }

    /// The value of a field without white space around it; empty where there is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.trim())
    }

    /// The same, where it is not empty.
    pub(crate) fn optional(&self, name: &str) -> Option<String> {
        Some(self.text(name))
            .filter(|text| !text.is_empty())
            .map(ToOwned::to_owned)
    }

    /// All values of the fields of that name, in their order, empty ones too.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let named = self.fields.iter().filter(|(known, _)| known == name);
        named.map(|(_, value)| value.trim()).collect()
    }

    /// Whether a check box is ticked, or a button was pressed.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(known, _)| known == name)
    }

    /// Every field, for another look at the same form.
    pub(crate) fn fields(&self) -> &[(String, String)] {
        &self.fields
    }

    /// What is wrong with this field.
    pub(crate) fn problem(&self, name: &str) -> Option<&str> {
        let found = self.problems.iter().find(|problem| problem.field == name);
        found.map(|problem| problem.text.as_str())
    }

    pub(crate) fn problems(&self) -> &[Problem] {
        &self.problems
    }

    pub(crate) fn trouble(&self) -> Option<&Trouble> {
        self.trouble.as_ref()
    }

    /// Takes down why nothing was saved.
    pub(crate) fn failed(&mut self, failure: Failure) {
        match failure {
            Failure::Problems(problems) => self.problems = problems,
            Failure::Stale(changes) => self.trouble = Some(Trouble::Stale(changes)),
            Failure::NotKept(why) => self.trouble = Some(Trouble::NotKept(why)),
            Failure::Gone => {}
        }
    }

    /// The same fields, for a page that tells what went wrong above all its forms.
    pub(crate) fn quiet(self) -> Self {
        Self {
            trouble: None,
            problems: Vec::new(),
            ..self
        }
    }

    /// The status of the page that shows it.
    pub(crate) fn status(&self) -> StatusCode {
        match &self.trouble {
            Some(Trouble::Stale(_)) => StatusCode::CONFLICT,
            Some(Trouble::NotKept(_)) => StatusCode::INSUFFICIENT_STORAGE,
            None if self.problems.is_empty() => StatusCode::OK,
            None => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }
}
