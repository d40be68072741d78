//! The directory on disk: one SQLite file in the state folder.
//!
//! ```text
//! <state>/idp/                   0700
//!   directory.sqlite             0600   tenants, users, groups, applications, policies; and, in a table of their own, keys
//! ```
//!
//! A row is one thing as JSON. A change is one transaction, on the disk before it is acknowledged, so that a process that is killed
//! loses nothing that anybody was told of; two processes take turns.

mod portable;
mod rows;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode, OptionalExtension as _};
use saml::key::SigningKey;

use super::{Directory, Keys, seed};
pub use portable::ImportError;

/// What keeps the state folder out of version control.
const IGNORE: &str = "# Private keys and what one machine remembers: not for version control.\n*\n";

/// Why the directory cannot be read from or written to its state folder.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// What is in the folder is not what was written there.
    #[error(
        "the state folder {} is damaged ({detail}); restore it, or delete it and give the service provider the \
         new metadata",
        folder.display()
    )]
    Damaged {
        /// The folder to delete or to restore.
        folder: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// A file or folder cannot be read.
    #[error("cannot read {}: {source}; mend its permissions or name another state folder", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file or folder cannot be written.
    #[error("cannot write {}: {source}; name a state folder that can be written", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is no room left.
    #[error("the disk of {} is full: nothing was changed; make room and try again", path.display())]
    Full {
        /// The file that had to grow.
        path: PathBuf,
    },
    /// The folder is not where it was opened, so that what is written now would be found by nobody.
    #[error("{} was moved or deleted while the mock runs: nothing was changed; put it back and try again, or start the mock anew", path.display())]
    Gone {
        /// The file that is not there any more.
        path: PathBuf,
    },
    /// Another process writes and does not come to an end.
    #[error("another process has been writing to {} for {} seconds: nothing was changed; end it, or try again", path.display(), PATIENCE.as_secs())]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// OpenSSL made no key.
    #[error("cannot make a signing key: {0}; check the machine's OpenSSL")]
    Key(#[from] saml::key::KeyError),
}

/// How long one process waits for another to finish a change.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long one process waits for another to make the folder's first keys: finding primes may take many seconds on a busy machine.
const FIRST_KEYS: Duration = Duration::from_secs(180);
/// The folder within the state folder.
const NAME: &str = "idp";
const FILE: &str = "directory.sqlite";
/// Of the tables below; kept as SQLite's `user_version`.
const VERSION: i64 = 1;

const TABLES: &str = "
    CREATE TABLE thing (
        kind TEXT NOT NULL, tenant TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,
        UNIQUE (kind, tenant, id));
    CREATE TABLE secret (thumbprint TEXT NOT NULL PRIMARY KEY, private TEXT NOT NULL, certificate TEXT NOT NULL);
    PRAGMA user_version = 1;";

impl Directory {
    /// The directory kept in this state folder. It is made, with new ids and keys, on first use and is the same ever after. What
    /// is changed in the value that comes back is not kept: that is what [`super::Shared`] is for.
    ///
    /// # Errors
    ///
    /// A folder that is damaged, or that cannot be read or written. The sentence says what to do.
    pub fn open(state: &Path) -> Result<Self, StoreError> {
        Store::open(state).map(|(_, directory)| directory)
    }

    /// A directory that nobody keeps: new ids and keys each time.
    ///
    /// # Errors
    ///
    /// [`StoreError::Key`] where OpenSSL cannot make keys.
    pub fn ephemeral() -> Result<Self, StoreError> {
        let now = Timestamp::now();
        // Finding primes is all that a new directory waits for, so each tenant's are found at the same time.
        let (first, second) = std::thread::scope(|scope| {
            let second = scope.spawn(|| Keys::generate(now));
            let first = Keys::generate(now);
            (first, second.join())
        });
        let second = second.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        Ok(Self::with_keys(first?, second?))
    }

    /// A directory that nobody keeps, with new ids and with these keys of its two tenants.
    pub fn with_keys(contoso: Keys, fabrikam: Keys) -> Self {
        Self {
            tenants: seed::tenants([contoso, fabrikam]),
            templates: Vec::new(),
        }
    }

    /// Forgets what is kept in this state folder; the next [`Directory::open`] makes new ids and keys.
    ///
    /// # Errors
    ///
    /// A folder that cannot be removed. One that is not there is no error.
    pub fn reset(state: &Path) -> Result<(), StoreError> {
        let folder = Self::folder(state);
        match fs::remove_dir_all(&folder) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                Err(StoreError::Write { path: folder, source })
            }
            _ => Ok(()),
        }
    }

    /// Where below the state folder the directory is kept.
    pub fn folder(state: &Path) -> PathBuf {
        state.join(NAME)
    }
}

