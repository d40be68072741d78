//! What the portal remembers between two pages: notices, and how things looked when they were shown.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value};

use super::entry::Changed;
use crate::directory::{Application, Group, User};
use crate::guid;
use crate::server::shelf::Shelf;

/// Things that forms change, with a mark that differs when they differ.
pub(crate) trait Tracked: Serialize {
    /// Its id.
    fn id(&self) -> &str;
    /// The mark that its forms carry.
    fn mark(&self) -> String;
}

impl Tracked for Application {
    fn id(&self) -> &str {
        &self.app_id
    }

    fn mark(&self) -> String {
        self.revision.to_string()
    }
}

impl Tracked for User {
    fn id(&self) -> &str {
        &self.object_id
    }

    fn mark(&self) -> String {
        digest(self)
    }
}

impl Tracked for Group {
    fn id(&self) -> &str {
        &self.object_id
    }

    fn mark(&self) -> String {
        digest(self)
    }
}

fn digest(thing: &impl Serialize) -> String {
    let text = serde_json::to_vec(thing).unwrap_or_default();
    guid::hex(&openssl::sha::sha256(&text)[..8])
}

/// A bounded memory; a new process begins with an empty one.
pub(crate) struct Memory {
    notices: Shelf<String>,
    seen: Mutex<VecDeque<(String, String, Value)>>,
    drafts: Mutex<VecDeque<(String, Draft)>>,
}

/// The fields of a form that was left without saving it.
type Draft = Vec<(String, String)>;

/// How many states of things are remembered, and how many drafts.
const MOST: usize = 256;
/// The most bytes of one draft; a page has no reason for more.
const LARGEST_DRAFT: usize = 64 * 1024;

impl Default for Memory {
    fn default() -> Self {
        Self {
            notices: Shelf::new(1024, Duration::from_secs(10 * 60)),
            seen: Mutex::default(),
            drafts: Mutex::default(),
        }
    }
}

impl Memory {
    /// Keeps a sentence for the next page; the key goes into its address.
    pub(crate) fn tell(&self, notice: &str) -> String {
        self.notices.put(notice.to_owned(), notice.len())
    }

    /// The sentence, once.
    pub(crate) fn told(&self, key: &str) -> Option<String> {
        self.notices.take(key, |_| true)
    }

    /// Takes down how this looks, since a form is made of it.
    pub(crate) fn remember(&self, thing: &impl Tracked) {
        let (id, mark) = (thing.id(), thing.mark());
        let mut seen = held(&self.seen);
        if seen.iter().any(|(known, at, _)| known == id && *at == mark) {
            return;
        }
        if seen.len() >= MOST {
            seen.pop_front();
        }
        let value = serde_json::to_value(thing).unwrap_or_default();
        seen.push_back((id.to_owned(), mark, value));
    }

    /// What differs between how it looked at that mark and how it is now.
    pub(crate) fn changes(&self, thing: &impl Tracked, mark: &str) -> Vec<Changed> {
        let seen = held(&self.seen);
        let before = seen.iter().find(|(id, at, _)| id == thing.id() && at == mark);
        let now = serde_json::to_value(thing).unwrap_or_default();
        match (before, &now) {
            (Some((_, _, Value::Object(before))), Value::Object(now)) => differences(before, now),
            _ => Vec::new(),
        }
    }

    /// Keeps what was typed into a page that is left.
    pub(crate) fn draft(&self, key: &str, fields: &[(String, String)]) {
        let mut drafts = held(&self.drafts);
        drafts.retain(|(known, _)| known != key);
        let size: usize = fields.iter().map(|(name, value)| name.len() + value.len()).sum();
        if size > LARGEST_DRAFT {
            return;
        }
        if drafts.len() >= MOST {
            drafts.pop_front();
        }
        drafts.push_back((key.to_owned(), fields.to_vec()));
    }

    /// What was typed there.
    pub(crate) fn drafted(&self, key: &str) -> Option<Draft> {
        let drafts = held(&self.drafts);
        let found = drafts.iter().find(|(known, _)| known == key);
        found.map(|(_, draft)| draft.clone())
    }

