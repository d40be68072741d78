//! The mock identity provider on the network: sign-in page, responses, metadata, and one way in for a harness
//! ([`Answer`]).
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use mock_idp::{Directory, server::{MockIdp, Options}};
//!
//! let idp = MockIdp::start(Options::new(Directory::ephemeral()?)).await?;
//! println!("federation metadata: {}", idp.metadata_url("contoso.example"));
//! idp.shutdown().await;
//! # Ok(())
//! # }
//! ```

mod answer;
mod arrival;
mod auto_post;
mod caller;
mod cookies;
mod csrf;
mod decide;
mod error_lookup;
mod error_page;
mod finish;
mod index;
mod launch;
mod listen;
mod metadata;
mod my_apps;
mod page;
mod refresh;
mod refuse;
mod routes;
mod session;
mod shelf;
mod sign_in;
mod sign_in_log;
mod sign_ins;
mod slo;
mod sso;
mod test_sso;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use answer::{Answer, Binding, Live, Reply, TICKET_COOKIE};
pub use auto_post::auto_post_page;
pub use listen::{ServeError, origin_for};

use crate::{Azure, Directory, Shared};

/// How a [`MockIdp`] is to be served.
pub struct Options {
    /// The address to listen on: loopback, or the one address that containers reach. Port 0 means any.
    pub listen: SocketAddr,
    /// The origin that browsers and the service provider know it by; none: [`origin_for`] chooses.
    pub url: Option<String>,
    /// Any URL of the service provider, so that the chosen origin is not same-site with it.
    pub sp: Option<String>,
    /// What it serves.
    pub directory: Shared,
    /// What the documentation leaves open.
    pub azure: Azure,
    /// Who decides the answer to sign-ins that carry a ticket ([`TICKET_COOKIE`]).
    pub answer: Option<Arc<dyn Answer>>,
}

impl Options {
    /// Any free port of 127.0.0.1, and Azure's own behaviour only.
    pub fn new(directory: impl Into<Shared>) -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            url: None,
            sp: None,
            directory: directory.into(),
            azure: Azure::default(),
            answer: None,
        }
    }
}

/// A running mock identity provider. Dropping it stops it.
pub struct MockIdp {
    origin: String,
    address: SocketAddr,
    directory: Shared,
    stop: watch::Sender<bool>,
    servers: Vec<JoinHandle<()>>,
}

impl MockIdp {
    /// Binds and serves, on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// An address that is taken or not to be had, or that would serve the mock to a whole network.
    pub async fn start(options: Options) -> Result<Self, ServeError> {
        let (listeners, origin) = listen::bind(&options).await?;
        let address = listeners[0].local_addr().map_err(|source| ServeError::Bind {
            address: options.listen,
            source,
        })?;
        let idp = Arc::new(Idp {
            origin: origin.clone(),
            directory: options.directory.clone(),
            azure: options.azure,
            answer: options.answer,
            csrf: csrf::Secret::default(),
            sessions: session::Sessions::default(),
            pending: shelf::Shelf::default(),
            resting: shelf::Shelf::default(),
            leaving: shelf::Shelf::default(),
            told: shelf::Shelf::default(),
            log: sign_in_log::SignInLog::default(),
        });
        let (stop, stopped) = watch::channel(false);
        let router = routes::all(idp);
        let refresh = tokio::spawn(refresh::keep(options.directory.clone(), stopped.clone()));
        let servers = listeners.into_iter().map(|listener| {
            let router = router.clone().into_make_service_with_connect_info::<SocketAddr>();
            let mut stopped = stopped.clone();
            tokio::spawn(async move {
                // An error means that the sender is gone, which is the same news.
                let stopped = async move { drop(stopped.wait_for(|stop| *stop).await) };
                let served = axum::serve(listener, router)
                    .with_graceful_shutdown(stopped)
                    .await;
                if let Err(error) = served {
                    tracing::error!(%error, "the mock identity provider stopped serving");
                }
            })
        });
        Ok(Self {
            origin,
            address,
            directory: options.directory,
            servers: servers.chain([refresh]).collect(),
            stop,
        })
    }

    /// The origin that browsers know it by, without a slash at its end.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The address that it listens on, with the port that was chosen.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The directory that it serves.
    pub fn directory(&self) -> &Shared {
        &self.directory
    }

    /// Azure's Login URL (and Logout URL) for this tenant, by id or domain.
    pub fn sso_url(&self, tenant: &str) -> String {
        sso_url(&self.origin, &self.tenant_id(tenant))
    }

    /// Where the tenant's federation metadata is.
    pub fn metadata_url(&self, tenant: &str) -> String {
        metadata_url(&self.origin, &self.tenant_id(tenant))
    }

    /// The link that starts IdP-initiated sign-in to this application, as Azure's "User access URL".
    pub fn launch_url(&self, app_id: &str, tenant: &str) -> String {
        launch_url(&self.origin, app_id, &self.tenant_id(tenant))
    }

    /// Answers what is under way, at most for two seconds, and stops.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        for server in &mut self.servers {
            if tokio::time::timeout(PATIENCE, &mut *server).await.is_err() {
                server.abort();
            }
        }
    }

    fn tenant_id(&self, tenant: &str) -> String {
        self.directory
            .read()
            .tenant(tenant)
            .map_or_else(|| tenant.to_owned(), |tenant| tenant.id.clone())
    }
}

impl Drop for MockIdp {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}

/// How long a shutdown waits for answers under way.
const PATIENCE: Duration = Duration::from_secs(2);

fn sso_url(origin: &str, tenant_id: &str) -> String {
    format!("{origin}/{tenant_id}/saml2")
}

fn metadata_url(origin: &str, tenant_id: &str) -> String {
    format!("{origin}/{tenant_id}/federationmetadata/2007-06/federationmetadata.xml")
}

fn launch_url(origin: &str, app_id: &str, tenant_id: &str) -> String {
    format!("{origin}/api/signin/{app_id}?tenantId={tenant_id}")
}

/// What all handlers share.
struct Idp {
    origin: String,
    directory: Shared,
    azure: Azure,
    answer: Option<Arc<dyn Answer>>,
    csrf: csrf::Secret,
    sessions: session::Sessions,
    /// Sign-ins whose page is being filled in.
    pending: shelf::Shelf<sign_in::Pending>,
    /// Cross-site POSTs that come back with their cookies.
    resting: shelf::Shelf<arrival::Arrival>,
    /// Sign-outs under way.
    leaving: shelf::Shelf<slo::Leaving>,
    /// The sign-out that a LogoutRequest belongs to, by its ID.
    told: shelf::Shelf<String>,
    log: sign_in_log::SignInLog,
}

impl Idp {
    /// The directory as it stands now.
    fn directory(&self) -> Arc<Directory> {
        self.directory.read()
    }
}

/// Whether cookies may only travel by https.
fn secure(idp: &Idp) -> bool {
    idp.origin.starts_with("https:")
}
