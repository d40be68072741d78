//! The reference service provider from outside: over HTTP, as a browser and an attacker meet it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod kit;

mod admin;
mod artifact;
mod encrypted;
mod garbage;
mod interop;
mod logout;
mod looseness;
mod manners;
mod refresh;
mod refusals;
mod sign_in;
mod switches;
mod switches_of_encryption;
mod switches_of_logout;
mod switches_of_queries;
mod switches_of_rules;
mod switches_of_signatures;
