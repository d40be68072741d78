//! From what was seen to a judgement. Everything here is pure: no clock, no network, no files.
//!
//! What was seen (`observation`) becomes one word (`outcome`, by `classify`, which asks `people` whose session it is, `refusal`
//! and `landing` what a page means), and word and expectation a judgement (`verdict`); waivers and the sum of a run
//! (`summary`) come after; `gate` is what one result means by itself. Of what the SP sends by itself, `request` judges what Azure
//! makes of AuthnRequests, `emitted` them and metadata by SAML's rules, and `left` logout messages.

pub mod circumstances;
pub(crate) mod classify;
pub(crate) mod emitted;
mod fail_on;
pub(crate) mod fingerprint;
pub(crate) mod gate;
mod kind;
pub(crate) mod landing;
mod led;
pub(crate) mod left;
pub(crate) mod marker;
pub mod observation;
pub mod outcome;
pub(crate) mod people;
pub(crate) mod refusal;
pub mod request;
pub(crate) mod summary;
pub mod verdict;
pub mod waiver;

pub use fail_on::FailOn;
pub use kind::VerdictKind;