    /// It was saved.
    pub(crate) fn forget_draft(&self, key: &str) {
        held(&self.drafts).retain(|(known, _)| known != key);
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn differences(before: &Map<String, Value>, now: &Map<String, Value>) -> Vec<Changed> {
    let mut keys: Vec<&String> = before.keys().chain(now.keys()).collect();
    keys.sort();
    keys.dedup();
    let differs = |key: &&&String| key.as_str() != "revision" && before.get(**key) != now.get(**key);
    let told = |key: &String| {
        let (old, new) = (before.get(key), now.get(key));
        let (mut was, mut is) = (shown(old), shown(new));
        if was == is {
            let json = |value: Option<&Value>| cut(&value.map(ToString::to_string).unwrap_or_default());
            (was, is) = (json(old), json(new));
        }
        Changed {
            what: words(key),
            before: was,
            now: is,
        }
    };
    keys.iter().filter(differs).map(|key| told(key)).collect()
}

/// A key as the pages call it.
fn words(key: &str) -> String {
    match key {
        "app_roles" => "App roles".to_owned(),
        "assignments" => "Users and groups".to_owned(),
        "assignment_required" => "Assignment required?".to_owned(),
        "enabled" => "Enabled".to_owned(),
        "identifiers" => "Identifier".to_owned(),
        "logout_url" => "Logout Url".to_owned(),
        "name_id" => "Unique User Identifier (Name ID)".to_owned(),
        "reply_urls" => "Reply URL".to_owned(),
        "sign_on_url" => "Sign on URL".to_owned(),
        "sso_mode" => "Single sign-on".to_owned(),
        "visible" => "Visible to users?".to_owned(),
        other => super::entry::sentence(&other.replace('_', " "))
            .trim_end_matches('.')
            .to_owned(),
    }
}

fn shown(value: Option<&Value>) -> String {
    let text = match value {
        None | Some(Value::Null) => "(nothing)".to_owned(),
        Some(Value::Bool(true)) => "Yes".to_owned(),
        Some(Value::Bool(false)) => "No".to_owned(),
        Some(Value::String(text)) if text.is_empty() => "(nothing)".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(all)) if all.is_empty() => "(nothing)".to_owned(),
        Some(Value::Array(all)) => {
            let each: Vec<_> = all.iter().map(|one| shown(Some(one))).collect();
            each.join(", ")
        }
        Some(Value::Object(fields)) => {
            let known = ["url", "display_name", "name", "key_id", "id"];
            let name = known.iter().find_map(|key| fields.get(*key)?.as_str());
            name.map_or_else(|| Value::Object(fields.clone()).to_string(), ToOwned::to_owned)
        }
        Some(other) => other.to_string(),
    };
    cut(&text)
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(300) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_changed_meanwhile_is_told_field_by_field() {
        let memory = Memory::default();
        let mut application = Application::new("https://sp.example");
        memory.remember(&application);
        application.revision = 1;
        application.notes = "mine".to_owned();
        application.identifiers.push("second".to_owned());
        let changes = memory.changes(&application, "0");
        let told: Vec<_> = changes
            .iter()
            .map(|change| (change.what.as_str(), change.before.as_str(), change.now.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                ("Identifier", "https://sp.example", "https://sp.example, second"),
                ("Notes", "(nothing)", "mine"),
            ]
        );
        assert_eq!(memory.changes(&application, "7"), [], "nobody saw that one");
    }

    #[test]
    fn a_notice_is_told_once_and_a_draft_until_it_is_saved() {
        let memory = Memory::default();
        let key = memory.tell("Saved.");
        assert_eq!(memory.told(&key).as_deref(), Some("Saved."));
        assert_eq!(memory.told(&key), None);
        memory.draft("a", &[("x".to_owned(), "1".to_owned())]);
        assert_eq!(memory.drafted("a").map(|draft| draft.len()), Some(1));
        memory.forget_draft("a");
        assert_eq!(memory.drafted("a"), None);
    }
}
