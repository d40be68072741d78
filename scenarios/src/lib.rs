//! The catalogue, its vocabulary, and the way from a recipe to a message. No I/O but reading catalogue files.
//!
//! A scenario is a sentence: it says only what differs from a flawless Azure AD login.
//!
//! ```toml
//! [[scenario]]
//! id       = "signature/xsw-3"
//! title    = "A forged assertion stands before the signed one"
//! verdict  = "MUST_REJECT"
//! inert    = true
//! severity = "critical"
//! attacker = "user"
//! rule     = "only what the verified signature covers may be read (Core 5.4.2)"
//! why      = "…"
//! as       = "attacker"
//! proves   = "genuine"
//! forge    = [
//!   { copy = "Assertion", to = "evil", id = "fresh", without = "Signature" },
//!   { write = "victim", in = "evil" },
//!   { put = "evil", before = "Assertion" },
//! ]
//! ```

mod apply;
pub mod artifact;
pub mod attacker;
mod authority;
pub mod axis;
pub mod carriage;
pub mod catalogue;
pub mod claim;
pub mod context;
pub mod covering;
mod craft;
pub mod detached;
mod elsewhere;
mod encrypting;
pub mod encryption;
pub mod exchange;
pub mod expectation;
mod fault;
mod fill;
pub mod flow;
pub mod forge;
mod hidden;
pub mod keys;
mod kind;
mod likeness;
mod logout;
mod mentions;
mod message;
mod moment;
mod octets;
pub mod operation;
pub mod persona;
pub mod profile;
pub mod property;
pub mod publication;
pub mod recipe;
mod restyle;
pub mod scenario;
pub mod selector;
mod self_check;
pub mod signature;
mod signing;
mod unfold;
mod verbs;
mod view;
pub mod workbench;
mod write;

pub use artifact::HandedOut;
pub use attacker::Attacker;
pub use carriage::Carriage;
pub use catalogue::{Catalogue, CatalogueError};
pub use claim::Claim;
pub use context::Context;
pub use expectation::{Expected, Proves, Severity, Tier};
pub use fault::Fault;
pub use flow::Step;
pub use forge::forge;
pub use hidden::Hidden;
pub use keys::KeyRing;
pub use message::{Message, Minted, Wire};
pub use operation::Operation;
pub use persona::Persona;
pub use profile::Profile;
pub use property::{MetadataProperty, Property, RequestProperty, WebProperty};
pub use publication::{Publication, Published};
pub use recipe::{Base, Kind, Recipe};
pub use scenario::{Disturbs, Need, Scenario, Take};
pub use selector::Selector;
