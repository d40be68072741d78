//! From the file's text to a checked configuration, and to one sentence where that fails.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use thiserror::Error;

use super::{
    check,
    model::Config,
    place::{self, Places},
};

/// The most that a configuration may measure, in bytes.
const MOST: u64 = 1 << 20;

/// What is wrong with a configuration.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// No such file.
    #[error(
        "there is no {}; `samlitmus init URL` looks at your SP and writes one, and `samlitmus run --demo` needs none",
        .0.display()
    )]
    Missing(PathBuf),
    /// It cannot be read.
    #[error("{} cannot be read ({why}); it must be a text file of at most 1 MiB", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// Something in it is wrong.
    #[error("{}, line {line}: {why}", path.display())]
    Wrong {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong, and what to do.
        why: String,
    },
}

impl Config {
    /// Reads, expands and checks a file.
    ///
    /// # Errors
    /// One sentence with file and line that says what to do: no such file, not TOML, a misspelt key, a variable that is
    /// not set, or a value that cannot be meant.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        Self::load_placed(path, &mut Places::default())
    }

    /// The same for a run: with `--listen`, and with ports that are free (see [`Places`]).
    ///
    /// # Errors
    /// As [`load`](Self::load); or no port is free.
    pub fn load_placed(path: &Path, places: &mut Places<'_>) -> Result<Self, ConfigError> {
        load(path, &|name| std::env::var(name).ok(), places)
    }

    /// The same for text that is already there; `variable` looks environment variables up.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn parse(
        text: &str,
        path: &Path,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        Self::placed(text, path, variable, &mut Places::default())
    }

    /// The same, placed.
    ///
    /// # Errors
    /// As [`load_placed`](Self::load_placed).
    pub fn placed(
        text: &str,
        path: &Path,
        variable: &dyn Fn(&str) -> Option<String>,
        places: &mut Places<'_>,
    ) -> Result<Self, ConfigError> {
        parse(text, path, variable, places)
    }
}

fn load(
    path: &Path,
    variable: &dyn Fn(&str) -> Option<String>,
    places: &mut Places<'_>,
) -> Result<Config, ConfigError> {
    let unreadable = |why: String| ConfigError::Unreadable {
        path: path.to_owned(),
        why,
    };
    let size = match std::fs::metadata(path) {
        Ok(file) if file.is_dir() => return Err(unreadable("it is a folder".to_owned())),
        Ok(file) => file.len(),
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => {
            return Err(ConfigError::Missing(path.to_owned()));
        }
        Err(why) => return Err(unreadable(why.to_string())),
    };
    if size > MOST {
        return Err(unreadable(format!("it measures {size} bytes")));
    }
    let text = std::fs::read_to_string(path).map_err(|why| unreadable(why.to_string()))?;
    parse(&text, path, variable, places)
}

fn parse(
    text: &str,
    path: &Path,
    variable: &dyn Fn(&str) -> Option<String>,
    places: &mut Places<'_>,
) -> Result<Config, ConfigError> {
    let wrong = |line: usize, why: String| ConfigError::Wrong {
        path: path.to_owned(),
        line,
        why,
    };
    // Twice: only the first reading knows lines, only the second the values of variables.
    toml::from_str::<Config>(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_at(text, span.start));
        wrong(line, sentence(text, line, error.message()))
    })?;
    let mut table: toml::Table = text
        .parse()
        .map_err(|error: toml::de::Error| wrong(1, error.to_string()))?;
    for value in table.iter_mut().map(|(_, value)| value) {
        expand(value, variable).map_err(|name| {
            let line = text
                .lines()
                .position(|line| line.contains(&format!("${{{name}}}")));
            wrong(
                line.map_or(1, |line| line + 1),
                format!("the environment variable {name} is not set; set it, or write the value here"),
            )
        })?;
    }
    place::ports(&mut table, places).map_err(|why| wrong(1, why))?;
    let read = |table: &toml::Table| {
        let read = Config::deserialize(table.clone());
        read.map_err(|error| wrong(1, error.message().to_owned()))
    };
    let mut config = read(&table)?;
    // What the IdP is called depends on what the SP is called.
    if let Some(origin) = config.origin()
        && place::idp(&mut table, &origin)
    {
        config = read(&table)?;
    }
    config.folder = folder_of(path);
    match check::first_problem(&config) {
        None => Ok(config),
        Some(problem) => {
            let line = line_of(text, problem.section, problem.key);
            Err(wrong(
                line,
                format!("[{}] {}: {}", problem.section, problem.key, problem.why),
            ))
        }
    }
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Replaces `${NAME}`; what is not such a name stays, for it may be meant for a shell. The error is the missing name.
fn expand(value: &mut toml::Value, variable: &dyn Fn(&str) -> Option<String>) -> Result<(), String> {
    match value {
        toml::Value::String(text) => *text = expanded(text, variable)?,
        toml::Value::Array(list) => list.iter_mut().try_for_each(|value| expand(value, variable))?,
        toml::Value::Table(table) => {
            table
                .iter_mut()
                .try_for_each(|(_, value)| expand(value, variable))?;
        }
        _ => {}
    }
    Ok(())
}

