//! The driver over plain HTTP: a browser without a picture. What Chromium would refuse, it refuses.
//!
//! `client` walks, `outbound` is one request, `jar` keeps cookies; `hands` do what a person does on a page that rests.

mod client;
mod cookie;
mod hands;
mod jar;
mod outbound;

pub use client::{HttpDriver, HttpSession};
pub(super) use cookie::SetCookie;
pub(crate) use hands::{Door, DoorKind, Doors, doors};
