//! The administrator's pages, and what follows from them.

mod guard;
mod sso;
mod users;

use reference_sp::{Config, ReferenceSp};

/// A service provider that trusts nobody and knows nobody yet.
async fn empty() -> ReferenceSp {
    ReferenceSp::start(Config::default()).await.unwrap()
}