fn expanded(text: &str, variable: &dyn Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let name = rest[at + 2..]
            .split_once('}')
            .map(|(name, _)| name)
            .filter(|name| is_name(name));
        let escaped = rest[..at].ends_with('$');
        match name {
            Some(name) => {
                let end = at + 2 + name.len() + 1;
                if escaped {
                    out.push_str(&rest[..at - 1]);
                    out.push_str(&rest[at..end]);
                } else {
                    out.push_str(&rest[..at]);
                    out.push_str(&variable(name).ok_or_else(|| name.to_owned())?);
                }
                rest = &rest[end..];
            }
            None => {
                out.push_str(&rest[..at + 2]);
                rest = &rest[at + 2..];
            }
        }
    }
    out.push_str(rest);
    Ok(out)
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// What the TOML reader says, as a person would say it.
fn sentence(text: &str, line: usize, message: &str) -> String {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let mut section = section_at(text, line);
    // A table with an unknown name: what it stands in, not what it calls itself.
    if let Some(at) = quoted
        .first()
        .and_then(|unknown| section.split('.').position(|part| part == *unknown))
    {
        let parent: usize = section.split('.').take(at).map(|part| part.len() + 1).sum();
        section = &section[..parent.saturating_sub(1)];
    }
    let place = if section.is_empty() {
        "at the top".to_owned()
    } else {
        format!("in [{section}]")
    };
    if let (true, Some((unknown, known))) = (message.starts_with("unknown field"), quoted.split_first()) {
        return match nearest(unknown, known) {
            Some(near) => format!("there is no key `{unknown}` {place}; did you mean `{near}`?"),
            None if known.is_empty() => format!("there is no key `{unknown}` {place}"),
            None => format!(
                "there is no key `{unknown}` {place}; there are {}",
                known.join(", ")
            ),
        };
    }
    if let (true, Some((unknown, known))) = (message.starts_with("unknown variant"), quoted.split_first()) {
        return format!(
            "{unknown:?} is none of the values that stand here: {}",
            known.join(", ")
        );
    }
    if let (true, Some(missing)) = (message.starts_with("missing field"), quoted.first()) {
        return match *missing {
            "sp" => "the table [sp] is missing; it names the SP under test".to_owned(),
            "probe" => "the table [sp.probe] is missing; its url is a page that only a signed-in user sees"
                .to_owned(),
            missing => format!("the key `{missing}` is missing {place}"),
        };
    }
    message.lines().collect::<Vec<_>>().join("; ")
}

/// The known key that comes nearest to an unknown one.
fn nearest<'a>(unknown: &str, known: &[&'a str]) -> Option<&'a str> {
    similar::get_close_matches(unknown, known, 1, 0.6)
        .first()
        .copied()
}

fn line_at(text: &str, offset: usize) -> usize {
    text.as_bytes()
        .iter()
        .take(offset)
        .filter(|byte| **byte == b'\n')
        .count()
        + 1
}

/// The table that a line stands in.
fn section_at(text: &str, line: usize) -> &str {
    text.lines().take(line).filter_map(header).last().unwrap_or("")
}

fn header(line: &str) -> Option<&str> {
    let inner = line.trim_start().strip_prefix('[')?.split(']').next()?;
    Some(inner.trim_matches(|c: char| c == '[' || c.is_whitespace()))
}

/// The line of a key, or of its table, or the first.
fn line_of(text: &str, section: &str, key: &str) -> usize {
    let mut current = "";
    let mut table = None;
    for (at, line) in text.lines().enumerate() {
        if let Some(name) = header(line) {
            current = name;
            if name == section {
                table = Some(at);
            }
        }
        let written = line
            .split_once('=')
            .map(|(left, _)| left.trim().trim_matches('"'));
        if current == section && written == Some(key) {
            return at + 1;
        }
    }
    table.map_or(1, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_expanded_and_shell_syntax_is_left_alone() {
        let variable = |name: &str| (name == "PORT").then(|| "8080".to_owned());
        let expand = |text: &str| expanded(text, &variable);
        assert_eq!(expand("http://x:${PORT}/a").unwrap(), "http://x:8080/a");
        assert_eq!(
            expand("$${PORT} ${PORT:-1} $PORT ${").unwrap(),
            "${PORT} ${PORT:-1} $PORT ${"
        );
        assert_eq!(expand("${HOST}").unwrap_err(), "HOST");
    }

    #[test]
    fn the_line_of_a_key_is_found_in_its_own_table() {
        let text = "[sp]\nname = \"a\"\n[sp.probe]\nurl = \"x\"\n[idp]\nurl = \"y\"\n";
        assert_eq!(line_of(text, "idp", "url"), 6);
        assert_eq!(line_of(text, "sp.probe", "url"), 4);
        assert_eq!(line_of(text, "sp.probe", "identity"), 3);
    }
}
