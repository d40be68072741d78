//! A configuration while it is written: a text in which lines are filled in, so that whatever else stands there stays.

use super::template::{MARK, template};

/// How a line begins that `init` writes above a key, and takes away again.
const REMARK: &str = "# init: ";
/// What is written above a value that nobody has seen to be right.
const GUESS: &str = "a guess so far: ";

/// The text of a configuration that is being written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft(String);

impl Draft {
    /// Nothing but comments.
    pub fn new(schema_at: &str) -> Self {
        Self(template(schema_at))
    }

    /// A text that `init` wrote at an earlier time; none where somebody else did.
    pub fn of(text: &str) -> Option<Self> {
        let head: Vec<&str> = text.lines().take(3).collect();
        let marked = head.iter().any(|line| line.starts_with(MARK));
        marked.then(|| Self(text.to_owned()))
    }

    /// As it stands.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Writes a key, in the place of its commented line or of its value. `value` is TOML.
    pub fn set(&mut self, table: &str, key: &str, value: &str) {
        self.put(table, key, &format!("{key} = {value}"), None);
    }

    /// Writes a key that may be wrong. What [`is_guess`](Self::is_guess) tells of it holds until somebody edits it.
    pub fn guess(&mut self, table: &str, key: &str, value: &str) {
        let remark = format!("{REMARK}{GUESS}{value}");
        self.put(table, key, &format!("{key} = {value}"), Some(remark));
    }

    /// Says above a key what is the matter with it.
    pub fn remark(&mut self, table: &str, key: &str, sentence: &str) {
        let Some(line) = self.line(table, key).map(str::to_owned) else {
            return self.put(
                table,
                key,
                &format!("#{key} = \"…\""),
                Some(format!("{REMARK}{sentence}")),
            );
        };
        self.put(table, key, &line, Some(format!("{REMARK}{sentence}")));
    }

    /// Whether a key is set.
    pub fn has(&self, table: &str, key: &str) -> bool {
        self.line(table, key).is_some_and(|line| !line.starts_with('#'))
    }

    /// Whether a key still has the value that was guessed.
    pub fn is_guess(&self, table: &str, key: &str) -> bool {
        let lines: Vec<&str> = self.0.lines().collect();
        let Some(at) = find(&lines, table, key).filter(|at| *at > 0) else {
            return false;
        };
        let guessed = lines[at - 1].strip_prefix(REMARK);
        let guessed = guessed.and_then(|remark| remark.strip_prefix(GUESS));
        let value = lines[at].split_once('=').map(|(_, value)| value.trim());
        guessed.is_some() && guessed == value
    }

    fn line(&self, table: &str, key: &str) -> Option<&str> {
        let lines: Vec<&str> = self.0.lines().collect();
        find(&lines, table, key).map(|at| lines[at])
    }

    fn put(&mut self, table: &str, key: &str, line: &str, remark: Option<String>) {
        let mut lines: Vec<String> = self.0.lines().map(str::to_owned).collect();
        let seen: Vec<&str> = lines.iter().map(String::as_str).collect();
        let at = match find(&seen, table, key) {
            Some(at) => {
                let more = extent(&seen[at..]);
                lines.splice(at..at + more, [line.to_owned()]);
                at
            }
            None => {
                let header = seen.iter().position(|line| header(line) == Some(table));
                let at = header.map_or(lines.len(), |header| header + 1);
                if header.is_none() {
                    lines.push(format!("[{table}]"));
                }
                let at = at + usize::from(header.is_none());
                lines.insert(at, line.to_owned());
                at
            }
        };
        let told = at > 0 && lines[at - 1].starts_with(REMARK);
        lines.splice(at - usize::from(told)..at, remark);
        self.0 = lines.join("\n") + "\n";
    }
}

