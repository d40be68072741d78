//! The service provider that is right, and one switch for each known way to be wrong.
//!
//! [`ReferenceSp`] is a small web application behind SAML single sign-on: an online backup with an account page,
//! SP-initiated and IdP-initiated sign-in, and an administrator's page where trust is uploaded and users are created
//! and activated: without an account nobody signs in, however well he is vouched for. As it comes it is hardened, and meant to be read: the steps that decide
//! about a message stand in one function each, in the order of the Web Browser SSO profile. [`Flaw`] names the
//! mistakes that real products have made; each can be switched on, alone or together, to show that a test
//! finds it. It is a target for tests, labelled as such on every page, and holds nothing worth protecting.
//!
//! ```no_run
//! use reference_sp::{Account, Config, Flaw, ReferenceSp, Trusted};
//!
//! # async fn example(idp: saml::IdpMetadata) -> Result<(), reference_sp::ServeError> {
//! let sp = ReferenceSp::start(Config {
//!     accounts: vec![Account::active("b.simon@corp.example", "Britta Simon")],
//!     flaws: Flaw::UnboundVerify.into(),
//!     ..Config::default()
//! })
//! .await?;
//! sp.set_trust(vec![Trusted { metadata: idp, domains: vec!["corp.example".to_owned()] }]);
//! println!("sign in at {}", sp.login_url());
//! # sp.shutdown().await;
//! # Ok(())
//! # }
//! ```

mod account;
mod acs;
mod admin;
mod algorithms;
mod anything;
mod artifact;
mod back_channel;
mod canonical;
mod clock;
mod conditions;
mod config;
mod confused;
mod context;
mod control;
mod decrypt;
mod denial;
mod doctype;
mod fetch;
mod flaw;
mod http;
mod identity;
mod instants;
mod key_info;
mod keys;
mod local_names;
mod login;
mod logout;
mod loosely;
mod memory;
mod mended;
mod merged;
mod message;
mod pages;
mod profile;
mod published;
mod refresh;
mod refuse;
mod rollover;
mod round_trip;
mod server;
mod shape;
mod signature;
mod simple_sign;
mod state;
mod store;
mod subject;
mod transformed;
mod trust;
mod verify;
mod whole;

pub use account::Account;
pub use config::{Config, Manner, Refusal, Source, Trusted, UnknownChoice};
pub use flaw::{Flaw, Flaws, UnknownFlaw};
pub use server::{ReferenceSp, ServeError};
