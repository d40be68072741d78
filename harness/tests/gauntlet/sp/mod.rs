//! An SP of a few hundred lines that can be difficult in every way that one of its switches says.

mod accounts;
mod acs;
mod chance;
mod login;
mod message;
mod pages;
mod routes;
mod site;
mod switches;
mod tricks;
mod wire;

pub(crate) use routes::serve;
pub(crate) use tricks::Trick;

pub(crate) use switches::{
    Acs, Cookie, Key, Limit, Login, Open, Page, Probe, Refusal, Sp, Style, Trigger, Victim,
};
