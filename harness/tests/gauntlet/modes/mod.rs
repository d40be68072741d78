//! The modes, as data: what each SP is, and what must come of testing it.
//!
//! Each mode is one way in which an SP that is right can be difficult. `good` says what must come of it where the SP
//! is right, `flawed` what must come of it where the same SP is open to signature wrapping besides.

mod hostile;
mod identity;
mod journey;
mod limits;
mod mode;
mod probe;
mod refusals;
mod victim;

/// A kind of modes.
pub(crate) type Kind = fn() -> Vec<Mode>;

pub(crate) use hostile::modes as hostile;
pub(crate) use identity::modes as identity;
pub(crate) use journey::modes as journey;
pub(crate) use limits::modes as limits;
pub(crate) use mode::{Flawed, Good, Mode};
pub(crate) use probe::modes as probe;
pub(crate) use refusals::modes as refusals;
pub(crate) use victim::modes as victim;

/// All kinds.
pub(crate) const KINDS: [Kind; 7] = [identity, victim, limits, refusals, probe, journey, hostile];

/// All modes.
pub(crate) fn all() -> Vec<Mode> {
    KINDS.into_iter().flat_map(|kind| kind()).collect()
}
