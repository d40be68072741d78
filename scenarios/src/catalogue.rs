//! The sentences that ship with the binary, and those that a user adds.

use std::{collections::BTreeMap, path::Path, sync::LazyLock};

use include_dir::{Dir, include_dir};
use thiserror::Error;

use crate::{
    attacker::Attacker,
    expectation::{Expected, Tier},
    scenario::Scenario,
    unfold::unfold,
};

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/catalogue");

/// The version of the embedded catalogue: it changes when scenarios come, or a scenario's meaning changes, and they say `since`.
pub const VERSION: u32 = 3;
/// The first version that was published.
pub const FIRST: u32 = 2;

/// Scenarios by id, in the order in which they stand.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    /// All of them.
    pub scenarios: Vec<std::sync::Arc<Scenario>>,
}

/// What is wrong with a catalogue file.
#[derive(Debug, Error)]
pub enum CatalogueError {
    /// Not TOML.
    #[error("{file} is not TOML: {why}")]
    NotToml {
        /// The file.
        file: String,
        /// Where and why.
        why: String,
    },
    /// Something else than `[[scenario]]`.
    #[error("{file}: only [[scenario]] may stand at the top, not {key}")]
    Stranger {
        /// The file.
        file: String,
        /// The key.
        key: String,
    },
    /// A scenario does not read.
    #[error("{file}, scenario {id}: {why}")]
    Unreadable {
        /// The file.
        file: String,
        /// Its id, or its number in the file.
        id: String,
        /// Why.
        why: String,
    },
    /// An id stands twice.
    #[error("the scenario {id} stands in {first} and again in {second}; ids are unique")]
    Twice {
        /// The id.
        id: String,
        /// Where first.
        first: String,
        /// Where again.
        second: String,
    },
    /// It is not known what stood in it.
    #[error(
        "there is no catalogue {0} here: this samlitmus has {FIRST} to {VERSION}, and a later one has later ones"
    )]
    Version(u32),
    /// A file cannot be read.
    #[error("cannot read {file}: {why}")]
    Io {
        /// The file or folder.
        file: String,
        /// Why.
        why: String,
    },
}

impl Catalogue {
    /// The catalogue that ships with the binary.
    pub fn embedded() -> &'static Self {
        static EMBEDDED: LazyLock<Catalogue> = LazyLock::new(|| {
            Catalogue::read(embedded_files()).expect("the embedded catalogue is read by this crate's tests")
        });
        &EMBEDDED
    }

    /// Reads files given as (name, text), and refuses what is wrong with them.
    ///
    /// # Errors
    /// The first thing that is wrong, with file and scenario.
    pub fn read<'a>(files: impl IntoIterator<Item = (String, &'a str)>) -> Result<Self, CatalogueError> {
        let mut seen: BTreeMap<String, String> = BTreeMap::new();
        let mut catalogue = Self::default();
        for (file, text) in files {
            for scenario in read_file(&file, text)? {
                if let Some(first) = seen.insert(scenario.id.clone(), file.clone()) {
                    return Err(CatalogueError::Twice {
                        id: scenario.id,
                        first,
                        second: file,
                    });
                }
                catalogue.scenarios.push(scenario.into());
            }
        }
        Ok(catalogue)
    }

    /// What of this catalogue was there in a version, and meant then what it means now.
    ///
    /// # Errors
    /// There is no such version.
    pub fn as_of(&self, version: u32) -> Result<Self, CatalogueError> {
        if !(FIRST..=VERSION).contains(&version) {
            return Err(CatalogueError::Version(version));
        }
        let old = |scenario: &&std::sync::Arc<Scenario>| scenario.since.is_none_or(|since| since <= version);
        Ok(Self {
            scenarios: self.scenarios.iter().filter(old).cloned().collect(),
        })
    }

    /// This catalogue and every `*.toml` below a folder.
    ///
    /// # Errors
    /// A file that cannot be read, or what is wrong in it.
    pub fn with_folder(&self, folder: &Path) -> Result<Self, CatalogueError> {
        let mut files = Vec::new();
        collect(folder, &mut files)?;
        let more = Self::read(files.iter().map(|(name, text)| (name.clone(), text.as_str())))?;
        let mut all = self.clone();
        for scenario in more.scenarios {
            if all.get(&scenario.id).is_some() {
                return Err(CatalogueError::Twice {
                    id: scenario.id.clone(),
                    first: "the catalogue".to_owned(),
                    second: folder.display().to_string(),
                });
            }
            all.scenarios.push(scenario);
        }
        Ok(all)
    }

    /// The scenario with this id.
    pub fn get(&self, id: &str) -> Option<&std::sync::Arc<Scenario>> {
        self.scenarios.iter().find(|s| s.id == id)
    }

    /// The scenarios of these tiers.
    pub fn of_tiers<'a>(
        &'a self,
        tiers: &'a [Tier],
    ) -> impl Iterator<Item = &'a std::sync::Arc<Scenario>> + 'a {
        self.scenarios.iter().filter(|s| tiers.contains(&s.tier))
    }
}

