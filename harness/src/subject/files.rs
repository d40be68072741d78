//! What a run writes into the state folder for the SP that it starts, and how two runs in one folder keep out of each other's way.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

/// The IdP's metadata for the SP, and the SP's log.
#[derive(Debug)]
pub(crate) struct Files {
    pub(crate) metadata: PathBuf,
    pub(crate) log: PathBuf,
    /// Locked by the first run of a state folder as long as it lasts; none for a second one beside it.
    _first: Option<File>,
}

impl Files {
    /// `idp-metadata.xml` and `sp.log`; with the IdP's port in the name where another run has these.
    pub(crate) fn claim(state: &Path, port: u16) -> Self {
        let first = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(state.join("run.lock"))
            .ok()
            .filter(|file| file.try_lock().is_ok());
        let own = match &first {
            Some(_) => String::new(),
            None => format!("-{port}"),
        };
        Self {
            metadata: state.join(format!("idp-metadata{own}.xml")),
            log: state.join(format!("sp{own}.log")),
            _first: first,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_run_beside_the_first_has_files_of_its_own() {
        let state = tempfile::tempdir().unwrap();
        let name = |files: &Files| files.log.file_name().unwrap().to_owned();
        let first = Files::claim(state.path(), 8400);
        let second = Files::claim(state.path(), 8401);
        assert_eq!(
            (name(&first), name(&second)),
            ("sp.log".into(), "sp-8401.log".into())
        );
        drop(first);
        assert_eq!(name(&Files::claim(state.path(), 8401)), "sp.log");
    }
}
