//! `samlitmus init`: an SP looked at, and its configuration written.
//!
//! `answer` does one after the other what `run/init` can find out: it looks at the `place` that somebody names (`around`), writes
//! down what is known (`describe`) and signs people in (`sign_in`), with what the `file` says already, which it keeps. `trust` is
//! what the SP must be given, `ask` asks whoever sits there for the rest, `told` and `closing` say what came of it and what to type
//! next.

mod answer;
mod args;
mod around;
mod ask;
mod closing;
mod describe;
mod file;
mod place;
mod sign_in;
mod told;
mod trust;

pub(super) use answer::init;
pub use args::InitArgs;
