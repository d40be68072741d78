//! The mock IdP for tests that start their SP themselves.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use mock_idp::{Directory, server::Options};
use tempfile::TempDir;

use crate::run::{options::CannotRun, served::Served};

/// A mock IdP that behaves like Azure AD, for an SP that must know it before it starts. Copies are one; dropping
/// the last stops it.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let idp = samlitmus::MockIdp::start().await?;
/// assert!(idp.metadata_url().starts_with("http://localhost:"));
/// assert!(idp.metadata().contains(idp.entity_id()));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct MockIdp(Arc<Inner>);

struct Inner {
    served: Served,
    directory: Directory,
    metadata: String,
    entity_id: String,
    folder: PathBuf,
    /// Goes with it, where nobody keeps its state.
    _own: Option<TempDir>,
}

impl MockIdp {
    /// With keys of its own, at a port that is free.
    ///
    /// # Errors
    /// No key can be made, or nothing can be written to the system's folder for temporary files.
    pub async fn start() -> Result<Self, CannotRun> {
        Self::beside("").await
    }

    /// The same for an SP at this URL: one on `localhost` gets an IdP at `127.0.0.1`, every other one at `localhost`, since cookies
    /// behave otherwise between pages of one site.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub async fn beside(sp: &str) -> Result<Self, CannotRun> {
        let own = TempDir::with_prefix("samlitmus-").map_err(cannot)?;
        let directory = Directory::ephemeral().map_err(cannot)?;
        let mut options = Options::new(directory.clone());
        options.sp = Some(sp.to_owned());
        Self::serve(directory, options, own.path().to_owned(), Some(own)).await
    }

    /// With the tenants and keys of a state folder (`.samlitmus`), at this address: an SP that trusts it once trusts it in every
    /// process. Only one process can listen there at a time.
    ///
    /// # Errors
    /// The state folder cannot be used, or the address is taken.
    pub async fn kept(state: impl AsRef<Path>, listen: SocketAddr) -> Result<Self, CannotRun> {
        let state = state.as_ref().to_owned();
        let directory = Directory::open(&state).map_err(cannot)?;
        let mut options = Options::new(directory.clone());
        options.listen = listen;
        Self::serve(directory, options, state, None).await
    }

    async fn serve(
        directory: Directory,
        options: Options,
        folder: PathBuf,
        own: Option<TempDir>,
    ) -> Result<Self, CannotRun> {
        let served = Served::start(options).await.map_err(cannot)?;
        let tenant = directory.contoso();
        let metadata = mock_idp::federation_metadata(tenant, served.idp.origin(), None).map_err(cannot)?;
        let idp = Self(Arc::new(Inner {
            entity_id: tenant.entity_id(),
            metadata: String::from_utf8_lossy(&metadata).into_owned(),
            served,
            directory,
            folder,
            _own: own,
        }));
        std::fs::write(idp.metadata_file(), &idp.0.metadata).map_err(cannot)?;
        Ok(idp)
    }

    /// Its origin, without a slash at the end.
    pub fn url(&self) -> &str {
        self.0.served.idp.origin()
    }

    /// What the SP knows it by.
    pub fn entity_id(&self) -> &str {
        &self.0.entity_id
    }

    /// Its federation metadata, as XML: what the SP must trust.
    pub fn metadata(&self) -> &str {
        &self.0.metadata
    }

    /// The same as a file, for an SP that reads one when it starts.
    pub fn metadata_file(&self) -> PathBuf {
        let port = self.address().port();
        self.0.folder.join(format!("idp-metadata-{port}.xml"))
    }

    /// The same at a URL, for an SP that fetches it.
    pub fn metadata_url(&self) -> String {
        self.0.served.idp.metadata_url(&self.0.directory.contoso().id)
    }

    /// Azure's Login URL: where the SP sends its users.
    pub fn login_url(&self) -> String {
        self.0.served.idp.sso_url(&self.0.directory.contoso().id)
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.0.served.idp.address()
    }

    pub(super) fn served(&self) -> &Served {
        &self.0.served
    }

    pub(super) fn directory(&self) -> &Directory {
        &self.0.directory
    }

    pub(super) fn folder(&self) -> &Path {
        &self.0.folder
    }
}

fn cannot(why: impl std::fmt::Display) -> CannotRun {
    CannotRun::Configuration(why.to_string())
}
