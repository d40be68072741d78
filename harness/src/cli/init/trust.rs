//! What the SP must trust: the mock IdP's metadata, in a file of the state folder.

use std::{
    fmt::Write,
    path::{Path, PathBuf},
};

use mock_idp::Directory;
use saml::IdpMetadata;

use super::file::cannot;
use crate::cli::output::Mistake;

/// The file, and what stands in it.
pub(super) struct Trust {
    pub(super) file: PathBuf,
    metadata: IdpMetadata,
}

impl Trust {
    /// Writes it, with keys that are made once and kept.
    ///
    /// # Errors
    /// The state folder cannot be used.
    pub(super) fn write(state: &Path, origin: &str) -> Result<Self, Mistake> {
        let mistake = |why: &dyn std::fmt::Display| Mistake(why.to_string());
        let directory = Directory::open(state).map_err(|why| mistake(&why))?;
        let bytes = mock_idp::federation_metadata(directory.contoso(), origin, None);
        let bytes = bytes.map_err(|why| mistake(&why))?;
        let file = state.join("idp-metadata.xml");
        std::fs::write(&file, &bytes).map_err(|why| cannot(&file, &why))?;
        Ok(Self {
            file,
            metadata: IdpMetadata::parse(&bytes).map_err(|why| mistake(&why))?,
        })
    }

    /// How an SP is made to trust it.
    pub(super) fn told(&self) -> String {
        let mut out = format!(
            "let the SP trust the mock IdP, as its documentation says for any SAML identity provider (and restart it, where it reads that only once):\n  metadata file  {}\n",
            // Whoever is given it stands in another folder.
            std::path::absolute(&self.file)
                .unwrap_or_else(|_| self.file.clone())
                .display()
        );
        let _ = writeln!(out, "  entity ID      {}", self.metadata.entity_id);
        if let Some(sso) = self.metadata.sso.first() {
            let _ = writeln!(out, "  sign-on URL    {}", sso.location);
        }
        out.push_str(
            "  certificate    in that file; `samlitmus idp` serves it at a URL too, where the SP wants one\n",
        );
        out
    }
}
