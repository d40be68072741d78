//! The driver that is a real browser: one Chromium through ChromeDriver, one isolated user context a session.

mod bidi;
mod capture;
mod engine;
mod fleet;
mod plan;
mod process;
mod tab;
mod trace;

pub use fleet::BrowserDriver;
pub use process::ChromeDriver;
pub use tab::BrowserSession;
