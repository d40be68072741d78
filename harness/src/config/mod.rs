//! `samlitmus.toml`: which service provider is under test, and how the mock IdP and the run are set up.
//!
//! `model` is the file as types, `check` and `probe` what types cannot say, `read` the way from text to a checked configuration.

mod check;
mod model;
mod probe;
mod problem;
mod read;

pub use model::*;
pub use read::ConfigError;
