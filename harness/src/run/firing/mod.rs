//! Flows played and judged.
//!
//! `flow` plays one: its steps in order, each a verb (`login`, `begin`, `send`, `visit`, `mint`, `end`, `cookies`) in a cookie jar of its own (`body` is what no form sends,
//! `altered` what a cookie may say instead), with what the `scene` holds; `way` is the way to the IdP and behind it, and `explore` tries one out; on a `tour` somebody
//! signs in and then looks around. `fire` plays it again where the SP asked for patience. `runner` fires many, between the controls
//! of `control`, which are `flawless` logins and which `watch` keeps an eye on; `followed` is whether the SP follows the IdP's metadata; `shot` is one firing as it is judged, `conclude` what several of them come to, `doubts` when it is
//! fired once more before it is told, and `alike` whether their answers can be told apart.

mod alike;
mod altered;
mod begin;
mod body;
mod conclude;
mod control;
mod cookies;
mod doubts;
mod end;
mod explore;
mod fire;
mod flawless;
mod flow;
mod followed;
mod login;
mod mint;
pub(super) mod played;
pub(super) mod runner;
mod scene;
mod send;
mod shot;
mod tour;
mod visit;
mod watch;
mod way;

pub(super) use control::failure;
pub(super) use cookies::is_readable;
pub(super) use explore::{Explored, explore};
pub(super) use fire::fire;
pub(super) use flawless::{flawless, single};
pub(super) use tour::Tourist;
