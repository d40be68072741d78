//! The directory on disk: what must stay the same from one run to the next, ids and keys.
//!
//! ```text
//! <state>/idp/                  0700
//!   directory.toml              0600   tenant ids, object ids
//!   contoso.example-k1.key      0600   private key, PEM
//!   contoso.example-k1.cer      0600   certificate, PEM
//!   …
//! ```
//!
//! The folder is made under another name and renamed when it is whole, so that two processes that start
//! together end up with one directory, and a killed one leaves nothing half done behind.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use saml::key::SigningKey;
use serde::{Deserialize, Serialize};

use super::{CONTOSO, Directory, FABRIKAM, Keys, Tenant, User};
use crate::guid;

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
    /// OpenSSL made no key.
    #[error("cannot make a signing key: {0}; check the machine's OpenSSL")]
    Key(#[from] saml::key::KeyError),
}

impl Directory {
    /// The directory kept in this state folder. Ids and keys are made on first use and are the same ever after;
    /// users and their values are always the defaults, and applications are added by the caller.
    ///
    /// # Errors
    ///
    /// A folder that is damaged, or that cannot be read or written. The sentence says what to do.
    pub fn open(state: &Path) -> Result<Self, StoreError> {
        let folder = Self::folder(state);
        match fs::metadata(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => create(state, &folder)?,
            Err(source) => return Err(StoreError::Read { path: folder, source }),
            Ok(metadata) if !metadata.is_dir() => {
                return Err(StoreError::Damaged {
                    folder,
                    detail: "it is not a folder".to_owned(),
                });
            }
            Ok(_) => {}
        }
        restrict(&folder, 0o700)?;
        load(&folder)
    }

    /// A directory that nobody keeps: new ids and keys each time.
    ///
    /// # Errors
    ///
    /// [`StoreError::Key`] where OpenSSL cannot make keys.
    pub fn ephemeral() -> Result<Self, StoreError> {
        let record = Record::fresh();
        let keys = [generate(), generate()];
        record
            .directory(keys.into_iter().collect::<Result<_, _>>()?)
            .map_err(|detail| StoreError::Damaged {
                folder: PathBuf::new(),
                detail,
            })
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
        state.join("idp")
    }
}

const VERSION: u32 = 1;
const RECORD: &str = "directory.toml";
/// Domain and display name of each tenant.
const TENANTS: [(&str, &str); 2] = [(CONTOSO, "Contoso"), (FABRIKAM, "Fabrikam")];

/// The part of the directory that is kept as text.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    version: u32,
    /// By domain.
    tenants: BTreeMap<String, TenantRecord>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TenantRecord {
    id: String,
    /// By the user's name.
    object_ids: BTreeMap<String, String>,
}

impl Record {
    fn fresh() -> Self {
        let tenants = TENANTS.iter().map(|&(domain, _)| {
            let mut object_ids = BTreeMap::new();
            User::defaults(domain, |name| {
                let id = guid::fresh();
                object_ids.insert(name.to_owned(), id.clone());
                id
            });
            (
                domain.to_owned(),
                TenantRecord {
                    id: guid::fresh(),
                    object_ids,
                },
            )
        });
        Self {
            version: VERSION,
            tenants: tenants.collect(),
        }
    }

    /// The directory with these keys, one set for each of [`TENANTS`]; or what is wrong with the record.
    fn directory(&self, keys: Vec<Keys>) -> Result<Directory, String> {
        if self.version != VERSION {
            return Err(format!("{RECORD} has version {}, not {VERSION}", self.version));
        }
        let tenants = TENANTS.iter().zip(keys).map(|(&(domain, display_name), keys)| {
            let record = self
                .tenants
                .get(domain)
                .ok_or_else(|| format!("{RECORD} has no tenant {domain}"))?;
            let mut wrong = None;
            let mut checked = |id: Option<&String>, whose: &str| match id {
                Some(id) if guid::is_guid(id) => id.clone(),
                _ => {
                    wrong = Some(format!("{RECORD} has no valid id for {whose}"));
                    String::new()
                }
            };
            let id = checked(Some(&record.id), domain);
            let users = User::defaults(domain, |name| checked(record.object_ids.get(name), name));
            wrong.map_or(Ok(()), Err)?;
            Ok(Tenant {
                id,
                domain: domain.to_owned(),
                display_name: display_name.to_owned(),
                users,
                applications: Vec::new(),
                keys,
            })
        });
        Ok(Directory {
            tenants: tenants.collect::<Result<_, String>>()?,
        })
    }
}

