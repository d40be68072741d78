//! The service provider under test: where it is (`target`, `address`), how it is started (`process`), and how it is asked who
//! is signed in (`probe`); `sign_in` is the way in.

pub(crate) mod address;
mod command;
mod leash;
pub mod probe;
pub(crate) mod process;
pub(crate) mod sign_in;
pub mod target;
