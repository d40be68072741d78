//! `samlitmus.toml`: which service provider is under test, and how the mock IdP and the run are set up.
//!
//! `model` is the file as types, `steps` of it a way in or out; `check`, `check_steps` and `probe` what types cannot say, `place` what is filled
//! in before a run, `read` the way from text to a checked configuration; `template` is the file with every key commented out, `draft`
//! one that is being written.

mod check;
mod check_steps;
mod draft;
mod model;
mod place;
mod probe;
mod problem;
mod read;
mod steps;
mod template;

pub use draft::Draft;
pub use model::*;
pub use place::{Claim, Places};
pub use read::ConfigError;
pub(crate) use steps::JSON;
pub use steps::{Step, Steps};
pub use template::schema;
