//! The service provider under test: where it is (`target`, `address`), how it is started (`process`), and how it is asked who
//! is signed in (`probe`); `sign_in` is the way in, `port` a
//! port for it, `turn` whose turn it is, `own_key` its key, `files` what it is given and what it says, `log` the end of that.

pub(crate) mod address;
mod command;
pub(crate) mod files;
mod leash;
pub(crate) mod log;
pub(crate) mod own_key;
pub mod port;
pub mod probe;
pub(crate) mod process;
pub(crate) mod sign_in;
pub mod target;
pub(crate) mod turn;