/// The open file, and what is in it as far as this process knows.
pub(super) struct Store {
    connection: Connection,
    folder: PathBuf,
    /// Device and number of the open file.
    identity: (u64, u64),
    /// SQLite's count of other connections' writes, when we last read.
    version: i64,
    rows: rows::Rows,
    /// Keys by thumbprint, so that reading anew makes no second copy of one.
    keys: HashMap<String, SigningKey>,
}

impl Store {
    /// Opens the file of this state folder; makes it where there is none. Of two processes that begin together one makes it.
    pub(super) fn open(state: &Path) -> Result<(Self, Directory), StoreError> {
        let folder = Directory::folder(state);
        make_state_folder(state)?;
        make_folder(&folder)?;
        let path = folder.join(FILE);
        let identity = make_file(&path)?;
        let connection = Connection::open(&path).map_err(|error| wrong(&folder, &error))?;
        let mut store = Self {
            connection,
            folder,
            identity,
            version: 0,
            rows: rows::Rows::new(),
            keys: HashMap::new(),
        };
        store.settle()?;
        let directory = store.load()?;
        Ok((store, directory))
    }

    /// Begins a change. What another process has written since comes back.
    pub(super) fn begin(&mut self) -> Result<Option<Directory>, StoreError> {
        self.is_in_its_place()?;
        self.run("BEGIN IMMEDIATE")?;
        match self.changed_elsewhere() {
            Ok(false) => Ok(None),
            Ok(true) => self.load().map(Some).inspect_err(|_| self.abandon()),
            Err(error) => {
                self.abandon();
                Err(error)
            }
        }
    }

    /// Ends a change that does not happen.
    pub(super) fn abandon(&mut self) {
        if !self.connection.is_autocommit() {
            // Where even this fails the next BEGIN says so.
            let _ = self.connection.execute_batch("ROLLBACK");
        }
    }

    /// Ends a change: on the disk, or not at all.
    pub(super) fn commit(&mut self, directory: &Directory) -> Result<(), StoreError> {
        let after = rows::of(directory);
        let written = rows::write(&self.connection, &self.rows, &after, directory)
            .and_then(|()| self.connection.execute_batch("COMMIT"));
        match written {
            Ok(()) => {
                self.rows = after;
                Ok(())
            }
            Err(error) => {
                self.abandon();
                Err(wrong(&self.folder, &error))
            }
        }
    }

    /// The directory, where another process has changed it.
    pub(super) fn newer(&mut self) -> Result<Option<Directory>, StoreError> {
        match self.changed_elsewhere()? {
            true => self.load().map(Some),
            false => Ok(None),
        }
    }

    /// SQLite writes on to a file that was moved or deleted, and knows nothing of it.
    fn is_in_its_place(&self) -> Result<(), StoreError> {
        let path = self.folder.join(FILE);
        match fs::metadata(&path) {
            Ok(found) if (found.dev(), found.ino()) == self.identity => Ok(()),
            _ => Err(StoreError::Gone { path }),
        }
    }

    fn settle(&mut self) -> Result<(), StoreError> {
        let connection = &self.connection;
        let settle = || -> rusqlite::Result<()> {
            connection.busy_timeout(FIRST_KEYS)?;
            connection.pragma_update(None, "journal_mode", "WAL")?;
            // An acknowledged change is on the disk, whatever happens to the machine.
            connection.pragma_update(None, "synchronous", "FULL")
        };
        settle().map_err(|error| wrong(&self.folder, &error))?;
        self.run("BEGIN IMMEDIATE")?;
        let found: Result<i64, _> = connection.pragma_query_value(None, "user_version", |row| row.get(0));
        let tables: Result<Option<i64>, _> = connection
            .query_row("SELECT 1 FROM sqlite_master LIMIT 1", [], |row| row.get(0))
            .optional();
        let done = match (found, tables) {
            (Ok(VERSION), Ok(Some(_))) => self.run("COMMIT"),
            (Ok(0), Ok(None)) => self.fill(),
            (Ok(found), Ok(_)) => Err(StoreError::Damaged {
                folder: self.folder.clone(),
                detail: format!("{FILE} has version {found}, not {VERSION}"),
            }),
            (Err(error), _) | (_, Err(error)) => Err(wrong(&self.folder, &error)),
        };
        done.inspect_err(|_| self.abandon())?;
        let patient = self.connection.busy_timeout(PATIENCE);
        patient.map_err(|error| wrong(&self.folder, &error))
    }

