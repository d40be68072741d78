//! Flows played and judged: `play` one flow, `runner` many of them.

pub(super) mod play;
pub(super) mod runner;
