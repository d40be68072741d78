//! The mock identity provider from its start to its end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::connect_info::{Connected, IntoMakeServiceWithConnectInfo};
use axum::serve::{IncomingStream, ListenerExt as _};
use axum::{Extension, Router};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::idp::Idp;
use super::listen::{ServeError, origin_for};
use super::options::Options;
use super::own_hosts::OwnHosts;
use super::patience::{Patience, Patient};
use super::peer::Peer;
use super::urls::{artifact_url, launch_url, metadata_url, sso_url};
use super::{graph, listen, refresh, routes, tls};
use crate::Shared;

/// A running mock identity provider. Dropping it stops it.
pub struct MockIdp {
    origin: String,
    address: SocketAddr,
    https: Option<SocketAddr>,
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
        let https = listen::bind_https(&options, &origin).await?;
        let address_of_https = https.first().map(tls::TlsListener::address);
        let listening: Vec<_> = [address].into_iter().chain(address_of_https).collect();
        let own = OwnHosts::new(&origin, options.url.as_deref(), &listening);
        let directory = options.directory.clone();
        let patience = Patience::new(options.patience);
        let idp = Arc::new(Idp::new(options, origin.clone()));
        let (stop, stopped) = watch::channel(false);
        let router = routes::all(idp, own);
        let encrypted = router.clone().layer(Extension(graph::Encrypted));
        let refresh = tokio::spawn(refresh::keep(directory.clone(), stopped.clone()));
        let plain = listeners.into_iter().map(|listener| {
            let router = router.clone().into_make_service_with_connect_info::<Peer>();
            // An answer is not held back until the last one was acknowledged.
            let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
            let listener = Patient::new(listener, patience);
            tokio::spawn(serve(listener, router, stopped.clone()))
        });
        let secured = https.into_iter().map(|listener| {
            let router = encrypted.clone().into_make_service_with_connect_info::<Peer>();
            let listener = Patient::new(listener, patience);
            tokio::spawn(serve(listener, router, stopped.clone()))
        });
        let servers = plain.chain(secured).chain([refresh]).collect();
        Ok(Self {
            origin,
            address,
            https: address_of_https,
            directory,
            servers,
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

    /// The origin of its https listener: `https://localhost:PORT`, or the address itself where it is not loopback.
    pub fn https_origin(&self) -> Option<String> {
        self.https
            .map(|address| origin_for(address, "").replacen("http:", "https:", 1))
    }

    /// The directory that it serves.
    pub fn directory(&self) -> &Shared {
        &self.directory
    }

    /// Azure's Login URL (and Logout URL) for this tenant, by id or domain.
    pub fn sso_url(&self, tenant: &str) -> String {
        sso_url(&self.origin, &self.tenant_id(tenant))
    }

    /// Where the tenant's artifacts are exchanged for messages, which Azure does not offer: its metadata names it only where
    /// [`Tenant::artifact_resolution`](crate::Tenant::artifact_resolution) is set.
    pub fn artifact_url(&self, tenant: &str) -> String {
        artifact_url(&self.origin, &self.tenant_id(tenant))
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
            if tokio::time::timeout(FAREWELL, &mut *server).await.is_err() {
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

/// Serves one listener until the sender says stop, or is gone, which is the same news.
async fn serve<L>(
    listener: L,
    router: IntoMakeServiceWithConnectInfo<Router, Peer>,
    mut stopped: watch::Receiver<bool>,
) where
    L: axum::serve::Listener,
    L::Addr: std::fmt::Debug,
    Peer: for<'a> Connected<IncomingStream<'a, L>>,
{
    let stopped = async move { drop(stopped.wait_for(|stop| *stop).await) };
    let served = axum::serve(listener, router)
        .with_graceful_shutdown(stopped)
        .await;
    if let Err(error) = served {
        tracing::error!(%error, "the mock identity provider stopped serving");
    }
}

/// How long a shutdown waits for answers under way.
const FAREWELL: Duration = Duration::from_secs(2);