/// The line of a key, set or not: where it stands twice, the one that is set.
fn find(lines: &[&str], table: &str, key: &str) -> Option<usize> {
    let mut current = None;
    let mut found = None;
    for (at, line) in lines.iter().enumerate() {
        current = header(line).or(current);
        if current != Some(table) {
            continue;
        }
        let name = |line: &str| line.split_once('=').map(|(name, _)| name.trim().to_owned());
        if name(line).as_deref() == Some(key) {
            return Some(at);
        }
        let hashed = line.strip_prefix('#').filter(|rest| !rest.starts_with(' '));
        if found.is_none() && hashed.and_then(name).as_deref() == Some(key) {
            found = Some(at);
        }
    }
    found
}

/// So many lines a value takes that begins here: one, or more where an array or a text of several lines is written.
fn extent(lines: &[&str]) -> usize {
    if lines.first().is_none_or(|line| line.starts_with('#')) {
        return 1;
    }
    let whole = |count: &usize| lines[..*count].join("\n").parse::<toml::Table>().is_ok();
    (1..=lines.len()).find(whole).unwrap_or(1)
}

/// The table that a line opens, also where it is commented out.
fn header(line: &str) -> Option<&str> {
    let inner = line.trim_start_matches('#').strip_prefix('[')?;
    let (name, _) = inner.split_once(']')?;
    Some(name.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> Draft {
        Draft::new("x.json")
    }

    #[test]
    fn a_line_is_filled_in_and_nothing_else_changes() {
        let before = draft();
        let mut after = before.clone();
        after.set("sp.probe", "url", "\"http://a/me\"");
        let changed: Vec<_> = before
            .text()
            .lines()
            .zip(after.text().lines())
            .filter(|(before, after)| before != after)
            .collect();
        assert_eq!(
            changed,
            [("#url = \"http://127.0.0.1:8080/me\"", "url = \"http://a/me\"")]
        );
        let read: toml::Table = after.text().parse().unwrap();
        assert_eq!(read["sp"]["probe"]["url"].as_str(), Some("http://a/me"));
        assert!(after.has("sp.probe", "url") && !after.has("sp", "acs"));
    }

    #[test]
    fn a_guess_is_one_until_somebody_edits_it() {
        let mut draft = draft();
        draft.guess("sp.probe", "url", "\"http://a/\"");
        assert!(draft.is_guess("sp.probe", "url"));
        let edited = draft
            .text()
            .replace("\nurl = \"http://a/\"", "\nurl = \"http://a/mine\"");
        assert!(!Draft(edited).is_guess("sp.probe", "url"));
        draft.set("sp.probe", "url", "\"http://a/me\"");
        assert!(!draft.is_guess("sp.probe", "url"));
        assert!(
            !draft.text().contains(REMARK),
            "what was said of the guess is gone"
        );
    }

    #[test]
    fn a_remark_stands_once_and_goes_when_the_key_is_known() {
        let mut draft = draft();
        draft.remark("sp", "login", "not found");
        draft.remark("sp", "login", "still not found");
        assert_eq!(draft.text().matches(REMARK).count(), 1);
        draft.set("sp", "login", "\"http://a/login\"");
        assert_eq!(draft.text().matches(REMARK).count(), 0);
    }

    #[test]
    fn a_value_of_several_lines_is_replaced_whole() {
        let mut draft =
            Draft("[sp]\nlogin = [\n  { open = \"http://a/\" }, # [\n]\nname = \"x\"\n".to_owned());
        draft.set("sp", "login", "\"http://b/\"");
        assert_eq!(draft.text(), "[sp]\nlogin = \"http://b/\"\nname = \"x\"\n");
    }

    #[test]
    fn a_key_whose_line_somebody_threw_away_comes_back_in_its_table() {
        let mut draft = Draft("[sp]\nname = \"x\"\n".to_owned());
        draft.set("sp", "acs", "\"http://a/acs\"");
        draft.set("sp.probe", "url", "\"http://a/me\"");
        let read: toml::Table = draft.text().parse().unwrap();
        assert_eq!(read["sp"]["acs"].as_str(), Some("http://a/acs"));
        assert_eq!(read["sp"]["probe"]["url"].as_str(), Some("http://a/me"));
    }

    #[test]
    fn only_what_init_wrote_is_a_draft() {
        assert!(Draft::of(draft().text()).is_some());
        assert!(Draft::of("[sp]\nname = \"x\"\n").is_none());
    }
}