/// The embedded files, in the order of the attack: smoke first, then by name.
fn embedded_files() -> Vec<(String, &'static str)> {
    fn walk(dir: &'static Dir<'static>, into: &mut Vec<(String, &'static str)>) {
        for file in dir.files() {
            if let Some(text) = file.contents_utf8() {
                into.push((file.path().display().to_string(), text));
            }
        }
        for dir in dir.dirs() {
            walk(dir, into);
        }
    }
    let mut files = Vec::new();
    walk(&FILES, &mut files);
    files.retain(|(name, _)| name.ends_with(".toml"));
    files.sort();
    files
}

fn read_file(file: &str, text: &str) -> Result<Vec<Scenario>, CatalogueError> {
    let table: toml::Table = text
        .parse()
        .map_err(|e: toml::de::Error| CatalogueError::NotToml {
            file: file.to_owned(),
            why: e.to_string(),
        })?;
    let mut scenarios = Vec::new();
    for (key, value) in table {
        let toml::Value::Array(list) = value else {
            return Err(CatalogueError::Stranger {
                file: file.to_owned(),
                key,
            });
        };
        if key != "scenario" {
            return Err(CatalogueError::Stranger {
                file: file.to_owned(),
                key,
            });
        }
        for (at, value) in list.into_iter().enumerate() {
            let id = value
                .get("id")
                .and_then(toml::Value::as_str)
                .map_or(format!("number {}", at + 1), str::to_owned);
            let unreadable = |why: String| CatalogueError::Unreadable {
                file: file.to_owned(),
                id: id.clone(),
                why,
            };
            let mut scenario: Scenario = value
                .try_into()
                .map_err(|e: toml::de::Error| unreadable(e.to_string()))?;
            unfold(&mut scenario).map_err(unreadable)?;
            check(&scenario).map_err(unreadable)?;
            scenarios.push(scenario);
        }
    }
    Ok(scenarios)
}

/// What a type cannot say.
fn check(scenario: &Scenario) -> Result<(), String> {
    let word = |s: &str| {
        !s.is_empty()
            && s.chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    match scenario.id.split_once('/') {
        Some((namespace, name)) if word(namespace) && word(name) => {}
        _ => return Err("an id is namespace/name, in lower-case words with dashes".to_owned()),
    }
    if scenario
        .since
        .is_some_and(|since| !(FIRST..=VERSION).contains(&since))
    {
        return Err(format!(
            "`since` is a version of the catalogue, {FIRST} to {VERSION}"
        ));
    }
    if scenario.bases.is_empty() {
        return Err("bases is empty; leave it out for A".to_owned());
    }
    for take in scenario.takes() {
        let differs = !take.recipe.is_flawless() || scenario.bases.contains(&crate::recipe::Base::N);
        let signs_in = take.recipe.kind() == crate::recipe::Kind::Response;
        if differs && signs_in && take.recipe.proves.is_none() {
            return Err("it differs from a flawless login: `proves` must say what it claims".to_owned());
        }
    }
    let ends = |take: &crate::scenario::Take| matches!(take.steps.last(), Some(crate::flow::Step::End(_)));
    if scenario.takes().iter().any(ends) && scenario.message.is_none() {
        return Err("`end` comes last, and sends a logout message: `message` must say which".to_owned());
    }
    let takes = scenario.takes();
    let mut alone = takes.iter().map(crate::scenario::Take::needs);
    if let Some(need) = alone.next().flatten()
        && alone.all(|other| other == Some(need))
        && !scenario.needs.contains(&need)
    {
        return Err(format!("all of it needs {need:?}: say so in `needs`"));
    }
    if scenario.inert && !scenario.verdict.is_negative() {
        return Err("only what should be rejected can be inert".to_owned());
    }
    if scenario.verdict.is_negative() && scenario.attacker.is_none() {
        return Err(format!(
            "a message that should be rejected needs an `attacker`: who could make it and deliver it, one of {}",
            Attacker::ALL.map(Attacker::word).join(", ")
        ));
    }
    if scenario.alike && !(scenario.verdict.is_negative() && scenario.takes().len() > 1) {
        return Err("only variants that should be rejected can be `alike`".to_owned());
    }
    let about_what_it_sends = matches!(scenario.verdict, Expected::MustHold | Expected::ShouldHold);
    let may_be = about_what_it_sends || scenario.verdict == Expected::Info;
    if scenario.holds.is_some() && !may_be
        || scenario.holds.is_none() && about_what_it_sends && !scenario.watches()
    {
        return Err("`holds` and a verdict of MUST_HOLD, SHOULD_HOLD or INFO go together".to_owned());
    }
    if scenario.watches() && scenario.holds.is_some() {
        return Err("what watches the SP's requests (`aadsts`) has no `holds`".to_owned());
    }
    if scenario.looks_back() && sends(scenario) {
        return Err("what looks at what calibration saw sends nothing itself: give it a `flow`".to_owned());
    }
    if scenario.watches() {
        check_watch(scenario)?;
    }
    if !scenario.each.is_empty()
        && !serde_json::to_string(scenario)
            .unwrap_or_default()
            .contains("{each}")
    {
        return Err("it has `each`, and {each} stands nowhere".to_owned());
    }
    Ok(())
}

/// What only watches sends nothing, and judges by a property.
fn check_watch(scenario: &Scenario) -> Result<(), String> {
    if !matches!(scenario.verdict, Expected::MustHold | Expected::ShouldHold) {
        return Err("what watches the SP's requests (`aadsts`) is MUST_HOLD or SHOULD_HOLD".to_owned());
    }
    match sends(scenario) {
        true => Err("what watches the SP's requests (`aadsts`) sends nothing itself".to_owned()),
        false => Ok(()),
    }
}

fn sends(scenario: &Scenario) -> bool {
    !scenario.recipe().is_flawless()
        || scenario.persona.is_some()
        || !scenario.flow.is_empty()
        || !scenario.each.is_empty()
        || !scenario.variants.is_empty()
}

fn collect(folder: &Path, files: &mut Vec<(String, String)>) -> Result<(), CatalogueError> {
    let io = |path: &Path, why: std::io::Error| CatalogueError::Io {
        file: path.display().to_string(),
        why: why.to_string(),
    };
    let mut entries: Vec<_> = std::fs::read_dir(folder)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|e| io(folder, e))?
        .into_iter()
        .map(|entry| entry.path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|e| e == "toml") {
            let text = std::fs::read_to_string(&path).map_err(|e| io(&path, e))?;
            files.push((path.display().to_string(), text));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn what_came_after_a_version_is_left_out_of_it() {
        let mut catalogue = Catalogue::embedded().clone();
        let all = catalogue.scenarios.len();
        assert_eq!(catalogue.as_of(VERSION).unwrap().scenarios.len(), all);
        Arc::make_mut(&mut catalogue.scenarios[3]).since = Some(VERSION + 1);
        let left = catalogue.as_of(VERSION).unwrap();
        assert_eq!(left.scenarios.len(), all - 1);
        assert!(left.get(&catalogue.scenarios[3].id).is_none());
        for unknown in [0, FIRST - 1, VERSION + 1] {
            let why = catalogue.as_of(unknown).unwrap_err().to_string();
            assert!(
                why.starts_with(&format!("there is no catalogue {unknown} here")),
                "{why}"
            );
        }
    }

    #[test]
    fn a_scenario_cannot_have_come_with_a_version_that_there_is_not() {
        let text = |since: u32| {
            format!(
                "[[scenario]]\nid = \"a/b\"\ntitle = \"t\"\nverdict = \"INFO\"\nseverity = \"info\"\nrule = \"r\"\nwhy = \"w\"\nsince = {since}\n"
            )
        };
        let read = |since| Catalogue::read([("own.toml".to_owned(), text(since).as_str())]).map(drop);
        read(VERSION).unwrap();
        assert!(
            read(VERSION + 1)
                .unwrap_err()
                .to_string()
                .contains("`since` is a version")
        );
    }
}
