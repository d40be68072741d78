//! What keeps a run from beginning, or from being judged: one login walked and told, and for each thing missing the mend.
//!
//! `look` asks the SP's addresses, `machine` this machine, `walk` and `request` tell a login and its AuthnRequest, `checks`
//! says what is there and what is missing, `examine` does all of it; `short` is the same picture under a run's cause.

mod checks;
mod examine;
mod look;
mod machine;
mod model;
mod request;
mod short;
mod walk;

pub use examine::examine;
pub use model::{Check, Examination, Part, State, Way};
pub(super) use short::short;
