//! The reference service provider from outside: over HTTP, as a browser and an attacker meet it.

mod kit;

mod garbage;
mod interop;
mod manners;
mod refusals;
mod sign_in;
mod switches;
