//! Starting and stopping.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header;
use axum::middleware::map_response;
use axum::routing::{get, post};
use saml::SpMetadata;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::config::{Config, Refusal, Source, Trusted};
use crate::flaw::Flaws;
use crate::keys::OwnKeys;
use crate::message::LIMIT;
use crate::state::Sp;
use crate::trust::Trust;
use crate::{acs, admin, control, http, login, logout, pages};

/// How long open connections have to end when the server stops.
const FAREWELL: Duration = Duration::from_secs(1);

/// Why the service provider did not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address is taken or not ours.
    #[error("cannot listen on {address}: {source}; choose another address, or port 0 for a free one")]
    Listen {
        /// Where it was to listen.
        address: SocketAddr,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// Its own keys cannot be made.
    #[error("no key can be made: {0}; look whether the system has random numbers")]
    Key(#[from] saml::key::KeyError),
    /// The public address is not an origin.
    #[error("the url {0:?} must be an origin such as https://sp.example, without a path")]
    Url(String),
}

/// A running service provider. Dropping it stops it.
#[derive(Debug)]
pub struct ReferenceSp {
    sp: Arc<Sp>,
    address: SocketAddr,
    stop: watch::Sender<bool>,
    server: JoinHandle<()>,
}

impl ReferenceSp {
    /// Starts one.
    ///
    /// # Errors
    ///
    /// If it cannot listen there, or the configured URL is not an origin.
    pub async fn start(config: Config) -> Result<Self, ServeError> {
        let listen = config.listen;
        let failed = |source| ServeError::Listen {
            address: listen,
            source,
        };
        let listener = TcpListener::bind(listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let url = match &config.url {
            Some(url) => origin(url)?,
            None => format!("http://{address}"),
        };
        let keys = OwnKeys::make(&config)?;
        let offered = Offered {
            slo: config.slo,
            simple_sign: config.simple_sign,
            artifact: config.artifact,
            test_endpoint: config.test_endpoint,
        };
        let (stop, stopped) = watch::channel(false);
        let sp = Arc::new(Sp::new(config, keys, url, stopped.clone()));
        let app = routes(&offered).with_state(Arc::clone(&sp));
        let server = tokio::spawn(async move {
            let until = async move {
                let mut stopped = stopped;
                let _told_or_dropped = stopped.wait_for(|stop| *stop).await;
            };
            if let Err(error) = axum::serve(listener, app).with_graceful_shutdown(until).await {
                tracing::error!(%error, "the reference service provider ended");
            }
        });
        Ok(ReferenceSp {
            sp,
            address,
            stop,
            server,
        })
    }

    /// The origin that browsers see, as `http://127.0.0.1:8443`, without a slash at the end.
    pub fn url(&self) -> String {
        self.sp.url.clone()
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its entity ID, which is also where its metadata is.
    pub fn metadata_url(&self) -> String {
        self.sp.entity_id.clone()
    }

    /// What it publishes at [`ReferenceSp::metadata_url`].
    pub fn metadata(&self) -> SpMetadata {
        self.sp.metadata()
    }

    /// Where an SP-initiated sign-in begins.
    pub fn login_url(&self) -> String {
        format!("{}/singlesignon/saml/login", self.sp.url)
    }

    /// Where messages go.
    pub fn acs_url(&self) -> String {
        self.sp.acs_url.clone()
    }

    /// The page for people that shows who is signed in.
    pub fn account_url(&self) -> String {
        format!("{}/account", self.sp.url)
    }

    /// The same for programs: JSON, or 401.
    pub fn whoami_url(&self) -> String {
        format!("{}/whoami", self.sp.url)
    }

    /// The administrator's pages: single sign-on, and users.
    pub fn admin_url(&self) -> String {
        format!("{}/admin", self.sp.url)
    }

    /// The password of [`ReferenceSp::admin_url`].
    pub fn admin_password(&self) -> &str {
        self.sp.desk.password()
    }

    /// Trusts these tenants from now on, and no others.
    pub fn set_trust(&self, trusted: Vec<Trusted>) {
        let trust = Trust::new(trusted);
        self.sp.change(|settings| settings.trust = trust);
    }

    /// Reads metadata there from now on when it is to be read again, and nowhere else.
    pub fn set_sources(&self, sources: Vec<Source>) {
        self.sp.change(|settings| settings.sources = sources);
    }

    /// What makes it read the metadata of its sources again, with the test endpoint.
    pub fn refresh_url(&self) -> String {
        format!("{}/test/refresh", self.sp.url)
    }

    /// Turns these switches on from now on, and no others.
    pub fn set_flaws(&self, flaws: Flaws) {
        self.sp.change(|settings| settings.flaws = flaws);
    }

    /// Refuses in this manner from now on.
    pub fn set_refusal(&self, refusal: Refusal) {
        self.sp.change(|settings| settings.refuse_with = refusal);
    }

    /// Why the latest messages were refused, oldest first.
    pub fn denials(&self) -> Vec<String> {
        self.sp.denials()
    }

    /// Forgets sessions, requests and used Assertions. Accounts and trust stay as they are.
    pub fn forget(&self) {
        self.sp.forget();
    }

    /// Stops, and waits for it: no longer than a second for connections that stay open.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        let _ended_or_late = tokio::time::timeout(FAREWELL, &mut self.server).await;
    }
}

impl Drop for ReferenceSp {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        self.server.abort();
    }
}

/// What is there beside the usual.
struct Offered {
    slo: bool,
    simple_sign: bool,
    artifact: bool,
    test_endpoint: bool,
}

fn routes(offered: &Offered) -> Router<Arc<Sp>> {
    let stylesheet = || async { ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], pages::STYLE) };
    let router = Router::new()
        .route("/", get(login::home))
        .route("/account", get(login::account))
        .route("/whoami", get(login::whoami))
        .route("/logout", get(logout::logout).post(logout::logout))
        .route("/error", get(login::error))
        .route("/health", get(|| async { "ok" }))
        .route("/style.css", get(stylesheet))
        .route("/singlesignon/saml/login", get(login::login))
        .route("/singlesignon/saml/SSO", post(acs::post).get(acs::get))
        .route("/singlesignon/saml/finish", get(acs::finish))
        .route("/singlesignon/saml/metadata", get(login::metadata));
    let router = if offered.slo {
        router
            .route(
                "/singlesignon/saml/SLO",
                get(logout::receive).post(logout::receive_form),
            )
            .route("/singlesignon/saml/SLO/soap", post(logout::receive_soap))
    } else {
        router
    };
    let router = if offered.simple_sign {
        router.route("/singlesignon/saml/SimpleSign", post(acs::simple_sign))
    } else {
        router
    };
    let router = if offered.artifact {
        router.route(
            "/singlesignon/saml/Artifact",
            get(acs::artifact).post(acs::artifact),
        )
    } else {
        router
    };
    let router = if offered.test_endpoint {
        router.merge(control::routes())
    } else {
        router
    };
    let router = router.merge(admin::routes());
    // Percent-encoding makes a form of Base64 at most three times as large.
    router
        .layer(DefaultBodyLimit::max(3 * LIMIT))
        .layer(map_response(http::harden))
}

/// The URL without a slash at the end, when it is an origin.
fn origin(url: &str) -> Result<String, ServeError> {
    let trimmed = url.strip_suffix('/').unwrap_or(url);
    let host = trimmed
        .strip_prefix("https://")
        .or_else(|| trimmed.strip_prefix("http://"));
    match host {
        Some(host) if !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ']) => Ok(trimmed.to_owned()),
        _ => Err(ServeError::Url(url.to_owned())),
    }
}