fn generate() -> Result<Keys, saml::key::KeyError> {
    Keys::generate(Timestamp::now())
}

/// Makes a whole folder beside the one that is missing and renames it. Where another process was faster, its
/// folder stays.
fn create(state: &Path, folder: &Path) -> Result<(), StoreError> {
    make_folder(state, true)?;
    let draft = state.join(format!("idp-{}", guid::fresh()));
    make_folder(&draft, false)?;
    let made = fill(&draft).and_then(|()| match fs::rename(&draft, folder) {
        Err(_) if folder.join(RECORD).exists() => Ok(()),
        other => other.map_err(|source| StoreError::Write {
            path: folder.to_owned(),
            source,
        }),
    });
    // After the rename there is nothing left to remove, and that is no error worth telling.
    let _ = fs::remove_dir_all(&draft);
    made
}

fn fill(folder: &Path) -> Result<(), StoreError> {
    for (domain, _) in TENANTS {
        let keys = generate()?;
        for (name, key) in [("k1", &keys.k1), ("k2", &keys.k2)] {
            let (private, certificate) = key.to_pem()?;
            write(&folder.join(format!("{domain}-{name}.key")), &private)?;
            write(&folder.join(format!("{domain}-{name}.cer")), &certificate)?;
        }
    }
    let record = toml::to_string(&Record::fresh()).expect("a table of strings is always TOML");
    write(&folder.join(RECORD), &record)
}

fn load(folder: &Path) -> Result<Directory, StoreError> {
    let damaged = |detail: String| StoreError::Damaged {
        folder: folder.to_owned(),
        detail,
    };
    let text = read(folder, RECORD)?;
    let record: Record = toml::from_str(&text).map_err(|error| {
        damaged(format!(
            "{RECORD} is not what was written there: {}",
            error.message()
        ))
    })?;
    let mut keys = Vec::new();
    for (domain, _) in TENANTS {
        let key = |name: &str| {
            let (private, certificate) = (format!("{domain}-{name}.key"), format!("{domain}-{name}.cer"));
            SigningKey::from_pem(&read(folder, &private)?, &read(folder, &certificate)?)
                .map_err(|error| {
                    damaged(format!(
                        "{private} and {certificate} are no key and certificate: {error}"
                    ))
                })
                .and_then(
                    |key| match key.private().public_eq(&key.certificate().public_key()) {
                        true => Ok(key),
                        false => Err(damaged(format!("{certificate} does not belong to {private}"))),
                    },
                )
        };
        keys.push(Keys::new(key("k1")?, key("k2")?));
    }
    record.directory(keys).map_err(damaged)
}

fn read(folder: &Path, name: &str) -> Result<String, StoreError> {
    let path = folder.join(name);
    match fs::read_to_string(&path) {
        Ok(text) => {
            restrict(&path, 0o600)?;
            Ok(text)
        }
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::InvalidData) => {
            let detail = match error.kind() {
                io::ErrorKind::NotFound => format!("{name} is missing"),
                _ => format!("{name} is not text"),
            };
            Err(StoreError::Damaged {
                folder: folder.to_owned(),
                detail,
            })
        }
        Err(source) => Err(StoreError::Read { path, source }),
    }
}

fn write(path: &Path, text: &str) -> Result<(), StoreError> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|source| StoreError::Write {
            path: path.to_owned(),
            source,
        })
}

fn make_folder(path: &Path, recursive: bool) -> Result<(), StoreError> {
    DirBuilder::new()
        .recursive(recursive)
        .mode(0o700)
        .create(path)
        .map_err(|source| StoreError::Write {
            path: path.to_owned(),
            source,
        })
}

/// Takes away what others may do with it, where somebody (a copy, an archive) gave it back to them.
fn restrict(path: &Path, mode: u32) -> Result<(), StoreError> {
    let wrap = |source| StoreError::Write {
        path: path.to_owned(),
        source,
    };
    let now = fs::metadata(path).map_err(wrap)?.permissions().mode() & 0o777;
    match now & 0o077 {
        0 => Ok(()),
        _ => fs::set_permissions(path, Permissions::from_mode(mode)).map_err(wrap),
    }
}
