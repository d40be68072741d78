//! What keeps the mock from speaking https.

use std::io;
use std::path::PathBuf;

use openssl::error::ErrorStack;

/// Why there is no https.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// OpenSSL says no.
    #[error("openssl cannot set up https: {0}; check the machine's OpenSSL")]
    OpenSsl(#[from] ErrorStack),
    /// The folder of the authority cannot be used.
    #[error("cannot use {}: {source}; mend its permissions or name another state folder", path.display())]
    Folder {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is not what was written there.
    #[error("{} holds no certificate authority; delete it, and trust the new one that is made then", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
}
