//! What a person does on a page where a journey came to rest, over plain HTTP: where no script is needed, as a browser does it.
//!
//! `resting` is that page with what was done to it (`edit`), `page` its elements, `find` what a person means by a target. `click`,
//! `fill` and `submit` do what can be done, `send` sends a form; `owner` tells whose form a control is in, `state` what it holds,
//! `entries` what the form says, `validity` what keeps a browser from sending it, `body` how it travels, and `script` what only a
//! script would do. `doors` is what there is to try.

mod body;
mod click;
mod doors;
mod edit;
mod entries;
mod fill;
mod find;
mod owner;
mod page;
mod resting;
mod script;
mod send;
mod state;
mod submit;
#[cfg(test)]
mod tests;
mod validity;

pub(crate) use doors::{Door, DoorKind, Doors, doors};
pub(super) use resting::Resting;
