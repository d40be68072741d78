//! A litmus test for SAML single sign-on: who does the service provider believe is signed in?
//!
//! A mock IdP that behaves like Azure AD signs whatever assertion it is asked for; the runner fires it at a
//! service provider, over HTTP and in a real browser; the verdict is who is signed in.

pub mod anatomy;
mod banner;
pub mod cli;
pub mod config;
pub mod driver;
pub mod event;
pub mod exit;
pub mod judge;
pub mod last_run;
mod markup;
pub mod mask;
mod nameless;
pub mod report;
pub mod run;
pub mod said;
pub mod snapshot;
mod stop;
pub mod subject;
mod text;
