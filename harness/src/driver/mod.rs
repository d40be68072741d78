//! The hands: one top-level navigation after another, over plain HTTP or in a real browser.
//!
//! Both drivers walk the same way and answer with the same `Journey`: through redirects, self-submitting
//! forms and immediate refreshes, until a page rests. Both keep cookies as Chromium does, each session in a
//! jar of its own, and neither ever sends anything to a host that the [`Guard`] does not permit.
//!
//! `http` and `browser` hold one driver each; what both need stands beside them.

mod act;
mod bearer;
mod browser;
mod error;
mod guard;
mod header;
mod http;
mod page;
mod session;
mod setup;
mod site;
mod storage;
mod stored_cookie;
mod token;
mod visit;

pub use act::{Act, ActError, Target};
pub use browser::{BrowserDriver, BrowserSession, ChromeDriver};
pub use error::DriverError;
pub use guard::Guard;
pub use header::TokenHeader;
pub(crate) use http::{Door, DoorKind, Doors, doors};
pub use http::{HttpDriver, HttpSession};
pub use session::{Driver, Session};
pub use setup::{Limits, Setup};
pub use site::Site;
pub use storage::Storage;
pub use stored_cookie::{SameSite, StoredCookie};
pub use token::{Stored, TokenError, TokenSource};
pub use visit::Visit;
