//! What `samlitmus init` finds out about an SP that nobody has configured yet.
//!
//! `place` is where somebody says it is, `paths` where such things usually are, `look` asks there as nobody: its metadata, the way
//! to an IdP, and what an AuthnRequest says of it (`request`). `enter` signs people in with what is known then, and `pages` compares
//! what they see with what nobody sees: where the page that tells them apart is, and where on it their names stand.

mod enter;
mod look;
mod pages;
mod paths;
mod place;
mod request;

pub use enter::{Entered, enter};
pub use look::{Found, Leads, Looked, Way, look};
pub use pages::Shown;
pub use place::Place;
