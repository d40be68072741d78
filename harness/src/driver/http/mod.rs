//! The driver over plain HTTP: a browser without a picture. What Chromium would refuse, it refuses, and names.
//!
//! `client` holds sessions and `walk` goes their way, hop by hop: `outbound` is one request, `exchange` sends it over what
//! `connect` made and takes its answer apart (`answer`), `arrived` is the page that came, `policy` what that page is
//! forbidden, `onward` where it leads by itself. `jar` keeps cookies (`cookie` is one line that sets one), `hsts` what hosts
//! asked to be remembered; `hands` do what a person does on a page that rests.

mod answer;
mod arrived;
mod client;
mod connect;
mod cookie;
mod date;
mod exchange;
mod failure;
mod hands;
mod hsts;
mod jar;
mod onward;
mod outbound;
mod policy;
mod walk;

pub(super) use answer::text;
pub use client::{HttpDriver, HttpSession};
pub(super) use cookie::SetCookie;
pub(crate) use hands::{Door, DoorKind, Doors, doors};
#[cfg(test)]
pub(super) use onward::submitted;
