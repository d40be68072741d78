//! `samlitmus doctor` at set-ups that are broken in one way each: it names the cause, and how it is mended.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod set_ups;
mod site;
mod sp;
mod tls;
