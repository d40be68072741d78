//! The gallery: pages of each edition's shape are read whole or refused with their line; templates become applications.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod configured;
mod garbage;
mod kept;
mod pages;
mod refused;
