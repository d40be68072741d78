//! The driver over plain HTTP: a browser without a picture. What Chromium would refuse, it refuses.

mod client;
mod cookie;
mod jar;
mod outbound;

pub use client::{HttpDriver, HttpSession};
pub(super) use cookie::SetCookie;