    /// The tables, and the directory that every state folder begins with.
    fn fill(&mut self) -> Result<(), StoreError> {
        self.run(TABLES)?;
        let directory = Directory::ephemeral()?;
        self.commit(&directory)
    }

    fn load(&mut self) -> Result<Directory, StoreError> {
        self.version = self.data_version()?;
        let read = rows::read(&self.connection, &mut self.keys);
        let (rows, directory) = read.map_err(|error| match error {
            rows::ReadError::Sqlite(error) => wrong(&self.folder, &error),
            rows::ReadError::Content(detail) => StoreError::Damaged {
                folder: self.folder.clone(),
                detail,
            },
        })?;
        self.rows = rows;
        Ok(directory)
    }

    fn changed_elsewhere(&self) -> Result<bool, StoreError> {
        Ok(self.data_version()? != self.version)
    }

    fn data_version(&self) -> Result<i64, StoreError> {
        self.connection
            .pragma_query_value(None, "data_version", |row| row.get(0))
            .map_err(|error| wrong(&self.folder, &error))
    }

    fn run(&self, sql: &str) -> Result<(), StoreError> {
        self.connection
            .execute_batch(sql)
            .map_err(|error| wrong(&self.folder, &error))
    }
}

/// SQLite's error as one that says what to do.
fn wrong(folder: &Path, error: &rusqlite::Error) -> StoreError {
    let path = folder.join(FILE);
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => StoreError::Full { path },
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy { path },
        Some(
            ErrorCode::ReadOnly
            | ErrorCode::PermissionDenied
            | ErrorCode::CannotOpen
            | ErrorCode::SystemIoFailure,
        ) => StoreError::Write {
            path,
            source: io::Error::other(error.to_string()),
        },
        _ => StoreError::Damaged {
            folder: folder.to_owned(),
            detail: format!("{FILE}: {error}"),
        },
    }
}

/// Makes the state folder where there is none: for its owner alone, and with a `.gitignore` of its own, for it holds private keys.
/// One that is there keeps what stands in it.
///
/// # Errors
///
/// [`StoreError::Write`] where it cannot be made, [`StoreError::Read`] where something else stands there.
pub fn make_state_folder(state: &Path) -> Result<(), StoreError> {
    let is_new = !state.exists();
    make_folder(state)?;
    if is_new {
        let path = state.join(".gitignore");
        fs::write(&path, IGNORE).map_err(|source| StoreError::Write { path, source })?;
    }
    Ok(())
}

fn make_folder(path: &Path) -> Result<(), StoreError> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => return restrict(path, &found, 0o700),
        Ok(_) if !path.ends_with(NAME) => {
            return Err(StoreError::Read {
                path: path.to_owned(),
                source: io::ErrorKind::NotADirectory.into(),
            });
        }
        Ok(_) => {
            return Err(StoreError::Damaged {
                folder: path.to_owned(),
                detail: "it is not a folder".to_owned(),
            });
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(source) => {
            return Err(StoreError::Read {
                path: path.to_owned(),
                source,
            });
        }
    }
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|source| StoreError::Write {
            path: path.to_owned(),
            source,
        })
}

/// SQLite gives the files that it makes beside this one the same permissions.
fn make_file(path: &Path) -> Result<(u64, u64), StoreError> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .map_err(|source| StoreError::Write {
            path: path.to_owned(),
            source,
        })?;
    let found = file.metadata().map_err(|source| StoreError::Read {
        path: path.to_owned(),
        source,
    })?;
    restrict(path, &found, 0o600)?;
    Ok((found.dev(), found.ino()))
}

/// Takes away what others may do with it, where somebody (a copy, an archive) gave it back to them.
fn restrict(path: &Path, found: &fs::Metadata, mode: u32) -> Result<(), StoreError> {
    match found.permissions().mode() & 0o077 {
        0 => Ok(()),
        _ => fs::set_permissions(path, Permissions::from_mode(mode)).map_err(|source| StoreError::Write {
            path: path.to_owned(),
            source,
        }),
    }
}
