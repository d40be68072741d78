//! The SP: a few hundred lines, and a switch for each shape.

#[path = "../../gauntlet/sp/chance.rs"]
mod chance;
#[path = "../../gauntlet/sp/message.rs"]
#[expect(dead_code, reason = "another SP's tests count refusals by name")]
mod message;
mod page;
mod routes;
mod sign_in;
mod switches;

pub(crate) use routes::Served;
pub(crate) use switches::{Open, SignIn, Sp};
