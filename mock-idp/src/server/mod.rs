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
mod artifact;
mod authority;
mod auto_post;
mod browser;
mod caller;
mod cookies;
mod csrf;
mod decide;
mod error_lookup;
mod error_page;
mod finish;
mod form_fields;
mod graph;
mod idp;
mod index;
mod launch;
mod listen;
mod metadata;
mod mock_idp;
mod my_apps;
mod named;
mod options;
mod own_hosts;
mod page;
mod patience;
mod peer;
mod portal;
mod redirect;
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
mod tls;
mod tls_error;
mod unreadable;
mod urls;

pub use answer::{Answer, Binding, Live, LogoutCame, Metadata, Reply, TICKET_COOKIE};
pub use auto_post::auto_post_page;
pub use graph::Client;
pub use listen::{ServeError, origin_for};
pub use mock_idp::MockIdp;
pub use options::Options;
pub use tls::Tls;
pub use tls_error::TlsError;
