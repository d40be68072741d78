//! The file that is written: one that was there keeps what its owner wrote.

use std::path::{Path, PathBuf};

use crate::{
    cli::output::Mistake,
    config::{Config, Draft},
};

/// The schema's file in the state folder, for editors.
const SCHEMA: &str = "samlitmus.schema.json";
/// The state folder of a file that names none.
const STATE: &str = ".samlitmus";
/// The most that a file that is there may measure.
const MOST: u64 = 1 << 20;

/// A configuration that is being written.
pub(super) struct Written {
    pub(super) path: PathBuf,
    pub(super) draft: Draft,
    /// It was there before.
    refreshed: bool,
    /// What it says, environment variables filled in where they are set.
    pub(super) says: toml::Table,
}

impl Written {
    /// Opens the file of an earlier `init`, or begins one.
    ///
    /// # Errors
    /// Somebody else wrote it, and nobody said that it may be overwritten; or it is no TOML.
    pub(super) fn open(path: &Path, force: bool) -> Result<Self, Mistake> {
        let named = path.display();
        let fresh = || Self {
            path: path.to_owned(),
            draft: Draft::new(&format!("{STATE}/{SCHEMA}")),
            refreshed: false,
            says: toml::Table::new(),
        };
        let size = match std::fs::metadata(path) {
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => return Ok(fresh()),
            Err(why) => return Err(Mistake(format!("{named} cannot be looked at: {why}"))),
            Ok(file) if !file.is_file() => {
                return Err(Mistake(format!("{named} is no file; name one with --out")));
            }
            Ok(file) => file.len(),
        };
        if force {
            return Ok(fresh());
        }
        let foreign = || {
            Mistake(format!(
                "{named} is there, and `samlitmus init` did not write it: name another file with --out, or overwrite this one with --force"
            ))
        };
        if size > MOST {
            return Err(foreign());
        }
        let text = std::fs::read_to_string(path).map_err(|_| foreign())?;
        let draft = Draft::of(&text).ok_or_else(foreign)?;
        let says = match Config::load(path) {
            Ok(config) => toml::Table::try_from(config).map_err(|why| Mistake(format!("{named}: {why}")))?,
            // What is still missing does not keep the rest from being read.
            Err(_) => text.parse().map_err(|why| {
                Mistake(format!(
                    "{named} is no TOML any more, mend it or write it anew with --force: {why}"
                ))
            })?,
        };
        Ok(Self {
            path: path.to_owned(),
            draft,
            refreshed: true,
            says,
        })
    }

    /// A value of it.
    pub(super) fn value(&self, table: &str, key: &str) -> Option<&toml::Value> {
        if !self.draft.has(table, key) || self.draft.is_guess(table, key) {
            return None;
        }
        let found = table
            .split('.')
            .try_fold(&self.says, |at, part| at.get(part)?.as_table())?;
        found.get(key)
    }

    /// A text of it.
    pub(super) fn text(&self, table: &str, key: &str) -> Option<&str> {
        self.value(table, key)?.as_str()
    }

    /// Writes what was found, unless its owner wrote something there. Whether it stands there now.
    pub(super) fn learn(&mut self, table: &str, key: &str, value: &str) -> bool {
        let free = !self.draft.has(table, key) || self.draft.is_guess(table, key);
        if free {
            self.draft.set(table, key, value);
        }
        free
    }

    /// What was done with it, as a sentence.
    pub(super) fn told(&self) -> String {
        match self.refreshed {
            true => format!(
                "filled in what was found in {}; what you wrote there stays",
                self.path.display()
            ),
            false => format!("wrote {}", self.path.display()),
        }
    }

    /// The folder that it stands in.
    pub(super) fn folder(&self) -> PathBuf {
        match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
            _ => PathBuf::from("."),
        }
    }

    /// Where keys and tenants are kept.
    pub(super) fn state(&self) -> PathBuf {
        let state = self.text("idp", "state").unwrap_or(STATE).to_owned();
        match self.folder() {
            here if here == Path::new(".") => PathBuf::from(state),
            folder => folder.join(state),
        }
    }

    /// Writes it, and the schema for editors beside the keys.
    pub(super) fn save(&self) -> Result<(), Mistake> {
        let schema = self.folder().join(STATE).join(SCHEMA);
        let text = serde_json::to_string_pretty(&crate::config::schema()).unwrap_or_default();
        if let Some(folder) = schema.parent() {
            std::fs::create_dir_all(folder).map_err(|why| cannot(folder, &why))?;
        }
        std::fs::write(&schema, text + "\n").map_err(|why| cannot(&schema, &why))?;
        std::fs::write(&self.path, self.draft.text()).map_err(|why| cannot(&self.path, &why))
    }
}

pub(super) fn cannot(path: &Path, why: &std::io::Error) -> Mistake {
    Mistake(format!("{} cannot be written: {why}", path.display()))
}
