//! Files without a name: however the program ends, nothing is left of them.

use std::{fs::File, io, path::Path};

/// A new file on the disk where this path is, to be read and written; the path names nothing afterwards.
pub(crate) fn at(path: &Path) -> io::Result<File> {
    let _ = std::fs::remove_file(path);
    let file = File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .open(path)?;
    std::fs::remove_file(path)?;
    Ok(file)
}
